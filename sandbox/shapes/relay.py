"""The envelope of Meta's web pages: data in `script[data-sjs]`, and a shell that fetches the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from sandbox.native import fold, milliseconds

STYLE = (
    "body{margin:0;background:#fafafa;font:16px/1.4 sans-serif;color:#111}"
    "main{max-width:600px;margin:24px auto}article{background:#fff;border:1px solid #ddd;"
    "border-radius:8px;padding:16px;margin-bottom:14px}article img{max-width:100%}"
)
SHOW = """
function show(path, texts, pictures) {
  fetch(path).then(r => r.text()).then(t => {
    const main = document.querySelector("main"), seen = [];
    for (const line of t.split("\\n")) { if (line) seen.push(JSON.parse(line)); }
    const walk = v => {
      if (Array.isArray(v)) { v.forEach(walk); return; }
      if (!v || typeof v !== "object") { return; }
      for (const k in v) {
        if (texts.includes(k) && v[k] && typeof v[k].text === "string") {
          const p = document.createElement("article"); p.textContent = v[k].text; main.append(p);
        } else if (pictures.includes(k) && Array.isArray(v[k]) && v[k].length) {
          const i = document.createElement("img"); i.src = v[k][0].url; main.append(i);
        }
        walk(v[k]);
      }
    };
    seen.forEach(walk);
  });
}
"""


def number(moment: datetime, key: str) -> str:
    """A post's number: milliseconds, then 20 bits that tell posts of one instant apart."""
    return str(milliseconds(moment) << 20 | fold("meta post", key) & 0xFFFFF)


def account_number(key: str) -> str:
    """An account's number."""
    return str(10_000_000_000 + fold("meta account", key) % 50_000_000_000)


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970."""
    return milliseconds(moment) // 1000


def prefetched(data: Any, name: str, **beside: Any) -> dict[str, Any]:
    """One answer as a page carries it for its own program (Relay's prefetched stream)."""
    result = {"data": data, "extensions": {"is_final": True}, **beside}
    box = {"complete": True, "result": result, "sequence_number": 0}
    inner = ["RelayPrefetchedStreamCache", "next", [], [f"adp_{name}", {"__bbox": box}]]
    return {"require": [["ScheduledServerJS", "handle", None, [{"__bbox": {"require": [inner]}}]]]}


def routed(route: Mapping[str, Any]) -> dict[str, Any]:
    """The route a page was made for, as its program is started with it."""
    root = ["CometPlatformRootClient", "init", [], [{"initialRouteInfo": {"route": route}}]]
    user = [["CurrentUserInitialData", [], {"ACCOUNT_ID": "0", "USER_ID": "0"}, 270]]
    box = {"define": user, "require": [root]}
    return {"require": [["ScheduledServerJS", "handle", None, [{"__bbox": box}]]]}


def page(
    title: str,
    blocks: Sequence[Any],
    *,
    meta: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    script: str = "",
    body: str = "",
) -> str:
    """A whole page. blocks: JSON of its data scripts; script: program that runs at its end."""
    tags = "".join(
        f'<meta property="{escape(name)}" content="{escape(said)}">'
        for name, said in (meta or {}).items()
    ) + "".join(f'<link rel="{escape(r)}" href="{escape(h)}">' for r, h in (links or {}).items())
    data = "".join(
        f'<script type="application/json" data-content-len="{len(text)}" data-sjs>{text}</script>'
        for text in (as_text(block) for block in blocks)
    )
    program = f"<script>{SHOW}{script}</script>" if script else ""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">{tags}<style>{STYLE}</style>'
        f"<title>{escape(title)}</title></head><body><main>{body}</main>{data}{program}"
        f"</body></html>"
    )


def as_text(value: Any) -> str:
    """JSON as it may stand inside of a script element."""
    said = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return said.replace("<", "\\u003C").replace("/", "\\/")
