"""The menu of commands that a platform shows beside the field for writing, in the language of the person's app."""

from __future__ import annotations

from collections.abc import Mapping

from bot.text.catalog import SHIPPED, translate
from surveys.model import Message

MENU = {
    "checkin": Message("menu.checkin", "Answer the check-in"),
    "help": Message("menu.help", "I need help"),
    "language": Message("menu.language", "Change the language"),
    "hour": Message("menu.hour", "Choose when I write to you"),
    "privacy": Message("menu.privacy", "Who reads my answers"),
    "pause": Message("menu.pause", "Take a break"),
    "stop": Message("menu.stop", "Stop the questions"),
}
"""What a command does; its name is the same in every language, so that people can help each other."""

TWO_LETTERS = {"fil": "tl"}
"""Where the two letters of a language are not the first of its locale: Filipino counts as Tagalog ("fi" is Finnish)."""


def menus() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Name and description by language, two letters each; "" is shown to everybody else."""
    found = {"": _menu("en")}
    # Easy Japanese is nobody's system language, and who reads Japanese at all reads these.
    for locale in (one for one in SHIPPED["hire"] if "@" not in one and one != "en"):
        found[TWO_LETTERS.get(locale, locale[:2])] = _menu(locale)
    return found


def _menu(locale: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, translate(message, locale, "hire")) for name, message in MENU.items())
