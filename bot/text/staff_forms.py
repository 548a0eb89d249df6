"""Forms of the agency, for platforms that have windows: several things at once, which elsewhere are asked step by step."""

from __future__ import annotations

from datetime import date, timedelta

from bot.messages import Field, Form, Limits, Paragraph, Style
from bot.text import follow_up as words
from bot.text.catalog import Voice
from bot.text.prompts import Page, press
from bot.text.reasons import TOPICS
from risk.policy import Desk
from scheduler.workdays import next_working_day
from surveys.model import Message

ACTION = Message("form.action", "%(hire)s: what will you do?")
RESOLVE = Message("form.resolve", "%(hire)s: how did it end?")
TOPIC = Message("form.topic", "What it is about")
NOTE = Message("form.note", "What you will do (only the agency reads it)")
DUE = Message("form.due", "By when")
PROMISED = Message("form.promised", "Promised to the hire? Then the next check-in asks whether it changed.")
OUTCOME = Message("form.outcome", "How it ended")
REMARK = Message("form.remark", "A remark (only the agency reads it)")
SAVE = Message("form.save", "Save")
MISSING = {
    "note": Message("form.missing.note", "Please write what you will do."),
    "due": Message("form.missing.due", "Please choose a day that is not past."),
    "choice": Message("form.missing.choice", "Please choose one of the list."),
}


def action(
    voice: Voice, limits: Limits, *, alert: int, hire: str, today: date, desk: Desk, missing: str | None = None
) -> Page:
    """Note an action: what about, what, by when, and whether it was promised."""
    due = next_working_day(today + timedelta(days=7), desk.calendar)
    fields = (
        Field("topic", voice.one(TOPIC), tuple((name, voice.one(one)) for name, one in TOPICS.items())),
        Field("note", voice.one(NOTE)),
        Field("due", voice.one(DUE), date=True, initial=due.isoformat()),
        Field(
            "promised",
            voice.one(PROMISED),
            (("yes", voice.one(words.YES)), ("no", voice.one(words.NO))),
            initial="no",
        ),
    )
    return _page(voice, limits, voice.one(ACTION, hire=hire), fields, alert, "action.save", missing)


def resolve(
    voice: Voice, limits: Limits, *, alert: int, hire: str, today: date, desk: Desk, missing: str | None = None
) -> Page:
    """Close a case: how it ended, and a remark."""
    fields = (
        Field("outcome", voice.one(OUTCOME), tuple((name, voice.one(one)) for name, one in words.OUTCOMES.items())),
        Field("note", voice.one(REMARK), required=False),
    )
    return _page(voice, limits, voice.one(RESOLVE, hire=hire), fields, alert, "outcome.save", missing)


def _page(
    voice: Voice,
    limits: Limits,
    title: str,
    fields: tuple[Field, ...],
    subject: int,
    choice: str,
    missing: str | None,
    kind: str = "alert",
) -> Page:
    paragraphs = [Paragraph(title, Style.TITLE)]
    if missing in MISSING:
        paragraphs.append(Paragraph(voice.one(MISSING[missing])))
    return Page(tuple(paragraphs), form=Form(fields, press(kind, subject, 0, choice, voice.label(SAVE, limits.button))))
