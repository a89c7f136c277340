"""Walls that test a visitor: told wherever they stand in place of a page, never beside one.

The pages are written after the makers' public descriptions; none was recorded.
"""

from __future__ import annotations

import pytest

from crawler import challenges, registry
from crawler.page import Page
from evidence.model import SeenState

URL = "https://kabardesa.example/berita/2026/11/22/rapat-desa"
HTML = {"content-type": "text/html; charset=utf-8"}
WORDS = "<h1>Satu langkah lagi</h1><p>Tunggu sebentar, peramban Anda sedang diperiksa.</p>"
LONG = "<p>Kami mendeteksi lalu lintas yang tidak biasa dari jaringan komputer Anda. " * 8
STORY = "<p>Warga desa membahas perbaikan jalan dan saluran air dalam rapat hari Minggu.</p>" * 6

WALLS = (
    '<script>window._cf_chl_opt={cRay:"8f"}</script>',
    '<div class="cf-turnstile" data-sitekey="0x4"></div>',
    '<SCRIPT SRC="/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1?ray=8f"></SCRIPT>',
    '<script>window.gokuProps = {"key":"AQ"};</script><div id="challenge-container"></div>',
    "<script>var dd={'rt':'c','host':'geo.captcha-delivery.com'}</script>",
    "<div id=px-captcha></div>",
    '<div id="sec-if-cpt-container"></div>',
    '<iframe id="main-iframe" src="/_Incapsula_Resource?CWUDNSAI=9&amp;xinfo=1"></iframe>',
    "<script>var s={},sucuri_cloudproxy_js='';</script>",
    '<script src="/.well-known/ddos-guard/js-challenge/index.js"></script>',
    '<script id="anubis_challenge" type="application/json">{}</script>',
    '<form><p class="g-recaptcha"></p><textarea name="g-recaptcha-response"></textarea></form>',
    '<iframe src="https://www.google.com/recaptcha/api2/anchor?k=6L&amp;size=normal"></iframe>',
    '<form><div class="h-captcha" data-sitekey="10"></div><input type="submit"></form>',
    '<iframe src="https://newassets.hcaptcha.com/captcha/v1/a/static/hcaptcha.html"></iframe>',
    '<iframe src="https://client-api.arkoselabs.com/fc/gc/?token=1"></iframe>',
    '<div class="geetest_holder geetest_wind"></div>',
    '<form action="/checkcaptcha?key=1"><button>Saya bukan robot</button></form>',
    '<form><img src="/captcha.php?id=3"><input name="code" type="text"></form>',
)
"""What each kind of challenge has in its page."""


def page(inner: str, head: str = "", status: int = 200, **headers: str) -> Page:
    """An HTML page on the site of a village paper."""
    body = f"<!doctype html><html><head><title>x</title>{head}</head><body>{inner}</body></html>"
    return Page(URL, status, HTML | headers, body.encode())


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("platform", ["web", "youtube", "x", "mastodon"])
def test_a_challenge_in_place_of_a_page_is_blocked_whoever_reads_it(
    platform: str, wall: str
) -> None:
    reading = registry.read(platform, page(WORDS + wall))

    assert [state.state for state in reading.states] == [SeenState.BLOCKED]
    assert not reading.posts
    assert not reading.drift


@pytest.mark.parametrize("wall", WALLS)
def test_a_challenge_that_explains_itself_at_length_is_blocked(wall: str) -> None:
    reading = registry.read("web", page(LONG + wall))

    assert [state.state for state in reading.states] == [SeenState.BLOCKED]


@pytest.mark.parametrize("wall", WALLS)
def test_a_captcha_beside_an_article_is_no_wall(wall: str) -> None:
    story = f"<article><h1>Rapat desa</h1>{STORY}</article><section>{wall}</section>"
    reading = registry.read("web", page(story, '<meta property="og:type" content="article">'))

    assert [post.native_id for post in reading.posts] == [URL]
    assert not reading.states


