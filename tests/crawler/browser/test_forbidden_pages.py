"""No spelling of an address that is not public is reached by Chromium, in any way a page knows."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawler.browser import Look
from tests.crawler.browser.conftest import Rig, Site, usable
from tests.crawler.spelling import NAMES, Forbidden, addresses

pytestmark = pytest.mark.browser
WAYS = {
    "img": "tag('img', {src: u})",
    "srcset": "tag('img', {srcset: u + ' 2x'})",
    "iframe": "tag('iframe', {src: u})",
    "frame-meta": "tag('iframe', {srcdoc: `<meta http-equiv=refresh content='0;url=${u}'>`})",
    "frame-js": "tag('iframe', {srcdoc: `<script>location = '${js(u)}'</script>`})",
    "script": "tag('script', {src: u})",
    "module": "import(u).catch(no)",
    "style": "tag('link', {rel: 'stylesheet', href: u})",
    "css-import": "tag('style', {textContent: `@import url('${js(u)}');`})",
    "css-url": "tag('div', {style: `background:url('${js(u)}');width:9px;height:9px`})",
    "font": "new FontFace('f', `url('${js(u)}')`).load().catch(no)",
    "prefetch": "tag('link', {rel: 'prefetch', href: u})",
    "preload": "tag('link', {rel: 'preload', as: 'image', href: u})",
    "preconnect": "tag('link', {rel: 'preconnect', href: u})",
    "icon": "tag('link', {rel: 'icon', href: u})",
    "video": "tag('video', {src: u, autoplay: true, muted: true})",
    "audio": "tag('audio', {src: u, autoplay: true})",
    "poster": "tag('video', {poster: u})",
    "track": "(v => { const t = document.createElement('track'); t.default = true; t.src = u; "
    "v.append(t); v.textTracks[0].mode = 'showing' })(tag('video', {}))",
    "object": "tag('object', {data: u})",
    "embed": "tag('embed', {src: u})",
    "svg": "tag('div', {innerHTML: `<svg><image href='${u.replace(/'/g, '%27')}' width=9 height=9/>`})",
    "input": "tag('input', {type: 'image', src: u})",
    "form": "(f => { f.append(document.createElement('input')); f.submit() })"
    "(tag('form', {action: u, method: 'post', target: frame()}))",
    "fetch": "fetch(u, {mode: 'no-cors'}).catch(no)",
    "post": "fetch(u, {method: 'POST', mode: 'no-cors', body: 'x'}).catch(no)",
    "keepalive": "fetch(u, {mode: 'no-cors', keepalive: true}).catch(no)",
    "xhr": "(x => { x.open('GET', u); x.onerror = no; x.send() })(new XMLHttpRequest())",
    "websocket": "new WebSocket(u.replace(/^http/i, 'ws')).onerror = no",
    "events": "(e => { e.onerror = () => e.close() })(new EventSource(u))",
    "beacon": "navigator.sendBeacon(u, 'x')",
    "ping": "(a => { a.addEventListener('click', e => e.preventDefault); a.click() })"
    "(tag('a', {href: '#', ping: u, textContent: 'x'}))",
    "worker": "new Worker(URL.createObjectURL(new Blob([`fetch('${js(u)}', {mode: 'no-cors'})"
    ".catch(() => 0)`])))",
    "worker-socket": "new Worker(URL.createObjectURL(new Blob([`new WebSocket('${js(u)}'"
    ".replace(/^http/i, 'ws'))`])))",
    "shared-worker": "new SharedWorker(URL.createObjectURL(new Blob([`fetch('${js(u)}', "
    "{mode: 'no-cors'}).catch(() => 0)`])))",
    "popup": "window.open(u)",
    "speculation": "tag('script', {type: 'speculationrules', textContent: "
    "JSON.stringify({prefetch: [{source: 'list', urls: [u]}]})})",
    "webrtc-stun": "peer('stun:' + bare(u))",
    "webrtc-turn": "peer('turn:' + bare(u) + '?transport=tcp')",
    "transport": "new WebTransport(u.replace(/^http/i, 'https')).ready.catch(no)",
}
"""How a page reaches another address; `u` is the address with the way's name as its path."""

