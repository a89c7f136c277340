"""Bluesky's personal data server (repositories, blobs, proofs) and DID directory."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.answer import Answer, Ask, as_bytes, as_json
from sandbox.native import did
from sandbox.picture import MEDIA_TYPES, draw
from sandbox.repo import Repo, as_json_value, block, cid, multikey, text_of
from sandbox.shapes import bluesky_record as records
from sandbox.shapes.bluesky_lookup import by_actor, problem
from sandbox.world import Access, Shown, Stage, World

CAR = "application/vnd.ipld.car"
UNKNOWN_REPO = problem("RepoNotFound", "Could not find repo for DID")


def directory(world: World, ask: Ask) -> Answer:
    """The DID directory: `/<did>` is the DID document, `/<did>/data` its bare facts."""
    name, _, part = ask.path.removeprefix("/").partition("/")
    stage = by_actor(world, name) if name.startswith("did:") else None
    if stage is None:
        return as_json({"message": f"DID not registered: {name}"}, 404)
    if part == "data":
        return as_json(
            {
                "did": name,
                "verificationMethods": {"atproto": f"did:key:{multikey(name)}"},
                "rotationKeys": [f"did:key:{multikey(name)}"],
                "alsoKnownAs": [f"at://{stage.handle}"],
                "services": {
                    "atproto_pds": {"type": "AtprotoPersonalDataServer", "endpoint": ask.base}
                },
            }
        )
    return as_json(document(name, stage.handle, ask.base)) if not part else as_json({}, 404)


def document(name: str, handle: str, base: str) -> dict[str, object]:
    """A DID document with a Multikey and the data server's address."""
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/suites/secp256k1-2019/v1",
        ],
        "id": name,
        "alsoKnownAs": [f"at://{handle}"],
        "verificationMethod": [
            {
                "id": f"{name}#atproto",
                "type": "Multikey",
                "controller": name,
                "publicKeyMultibase": multikey(name),
            }
        ],
        "service": [
            {
                "id": "#atproto_pds",
                "type": "AtprotoPersonalDataServer",
                "serviceEndpoint": base,
            }
        ],
    }


def _resolve(world: World, ask: Ask) -> Answer:
    stage = by_actor(world, ask.one("handle"))
    if stage is None or ask.one("handle") != stage.handle:
        return problem("InvalidRequest", "Unable to resolve handle")
    return as_json({"did": did(stage.account.key)})


def _found(world: World, ask: Ask, name: str) -> Repo | Answer:
    stage = by_actor(world, ask.one(name))
    if stage is None:
        return UNKNOWN_REPO
    if stage.access is Access.SUSPENDED:
        return problem("RepoTakendown", f"Repo has been takendown: {did(stage.account.key)}")
    return records.repository(world, stage)


def _list(world: World, ask: Ask) -> Answer:
    repo = _found(world, ask, "repo")
    if isinstance(repo, Answer):
        return repo
    collection, cursor = ask.one("collection"), ask.one("cursor")
    limit = ask.number("limit", 50, 100)
    keys = sorted((k for k in repo.records if k.startswith(f"{collection}/")), reverse=True)
    if cursor:
        keys = [key for key in keys if key < f"{collection}/{cursor}"]
    shown = keys[:limit]
    values = [_one(repo, key) for key in shown]
    more = {"cursor": shown[-1].split("/")[1]} if len(keys) > limit else {}
    return as_json({"records": values, **more})


def _record(world: World, ask: Ask) -> Answer:
    repo = _found(world, ask, "repo")
    if isinstance(repo, Answer):
        return repo
    key = f"{ask.one('collection')}/{ask.one('rkey')}"
    if key not in repo.records:
        return problem("RecordNotFound", f"Could not locate record: at://{repo.did}/{key}")
    return as_json(_one(repo, key))


def _one(repo: Repo, key: str) -> dict[str, object]:
    return {
        "uri": f"at://{repo.did}/{key}",
        "cid": text_of(cid(block(repo.records[key]))),
        "value": as_json_value(repo.records[key]),
    }


def _proof(world: World, ask: Ask) -> Answer:
    repo = _found(world, ask, "did")
    if isinstance(repo, Answer):
        return repo
    return as_bytes(repo.proof(f"{ask.one('collection')}/{ask.one('rkey')}"), CAR)


def _whole(world: World, ask: Ask) -> Answer:
    repo = _found(world, ask, "did")
    return repo if isinstance(repo, Answer) else as_bytes(repo.whole(), CAR)


def _latest(world: World, ask: Ask) -> Answer:
    repo = _found(world, ask, "did")
    if isinstance(repo, Answer):
        return repo
    return as_json({"cid": text_of(cid(repo.commit())), "rev": repo.rev})


def _status(world: World, ask: Ask) -> Answer:
    stage = by_actor(world, ask.one("did"))
    if stage is None:
        return UNKNOWN_REPO
    name = did(stage.account.key)
    if stage.access is Access.SUSPENDED:
        return as_json({"did": name, "active": False, "status": "takendown"})
    return as_json({"did": name, "active": True, "rev": records.repository(world, stage).rev})


def _describe(world: World, ask: Ask) -> Answer:
    repo = _found(world, ask, "repo")
    stage = by_actor(world, ask.one("repo"))
    if isinstance(repo, Answer) or stage is None:
        return repo if isinstance(repo, Answer) else UNKNOWN_REPO
    return as_json(
        {
            "handle": stage.handle,
            "did": repo.did,
            "didDoc": document(repo.did, stage.handle, ask.base),
            "collections": sorted({key.split("/")[0] for key in repo.records}),
            "handleIsCorrect": True,
        }
    )


def _blob(world: World, ask: Ask) -> Answer:
    stage = by_actor(world, ask.one("did"))
    for post in _pictured(world, stage):
        if post.picture and records.blob_cid(post) == ask.one("cid"):
            return as_bytes(draw(post.picture), MEDIA_TYPES[post.picture.format])
    return problem("InvalidRequest", "Blob not found")


def _blobs(world: World, ask: Ask) -> Answer:
    stage = by_actor(world, ask.one("did"))
    if stage is None:
        return UNKNOWN_REPO
    return as_json({"cids": sorted({records.blob_cid(p) for p in _pictured(world, stage)})})


def _pictured(world: World, stage: Stage | None) -> list[Shown]:
    if stage is None or stage.access is Access.SUSPENDED:
        return []
    return [post for post in world.live(stage.account.key) if post.picture]


METHODS: dict[str, Callable[[World, Ask], Answer]] = {
    "com.atproto.identity.resolveHandle": _resolve,
    "com.atproto.repo.listRecords": _list,
    "com.atproto.repo.getRecord": _record,
    "com.atproto.repo.describeRepo": _describe,
    "com.atproto.sync.getRecord": _proof,
    "com.atproto.sync.getRepo": _whole,
    "com.atproto.sync.getLatestCommit": _latest,
    "com.atproto.sync.getRepoStatus": _status,
    "com.atproto.sync.getBlob": _blob,
    "com.atproto.sync.listBlobs": _blobs,
}
