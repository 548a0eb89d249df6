"""The reader's languages: which there are, what each falls back to, and the voice that says a message in them."""

from __future__ import annotations

import gettext
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from surveys.languages import ALIASES, KNOWN_LOCALES
from surveys.model import Message

__all__ = ["ALIASES", "KNOWN_LOCALES", "SHIPPED", "Domain", "Voice", "locale_of", "spoken", "translate", "worded"]

Domain = Literal["hire", "staff"]

SHIPPED: dict[Domain, tuple[str, ...]] = {"hire": tuple(KNOWN_LOCALES), "staff": ("en", "ja")}
"""The locales whose catalogs are complete, by domain."""


def spoken(locale: str, domain: Domain) -> str:
    """The shipped locale in which somebody who reads ``locale`` is addressed: plain Japanese falls back to Japanese,
    everything else to English until its catalog is there."""
    locale = ALIASES.get(locale, locale)
    if locale in SHIPPED[domain]:
        return locale
    return "ja" if locale.startswith("ja") else "en"


def locale_of(tag: str) -> str | None:
    """The known locale of an IETF tag, such as ``en-US`` or ``zh-hans``, as platforms name a person's own; None for another."""
    for alias, locale in ALIASES.items():
        if tag.casefold() == alias.casefold():
            return locale
    wanted = tag.replace("-", "_").casefold()
    for locale in KNOWN_LOCALES:
        if wanted == locale.casefold() or wanted.partition("_")[0] == locale.partition("_")[0].casefold():
            return locale
    return "fil" if wanted.partition("_")[0] == "tl" else None


def tag(locale: str) -> str:
    """The IETF tag of a known locale, as pages name their language: by it a browser chooses the letters, since Chinese and
    Japanese write many of them differently."""
    return locale.partition("@")[0].replace("_", "-")


@lru_cache(maxsize=32)
def _catalog(locale: str, domain: Domain) -> gettext.NullTranslations:
    if locale == "en":
        return gettext.NullTranslations()
    chain = ["ja@simple", "ja"] if locale == "ja@simple" else [locale]
    return gettext.translation(domain, str(files("locales")), chain, fallback=True)


def worded(message: Message, locale: str, domain: Domain) -> str:
    """The message in one locale as a translator wrote it, with its placeholders: what stands in a survey file itself, else
    what the catalog has, else the English sentence."""
    locale = spoken(locale, domain)
    own = message.said.get(locale) or message.said.get(locale.partition("@")[0])
    return own or _catalog(locale, domain).pgettext(message.id, message.text)


def translate(message: Message, locale: str, domain: Domain, **values: str | int | float) -> str:
    """The message in one locale. A translation whose placeholders do not fit gives way to the English sentence, because
    a person must never read an error or a ``%(name)s`` instead of a question."""
    try:
        return worded(message, locale, domain) % values
    except (KeyError, ValueError, TypeError):
        return message.text % values


@dataclass(frozen=True, slots=True)
class Voice:
    """Says messages in the reader's languages, first the reader's own.

    ``locales`` are one or two shipped locales without repetition; ``domain`` is the catalog in which the messages stand.
    """

    locales: tuple[str, ...]
    domain: Domain

    @classmethod
    def of(cls, languages: Sequence[str], domain: Domain, *, stacked: bool = True) -> Voice:
        """The voice for a person who reads ``languages`` in this order; ``stacked`` shows the first two."""
        wanted = dict.fromkeys(spoken(language, domain) for language in languages)
        return cls(tuple(wanted)[: 2 if stacked else 1] or ("en",), domain)

    @property
    def first(self) -> str:
        """The reader's own locale."""
        return self.locales[0]

    def lines(self, message: Message, **values: str | int | float) -> tuple[str, ...]:
        """The message once for each language; one that reads the same in both is said once."""
        return tuple(dict.fromkeys(translate(message, locale, self.domain, **values) for locale in self.locales))

    def say(self, message: Message, **values: str | int | float) -> str:
        """The message in all of the reader's languages, one below the other."""
        return "\n".join(self.lines(message, **values))

    def label(self, message: Message, limit: int, *, prefix: str = "") -> str:
        """The words on a button within ``limit`` characters: both languages side by side, each cut fairly."""
        lines = self.lines(message)
        room = limit - len(prefix) - 3 * (len(lines) - 1)
        while sum(map(len, lines)) > room:
            longest = max(lines, key=len)
            if len(longest) <= 2:
                lines = lines[:1]
                break
            cut = longest[:-2].rstrip() + "…"
            lines = tuple(cut if line is longest else line for line in lines)
        return prefix + " / ".join(lines)

    def one(self, message: Message, **values: str | int | float) -> str:
        """The message in the reader's own language only."""
        return translate(message, self.first, self.domain, **values)
