"""verify.html says what verify.py says: same codes, places, words, counts and verdicts."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.model import StatementType
from evidence.verify import verify
from evidence.verify.verify import Malformed, decode, ed25519_verify, render_json
from tests.evidence.verify.test_proofs import IN_PAGE, TRIALS, as_page
from tests.packages.adversary import MANIFESTS, Twin
from tests.packages.browser import PAGE, Reader, content, open_page
from tests.packages.synthetic import START, Site, Visitor, make_package, make_site
from tests.packages.test_exporter import left_out, row_changed
from tests.packages.test_mutants import damage, scramble
from tests.packages.test_tampered import TWINS

ROOT = PAGE.parents[2]
MUTANTS = 220


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with open_page() as opened:
        yield opened


@pytest.fixture(scope="module")
def reader(page: Any, sound: Path) -> Reader:
    return Reader(page, sound)


def said(root: Path, trust: str) -> dict[str, Any]:
    """What verify.py says of a package."""
    value: dict[str, Any] = json.loads(render_json(verify(root, trust)))
    return value


def test_words_and_policy_are_those_that_the_script_writes() -> None:
    done = subprocess.run([sys.executable, ROOT / "scripts/verifier-page", "--check"], check=False)

    assert done.returncode == 0, "run scripts/verifier-page"


def test_the_page_may_reach_nothing_and_run_nothing_but_itself() -> None:
    text = PAGE.read_text("utf-8")
    policy = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[0]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))

    assert rules.pop("default-src") == rules.pop("base-uri") == rules.pop("form-action") == "'none'"
    for name in ("script", "style"):
        inside = re.findall(f"<{name}>(.*?)</{name}>", text, re.DOTALL)[0]
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert rules.pop(f"{name}-src") == f"'sha256-{digest}'"
    assert rules == {"require-trusted-types-for": "'script'", "trusted-types": "'none'"}
    assert not re.findall(r"https?://|innerHTML|insertAdjacent|fetch\(|XMLHttp|import\(", text)


@pytest.mark.browser
def test_the_sound_package_is_sound_in_the_page(reader: Reader, sound: Path, site: Site) -> None:
    expected = said(sound, site.trust)

    assert expected["ok"]
    assert reader.verify(sound, site.trust) == expected
    assert reader.verify(sound, site.trust, plain=True) == expected


@pytest.mark.browser
@pytest.mark.parametrize("name", sorted(set(TWINS) - {"file_replaced_by_a_link"}))
def test_a_tampered_twin_gets_the_same_report(
    name: str, reader: Reader, sound: Path, site: Site, tmp_path: Path
) -> None:
    _, tamper, covered = TWINS[name]
    package = Twin(sound, tmp_path / name)
    tamper(package, site)
    if covered:
        package.cover_up()

    assert reader.verify(package.root, site.trust) == said(package.root, site.trust)


def compare_mutants(
    kind: str, count: int, reader: Reader, sound: Path, trust: str, folder: Path
) -> None:
    """Damage one file of a package at a time, cover it up, and compare both reports."""
    seed = 31
    rng = random.Random(seed)
    package = Twin(sound, folder / "mutant")
    kept = {
        p.relative_to(sound).as_posix(): p.read_bytes() for p in sound.rglob("*") if p.is_file()
    }
    paths = [p for p in sorted(kept) if kind == "bytes" or p.endswith(".json")]
    for path in rng.choices(paths, k=count):
        if kind == "bytes":
            package.write(path, damage(kept[path], rng))
        else:
            package.write_json(path, scramble(json.loads(kept[path]), rng))
        if path not in MANIFESTS:
            package.cover_up()

        expected = said(package.root, trust)
        assert reader.verify(package.root, trust) == expected, f"seed {seed}, {path}"
        for name in (path, "bag-info.txt", *MANIFESTS):
            package.write(name, kept[name])


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["bytes", "values"])
def test_mutants_get_the_same_report(
    kind: str, reader: Reader, sound: Path, site: Site, tmp_path: Path
) -> None:
    compare_mutants(kind, MUTANTS // 2, reader, sound, site.trust, tmp_path)


@pytest.mark.browser
@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", ["bytes", "values"])
def test_a_thousand_mutants_get_the_same_report(
    kind: str, reader: Reader, sound: Path, site: Site, tmp_path: Path
) -> None:
    compare_mutants(kind, 500, reader, sound, site.trust, tmp_path)


@pytest.mark.browser
def test_holes_erasures_simulations_and_posts_get_the_same_report(
    reader: Reader, tmp_path: Path
) -> None:
    holes = make_site(tmp_path / "holes", holes=2)
    made = make_site(tmp_path / "simulated", clock="simulated")
    erased = make_site(tmp_path / "erased")
    visitor = Visitor(erased.archive, "system")
    facts = {"subject": erased.posts[0], "basis": "uji", "order": "P-1/2026"}
    visitor.put(visitor.recorder.draft(StatementType.ERASURE, START, facts))
    for rec in (erased.posts[0], *list((erased.recs or {}).values())[1:2]):
        erased.archive.erase(rec)
    later = make_site(tmp_path / "later", holes=2)
    row_changed(later)
    packages = [
        (make_package(holes, tmp_path / "a"), holes.trust, "SLOT_HOLE"),
        (make_package(made, tmp_path / "b", clock="simulated"), made.trust, "SIMULATED"),
        (make_package(erased, tmp_path / "c"), erased.trust, "ERASURE_UNEXPLAINED"),
        (make_package(erased, tmp_path / "d"), holes.trust, "NOTE_UNKNOWN_SIGNATURE"),
        (make_package(holes, tmp_path / "e", watches=(), posts=holes.posts, period=None),
         holes.trust, "OBJECT_WITHHELD"),
        (make_package(holes, tmp_path / "f", selection=left_out(holes, "campaign")),
         holes.trust, "SCHEDULE_ABSENT"),
        (make_package(later, tmp_path / "g", selection=left_out(later, "watch")),
         later.trust, "SCHEDULE_FORMAT"),
        (make_package(holes, tmp_path / "h", selection=replace(left_out(holes), watches=())),
         holes.trust, "OBJECT_WITHHELD"),
    ]  # fmt: skip

    for package, trust, code in packages:
        expected = said(package, trust)
        assert code in {finding["code"] for finding in expected["findings"]}
        assert reader.verify(package, trust) == expected


TEXTS = (
    b'{"a":1,"b":[]}', b'{"b":1,"a":2}', b'{"a":1,"a":1}', b'{"a":1} ', b'{ "a":1}', b"", b"nul",
    b"1.0", b"1e3", b"-0", b"01", b"-", b"NaN", b"-Infinity", b"9007199254740991",
    b"9007199254740992", b"-9007199254740991", b"123456789012345678901234567890", b'"\\u00e9"',
    '"é"'.encode(), b'"\\/"', b'"\\u000a"', b'"\\n"', b'"\\u001f"', b'"\\u001F"', b'"\x1f"',
    b'"\x7f"', b'"\\ud83d"', b'"\\ud83d\\ude00"', '"😀"'.encode(), b'"\xed\xa0\xbd"', b'"\xff"',
    '{"é":1}'.encode(), b'{"\\u00e9":1}', b'{"__proto__":{"a":1}}', b'{"10":1,"9":2}', b"\xef\xbb\xbf1",
    b"[" * 64 + b"]" * 64, b"[" * 66 + b"]" * 66, b"[" * 5000 + b"]" * 5000, b"[1,]", b"[,]",
    b'{"a"}', b'{"a":}', b'{a:1}', b"'a'", b'"a', b'"\\x41"', b'"\\u12"', b"true", b"True", b"[1 ,2]",
    '{"a":"\u2028\u0085 \u202e"}'.encode(), b"\x0c1", b"1 2", b'{"a":1}}',
)  # fmt: skip


@pytest.mark.browser
def test_only_the_proof_of_this_record_or_this_growth_holds_in_the_page(page: Any) -> None:
    said = page.evaluate(IN_PAGE, [as_page(trial) for trial in TRIALS])

    assert [t for t, held in zip(TRIALS, said, strict=True) if held is not t.sound] == []


@pytest.mark.browser
def test_json_is_taken_and_refused_alike(page: Any) -> None:
    """Refusals are compared, and values by being written again."""
    taken = page.evaluate(
        """texts => texts.map((text) => {
            try { jejak.decode(jejak.unhex(text)); return "taken"; } catch (error) { return error.message; }
        })""",
        [text.hex() for text in TEXTS],
    )
    expected = []
    for text in TEXTS:
        try:
            decode(text)
            expected.append("taken")
        except Malformed as error:
            expected.append(str(error))

    assert expected.count("taken") >= 8
    assert taken == expected


@pytest.mark.browser
def test_every_refusal_of_a_trust_file_is_said_in_indonesian(page: Any) -> None:
    source = (ROOT / "evidence/verify/verify.py").read_text("utf-8")
    said = {
        message.replace("{kind}", kind)
        for message in re.findall(r'raise TrustError\(f?"([^"]+)"\)', source)
        for kind in ("1", "4")
    }

    assert len(said) == source.count("raise TrustError(") + 1
    assert said <= set(page.evaluate("Object.keys(page.TRUST_ID)"))


@pytest.mark.browser
def test_its_own_digests_are_those_of_the_standard_library(page: Any) -> None:
    rng = random.Random(5)
    data = [rng.randbytes(n) for n in (0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 1000)]
    cuts = [rng.randrange(len(text) + 1) for text in data]

    found = page.evaluate(
        """([texts, cuts]) => texts.map(jejak.unhex).map((text, i) => [
            jejak.hex(jejak.sha256(text.subarray(0, cuts[i]), text.subarray(cuts[i]))),
            jejak.hex(jejak.sha512(text))])""",
        [[text.hex() for text in data], cuts],
    )

    assert found == [
        [hashlib.sha256(text).hexdigest(), hashlib.sha512(text).hexdigest()] for text in data
    ]


@pytest.mark.browser
def test_its_own_signature_check_agrees_over_damaged_signatures(page: Any) -> None:
    rng = random.Random(6)
    secret = Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
    public, message = secret.public_key().public_bytes_raw(), b"bawaslu.test/jejak\n4\n"
    sound = secret.sign(message)
    order = 2**252 + 27742317777372353535851937790883648493
    large = (int.from_bytes(sound[32:], "little") + order).to_bytes(32, "little")
    cases = [(public, sound), (public, sound[:32] + large), (bytes(32), sound), (b"\xff" * 32, sound),
             (public, bytes(64)), (public[:31], sound), (public, sound[:63])]  # fmt: skip
    for _ in range(12):
        pair = [bytearray(public), bytearray(sound)]
        part = rng.choice(pair)
        part[rng.randrange(len(part))] ^= 1 << rng.randrange(8)
        cases.append((bytes(pair[0]), bytes(pair[1])))

    found = page.evaluate(
        """async ([cases, message]) => {
            const said = [];
            for (const [key, signature] of cases) {
                const parts = [jejak.unhex(key), jejak.unhex(signature), jejak.unhex(message)];
                said.push([jejak.ed25519Plain(...parts), await jejak.ed25519(...parts, crypto.subtle)]);
            }
            return said;
        }""",
        [[[key.hex(), signature.hex()] for key, signature in cases], message.hex()],
    )

    expected = [ed25519_verify(key, signature, message) for key, signature in cases]
    assert found == [[holds, holds] for holds in expected]
    assert expected.count(True) == 1


@pytest.mark.browser
def test_a_file_too_large_for_memory_is_hashed_in_parts(
    page: Any, reader: Reader, sound: Path, site: Site, tmp_path: Path
) -> None:
    size = 33 << 20
    package = Twin(sound, tmp_path / "large")
    package.write("data/objects/1/besar.bin", bytes(size))
    package.cover_up()
    files = {p: d for p, d in content(package.root).items() if not p.endswith("besar.bin")}
    page.evaluate(
        """size => window.sound.set("data/objects/1/besar.bin", new Blob([new Uint8Array(size)]))""",
        size,
    )

    try:
        found = reader.verify_files("large", files, site.trust)
    finally:
        page.evaluate("""() => window.sound.delete("data/objects/1/besar.bin")""")

    assert found == said(package.root, site.trust)
    assert [f["code"] for f in found["findings"] if f["severity"] == "error"] == ["FILE_UNKNOWN"]


# --- the page itself, as somebody uses it --------------------------------------------------------


@pytest.fixture
def desk(page: Any, site: Site, tmp_path: Path) -> Iterator[tuple[Any, Path, list[str]]]:
    """A fresh page, the trust file, and what the page asked for or complained of."""
    trust = tmp_path / "kepercayaan.txt"
    trust.write_text(site.trust)
    fresh = page.context.browser.new_page()
    heard: list[str] = []
    fresh.on("request", lambda request: heard.append(request.url))
    fresh.on("console", lambda message: heard.append(message.text))
    fresh.on("pageerror", lambda error: heard.append(str(error)))
    fresh.goto(PAGE.as_uri())
    yield fresh, trust, heard
    fresh.close()


def drop(page: Any, selector: str, path: Path) -> None:
    """Drag a file or folder from the desktop onto a part of the page."""
    box = page.locator(selector).bounding_box()
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send(
            "Input.dispatchDragEvent",
            {"type": kind, "x": box["x"] + 20, "y": box["y"] + 20, "data": data},
        )


@pytest.mark.browser
def test_a_chosen_folder_is_checked_in_both_languages_and_nothing_is_asked_of_the_network(
    desk: tuple[Any, Path, list[str]], sound: Path
) -> None:
    page, trust, heard = desk
    page.set_input_files("#trust-file", trust)
    page.set_input_files("#package-files", sound)
    page.click("#check")
    page.wait_for_selector("#report:not([hidden])")

    assert "UTUH: setiap berkas" in page.inner_text("#verdicts")
    assert "Folder kosong" in page.inner_text("#unchecked")
    page.click("#lang-en")
    assert "INTACT: every file" in page.inner_text("#verdicts")
    assert "Empty folders" in page.inner_text("#unchecked")
    assert heard == [PAGE.as_uri()]


@pytest.mark.browser
def test_a_dropped_folder_shows_its_empty_and_hidden_parts(
    desk: tuple[Any, Path, list[str]], sound: Path, tmp_path: Path
) -> None:
    page, trust, _ = desk
    package = Twin(sound, tmp_path / "dropped")
    (package.root / "data/kosong").mkdir()
    package.write(".tersembunyi", b"x")
    drop(page, "#trust-zone", trust)
    drop(page, "#package-zone", package.root)
    page.wait_for_selector("#check:enabled")
    page.click("#check")
    page.wait_for_selector("#report:not([hidden])")

    found = page.inner_text("#findings")
    assert "data/kosong" in found
    assert ".tersembunyi" in found
    assert "Folder kosong" not in page.inner_text("#unchecked")
    assert "TIDAK UTUH" in page.inner_text("#verdicts")


@pytest.mark.browser
def test_a_result_never_stands_beside_another_key(
    desk: tuple[Any, Path, list[str]], sound: Path
) -> None:
    page, trust, _ = desk
    page.set_input_files("#trust-file", trust)
    page.set_input_files("#package-files", sound)
    page.click("#check")
    page.wait_for_selector("#report:not([hidden])")

    page.evaluate("""() => document.querySelector("#trust-zone details").open = true""")
    page.fill("#trust-text", "jejak-trust v1\norigin x\n")

    assert page.is_hidden("#report")
    assert page.is_disabled("#check")
    assert "tidak dapat dipakai" in page.inner_text("#trust-said")


@pytest.mark.browser
def test_captured_names_are_shown_as_text(
    desk: tuple[Any, Path, list[str]], sound: Path, tmp_path: Path
) -> None:
    page, trust, heard = desk
    package = Twin(sound, tmp_path / "hostile")
    package.write("data/<img src=x onerror=alert(1)>.txt", b"x")
    page.set_input_files("#trust-file", trust)
    page.set_input_files("#package-files", package.root)
    page.click("#check")
    page.wait_for_selector("#report:not([hidden])")

    assert "<img src=x onerror=alert(1)>" in page.inner_text("#findings")
    assert page.query_selector("#findings img") is None
    assert heard == [PAGE.as_uri()]


@pytest.mark.browser
def test_a_folder_around_the_package_is_pointed_out(
    desk: tuple[Any, Path, list[str]], sound: Path
) -> None:
    page, trust, _ = desk
    page.set_input_files("#trust-file", trust)

    page.set_input_files("#package-files", sound)
    page.wait_for_selector("#check:enabled")
    assert "bagit.txt" not in page.inner_text("#package-said")
    page.set_input_files("#package-files", sound.parent)
    page.wait_for_function("document.querySelector('#package-said .wrong')")
    assert "bagit.txt" in page.inner_text("#package-said")
