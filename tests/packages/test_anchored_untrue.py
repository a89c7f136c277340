"""An anchored head is what its folder and the trust file say, whoever exported it.

Here the exporter has the log's key: the description answers for every file, and every proof holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence.ledger import parse_checkpoint, parse_note
from evidence.package import write
from evidence.seal.anchor import Authority
from evidence.seal.key import open_key
from evidence.seal.trust import Trust
from tests.formats.second_reader import read_package
from tests.packages.browser import Reader, open_page
from tests.packages.synthetic import ORIGIN
from tests.packages.test_anchored_mutants import anchored, codes, said
from tests.packages.test_page_anchors import cosign, key

WITNESS = "saksi.test/satu"
Files = dict[str, bytes]
Change = Callable[[Files, Path], Files]


def as_it_is(files: Files, _keys: Path) -> Files:
    return files


def in_the_folder_of_another_size(files: Files, _keys: Path) -> Files:
    """The folder and its proof's own words give each head one leaf more; the hashes are sound."""
    moved = {}
    for path, data in files.items():
        head, size, name = path.rsplit("/", 2)
        more = int(size) + 1
        moved[f"{head}/{more}/{name}"] = data.replace(
            b"old %s\n" % size.encode(), b"old %d\n" % more
        )
    return moved


def of_another_log(files: Files, keys: Path) -> Files:
    """The same tree under another log's name, which the witness has never seen fork."""
    changed = dict(files)
    for path in (p for p in files if p.endswith("/checkpoint.txt")):
        text = parse_note(files[path]).text.replace(ORIGIN, "lain.test/jejak", 1)
        note = changed[path] = open_key(keys, ORIGIN).sign(text)
        signed = cosign(WITNESS)(parse_checkpoint(note)).objects[0].data
        changed[path.replace("checkpoint.txt", "0.cosig")] = signed
    return changed


def export(folder: Path, change: Change) -> tuple[Path, str]:
    """A package whose exporter changes the anchors' files before committing to them; the trust file."""
    real = write.anchor_files
    keys = folder / "site" / "keys"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            write, "anchor_files", lambda *given: change(dict(real(*given)), keys).items()
        )
        site, package = anchored(folder, Authority("witness", WITNESS, cosign(WITNESS)))
    return package, Trust(ORIGIN, (site.signer.vkey,), {}, (key(WITNESS),), 1).text("uji")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    return export(tmp_path_factory.mktemp("sound"), as_it_is)


@pytest.fixture(scope="module")
def reader(sound: tuple[Path, str]) -> Iterator[Reader]:
    with open_page() as page:
        yield Reader(page, sound[0])


def test_the_head_that_a_witness_signed_reaches_the_quorum(sound: tuple[Path, str]) -> None:
    report: dict[str, Any] = said(*sound)

    assert report["ok"]
    assert codes(report) == set()


@pytest.fixture(
    scope="module", params=[in_the_folder_of_another_size, of_another_log], ids=lambda c: c.__name__
)
def untrue(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    return export(tmp_path_factory.mktemp("untrue"), request.param)


def test_an_untrue_head_is_an_error_and_no_witness_counts_for_it(untrue: tuple[Path, str]) -> None:
    report = said(*untrue)

    assert codes(report) == {"ANCHOR_FORMAT", "WITNESS_QUORUM"}
    assert not report["ok"]
    assert read_package(*untrue).problems


@pytest.mark.browser
def test_an_untrue_head_gets_the_same_report_from_the_page(
    untrue: tuple[Path, str], reader: Reader
) -> None:
    assert reader.verify(*untrue) == said(*untrue)
