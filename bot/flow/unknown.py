"""Unknown: what is done about a message of which nobody knows whether it arrived.

A process died while it was sending, or the connection broke before the platform had answered. To send it again at once might
say it twice, to leave it might lose it; what is worse depends on what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot.app import App
from store import facts
from store.queries import alerts, checkins, deliveries, people

log = structlog.get_logger()

AT_ONCE = timedelta(seconds=60)
IN_A_WHILE = timedelta(minutes=2)

URGENT = frozenset({("alert", "safety"), ("alert", "help"), ("say", "help")})
"""Somebody may be in need, so that to read it twice is the smaller harm."""

QUESTIONS = frozenset({"question", "consent", "call_name", "hour"})
"""What the path waits for. It is asked again unless the person did something meanwhile, which was answered by itself."""

PROMPTS = frozenset({"ask_snooze", "ask_topic", "ask_note", "ask_due", "ask_promised", "ask_outcome"})
"""The same for a consultant who is writing down what to do."""

TOLD_ONCE_MORE = frozenset(
    {"opening", "reminder", "alert", "digest", "action_due", "notice", "share_said", "change", "linked"}
)

FOR_A_PERSON = frozenset({"report"})
"""It goes to a client: somebody of the agency looks whether it arrived."""

ANSWERS = frozenset(
    {
        "say",
        "staff_say",
        "why",
        "thanks",
        "own_answers",
        "share",
        "privacy",
        "stored",
        "ready",
        "declined",
        "language",
        "later",
        "pause",
        "home",
        "caseload",
        "staff_help",
        "farewell",
    }
)
"""Who does not see the answer to what they just did does it once more, and that is safe. (A farewell goes to a chat that
the person has left.)"""


def again_after(kind: str, matter: str, *, repeated: bool = False, in_place: bool = False) -> timedelta | None:
    """How long after the attempt a message is sent once more if nothing shows that it arrived; None for never.

    ``matter`` is the kind of an alert or the code of a short answer. Nothing is repeated twice. What takes another's place
    (``in_place``) may be repeated at once, whatever it is: it still stands there once, and so it says nothing of being
    sent again. (Where a channel knows that it was replacing when the connection broke, it says that the call may be retried,
    and the message never becomes unknown; here are those whose process died, or that broke in a way nobody foresaw.)

    =========================================  ==========================================================
    alert of ``help`` or ``safety``, and the
    answer to a call for help                  after 60 s
    a question, or a step of the set-up        after 2 minutes without an inbound message of that person;
                                               a question also at their next message
    another alert, a digest, an opening, a
    reminder, a notice                         after 2 minutes
    a report                                   never: it waits for a person
    any other answer                           never: who misses it asks again
    anything in the place of another           at once
    =========================================  ==========================================================
    """
    if repeated:
        return None
    if in_place:
        return timedelta()
    if kind == "safety" or (kind, matter) in URGENT:
        return AT_ONCE
    return IN_A_WHILE if kind in QUESTIONS | PROMPTS | TOLD_ONCE_MORE else None


def look_at(tx: Session, one: facts.Delivery, attempted_at: datetime) -> datetime | None:
    """When to decide about a message that was attempted then and perhaps did not arrive; None for never."""
    wait = _wait(tx, one)
    log.warning("delivery.unknown", delivery=one.id, kind=one.kind, repeated=wait is not None)
    return None if wait is None else attempted_at + wait


def _wait(tx: Session, one: facts.Delivery) -> timedelta | None:
    matter = str(one.detail.get("code", ""))
    if one.kind == "alert":
        alert = alerts.get(tx, one.subject)
        matter = alert.kind if alert else ""
    return again_after(one.kind, matter, repeated=bool(one.detail.get("again")), in_place=one.place is not None)


def resolve_unknown(app: App) -> int:
    """Send once more what is to be sent once more by now, where nothing shows that it arrived; how many were decided."""
    now = app.real()
    with app.store.read() as tx:
        if not deliveries.overdue(tx, now):
            return 0
    with app.store.begin() as tx:
        waiting = deliveries.unresolved(tx, now)
        for one, looked_at in waiting:
            since = looked_at - (_wait(tx, one) or timedelta())
            if not _shows(tx, one, since):
                _repeat(tx, one, now)
            deliveries.resolve(tx, one.id)
    return len(waiting)


def ask_again(tx: Session, waiting: Sequence[facts.Unfinished], now: datetime) -> bool:
    """Somebody has just been heard: what perhaps was not asked is asked again, unless the conversation has moved on.
    True when there was such a question."""
    unsure = [one.delivery for one in waiting if one.state == "unknown" and one.delivery.kind == "question"]
    for one in unsure:
        if not _moved_on(tx, one):
            _repeat(tx, one, now)
        deliveries.resolve(tx, one.id)
    return bool(unsure)


def _shows(tx: Session, one: facts.Delivery, since: datetime) -> bool:
    """True when something that happened since the attempt shows that the message arrived, or is needed no more."""
    match one.kind:
        case "question":
            return _moved_on(tx, one)
        case "opening" | "reminder":
            checkin = checkins.get(tx, one.subject)
            return (
                checkin is None or checkin.state != "open" or (checkin.started_at is not None and one.kind == "opening")
            )
        case "alert":
            alert = alerts.get(tx, one.subject)
            return alert is None or alert.state != "open"
        case kind if kind in QUESTIONS | PROMPTS:
            return deliveries.heard_since(tx, one.person_id, since)
        case _:
            return False


def _moved_on(tx: Session, one: facts.Delivery) -> bool:
    checkin = checkins.get(tx, one.subject)
    gone = checkin is None or checkin.turn != one.turn or checkin.state not in ("open", "expired")
    return gone or deliveries.promised_since(tx, one.id, one.person_id, "question")


def _repeat(tx: Session, one: facts.Delivery, now: datetime) -> None:
    """Promise it once more where the person can be reached now, marked so that the reader understands why it stands twice."""
    address = people.address_of(tx, one.person_id)
    if address is None:
        return
    detail = {**one.detail, "again": one.id}
    if one.kind == "question" and one.place is None:
        detail["lead"] = "again"
    deliveries.queue(
        tx,
        address,
        key=f"{one.key}:again",
        kind=one.kind,
        subject=one.subject,
        turn=one.turn,
        detail=detail,
        place=one.place,
        now=now,
    )
    log.info("delivery.repeated", delivery=one.id, kind=one.kind)
