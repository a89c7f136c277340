"""Who is at the keyboard is the kernel's word."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from cli import person
from evidence.errors import ScopeError

OWN = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("LOGIN_UID", "UID_MAP", "SESSION_ID", "SESSIONS"):
        monkeypatch.setattr(person, name, tmp_path / name)
    monkeypatch.setattr(person, "ROOT", os.getuid())
    (tmp_path / "SESSION_ID").write_text("7\n")
    return tmp_path


def logged_in(kernel: Path, uid: int, noted: int) -> None:
    (kernel / "LOGIN_UID").write_text(f"{uid}\n")
    (kernel / "SESSIONS").mkdir()
    (kernel / "SESSIONS/7").write_text(f"# private\nUID={noted}\nACTIVE=1\n")


def test_the_account_that_logged_in_is_named_whatever_variables_say(
    kernel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged_in(kernel, 1, 1)
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER", "JEJAK_ACTOR"):
        monkeypatch.setenv(name, "orang lain")

    assert person.actor() == pwd.getpwuid(1).pw_name != OWN


@pytest.mark.parametrize("said", [str(2**32 - 1), "", None])
def test_without_a_login_it_is_the_account_the_program_runs_under(
    kernel: Path, said: str | None
) -> None:
    if said is not None:
        (kernel / "LOGIN_UID").write_text(said)

    assert person.actor() == OWN


def test_a_login_that_a_process_wrote_for_itself_is_not_believed(kernel: Path) -> None:
    (kernel / "LOGIN_UID").write_text("1\n")

    assert person.actor() == OWN


def test_a_login_noted_as_somebody_elses_is_not_believed(kernel: Path) -> None:
    logged_in(kernel, 1, 12)

    assert person.actor() == OWN


def test_a_note_that_root_did_not_write_vouches_for_nobody(
    kernel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged_in(kernel, 1, 1)
    monkeypatch.setattr(person, "ROOT", os.getuid() + 1)

    assert person.actor() == OWN


def test_an_account_without_a_name_is_called_by_its_number(kernel: Path) -> None:
    logged_in(kernel, 4000001, 4000001)

    assert person.actor() == "uid 4000001"


@pytest.mark.parametrize("within", ["0 1000 1", "0 0 65536", "0 0 4294967295\n1 1 1"])
def test_inside_a_user_namespace_nobody_is_sure(kernel: Path, within: str) -> None:
    (kernel / "UID_MAP").write_text(f"  {within}\n")

    with pytest.raises(ScopeError):
        person.sure_actor()


def test_outside_any_user_namespace_the_account_is_sure(kernel: Path) -> None:
    (kernel / "UID_MAP").write_text("         0          0 4294967295\n")

    assert person.sure_actor() == OWN
