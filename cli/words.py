"""Every word a user reads, in Indonesian or English, from the .po files themselves."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

LOCALE = Path(__file__).parents[1] / "locale"
LANGUAGES = ("id", "en")


class Words:
    """The language in use and its catalogue, which is read when the first word is asked for."""

    def __init__(self) -> None:
        self.language = "en"
        self._said: dict[str, str] | None = None

    def use(self, language: str) -> None:
        """Speak this language from now on."""
        if language != self.language:
            self.language, self._said = language, None

    def say(self, message: str) -> str:
        """The message in the language in use; itself where the catalogue has no words."""
        if self._said is None:
            self._said = read_catalogue(self.language)
        return self._said.get(message) or message


_words = Words()


def _(message: str) -> str:
    """The message in the language of this run."""
    return _words.say(message)


def N_(message: str) -> str:
    """The message itself; marks it for the catalogues where it is only shown later."""
    return message


def use_language(language: str) -> None:
    """Speak `id` or `en` from now on."""
    _words.use(language)


def spoken() -> str:
    """The language in use."""
    return _words.language


def choose_language(wanted: str, environment: Mapping[str, str] | None = None) -> str:
    """`id` or `en`: what configuration or command line say, else the environment, else `en`.

    Source of the variables' order: gettext (LANGUAGE, LC_ALL, LC_MESSAGES, LANG).
    """
    said = os.environ if environment is None else environment
    given = [
        wanted,
        *(said.get(name, "") for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")),
    ]
    for text in given:
        for part in text.split(":"):
            language = part.split(".")[0].split("_")[0].lower()
            if language in LANGUAGES:
                return language
    return "en"


def read_catalogue(language: str) -> dict[str, str]:
    """Message -> words of one language; empty when there is no catalogue of it."""
    from babel.messages.pofile import read_po

    path = LOCALE / language / "LC_MESSAGES" / "jejak.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {
        m.id: m.string
        for m in catalogue
        if isinstance(m.id, str) and isinstance(m.string, str) and m.id and not m.fuzzy
    }
