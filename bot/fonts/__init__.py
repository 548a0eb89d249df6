"""Fonts that are shipped, so that cards, reports and pictures look the same everywhere: subsets of free fonts, their licences
beside them. ``python -m bot.fonts.build FOLDER`` makes them again from Debian's packages.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent

JAPANESE = "BIZ UDPGothic"
LATIN = "DejaVu Sans"
MYANMAR = "Noto Sans Myanmar"
DEVANAGARI = "Noto Sans Devanagari"
CHINESE = "Noto Sans CJK SC"

FILES = {
    JAPANESE: "BIZUDPGothic-Regular.ttf",
    LATIN: "DejaVuSans.ttf",
    MYANMAR: "NotoSansMyanmar-Regular.ttf",
    DEVANAGARI: "NotoSansDevanagari-Regular.ttf",
    CHINESE: "NotoSansCJKsc-Regular.otf",
}
"""The file of each family. BIZ UDPGothic lacks Vietnamese and others of Latin's letters, DejaVu Sans has all of them; the
simplified characters of Chinese are in none of the others, and what both languages write is drawn differently."""

FIRST = {"ja": JAPANESE, "my": MYANMAR, "ne": DEVANAGARI, "zh_Hans": CHINESE}
"""The family in which a language is set; every other is written in LATIN."""


def families(locale: str) -> tuple[str, ...]:
    """The families for a text of that locale, in the order in which a letter is looked for."""
    first = FIRST.get(locale.partition("@")[0], LATIN)
    return (first, *(family for family in FILES if family != first))


def path(family: str) -> Path:
    """The font file of a family."""
    return FOLDER / FILES[family]
