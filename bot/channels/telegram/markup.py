"""An ``Outbound`` → Telegram's HTML and an inline keyboard, laid out for the width of a phone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels import callback
from bot.channels.choices import PHONE, width, written_out
from bot.messages import Button, Outbound, Paragraph, Style

PADDING = 3
_TAGS = {Style.TITLE: ("<b>", "</b>"), Style.BODY: ("", ""), Style.QUIET: ("<i>", "</i>")}


def html(paragraphs: Iterable[Paragraph]) -> str:
    """The paragraphs with every character of theirs shown as it is; of HTML there is only what is put around them."""
    return "\n\n".join(_TAGS[one.style][0] + escape(one.text, quote=False) + _TAGS[one.style][1] for one in paragraphs)


def laid_out(outbound: Outbound, longest: int) -> tuple[tuple[Paragraph, ...], InlineKeyboardMarkup | None]:
    """What is written and what is pressed.

    Where the numbered choices of a question are too wide for a phone they are written out (bot.channels.choices); every
    other row is broken where it is too wide.
    """
    shown = written_out(outbound, longest)
    keyboard = [
        [InlineKeyboardButton(one.label, callback_data=callback.encode(one.payload)) for one in line]
        for row in shown.rows
        for line in _broken(row)
    ]
    return shown.paragraphs, InlineKeyboardMarkup(keyboard) if keyboard else None


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