SELDOM = frozenset({"prefetch", "speculation", "icon", "transport", "webrtc-stun", "webrtc-turn",
                    "preconnect", "track", "font", "popup", "shared-worker", "srcset"})  # fmt: skip
"""Ways that headless Chromium may leave out, so that the control test does not ask for them."""

HEAVY = frozenset({"iframe", "frame-meta", "frame-js", "object", "embed", "form", "shared-worker",
                   "popup", "worker", "worker-socket"})  # fmt: skip
"""Ways that cost a process or a document each: they take a quarter of the spellings."""

SCRIPT = """
const no = () => 0, js = u => u.replace(/[\\\\'`]/g, c => '\\\\' + c).replace(/\\t/g, '\\\\t');
const bare = u => u.replace(/^[a-z]+:[\\/\\\\]*/i, '').replace(/^[^@]*@/, '').split('/')[0];
const tag = (name, with_) => {
  const e = Object.assign(document.createElement(name), with_);
  if (with_.style) e.style.cssText = with_.style;
  document.body.append(e); return e; };
let frames_ = 0;
const frame = () => { const n = 'f' + frames_++; tag('iframe', {name: n}); return n; };
const peer = url => { const p = new RTCPeerConnection(
    {iceServers: [{urls: url, username: 'a', credential: 'b'}]});
  p.createDataChannel('x'); p.createOffer().then(o => p.setLocalDescription(o)).catch(no); };
const ways = {%s}, every = %d, heavy = new Set(%s);
addEventListener('load', () => setTimeout(() => {
  Object.entries(ways).forEach(([name, go], way) => %s.forEach((u, n) => {
    if ((n + way) %% (heavy.has(name) && every > 1 ? every * 4 : every) === 0) try { go(u + '/' + name) } catch (e) { }
  }));
}, 0));
"""


def page(targets: list[str], ways: dict[str, str], every: int = 1) -> str:
    """A page that goes to targets in all ways; each way to another one of `every` targets."""
    made = ",".join(f"{json.dumps(name)}: u => {{ {code} }}" for name, code in ways.items())
    script = SCRIPT % (made, every, json.dumps(sorted(HEAVY)), json.dumps(targets))
    inner = script.replace("</", r"<\/")
    return f"<!doctype html><title>x</title><body>isi<script>{inner}</script>"


def noted(look: Look) -> dict[str, Any]:
    """What is said of the look in the exchange of the rendered document."""
    assert look.dom is not None
    said: dict[str, Any] = json.loads(dict(look.dom.response_headers)["X-Jejak-Look"])
    return said


def refused(look: Look) -> list[str]:
    """Hosts that were asked for and refused."""
    hosts: list[str] = noted(look)["blocked"]
    return hosts


def events(look: Look) -> dict[str, int]:
    """How often what happened."""
    counts: dict[str, int] = noted(look)["events"]
    return counts


@pytest.fixture(scope="module")
def forbidden() -> Iterator[Forbidden]:
    with Forbidden() as found:
        yield found


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch, forbidden: Forbidden) -> None:
    """Names that lead to loopback, one of them only when it is asked again; any port is a web port."""
    real, calls = socket.getaddrinfo, dict.fromkeys(NAMES, 0)

    def found(host: Any, port: Any, *more: Any, **other: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in calls:
            return real(host, port, *more, **other)
        calls[name] += 1
        inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        outside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port))]
        if name == "campur.uji":
            return outside + inside
        return outside if name == "rebind.uji" and calls[name] == 1 else inside

    monkeypatch.setattr(socket, "getaddrinfo", found)
    monkeypatch.setattr("crawler.proxy.CONNECT_TIMEOUT_S", 0.5)
    monkeypatch.setattr("crawler.proxy.PORTS", frozenset({80, 443, forbidden.port}))


