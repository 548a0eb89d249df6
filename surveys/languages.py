"""The languages that a person may read, and how a survey file names one: ``label::日本語 (ja)``, as XLSForm has it."""

from __future__ import annotations

import re

KNOWN_LOCALES = {
    "en": "English",
    "ja": "日本語",
    "ja@simple": "やさしい日本語",
    "vi": "Tiếng Việt",
    "zh_Hans": "简体中文",
    "id": "Bahasa Indonesia",
    "ne": "नेपाली",
    "my": "မြန်မာ",
    "fil": "Filipino",
}
"""Every locale that a roster may name, with its own name for itself."""

ALIASES = {"ja-easy": "ja@simple", "ja-simple": "ja@simple", "ja-Hira": "ja@simple", "ja-basic": "ja@simple"}

_COLUMN = re.compile(r"(\w+)::([^()]*)(?:\(([^()]*)\)\s*)?")


def tag(locale: str) -> str:
    """How files for other programs write a locale: ``ja-simple``, ``zh-Hans``."""
    return re.sub("[@_]", "-", locale)


def heading(locale: str) -> str:
    """A locale as a spreadsheet's heading names it: ``日本語 (ja)``. XLSForm's tools know languages and no variants of them, so
    that plain Japanese is やさしい日本語 (ja)."""
    return f"{KNOWN_LOCALES[locale]} ({re.split('[@_]', locale)[0]})"


def translated(key: str) -> tuple[str, str | None] | None:
    """What a key such as ``label::Tiếng Việt (vi)`` or ``label::vi`` says, and in which locale (None for one that is not
    known); None for a key that names no language."""
    found = _COLUMN.fullmatch(key)
    if found is None:
        return None
    known = {"zh": "zh_Hans"} | {tag(locale).casefold(): locale for locale in KNOWN_LOCALES}
    known |= {alias.casefold(): locale for alias, locale in ALIASES.items()}
    names = {name.casefold(): locale for locale, name in KNOWN_LOCALES.items()}
    named, code = found[2].strip(), (found[3] or "").strip()
    return found[1], names.get(named.casefold()) or known.get(tag(code or named).casefold())
