"""What one look at a page keeps, on a real Chromium."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pytest
from PIL import Image

from crawler.browser import Look
from evidence.model import CaptureKind, CaptureState, Exchange

pytestmark = pytest.mark.browser
BACKGROUND = "background:linear-gradient(red,blue)"


def note(part: Exchange | None) -> dict[str, Any]:
    """What is said of the look in the exchange of a rendering."""
    assert part is not None
    said: dict[str, Any] = json.loads(dict(part.response_headers)["X-Jejak-Look"])
    return said


def shot(look: Look) -> Exchange:
    assert look.shot is not None
    return look.shot


def dom(look: Look) -> str:
    assert look.dom is not None
    return look.dom.body.decode()


def test_the_document_is_kept_byte_for_byte_though_it_came_compressed(rig: Any, site: Any) -> None:
    page = b"<!doctype html><meta charset=latin1><p>Se\xf1or \xff\x00 akhir</p>\r\n"
    url = site.say("/mampat", gzip.compress(page), headers=(("Content-Encoding", "gzip"),))

    document = rig.look(url).document

    assert document.body == page
    assert document.flags == ("browser", "decoded")
    assert ("X-Orig-Content-Encoding", "gzip") in document.response_headers
    assert document.remote == "127.0.0.1"
    assert ("User-Agent", "Jejak/uji (+https://contoh.example)") in document.request_headers


def test_the_rendered_document_comes_whole_in_whatever_letters_it_is(rig: Any, site: Any) -> None:
    text = "Pemilu 😀 ꦗꦼꦗꦏ\ufffd é " * 1_000

    look = rig.look(site.say("/huruf", f"<p id=isi>{text}</p>"))

    assert look.dom.state is CaptureState.COMPLETE
    assert f">{text}</p>" in dom(look)


def test_data_answers_of_the_named_paths_are_kept_with_what_was_sent(rig: Any, site: Any) -> None:
    site.say("/api/daftar", '{"a": "isi dari jawaban"}', kind="application/json")
    site.say("/lain/daftar", '{"b": 1}', kind="application/json")
    url = site.say(
        "/aplikasi",
        "<body><script>fetch('/lain/daftar'); fetch('/api/daftar?n=1', {method: 'POST', body: "
        "'{\"id\": 7}'}).then(r => r.json()).then(j => document.body.append(j.a))</script>",
    )

    look = rig.look(url, "/api/*")

    assert [(a.url, a.method, a.status, a.body, a.request_body) for a in look.answers] == [
        (f"{site.base}/api/daftar?n=1", "POST", 200, b'{"a": "isi dari jawaban"}', b'{"id": 7}')
    ]
    assert "isi dari jawaban" in dom(look)  # the page got what was kept


def test_redirects_and_pages_that_went_on_are_kept_before_the_document(rig: Any, site: Any) -> None:
    site.say("/masuk", "<p>Silakan masuk</p>")
    site.say("/antara", "<script>location = '/masuk'</script>")
    url = site.say("/awal", b"", status=302, headers=(("Location", "/antara"),))

    look = rig.look(url)

    assert [(hop.url.removeprefix(site.base), hop.status) for hop in look.hops] == [
        ("/awal", 302), ("/antara", 200)
    ]  # fmt: skip
    assert look.document.url == f"{site.base}/masuk"
    assert look.dom is not None
    assert look.dom.url == f"{site.base}/masuk"


def test_a_document_that_robots_txt_forbids_is_not_asked_for_behind_a_redirect(
    rig: Any, site: Any
) -> None:
    site.say("/terlarang", "<p>rahasia</p>")
    url = site.say("/menuju", b"", status=302, headers=(("Location", "/terlarang"),))
    rig.refuse = ("/terlarang",)
    try:
        look = rig.look(url)
    finally:
        rig.refuse = ()

    assert (look.document.error, look.document.status) == ("ROBOTS", None)
    assert look.document.url == f"{site.base}/terlarang"
    assert ("GET", "/terlarang") not in site.asked


def test_a_whole_page_is_complete(rig: Any, site: Any) -> None:
    look = rig.look(site.say("/utuh", f"<h1>Halo</h1><div style='height:3000px;{BACKGROUND}'>"))

    picture = Image.open(io.BytesIO(shot(look).body))
    assert shot(look).state is CaptureState.COMPLETE
    assert look.troubles == ()
    assert picture.width == 1280
    assert picture.height > 3000
    assert shot(look).kind is CaptureKind.SCREENSHOT
    assert (shot(look).status, look.dom.status) == (200, 200)


@pytest.mark.parametrize("body", ["", "<html></html>", "<div style='height:900px'></div>"])
def test_a_blank_page_is_never_complete(rig: Any, site: Any, body: str) -> None:
    look = rig.look(site.say("/kosong", f"<!doctype html>{body}"))

    assert shot(look).state is CaptureState.PARTIAL
    assert "blank" in shot(look).flags
    assert "RENDERED_BLANK" in dict(look.troubles)


def test_text_in_the_colour_of_its_background_is_blank(rig: Any, site: Any) -> None:
    look = rig.look(site.say("/putih", "<body style='color:#fff;background:#fff'>ada teks"))

    assert "blank" in shot(look).flags


WALLS = {
    "dialog": "<div role=dialog style='position:fixed;inset:10%;background:#ccc'>Masuk</div>",
    "cover": "<div style='position:fixed;inset:0;background:#ccc'>Masuk dulu</div>",
    "open dialog": "<dialog id=d>Masuk dulu</dialog><script>d.showModal()</script>",
    "shadow": "<x-a></x-a><script>document.querySelector('x-a').attachShadow({mode:'open'})"
    ".innerHTML='<div style=\"position:fixed;inset:0;background:#ccc\">Masuk</div>'</script>",
    "closed shadow": "<x-a></x-a><script>document.querySelector('x-a').attachShadow({mode:'closed'})"
    ".innerHTML='<div style=\"position:fixed;inset:0;background:#ccc\">Masuk</div>'</script>",
    "lets clicks through": "<div style='position:fixed;inset:0;background:#cce;pointer-events:none'>"
    "Masuk</div>",
    "absolute": "<div style='position:absolute;inset:0;background:#ccc'>Masuk dulu</div>",
    "popover": "<div popover id=d style='width:80vw;height:80vh'>Masuk</div>"
    "<script>d.showPopover()</script>",
    "frame": "<iframe style='position:fixed;inset:0;width:100%;height:100%' srcdoc=Masuk></iframe>",
    "blurred": "<div style='filter:blur(12px);height:900px'>Isi yang dikaburkan</div>",
}


@pytest.mark.parametrize("name", WALLS)
def test_what_lies_over_the_page_is_recorded_and_never_complete(
    rig: Any, site: Any, name: str
) -> None:
    look = rig.look(site.say("/tirai", f"<p>Isi di bawahnya</p>{WALLS[name]}"))

    assert "overlay" in shot(look).flags
    assert shot(look).state is CaptureState.PARTIAL


def test_content_in_a_container_of_its_own_is_no_wall(rig: Any, site: Any) -> None:
    """Many pages have all they show in one; nothing lies beneath it."""
    body = "<p style='margin-left:80%'>Tepi</p><main style='position:absolute;inset:0 30% 0 0'>Isi"

    look = rig.look(site.say("/wadah", f"<!doctype html>{body}</main>"))

    assert "overlay" not in shot(look).flags
    assert shot(look).state is CaptureState.COMPLETE


def test_a_password_field_is_recorded_and_never_complete(rig: Any, site: Any) -> None:
    look = rig.look(site.say("/sandi", "<form>Nama <input><input type=password></form>"))

    assert "login" in shot(look).flags
    assert shot(look).state is CaptureState.PARTIAL


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("<p>Periksa dahulu</p><div class='g-recaptcha' style='height:80px'>kotak</div>", ()),
        ("<script>document.write('<p>Tahan tombol</p><div id=px-captcha>o</div>')</script>", ()),
        ("<p>Tunggu sebentar</p>", (("CF-Mitigated", "challenge"),)),
    ],
)
def test_a_challenge_in_place_of_the_page_is_recorded_and_never_complete(
    rig: Any, site: Any, body: str, headers: Any
) -> None:
    """Also one that no reader is given, in the picture of a post."""
    look = rig.look(site.say("/tantangan", f"<body>{body}", headers=headers))

    assert look.wall
    for part in (look.dom, look.shot):
        assert (part.state, "wall" in part.flags) == (CaptureState.PARTIAL, True)


def test_a_captcha_below_an_article_is_no_wall(rig: Any, site: Any) -> None:
    story = f"<article><h1>Rapat</h1><p>{'Warga desa membahas jalan. ' * 20}</p></article>"
    look = rig.look(site.say("/komentar", f"<body>{story}<div class='g-recaptcha'>kotak</div>"))

    assert look.wall == ""
    assert shot(look).state is CaptureState.COMPLETE


def test_a_cookie_banner_is_recorded_not_clicked(rig: Any, site: Any) -> None:
    look = rig.look(
        site.say(
            "/kuki",
            "<p>Isi</p><div role=dialog style='position:fixed;bottom:0;left:0;right:0;height:90px'>"
            "Kuki? <button onclick=\"fetch('/diklik')\">Ya</button></div>",
        )
    )

    assert "banner" in shot(look).flags
    assert "overlay" not in shot(look).flags
    assert shot(look).state is CaptureState.COMPLETE
    assert ("GET", "/diklik") not in site.asked


def test_pictures_below_the_window_are_scrolled_into_view(rig: Any, site: Any) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 40), "green").save(picture, "PNG")
    site.say("/malas.png", picture.getvalue(), kind="image/png")
    url = site.say(
        "/malas", "<p>atas</p><div style='height:6000px'></div><img loading=lazy src=/malas.png>"
    )

    look = rig.look(url)

    assert ("GET", "/malas.png") in site.asked
    assert "blank" not in shot(look).flags


def test_scrolling_lets_a_page_fetch_more(rig: Any, site: Any) -> None:
    site.say("/api/lagi", "[1]", kind="application/json")
    url = site.say(
        "/gulir",
        "<p>awal</p><div style='height:2000px'></div><script>let n = 0; addEventListener('scroll', "
        "() => { if (scrollY > 500 && n++ < 1) fetch('/api/lagi') })</script>",
    )

    assert len(rig.look(url, "/api/*", scrolls=1).answers) == 1


def test_open_shadow_roots_are_in_the_rendered_document(rig: Any, site: Any) -> None:
    url = site.say(
        "/bayangan",
        "<p>terang</p><x-b></x-b><script>document.querySelector('x-b')"
        ".attachShadow({mode:'open'}).innerHTML='<b>dalam bayangan</b>'</script>",
    )

    said = dom(rig.look(url))

    assert "<b>dalam bayangan</b>" in said
    assert said.count("terang") == 1


def test_a_page_cannot_change_what_is_said_of_it(rig: Any, site: Any) -> None:
    url = site.say(
        "/licik",
        "<!doctype html><p>benar</p><script>Object.defineProperty(Element.prototype, 'outerHTML', "
        "{get: () => 'palsu'}); Object.defineProperty(HTMLElement.prototype, 'innerText', {get: () "
        "=> ''}); window.JSON = null; document.elementFromPoint = () => { throw 1 }</script>",
    )

    look = rig.look(url)

    assert "<p>benar</p>" in dom(look)
    assert note(look.dom)["text"] == 5


def test_a_page_taller_than_the_limit_is_cut_and_partial(rig: Any, site: Any) -> None:
    look = rig.look(site.say("/tinggi", f"<p>a</p><div style='height:90000px;{BACKGROUND}'>"))

    assert Image.open(io.BytesIO(shot(look).body)).height == 12_000
    assert shot(look).state is CaptureState.PARTIAL
    assert "download_stopped" in shot(look).flags


def test_a_document_over_the_limit_is_cut_and_partial(rig: Any, site: Any) -> None:
    look = rig.look(site.say("/besar", "<p>awal</p><!--" + "x" * 2_000_000))

    assert len(look.document.body) == 1_000_000
    assert look.document.state is CaptureState.PARTIAL
    assert "download_stopped" in look.document.flags


def test_what_a_page_may_not_do_is_refused_and_counted(rig: Any, site: Any) -> None:
    site.say("/unduh", b"isi", headers=(("Content-Disposition", "attachment; filename=a.exe"),))
    url = site.say(
        "/nakal",
        "<p id=p>x</p><script>alert('hai'); confirm('?'); window.open('/jendela'); "
        "const a = document.createElement('a'); a.href = '/unduh'; a.download = 'a'; a.click();"
        "const say = s => document.body.append(' ' + s);"
        "navigator.geolocation.getCurrentPosition(() => say('geo-ya'), () => say('geo-tidak'));"
        "Notification.requestPermission().then(s => say('notif-' + s));"
        "navigator.clipboard.readText().then(() => say('klip-ya'), () => say('klip-tidak'));"
        "console.error('isi konsol');</script>",
    )

    look = rig.look(url)

    said, text = note(look.dom), dom(look)
    assert said["events"]["dialogs"] == 2
    assert said["console"]["error"] >= 1
    assert "isi konsol" not in json.dumps(said)
    assert "geo-tidak" in text
    assert "klip-tidak" in text
    assert "notif-granted" not in text


def test_an_address_that_is_not_of_the_web_is_not_looked_at(rig: Any) -> None:
    from evidence.errors import FetchError

    for url in ("file:///etc/passwd", "chrome://version", "view-source:http://x/", "data:,x"):
        with pytest.raises(FetchError):
            rig.look(url)


@pytest.mark.parametrize("to", ["https://[contoh.example/", "https://contoh.example:99999999/"])
def test_a_redirect_to_no_address_is_a_failed_attempt(rig: Any, site: Any, to: str) -> None:
    url = site.say("/ke-mana", "", status=302, headers=(("Location", to),))

    document = rig.look(url).document

    assert (document.url, document.status, document.error) == (url, None, "CONNECTION_LOST")


def test_a_redirect_to_a_file_is_refused(rig: Any, site: Any) -> None:
    url = site.say("/kefile", b"", status=302, headers=(("Location", "file:///etc/passwd"),))

    look = rig.look(url)

    assert look.document.status is None
    assert look.document.error == "REFUSED_ADDRESS"
    assert look.dom is None


def test_nothing_of_one_look_is_left_for_the_next(rig: Any, site: Any) -> None:
    url = site.say(
        "/ingat",
        "<p id=p></p><script>p.textContent = 'lihat ' + document.cookie + (localStorage.n || '');"
        "document.cookie = 'pernah=1'; localStorage.n = 'ingat'</script>",
    )
    rig.look(url)

    again = dom(rig.look(url))

    assert "pernah=1" not in again.split("<script>")[0]
    assert "lihat ingat" not in again


@pytest.mark.parametrize("way", ["redirect", "script"])
def test_where_robots_txt_ends_the_way_nothing_of_the_browsers_own_is_kept(
    rig: Any, site: Any, way: str
) -> None:
    site.say("/tertutup/x", "<p>tidak boleh</p>")
    if way == "redirect":
        url = site.say("/ke", b"", status=302, headers=(("Location", "/tertutup/x"),))
    else:
        url = site.say("/ke", "<p>sebentar</p><script>location = '/tertutup/x'</script>")
    rig.refuse = ("/tertutup",)
    try:
        look = rig.look(url)
    finally:
        rig.refuse = ()

    assert (look.document.error, look.document.status) == ("ROBOTS", None)
    assert len(look.hops) == 1
    assert look.dom is None
    assert ("GET", "/tertutup/x") not in site.asked


def test_a_file_to_download_is_no_page_and_said(rig: Any, site: Any) -> None:
    url = site.say("/berkas", b"isi", headers=(("Content-Disposition", "attachment"),))

    look = rig.look(url)

    assert look.document.body == b"isi"
    assert [code for code, _ in look.troubles] == ["NOT_RENDERED"]
    assert look.dom is None


def test_an_error_without_a_body_says_it_all(rig: Any, site: Any) -> None:
    look = rig.look(site.say("/hilang", b"", status=410))

    assert (look.document.status, look.troubles) == (410, ())
