"""Layouts that changed: from a sound page, the same with one thing renamed, gone or of another kind.

For pages whose data is JSON, by itself, in lines or in scripts of a page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from crawler.page import Page
from evidence.model import Reading

DATA = re.compile(r'(<script type="application/json"[^>]*>)(.*?)(</script>)', re.DOTALL)
KEY = re.compile(r'"([A-Za-z_][A-Za-z0-9_]{1,60})"\s*:')


def page_of(case: Path, body: bytes | None = None) -> Page:
    """The page of a case, with another body if one is given."""
    said = json.loads((case / "page.json").read_text("utf-8"))
    given = (case / "body").read_bytes() if body is None else body
    return Page(said["url"], said["status"], said["headers"], given)


def sound(cases: Path) -> list[Path]:
    """Cases that show posts or accounts without drift."""
    found = []
    for case in sorted(cases.iterdir()):
        said = json.loads((case / "expected.json").read_text("utf-8"))
        kinds = {line["kind"] for line in said}
        if "drift" not in kinds and kinds & {"post", "account"}:
            found.append(case)
    return found


def layouts(text: str) -> Iterator[tuple[str, str]]:
    """(what changed, the page with it changed) for every key, and for the page as a whole."""
    for key in sorted(set(KEY.findall(text))):
        yield f"{key} renamed", re.sub(rf'"{key}"(\s*:)', rf'"{key}_v2"\1', text)
        yield f"{key} gone", mapped(text, lambda value, key=key: without(value, key))
        yield f"{key} of another kind", mapped(text, lambda value, key=key: retyped(value, key))
    for part in (3, 10, 30, 50, 70, 90, 97):
        yield f"cut at {part} %", text[: len(text) * part // 100]
    yield "wrapped", mapped(text, lambda value: {"payload": {"v": [value]}})


def mapped(text: str, change: Callable[[Any], Any]) -> str:
    """The page with every JSON value in it changed."""
    if DATA.search(text):
        return DATA.sub(lambda m: m[1] + dumped(change(json.loads(m[2]))) + m[3], text)
    try:
        return dumped(change(json.loads(text)))
    except ValueError:
        pass
    try:
        return "\n".join(dumped(change(json.loads(line))) for line in text.splitlines())
    except ValueError:
        return text


def dumped(value: Any) -> str:
    """JSON as it may stand in a script."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003C")


def without(value: Any, key: str) -> Any:
    """A value with a field left out wherever it stands."""
    if isinstance(value, dict):
        return {k: without(v, key) for k, v in value.items() if k != key}
    return [without(v, key) for v in value] if isinstance(value, list) else value


def retyped(value: Any, key: str) -> Any:
    """A value with a field of another kind wherever it stands."""
    if isinstance(value, dict):
        return {k: _other(v) if k == key else retyped(v, key) for k, v in value.items()}
    return [retyped(v, key) for v in value] if isinstance(value, list) else value


def _other(value: Any) -> Any:
    return [7] if not isinstance(value, list) else "seven"


Shown = tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]


def content(reading: Reading) -> Shown:
    """What must not be lost in silence: posts with words and media, accounts with their state."""
    return (
        {(post.native_id, post.author_id, post.text, len(post.media)) for post in reading.posts},
        {(account.native_id, account.state) for account in reading.accounts},
    )


def faults_of(before: Reading, after: Reading, what: str) -> list[str]:
    """What is wrong with how a changed layout was read; empty when it was heard of or harmless.

    Harmless: all that was shown is shown, and no post by anybody else.
    """
    told = bool(after.drift or after.states)
    wrong = []
    if any(" in " in d.detail and d.detail.split(" in ")[0].endswith("Error") for d in after.drift):
        wrong.append(f"{what}: the reader crashed")
    (had, who), (has, seen) = content(before), content(after)
    if not told and not (had <= has and who <= seen):
        wrong.append(f"{what}: lost content in silence")
    if not told and before.posts and {p[1] for p in has} - {p[1] for p in had}:
        wrong.append(f"{what}: took a stranger's post for the account's")
    if after.empty and not before.empty:
        wrong.append(f"{what}: called empty")
    return wrong
