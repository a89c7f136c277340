"""The package as CASE/UCO JSON-LD, for tools that exchange investigations; a view, no evidence.

Ontologies: CASE 1.3 (caseontology.org) and UCO 1.3 (unifiedcyberontology.org). Written node by node,
with its context inside, so that a reader fetches nothing.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evidence.canonical import instant
from evidence.errors import PackageError
from evidence.model import Entry, StatementType
from evidence.package import layout
from evidence.package.report import Facts

PATH = "data/report/case-uco.jsonld"
CONTEXT = {
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "uco-vocabulary": "https://ontology.unifiedcyberontology.org/uco/vocabulary/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
NAMESPACE = uuid.UUID("6d4bb2c8-6f1f-5d0e-9a38-0f5f7c2f3e11")
"""Names of nodes that are no records are derived in it; a record's node is named by its id."""
ACTIONS = {
    "HUMAN": "receipt of what a person captured",
    "OFFICIAL": "capture of an official interface",
}


def write_view(
    facts: Facts, export: Mapping[str, Any], sizes: Mapping[str, int], root: Path
) -> str:
    """Write the view into the package folder; returns its path in the package.

    sizes: bytes of each packed file.   export: see `export.export_words`.   Raises PackageError.
    """
    try:
        with (root / PATH).open("x", encoding="utf-8", newline="\n") as file:
            file.write('{"@context":' + _json(CONTEXT) + ',\n"@graph":[')
            for number, node in enumerate(_nodes(facts, export, sizes)):
                file.write((",\n" if number else "\n") + _json(node))
            file.write("\n]}\n")
    except OSError as error:
        raise PackageError(f"package file {PATH}", f"{error.strerror}") from error
    return PATH


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def _nodes(
    facts: Facts, export: Mapping[str, Any], sizes: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    tool, office = _derived("tool", export["software"]), _derived("office", export["organisation"])
    name, _, version = str(export["software"]).partition(" ")
    yield {
        "@id": tool, "@type": "uco-tool:Tool",
        "uco-core:name": name, "uco-tool:version": version,
    }  # fmt: skip
    yield {
        "@id": office, "@type": "uco-identity:Organization",
        "uco-core:name": export["organisation"],
    }  # fmt: skip
    yield {
        "@id": _record(export["rec"]), "@type": "case-investigation:Investigation",
        "uco-core:name": facts.brief.case.number or str(export["purpose"]),
        "uco-core:object": [{"@id": _record(e.statement.rec)} for e in _captures(facts)],
    }  # fmt: skip
    for entry in facts.entries:
        observables = list(_observables(facts, entry, sizes))
        yield from observables
        results = [{"@id": node["@id"]} for node in observables]
        if entry.statement.type is StatementType.CAPTURE:
            yield _action(entry, results, tool, office)
        number = facts.briefed.numbers.get(entry.statement.rec)
        if number:
            yield {
                "@id": _record(entry.statement.rec), "@type": "case-investigation:ProvenanceRecord",
                "case-investigation:exhibitNumber": f"P-{number}",
                "uco-core:object": results,
            }  # fmt: skip


def _captures(facts: Facts) -> Iterator[Entry]:
    return (e for e in facts.entries if e.statement.type is StatementType.CAPTURE)


def _action(entry: Entry, results: list[Any], tool: str, office: str) -> dict[str, Any]:
    """The fetch that a capture statement records."""
    at = {"@type": "xsd:dateTime", "@value": instant(entry.statement.at)}
    via = str(entry.statement.facts.get("via"))
    fetched = entry.statement.facts.get("fetched_at")
    if isinstance(fetched, str):
        at = {"@type": "xsd:dateTime", "@value": fetched}
    return {
        "@id": _record(entry.statement.rec),
        "@type": "case-investigation:InvestigativeAction",
        "uco-action:endTime": at,
        "uco-action:instrument": {"@id": tool},
        "uco-action:performer": {"@id": office},
        "uco-action:result": results,
        "uco-core:name": f"{ACTIONS.get(via, 'capture')}, log entry {entry.index}",
    }


def _observables(facts: Facts, entry: Entry, sizes: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """The disclosed objects of an entry, as files of the package."""
    url = (facts.said.get(entry.index, {}).get("exchange") or {}).get("url")
    for ref in entry.statement.objects:
        path = layout.object_path(entry.index, ref.role, ref.media)
        if path not in facts.hashes:
            continue
        size = {"@type": "xsd:integer", "@value": str(sizes[path])}
        facets = [
            {
                "@id": _derived("file", entry.statement.rec, ref.role),
                "@type": "uco-observable:FileFacet",
                "uco-observable:filePath": path, "uco-observable:sizeInBytes": size,
            },
            {
                "@id": _derived("content", entry.statement.rec, ref.role),
                "@type": "uco-observable:ContentDataFacet",
                "uco-observable:hash": {
                    "@id": _derived("hash", entry.statement.rec, ref.role),
                    "@type": "uco-types:Hash",
                    "uco-types:hashMethod": {
                        "@type": "uco-vocabulary:HashNameVocab", "@value": "SHA256",
                    },
                    "uco-types:hashValue": {
                        "@type": "xsd:hexBinary", "@value": facts.hashes[path],
                    },
                },
                "uco-observable:mimeType": ref.media, "uco-observable:sizeInBytes": size,
            },
        ]  # fmt: skip
        if ref.role == "body" and isinstance(url, str) and url:
            facets.append({
                "@id": _derived("url", entry.statement.rec),
                "@type": "uco-observable:URLFacet",
                "uco-observable:fullValue": url,
            })  # fmt: skip
        yield {
            "@id": _derived("object", entry.statement.rec, ref.role),
            "@type": "uco-observable:ObservableObject",
            "uco-core:hasFacet": facets,
        }


def _record(rec: str) -> str:
    """A record's name: its id in the form of a UUID."""
    return f"urn:uuid:{uuid.UUID(rec)}"


def _derived(*parts: str) -> str:
    return f"urn:uuid:{uuid.uuid5(NAMESPACE, chr(0).join(parts))}"
