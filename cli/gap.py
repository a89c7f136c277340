"""What the code of a gap means, in words."""

from __future__ import annotations

from cli.words import N_, _

GAPS = {
    "BLOCKED": N_("the platform refused or could not answer"),
    "BROWSER_CRASHED": N_("the browser, or the part of it that showed the page, ended by itself"),
    "CONNECTION_LOST": N_("the connection broke before the whole answer came"),
    "CONNECTION_REFUSED": N_("nothing answered at the address"),
    "DATA_LOSS": N_("the answer is shorter than announced; what came is kept"),
    "DNS": N_("the host's name has no address"),
    "DRIFT": N_("a page came without the structure it should have; its reader has to be looked at"),
    "GATED": N_("the platform asks for a login"),
    "HANDLE_REUSED": N_("the name now belongs to another account"),
    "HEAD_TOO_LARGE": N_(
        "the answer's headers are longer than the limit, or have no end; nothing of it is kept"
    ),
    "HISTORY_LIMIT": N_("more edited posts than a visit asks the versions of"),
    "IMAGE_UNREADABLE": N_("a kept picture cannot be decoded, so it has no fingerprint"),
    "KEY_WITHHELD": N_("the answer repeated our key, which is blotted out in what is kept"),
    "LIST_NOT_SHOWN": N_(
        "the account was shown without a list of its posts, so posts may be unseen"
    ),
    "LIST_TRUNCATED": N_(
        "a list of who acted was not read to its end, so who is missing is unknown"
    ),
    "MEDIA_SKIPPED": N_(
        "media were not asked for: too many, too large, served in pieces, or no web address"
    ),
    "MEDIA_UNAVAILABLE": N_("media were asked for and not given"),
    "NOT_OBSERVABLE": N_("the service shows this to nobody outside, or to its own users only"),
    "NOT_RECORDED": N_("a page was kept, but what it shows could not be recorded"),
    "NOT_RENDERED": N_("no picture of a page could be made, or the limit per visit was reached"),
    "NO_BASE_URL": N_("the watchlist row does not say where the account's service answers"),
    "NO_CONTROL": N_(
        "something was not found, but nothing showed that the service answered soundly"
    ),
    "NO_REPOSITORY": N_("the account's identity names no server for its repository"),
    "OWNER_ASKS_LOGIN": N_("the owner asks services to show the account to logged-in people only"),
    "PAGE_LIMIT": N_("more pages than a visit reads; older ones were not asked for"),
    "PART_LISTED": N_("the account counts more posts than the platform listed to this visit"),
    "RATE_LIMITED": N_("the platform asked for slower requests, longer than a visit waits"),
    "REDIRECT_LOOP": N_("the address leads on and on to other addresses"),
    "REFUSED_ADDRESS": N_("the address is not a public one of the web, so it was not asked"),
    "RENDERED_BLANK": N_("a picture of a page was made, but nothing is to be seen on it"),
    "REPLIES_LIMIT": N_("the service shows a part of the replies only"),
    "ROBOTS": N_("the site's robots.txt does not allow the request"),
    "TIMEOUT": N_("no answer came in time"),
    "TOO_LARGE": N_("the answer is larger than the limit; what came before it is kept"),
}
"""docs/glossary.md has the same list. Any other code is the name of a network library's error."""


def gap_words(code: str) -> str:
    """What a gap's code means; for one that is not ours, that it is an error of the network."""
    return _(GAPS[code]) if code in GAPS else _("an error of the network, by its own name")
