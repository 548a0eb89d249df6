"""Rows: the answers of a conversation as they are stored, and what they say of a promise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.flow.conversation import voice_of
from bot.flow.reply import Heard
from store import facts
from store.queries import alerts, answers, checkins
from surveys import danger, wording
from surveys.conversation import (
    Answered,
    Conversation,
    Turn,
)
from surveys.model import Answer, Question


def store_answers(
    tx: Session,
    heard: Heard,
    checkin: facts.CheckIn,
    stored: Sequence[facts.Answered],
    before: Conversation,
    turn: Turn,
) -> None:
    """Write what has changed by a reply, and what follows from it for the check-in."""
    after = turn.conversation
    if after.answers == before.answers and after.turn == before.turn:
        return
    known = {row.question: row for row in stored}
    late = checkin.state == "expired"
    language = ",".join(voice_of(heard.person).locales)
    wanted: list[dict[str, Any]] = []
    for place, given in enumerate(after.answers):
        old = known.get(given.question)
        wanted.append(
            _row(after, given, place, language, old.answered_at if old else heard.now, late=old.late if old else late)
        )
    answers.replace(tx, checkin.id, wanted, stored=stored)
    asked = sum(1 for given in after.answers if not given.question.endswith(".note"))
    checkins.change(tx, checkin.id, turn=after.turn, asked=asked, started_at=checkin.started_at or heard.now)
    new = {given["signal"] for given in wanted} - {given.signal for given in stored}
    if new - {None}:
        # Somebody who says that they leave may never press the last button, so this does not wait for the end.
        checkins.change(tx, checkin.id, stated_at=heard.now, assessed_at=None)
    if late:
        # What is said after the end counts from now on: the check-in is assessed once more.
        checkins.change(tx, checkin.id, closed_at=heard.now, assessed_at=None)
    if any(isinstance(event, Answered) for event in turn.events):
        _note_effect(tx, checkin, after, heard.now)


def _row(
    conversation: Conversation, given: Answer, place: int, language: str, at: datetime, *, late: bool
) -> dict[str, Any]:
    survey = conversation.survey
    known = {question.name: question for question in survey.questions}
    question: Question | None = known.get(given.question)
    is_text = question is None or question.is_text
    choice = question.choice(given.value) if question and given.value else None
    # What tells of danger is a human's matter: nothing of that answer enters an estimate.
    told = bool(given.note and danger.topics_of(given.note))
    signal = choice.signal if choice and not told and choice.signal not in ("safety", "help") else None
    return {
        "question": given.question,
        "driver": question.driver if question and not told else None,
        "value": None if is_text else given.value,
        "points": len(question.choices) if question and question.scale and not told else None,
        "signal": signal,
        "words": given.value if is_text else given.note,
        "is_text": is_text,
        "language": language,
        "form": survey.form_id,
        "version": survey.version,
        "wording": wording.of_question(question) if question else None,
        "turn": place,
        "answered_at": at,
        "late": late,
    }


def _note_effect(tx: Session, checkin: facts.CheckIn, conversation: Conversation, now: datetime) -> None:
    """What the hire says about a promise stands on the case's timeline, once for this check-in."""
    given = next((a for a in conversation.answers if a.question == "promise_changed" and a.value), None)
    promise = alerts.promise_asked_in(tx, checkin.id) if given is not None else None
    if given is None or promise is None or promise.outcome == given.value:
        return
    alerts.fill_entry(tx, promise.id, outcome=given.value)
    alerts.add_entry(
        tx,
        placement_id=checkin.placement_id,
        alert_id=promise.alert_id,
        kind="effect",
        topic=promise.topic,
        outcome=given.value,
        checkin_id=checkin.id,
        at=now,
    )
