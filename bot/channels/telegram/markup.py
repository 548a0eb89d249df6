"""An ``Outbound`` → Telegram's HTML and an inline keyboard, laid out for the width of a phone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels import callback
from bot.messages import Button, Outbound, Paragraph, Style

Rows = Sequence[Sequence[Button]]

PHONE = 34
"""So many Latin letters fit beside each other on a button as wide as a phone; a Japanese one takes two places. Telegram cuts
what is longer with an ellipsis, and people cannot see what they press."""

PADDING = 3
MOST_NUMBERS = 8
_NUMBERED = re.compile(r"(\d{1,2})\. (?=\S)")
_TAGS = {Style.TITLE: ("<b>", "</b>"), Style.BODY: ("", ""), Style.QUIET: ("<i>", "</i>")}


def html(paragraphs: Iterable[Paragraph]) -> str:
    """The paragraphs with every character of theirs shown as it is; of HTML there is only what is put around them."""
    return "\n\n".join(_TAGS[one.style][0] + escape(one.text, quote=False) + _TAGS[one.style][1] for one in paragraphs)


def laid_out(outbound: Outbound, longest: int) -> tuple[tuple[Paragraph, ...], InlineKeyboardMarkup | None]:
    """What is written and what is pressed.

    Where the numbered choices of a question are too wide for a phone, they are written in the text and the buttons show
    their numbers, as far as the text has room; every other row is broken where it is too wide.
    """
    paragraphs, rows = outbound.paragraphs, [list(row) for row in outbound.rows]
    numbered = [row[0] for row in rows if len(row) == 1 and _NUMBERED.match(row[0].label)]
    if any(width(one.label) > PHONE for one in numbered):
        listed = Paragraph("\n".join(one.label for one in numbered))
        if len(outbound.text) + len(listed.text) + 2 <= longest:
            paragraphs = (*paragraphs, listed)
            rows = [*_numbers(numbered), *(row for row in rows if row[0] not in numbered)]
    keyboard = [
        [InlineKeyboardButton(one.label, callback_data=callback.encode(one.payload)) for one in line]
        for row in rows
        for line in _broken(row)
    ]
    return paragraphs, InlineKeyboardMarkup(keyboard) if keyboard else None


def width(text: str) -> int:
    """The places that a text takes, two for each wide character and none for what stands above or below another."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )


def _numbers(numbered: Sequence[Button]) -> Iterator[list[Button]]:
    shown = [Button(one.label.partition(".")[0], one.payload) for one in numbered]
    for begin in range(0, len(shown), MOST_NUMBERS):
        yield shown[begin : begin + MOST_NUMBERS]


def _broken(row: Sequence[Button]) -> Iterator[list[Button]]:
    """The row in as few lines as show every label whole; the buttons of a line are equally wide."""
    line: list[Button] = []
    for button in row:
        longer = [*line, button]
        if line and max(width(one.label) for one in longer) > PHONE // len(longer) - PADDING:
            yield line
            longer = [button]
        line = longer
    if line:
        yield line
