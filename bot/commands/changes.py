"""``teichaku pause``, ``left`` and ``handover``: a change is recorded and told in one sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.app import App
from bot.flow import changes
from bot.flow.names import told_apart
from bot.text import changes as words
from bot.text.catalog import Voice
from bot.text.dates import day


def pause(app: App, voice: Voice, key: str, first: date, last: date, *, reason: str) -> str:
    """Pause a placement; what became of it."""
    done = changes.pause(app, key, first, last, reason=reason)
    if not done.changed:
        return voice.one(words.UNCHANGED)
    return voice.one(
        words.PAUSED,
        key=done.placement.key,
        hire=done.placement.hire.name,
        first=day(voice, first),
        last=day(voice, last),
        count=done.withdrawn,
    )


def left(app: App, voice: Voice, key: str, *, notice_on: date, left_on: date, reason: str) -> str:
    """Note that a hire leaves; what became of it."""
    done = changes.leave(app, key, notice_on=notice_on, left_on=left_on, reason=reason)
    if not done.changed:
        return voice.one(words.UNCHANGED)
    return voice.one(
        words.LEFT,
        key=done.placement.key,
        hire=done.placement.hire.name,
        notice=day(voice, notice_on),
        day=day(voice, left_on),
        reason=voice.one(words.LEAVE_REASONS[reason]),
        count=done.withdrawn,
    )


def handover(app: App, voice: Voice, giver: str, taker: str, *, until: date | None) -> tuple[list[dict[str, Any]], str]:
    """Hand everything over that one looks after: the placements that went, and the sentence about it."""
    done = changes.hand_over(app, giver, taker, until=until)
    names = told_apart(done.placements)
    rows = [{"placement_id": one.key, "company": one.company, "hire_name": names[one.id]} for one in done.placements]
    if not done.changed:
        return rows, voice.one(words.UNCHANGED)
    before, after, count = done.before.name, done.after.name, len(rows)
    if until is None:
        return rows, voice.one(words.HANDED_OVER, before=before, after=after, count=count)
    return rows, voice.one(words.HANDED_OVER_UNTIL, before=before, after=after, count=count, day=day(voice, until))