@pytest.fixture(scope="module")
def strict(rigged: Callable[..., Rig], site: Site) -> Rig:
    """A browser that may reach the site and nothing else that is not public."""
    rig = rigged(replace(usable(), egress_allow=("127.0.0.2/32",), browser_at_once=6))
    rig.browser.limits = replace(rig.browser.limits, settle_s=3, quiet_s=0.3)
    return rig


def near(site: Site, url: str) -> str:
    """The site by an address of loopback that nothing else uses."""
    return url.replace("127.0.0.1", "127.0.0.2")


@pytest.mark.parametrize(
    ("parts", "every"), [(2, 9), pytest.param(8, 1, marks=pytest.mark.soak)], ids=["some", "all"]
)
def test_no_way_of_a_page_reaches_a_forbidden_address(
    strict: Rig, site: Site, forbidden: Forbidden, names: None, parts: int, every: int
) -> None:
    """Each of the spellings in some of the ways; all of them in all ways in the bigger form."""
    targets = addresses(forbidden.port)
    before = len(forbidden.reached)
    for part in range(parts):
        ways = dict(list(WAYS.items())[part::parts])
        look = strict.look(near(site, site.say(f"/jalan{part}", page(targets, ways, every))))

        assert forbidden.reached[before:] == []
        assert {"127.0.0.1", "dalam.uji"} <= set(refused(look))
        assert events(look)["requests"] > len(targets) * len(ways) / every / 4


def test_no_redirect_leads_a_page_to_a_forbidden_address(
    strict: Rig, site: Site, forbidden: Forbidden, names: None
) -> None:
    targets = addresses(forbidden.port)

    def onward(handler: Any) -> None:
        target = targets[int(urlsplit(handler.path).query.split("&")[0])]
        shown = (target + "/alih").encode().decode("latin-1")
        handler.send_response(302)
        handler._headers_buffer.append(f"Location: {shown}\r\n".encode("latin-1"))
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    site.do("/ke", onward)
    before = len(forbidden.reached)
    few = {name: WAYS[name] for name in ("img", "fetch", "iframe", "script", "video", "worker")}
    hops = [near(site, f"{site.base}/ke?{n}&") for n in range(len(targets))]
    look = strict.look(near(site, site.say("/alihan", page(hops, few, 4))))
    direct = strict.together([near(site, f"{site.base}/ke?{n}") for n in range(0, 60, 12)])

    assert forbidden.reached[before:] == []
    assert {"127.0.0.1", "dalam.uji"} <= set(refused(look))
    assert [one.document.status for one in direct] == [None] * len(direct)


def test_a_forbidden_address_that_is_asked_for_itself_is_refused_by_name(
    strict: Rig, forbidden: Forbidden, names: None
) -> None:
    asked = [url for url in addresses(forbidden.port) if urlsplit(url).scheme == "http"]
    before = len(forbidden.reached)

    looks = strict.together([f"{url}/langsung" for url in asked[::9]])

    assert forbidden.reached[before:] == []
    assert [look.document.status for look in looks] == [None] * len(looks)
    assert looks[0].document.error == "REFUSED_ADDRESS"


def test_the_counter_counts_each_way_where_the_rule_allows_it(
    rigged: Callable[..., Rig], site: Site, forbidden: Forbidden, names: None
) -> None:
    """The tests above can fail: where it is allowed, these ways reach the same server."""
    rig = rigged(replace(usable(), egress_allow=("0.0.0.0/0",)))
    rig.browser.limits = replace(rig.browser.limits, settle_s=3, quiet_s=0.3)
    before = len(forbidden.reached)
    rig.look(site.say("/boleh", page([f"http://127.0.0.1:{forbidden.port}"], WAYS)))

    reached = {line.split(" ")[1].lstrip("/") for line in forbidden.reached[before:] if " " in line}
    assert set(WAYS) - SELDOM <= reached
