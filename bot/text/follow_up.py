"""What the agency does about an alert: what it is asked, what the bot answers, and the case's timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.messages import Limits, Paragraph
from bot.text.catalog import Voice
from bot.text.dates import day
from bot.text.prompts import Content, press
from bot.text.reasons import TOPICS
from surveys.model import Message

SNOOZES = {
    "1d": Message("desk.snooze.1d", "Tomorrow"),
    "3d": Message("desk.snooze.3d", "In 3 days"),
    "1w": Message("desk.snooze.1w", "Next week"),
}
DUES = {
    "3d": Message("desk.due.3d", "Within 3 days"),
    "1w": Message("desk.due.1w", "Within a week"),
    "2w": Message("desk.due.2w", "Within two weeks"),
}
OUTCOMES = {
    "stays_solved": Message("desk.outcome.stays_solved", "Stays, the matter is solved"),
    "stays_open": Message("desk.outcome.stays_open", "Stays, the matter goes on"),
    "leaves": Message("desk.outcome.leaves", "Leaves"),
    "false_alarm": Message("desk.outcome.false_alarm", "There was nothing"),
    "other": Message("desk.outcome.other", "Something else"),
}
EFFECTS = {
    "1": Message("desk.effect.1", "worse"),
    "2": Message("desk.effect.2", "no change"),
    "3": Message("desk.effect.3", "a little better"),
    "4": Message("desk.effect.4", "much better"),
}
ENTRIES = {
    "acknowledged": Message("desk.entry.acknowledged", "%(day)s: %(author)s takes care of it"),
    "snoozed": Message("desk.entry.snoozed", "%(day)s: %(author)s put it off"),
    "action": Message("desk.entry.action", "%(day)s: %(author)s, %(topic)s: %(note)s (by %(due)s)"),
    "visit": Message("desk.entry.visit", "%(day)s: %(author)s visited: %(note)s"),
    "call": Message("desk.entry.call", "%(day)s: %(author)s called: %(note)s"),
    "done": Message("desk.entry.done", "%(day)s: %(author)s has done it: %(topic)s"),
    "resolved": Message("desk.entry.resolved", "%(day)s: %(author)s closed the case: %(outcome)s"),
    "resolved_note": Message("desk.entry.resolved_note", "%(day)s: %(author)s closed the case: %(outcome)s. %(note)s"),
    "escalated": Message("desk.entry.escalated", "%(day)s: nobody had acknowledged it, so %(author)s was told"),
    "stands_in": Message("desk.entry.stands_in", "%(day)s: the consultant is away, so %(author)s was told"),
    "said": Message("desk.entry.said", "%(day)s: %(author)s brought up what the hire had allowed: %(topic)s"),
    "effect": Message("desk.entry.effect", "%(day)s: did %(topic)s change? The hire says: %(outcome)s"),
}
ASKS = {
    "topic": Message("desk.ask.topic", "%(hire)s: what is the action about?"),
    "note": Message("desk.ask.note", "What will you do? Please write one sentence. Only the agency reads it."),
    "due": Message("desk.ask.due", "By when?"),
    "promised": Message(
        "desk.ask.promised", "Have you promised it to %(hire)s? Then the next check-in asks whether it changed."
    ),
    "snooze": Message("desk.ask.snooze", "%(hire)s: when shall I remind you?"),
    "outcome": Message("desk.ask.outcome", "%(hire)s: how did it end?"),
}
YES = Message("desk.yes", "Yes, promised")
NO = Message("desk.no", "No")
DONE = Message("desk.done", "It is done")
ACTION_DUE = Message("desk.action_due", "%(hire)s, %(topic)s: you wanted to have this done by %(day)s: %(note)s")
SAYS = {
    "acknowledged": Message("desk.say.acknowledged", "%(hire)s: noted, you take care of it. Nobody else is told."),
    "snoozed": Message("desk.say.snoozed", "%(hire)s: all right, I will remind you on %(day)s."),
    "action": Message("desk.say.action", "%(hire)s: noted, due on %(day)s."),
    "action_promised": Message(
        "desk.say.action_promised", "%(hire)s: noted, due on %(day)s. The next check-in asks whether it changed."
    ),
    "resolved": Message("desk.say.resolved", "%(hire)s: the case is closed. The check-ins go on as before."),
    "done": Message("desk.say.done", "%(hire)s: noted as done."),
    "share_said": Message("desk.say.share_said", "%(hire)s: noted as brought up. They read that you did."),
    "share_back": Message("desk.say.share_back", "%(hire)s has taken a topic back: please do not bring it up."),
    "logged": Message("desk.say.logged", "%(hire)s: noted in the case's history."),
    "noted_pause": Message(
        "desk.say.noted_pause",
        "%(hire)s: nothing is asked from %(first)s to %(day)s. The hire is told if they take part, and the check-ins start "
        "again by themselves.",
    ),
    "noted_leave": Message(
        "desk.say.noted_leave",
        "%(hire)s: noted as leaving on %(day)s. The check-ins end, and open alerts about the risk are closed.",
    ),
    "noted_start": Message(
        "desk.say.noted_start", "%(hire)s: the first day of work is %(day)s now. Please correct the roster too."
    ),
    "not_explained": Message(
        "desk.say.not_explained",
        "%(hire)s: there is nothing to explain. Nothing was estimated yet, or this person does not wish it any more.",
    ),
    "already": Message("desk.say.already", "%(hire)s: this case is closed already; nothing has changed."),
    "not_yours": Message("desk.say.not_yours", "This case is not with you, so nothing has changed."),
    "unknown": Message(
        "desk.say.unknown", "I did not understand that. Write “list” for your cases, or “help” for what I can do."
    ),
    "unreadable": Message(
        "desk.say.unreadable", "I can read only text and buttons, and no edits. Please write it anew."
    ),
    "empty": Message("desk.say.empty", "Please write one sentence about what you will do."),
    "no_cases": Message("desk.say.no_cases", "No open alert. Write “list” for your cases."),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's timeline."""

    kind: str
    on: date
    author: str
    topic: str | None
    note: str | None
    due_on: date | None
    outcome: str | None


def entry_line(voice: Voice, entry: Entry) -> str:
    """One line of a case's timeline."""
    known = {**OUTCOMES, **EFFECTS}
    topic = voice.one(TOPICS[entry.topic]) if entry.topic in TOPICS else "…"
    outcome = voice.one(known[entry.outcome]) if entry.outcome in known else "…"
    due = day(voice, entry.due_on) if entry.due_on else "…"
    kind = "resolved_note" if entry.kind == "resolved" and entry.note else entry.kind
    return voice.one(
        ENTRIES[kind],
        day=day(voice, entry.on),
        author=entry.author,
        topic=topic,
        note=entry.note or "…",
        due=due,
        outcome=outcome,
    )


def choices(
    voice: Voice, limits: Limits, *, kind: str, subject: int, ask: str, hire: str, options: Mapping[str, Message]
) -> Content:
    """One step of a follow-up: a question with its choices, one a row."""
    rows = tuple(
        (press(kind, subject, 0, f"{ask}.{choice}", voice.label(message, limits.button)),)
        for choice, message in options.items()
    )
    return (Paragraph(voice.one(ASKS[ask], hire=hire)),), rows
