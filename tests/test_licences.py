"""What the project needs to run may be used with Apache-2.0 code by anybody (decision 0008)."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

REFUSED = re.compile(
    r"\b(?:AGPL|GPL|SSPL|BUSL|Commons.Clause|Affero|General Public License)", re.IGNORECASE
)
WEAK = re.compile(r"\bLGPL|Lesser General Public", re.IGNORECASE)
"""Used as a library and not linked in: allowed. Nothing needs it today."""
CHOSEN = {"pyphen": "Mozilla Public License 1.1"}
"""Offered under several licences at the taker's choice; the one we take, which it must still offer."""


def test_nothing_needed_to_run_is_under_a_licence_that_binds_its_users() -> None:
    found = {
        name: said
        for name, said in _licences("jejak").items()
        if REFUSED.search(WEAK.sub("", said)) and CHOSEN.get(name, "-") not in said
    }

    assert found == {}


def test_every_library_says_its_licence() -> None:
    silent = [name for name, said in _licences("jejak").items() if not said.strip()]

    assert silent == []


def test_the_check_would_refuse_an_affero_library() -> None:
    assert REFUSED.search("GNU Affero General Public License v3")
    assert REFUSED.search("AGPL-3.0-or-later")
    assert REFUSED.search("SSPL-1.0")
    assert not REFUSED.search("MPL-2.0")
    assert not REFUSED.search("Apache-2.0 OR BSD-3-Clause")


def _licences(root: str) -> dict[str, str]:
    """Licence words of a distribution and of all it requires here, by normalised name."""
    said: dict[str, str] = {}
    waiting = [root]
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in said:
            continue
        try:
            found = distribution(name)
        except PackageNotFoundError:  # required on other systems or Pythons only
            continue
        said[name] = _words(found)
        waiting += [
            re.split(r"[^A-Za-z0-9._-]", need, maxsplit=1)[0]
            for need in found.requires or []
            if "extra ==" not in need
        ]
    return said


def _words(found: Distribution) -> str:
    meta = found.metadata
    classifiers = [one for one in meta.get_all("Classifier") or [] if one.startswith("License")]
    first_line = (meta.get("License") or "").split("\n", 1)[0]
    return " ".join([meta.get("License-Expression") or "", first_line, *classifiers])