@pytest.mark.parametrize(
    "form",
    [
        '<form><textarea name="komentar"></textarea><div class="g-recaptcha"></div></form>',
        '<form><input type="email" name="e"><div class="h-captcha"></div></form>',
        '<form><input name="nama"><input name="alamat"><img src="/captcha.png"></form>',
        '<div class="g-recaptcha" data-size="invisible"></div>',
        '<iframe src="https://www.google.com/recaptcha/api2/anchor?size=invisible"></iframe>',
        '<script src="https://www.google.com/recaptcha/api.js?render=6L"></script>',
        '<script src="/_Incapsula_Resource?SWJIYLWA=71&amp;ns=1"></script>',
        '<script src="/cdn-cgi/challenge-platform/h/g/scripts/jsd/1/main.js"></script>',
        '<script src="https://a.token.awswaf.com/a/challenge.js"></script>',
    ],
)
def test_a_short_page_with_a_captcha_in_its_form_is_no_wall(form: str) -> None:
    reading = registry.read("web", page(f"<h1>Hubungi kami</h1><p>Jalan Mawar 1, Desa.</p>{form}"))

    assert len(reading.posts) == 1
    assert {state.state for state in reading.states} <= {SeenState.PRESENT}


def test_a_front_page_of_headlines_with_a_captcha_is_no_wall() -> None:
    heads = "".join(f'<a href="/2026/11/22/berita-{n}">Berita desa {n}</a>' for n in range(12))
    reading = registry.read("web", page(f'{heads}<div class="g-recaptcha"></div>'))

    assert len(reading.posts) == 1
    assert {state.state for state in reading.states} <= {SeenState.PRESENT}


def test_a_picture_named_after_captchas_is_no_wall() -> None:
    reading = registry.read("web", page('<p>Foto hari ini</p><img src="/foto/cara-captcha.jpg">'))

    assert len(reading.posts) == 1


def test_what_stands_in_a_shadow_root_is_content() -> None:
    drawn = f'<kabar-isi><template shadowrootmode="open">{STORY * 4}</template></kabar-isi>'

    assert challenges.met(page(drawn + WALLS[1])) is None
    assert challenges.met(page(drawn.replace("shadowrootmode", "data-x") + WALLS[1]))


def test_a_log_in_form_with_a_captcha_is_gated_as_any() -> None:
    form = '<form><input name="u"><input type="password"><div class="g-recaptcha"></div></form>'

    states = registry.read("web", page(form)).states

    assert [state.state for state in states] == [SeenState.GATED]


@pytest.mark.parametrize(
    ("header", "said", "status"),
    [
        ("cf-mitigated", "challenge", 403),
        ("cf-mitigated", "Challenge", 404),
        ("x-amzn-waf-action", "challenge", 202),
        ("x-amzn-waf-action", "captcha", 405),
        ("x-vercel-mitigated", "challenge", 429),
    ],
)
@pytest.mark.parametrize("platform", sorted(registry.PLATFORMS))
def test_a_header_of_a_challenge_says_it_whatever_status_and_body(
    platform: str, header: str, said: str, status: int
) -> None:
    reading = registry.read(platform, page("", status=status, **{header: said}))

    assert [state.state for state in reading.states] == [SeenState.BLOCKED]


def test_a_header_that_challenges_nobody_changes_nothing() -> None:
    reading = registry.read("web", page(STORY, **{"cf-mitigated": "none"}))

    assert len(reading.posts) == 1


@pytest.mark.parametrize("platform", ["web", "mastodon", "x"])
def test_a_403_whose_page_is_a_challenge_is_blocked_not_gated(platform: str) -> None:
    reading = registry.read(platform, page(WORDS + WALLS[0], status=403))

    assert [state.state for state in reading.states] == [SeenState.BLOCKED]


def test_what_the_platform_says_of_a_post_stands_beside_a_captcha() -> None:
    reading = registry.read("web", page(WORDS + WALLS[0], status=404))

    assert [state.state for state in reading.states] == [SeenState.ABSENT]


def test_every_product_has_a_mark_and_every_mark_is_one_products() -> None:
    marks = [m for p in challenges.PRODUCTS for m in (*p.loads, *p.says, *p.names, *p.headers)]

    assert all(p.headers or p.loads or p.says or p.names for p in challenges.PRODUCTS)
    assert all(len(mark) > 5 for mark in marks)


def test_data_that_speaks_of_a_challenge_is_none() -> None:
    said = Page(URL, 200, {"content-type": "application/json"}, b'{"a": "<p class=h-captcha></p>"}')

    assert challenges.met(said) is None


def test_words_about_a_challenge_are_no_mark() -> None:
    """An article that quotes a challenge's program is one."""
    quoted = f"<p>{WORDS} _cf_chl_opt gokuProps captcha-delivery.com g-recaptcha</p>"

    assert challenges.met(page(quoted)) is None


def test_a_charset_that_decodes_nothing_hides_no_challenge() -> None:
    said = Page(URL, 200, {"content-type": "text/html; charset=undefined"}, WALLS[0].encode())

    assert challenges.met(said) == "_cf_chl_opt"
