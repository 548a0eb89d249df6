"""The choices of a question on buttons as wide as a phone: where one is too wide, all are written out and the buttons show
their numbers, so that nobody presses what they cannot read. The choices of somebody with two languages are nearly always so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.messages import Button, Outbound, Paragraph

PHONE = 34
"""So many Latin letters fit beside each other on a button as wide as a phone; a Japanese one takes two places. Telegram cuts
what is longer with an ellipsis, and so does Slack, which names about 30 characters (docs.slack.dev, button element)."""

MOST_NUMBERS = 8
_NUMBERED = re.compile(r"(\d{1,2})\. (?=\S)")


def written_out(outbound: Outbound, longest: int) -> Outbound:
    """The message as it is read and pressed on a phone, as far as the text has room in ``longest`` characters."""
    numbered = [row[0] for row in outbound.rows if len(row) == 1 and _NUMBERED.match(row[0].label)]
    listed = Paragraph("\n".join(one.label for one in numbered))
    fits = len(outbound.text) + len(listed.text) + len("\n\n") <= longest
    if not fits or all(width(one.label) <= PHONE for one in numbered):
        return outbound
    others = (row for row in outbound.rows if row[0] not in numbered)
    return replace(outbound, paragraphs=(*outbound.paragraphs, listed), rows=(*_numbers(numbered), *others))


def width(text: str) -> int:
    """The places that a text takes, two for each wide character and none for what stands above or below another."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )


def _numbers(numbered: Sequence[Button]) -> Iterator[tuple[Button, ...]]:
    shown = tuple(Button(one.label.partition(".")[0], one.payload) for one in numbered)
    for begin in range(0, len(shown), MOST_NUMBERS):
        yield shown[begin : begin + MOST_NUMBERS]
