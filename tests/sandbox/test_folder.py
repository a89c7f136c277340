"""The demonstration's folder: nothing but its own is ever thrown away."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.errors import ConfigError
from sandbox.folder import MARKER, Finished, begin, clear, finish, is_empty, standing, taken

LEFT = Finished("packages/p", statements=484, snapshots=28, outcomes=48)


def test_an_empty_folder_holds_no_run(tmp_path: Path) -> None:
    assert standing(tmp_path) is None


def test_a_run_that_was_broken_off_is_not_taken_for_a_finished_one(tmp_path: Path) -> None:
    begin(tmp_path)
    (tmp_path / "mongo").mkdir()

    assert standing(tmp_path) is None
    assert not is_empty(tmp_path)


def test_a_finished_run_says_what_it_left(tmp_path: Path) -> None:
    begin(tmp_path)
    finish(tmp_path, LEFT)

    assert standing(tmp_path) == LEFT


def test_a_folder_of_ours_is_emptied(tmp_path: Path) -> None:
    begin(tmp_path)
    (tmp_path / "mongo" / "journal").mkdir(parents=True)
    (tmp_path / "trust.txt").touch()

    clear(tmp_path)

    assert is_empty(tmp_path)


def test_a_link_in_the_folder_is_removed_but_not_followed(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "evidence").touch()
    ours = tmp_path / "demo"
    ours.mkdir()
    begin(ours)
    (ours / "packages").symlink_to(real)

    clear(ours)

    assert (real / "evidence").exists()
    assert is_empty(ours)


@pytest.mark.parametrize(
    "marker",
    [None, "", "[]", "{}", '{"made_by": "other", "finished": null}', '{"made_by": "jejak demo"}',
     '{"made_by": "jejak demo", "finished": {"package": "p"}}'],
)  # fmt: skip
def test_a_folder_without_our_marker_is_refused_and_not_touched(
    tmp_path: Path, marker: str | None
) -> None:
    (tmp_path / "mongo").mkdir()
    (tmp_path / "mongo" / "evidence").touch()
    if marker is not None:
        (tmp_path / MARKER).write_text(marker)

    with pytest.raises(ConfigError):
        standing(tmp_path)
    with pytest.raises(ConfigError):
        clear(tmp_path)
    assert (tmp_path / "mongo" / "evidence").exists()


def test_two_demonstrations_do_not_share_a_folder(tmp_path: Path) -> None:
    with taken(tmp_path / "demo"), pytest.raises(ConfigError), taken(tmp_path / "demo"):
        pytest.fail("the second one got in")

    with taken(tmp_path / "demo") as again:
        assert again == (tmp_path / "demo").resolve()


def test_a_marker_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigError):
        standing(tmp_path)
