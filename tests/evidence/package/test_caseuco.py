"""The CASE/UCO view, as a JSON-LD processor that knows nothing of ours reads it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from rdflib import RDF, Graph, Namespace

from evidence.errors import PackageError
from evidence.package.caseuco import PATH
from evidence.verify import verify
from tests.packages.synthetic import NIP, Site, make_package, make_site

CORE = Namespace("https://ontology.unifiedcyberontology.org/uco/core/")
OBSERVABLE = Namespace("https://ontology.unifiedcyberontology.org/uco/observable/")
TYPES = Namespace("https://ontology.unifiedcyberontology.org/uco/types/")
CASE = Namespace("https://ontology.caseontology.org/case/investigation/")
ACTION = Namespace("https://ontology.unifiedcyberontology.org/uco/action/")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def package(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_package(site, tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def graph(package: Path) -> Graph:
    return Graph().parse(package / PATH, format="json-ld")


def test_every_open_object_is_a_file_with_its_hash_and_size(graph: Graph, package: Path) -> None:
    found = {}
    for item in graph.subjects(RDF.type, OBSERVABLE.ObservableObject):
        facets = list(graph.objects(item, CORE.hasFacet))
        [path] = [p for f in facets for p in graph.objects(f, OBSERVABLE.filePath)]
        [value] = [
            v for f in facets for h in graph.objects(f, OBSERVABLE.hash)
            for v in graph.objects(h, TYPES.hashValue)
        ]  # fmt: skip
        sizes = {int(s) for f in facets for s in graph.objects(f, OBSERVABLE.sizeInBytes)}
        found[str(path)] = (value.toPython().hex(), sizes)

    files = [p for p in (package / "data/objects").rglob("*") if p.is_file()]
    exported = max(files, key=lambda p: int(p.parent.name)).parent
    said = {
        str(p.relative_to(package)): (
            hashlib.sha256(p.read_bytes()).hexdigest(), {p.stat().st_size},
        )
        for p in files if p.parent != exported
    }  # fmt: skip
    assert found == said


def test_captures_are_actions_with_time_instrument_and_result(graph: Graph) -> None:
    actions = list(graph.subjects(RDF.type, CASE.InvestigativeAction))

    assert actions
    for action in actions:
        assert graph.value(action, ACTION.endTime).toPython().utcoffset() is not None
        assert graph.value(action, ACTION.instrument)
        assert graph.value(action, ACTION.performer)
        assert list(graph.objects(action, ACTION.result))


def test_exhibit_numbers_are_those_of_the_report(graph: Graph) -> None:
    numbers = {
        str(graph.value(record, CASE.exhibitNumber))
        for record in graph.subjects(RDF.type, CASE.ProvenanceRecord)
    }

    assert numbers == {"P-1", "P-2", "P-3", "P-4"}


def test_every_node_that_is_referred_to_is_described(graph: Graph) -> None:
    described = {str(s) for s in graph.subjects(RDF.type, None)}
    named = {str(o) for o in graph.objects() if str(o).startswith("urn:uuid:")}

    assert named <= described


def test_the_view_brings_its_context_along_and_names_nobody_by_number(package: Path) -> None:
    text = (package / PATH).read_text("utf-8")

    assert isinstance(json.loads(text)["@context"], dict)
    assert NIP not in text


def test_a_changed_view_is_found_by_the_verifier(site: Site, tmp_path: Path) -> None:
    package = make_package(site, tmp_path)
    path = package / PATH
    path.write_bytes(path.read_bytes().replace(b"P-1", b"P-9"))

    codes = {f.code for f in verify(package, site.trust).findings if f.severity == "error"}
    assert "FILE_HASH" in codes


def test_a_view_that_cannot_be_written_leaves_no_package(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.package.caseuco.PATH", "data/none/case-uco.jsonld")

    with pytest.raises(PackageError, match="case-uco"):
        make_package(site, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
