"""What ``score`` says, and why a history cannot be scored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.text.catalog import Voice
from surveys.model import Message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    class Fault(Protocol):
        """Something wrong in one row of a file."""

        @property
        def file(self) -> str: ...  # noqa: D102
        @property
        def row(self) -> int: ...  # noqa: D102
        @property
        def column(self) -> str: ...  # noqa: D102
        @property
        def value(self) -> str: ...  # noqa: D102
        @property
        def code(self) -> str: ...  # noqa: D102
        @property
        def values(self) -> Mapping[str, str | int]: ...  # noqa: D102


SCORING = Message("score.working", "Scoring …")
SCORED = Message("score.done", "Points scored: %(points)s. People with a history: %(people)s. Written to %(file)s")
IGNORED = Message("score.ignored", "These columns are not read: %(columns)s")
STRANGERS = Message(
    "score.strangers",
    "Points of people who have no row in the history: %(count)s. They are scored as somebody of whom nothing is known; check that "
    "both files write a person the same way.",
)
NOTHING_WRITTEN = Message("score.nothing_written", "Nothing was written.")
MORE = Message("score.more", "… and %(count)s more.")
AT = Message("score.fault_at", "%(file)s, row %(row)s, column %(column)s, “%(value)s”: %(fault)s")
AT_ROW = Message("score.fault_at_row", "%(file)s, row %(row)s: %(fault)s")
FAULTS = {
    "missing": Message("score.fault.missing", "nothing stands here; every row needs it"),
    "cells": Message(
        "score.fault.cells",
        "it has %(found)s cells, the heading has %(wanted)s; put text that holds the separator into quotation marks",
    ),
    "unreadable": Message("score.fault.unreadable", "it cannot be read; check the quotation marks"),
    "no_day": Message("score.fault.no_day", "is no day; write it as 2026-05-01, or with the hour as 2026-05-01T09:30"),
    "no_number": Message("score.fault.no_number", "is no number; write it as 4 or 3.5"),
    "out_of_scale": Message(
        "score.fault.out_of_scale",
        "lies outside of its scale from %(least)s to %(most)s; correct the value or the scale",
    ),
    "scale_reversed": Message(
        "score.fault.scale_reversed", "is not above scale_min (%(least)s); the higher end of the scale is the good one"
    ),
    "half_answered": Message(
        "score.fault.half_answered", "an answer has both answered_on and value, an unanswered check-in has neither"
    ),
    "two_companies": Message(
        "score.fault.two_companies",
        "“%(person)s” belongs to %(other)s in an earlier row; give each placement a person name of its own",
    ),
    "two_starts": Message(
        "score.fault.two_starts", "“%(person)s” has another start in an earlier row; give each placement its own name"
    ),
    "misspelt_item": Message("score.fault.misspelt_item", "is no known item; did you mean “%(nearest)s”?"),
    "unknown_item": Message(
        "score.fault.unknown_item",
        "is no known item; write the name of one of teichaku's questions, or one of: %(drivers)s",
    ),
    "forbidden_item": Message(
        "score.fault.forbidden_item", "must never be an input of the risk; take these rows out of the file"
    ),
}


def fault(voice: Voice, one: Fault) -> str:
    """One fault with its place."""
    text = voice.one(FAULTS[one.code], **one.values)
    if not one.column:
        return voice.one(AT_ROW, file=one.file, row=one.row, fault=text)
    return voice.one(AT, file=one.file, row=one.row, column=one.column, value=one.value, fault=text)
