"""Questions to a page, asked in a world of scripts that the page's own scripts cannot touch."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Error as PlaywrightError

WORLD = "jejak"

FACTS = """(function (middle) {
  const seen = e => {
    const s = getComputedStyle(e), r = e.getBoundingClientRect();
    return s.visibility !== 'hidden' && s.display !== 'none' && r.width > 1 && r.height > 1;
  };
  const box = e => e.getBoundingClientRect();
  const view = innerWidth * innerHeight;
  const dialog = e => e.matches(
    'dialog[open],[role=dialog],[role=alertdialog],[aria-modal=true]');
  const floats = e => ['fixed', 'sticky'].includes(getComputedStyle(e).position);
  const at = (x, y) => {
    let e = document.elementFromPoint(x, y);
    for (let inner; e && e.shadowRoot; e = inner) {
      inner = e.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === e) break;
    }
    return e;
  };
  const outer = e => e.parentElement ||
    (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
  const area = e => box(e).width * box(e).height;
  const worded = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  const covers = c => [...document.body.querySelectorAll('*')].slice(0, 3000).some(e => {
    if (c.contains(e) || e.contains(c) || !worded(e) || !seen(e)) return false;
    const r = box(e);
    return c.contains(at(r.left + r.width / 2, r.top + r.height / 2));
  });
  const veils = e => {
    const s = getComputedStyle(e);
    return s.filter.includes('blur(') ||
      (s.position === 'absolute' && area(e) > view / 2 && covers(e));
  };
  const above = (x, y, from = at(x, y)) => {
    const found = [];
    for (let e = from; e; e = outer(e))
      if (dialog(e) || (floats(e) && area(e) > view / 20) || veils(e)) found.push(e);
    return found;
  };
  const w = innerWidth, h = innerHeight;
  const centre = [...above(w / 2, h / 2), ...(middle ? above(0, 0, middle) : [])];
  const shown = [...document.querySelectorAll(
    'dialog[open],[role=dialog],[role=alertdialog],[aria-modal=true]')].slice(0, 200).filter(seen);
  const edges = [...above(w / 2, h - 20), ...above(w / 2, 20), ...above(40, h - 20)];
  const text = document.body ? document.body.innerText : '';
  return {
    text: text.trim().length,
    pictures: [...document.images].slice(0, 500)
      .filter(i => i.naturalWidth > 1 && seen(i)).length,
    height: Math.max(document.documentElement ? document.documentElement.scrollHeight : 0,
                     document.body ? document.body.scrollHeight : 0),
    view: h,
    overlay: centre.length > 0,
    banner: [...shown, ...edges].some(e => !centre.includes(e)),
    login: [...document.querySelectorAll('input[type=password]')].slice(0, 50).some(seen),
  };
})"""
"""A function of the element in the middle of the window, as the browser itself finds it: scripts are
not told of one that lets clicks through, nor of what is in a closed shadow root."""

THROUGH = """(async (most) => {
  const wait = ms => new Promise(done => setTimeout(done, ms));
  const end = () => Math.min(most, document.documentElement.scrollHeight);
  for (let y = 0, n = 0; y < end() && n < 24; y += innerHeight * 0.9, n++) {
    scrollTo(0, y);
    await wait(60);
  }
  scrollTo(0, 0);
  await wait(60);
})(%d)"""

END = "scrollTo(0, document.documentElement.scrollHeight)"

DOCUMENT = """(async (most) => {
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : '';
  const roots = [];
  const walk = root => {
    for (const e of root.querySelectorAll('*'))
      if (e.shadowRoot) { roots.push(e.shadowRoot); walk(e.shadowRoot); }
  };
  walk(document);
  const top = document.documentElement;
  let html = top ? top.outerHTML : '';
  if (top && roots.length && top.getHTML) {
    const open = top.cloneNode(false).outerHTML;
    html = open.slice(0, open.lastIndexOf('</')) + top.getHTML({shadowRoots: roots}) + '</html>';
  }
  const text = new Blob([(type + html).slice(0, most)]).stream();
  const packed = await new Response(text.pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
  let letters = '';
  for (let n = 0; n < packed.byteLength; n += 30000)
    letters += String.fromCharCode(...new Uint8Array(packed, n, Math.min(30000, packed.byteLength - n)));
  return {gzip: btoa(letters), length: (type + html).length};
})(%d)"""
"""The document as it stands, open shadow roots as declarative ones; cut at so many characters.

It comes compressed: on its way through Playwright it is held several times over, and six times as
large where it is escaped."""
UTF8_BYTES = 3
"""A UTF-16 unit takes at most so many in UTF-8."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page shows, counted.

    text: characters.   pictures: those that have loaded.   height, view: pixels.
    overlay: something lies over the middle of the window, or blurs it.   banner: something floats elsewhere.
    login:   a field for a password is shown.
    """

    text: int
    pictures: int
    height: int
    view: int
    overlay: bool
    banner: bool
    login: bool

    @property
    def blank(self) -> bool:
        """Whether there is nothing to be seen."""
        return not self.text and not self.pictures


class World:
    """A world of scripts in a page's main frame; made anew when the page went on."""

    def __init__(self, session: Any, frame: str) -> None:
        self._session = session
        self._frame = frame

    async def ask(self, expression: str, *, timeout_ms: int = 10_000) -> Any:
        """The value of an expression, awaited if it is a promise.

        Raises PlaywrightError when the page is gone, is busy for too long, or the expression fails.
        """
        said = await self._session.send(
            "Runtime.evaluate",
            {
                "expression": expression,
                "contextId": await self._context(),
                "returnByValue": True,
                "awaitPromise": True,
                "timeout": timeout_ms,
            },
        )
        if "exceptionDetails" in said:
            raise PlaywrightError("a question to the page failed")
        return said["result"].get("value")

    async def _context(self) -> int:
        """The world, in the main frame as it is now."""
        made = await self._session.send(
            "Page.createIsolatedWorld", {"frameId": self._frame, "worldName": WORLD}
        )
        context: int = made["executionContextId"]
        return context

    async def facts(self) -> Facts:
        """What the page shows now. Raises PlaywrightError as `ask` does."""
        context = await self._context()
        middle = await self._middle(context)
        said = await self._session.send(
            "Runtime.callFunctionOn",
            {
                "functionDeclaration": FACTS,
                "executionContextId": context,
                "arguments": [{"objectId": middle} if middle else {"value": None}],
                "returnByValue": True,
            },
        )
        if "exceptionDetails" in said:
            raise PlaywrightError("a question to the page failed")
        return Facts(**said["result"]["value"])

    async def _middle(self, context: int) -> str | None:
        """The element in the middle of the window, whatever hides it from scripts."""
        size = await self.ask("[innerWidth, innerHeight]")
        try:
            await self._session.send("DOM.enable")
            found = await self._session.send(
                "DOM.getNodeForLocation",
                {"x": size[0] // 2, "y": size[1] // 2, "ignorePointerEventsNone": True},
            )
            held = await self._session.send(
                "DOM.resolveNode",
                {"backendNodeId": found["backendNodeId"], "executionContextId": context},
            )
        except PlaywrightError:
            return None  # there is none: the page is empty there
        finally:
            await self._session.send("DOM.disable")
        named: str | None = held["object"].get("objectId")
        return named

    async def document(self, most: int) -> tuple[bytes, bool]:
        """The document serialised, UTF-8, at most so many UTF-16 units, and whether it was cut.

        Raises PlaywrightError as `ask` does.
        """
        said = await self.ask(DOCUMENT % most)
        unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            body = unpack.decompress(base64.b64decode(said["gzip"]), most * UTF8_BYTES)
        except (ValueError, zlib.error) as error:
            raise PlaywrightError("the page's document came damaged") from error
        return body, said["length"] > most or bool(unpack.unconsumed_tail)
