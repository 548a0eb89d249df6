"""Reach: whom no message can reach is not silent. The consultant is told once, and no more when the person is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from bot.app import App
from bot.flow import alert
from scheduler.workdays import working_days_between
from store import facts
from store.queries import alerts, invitations, people, placements

KIND = "unreachable"
NOT_LINKED = "unreachable.not_linked"
NEVER_LINKED = "not_linked:"
"""How the cause of such an alert begins; the person's number follows."""

PATIENCE = 5
"""Whole working days after that of the first invitation, until somebody should help with it in person."""

LOOK_BACK = timedelta(days=60)


def lost(app: App, tx: Session, person: facts.Person, platform: str) -> None:
    """A hire or a manager cannot be reached any more.

    On leave that is expected, since in some countries Telegram is closed, and nobody is told.
    """
    placement = alert.placement_of(tx, person) if person.kind != "staff" else None
    today = app.clock().astimezone(app.desk.zone).date()
    if placement is None or _is_away(tx, placement, today):
        return
    if not _told(tx, placement, person):
        cause = f"{KIND}:{platform}:{person.id}:{today.isoformat()}"
        alert.raise_unreachable(app, tx, placement, cause, _code(person), {"on": today.isoformat()})


def tell_not_linked(app: App) -> None:
    """Whoever was invited and is not connected five working days later gets a line in the consultant's digest, once."""
    now = app.clock()
    today = now.astimezone(app.desk.zone).date()
    with app.store.read() as tx:
        invited = invitations.never_linked(tx, since=now - LOOK_BACK, before=now - timedelta(days=PATIENCE))
        told = alerts.causes(tx, NEVER_LINKED) if invited else frozenset()
    days = {person_id: at.astimezone(app.desk.zone).date() for person_id, at in invited}
    late = {
        person_id: day
        for person_id, day in days.items()
        if f"{NEVER_LINKED}{person_id}" not in told and working_days_between(day, today, app.desk.calendar) > PATIENCE
    }
    if not late:
        return
    with app.store.begin() as tx:
        for person_id, day in late.items():
            _tell_not_linked(app, tx, people.get(tx, person_id), day, today)


def _tell_not_linked(app: App, tx: Session, person: facts.Person, invited_on: date, today: date) -> None:
    placement = alert.placement_of(tx, person)
    linked = people.address_of(tx, person.id) is not None
    if placement is not None and not linked and not _is_away(tx, placement, today):
        values = {"on": invited_on.isoformat(), "side": person.kind}
        alert.raise_unreachable(app, tx, placement, f"{NEVER_LINKED}{person.id}", NOT_LINKED, values)


def _is_away(tx: Session, placement: facts.Placement, today: date) -> bool:
    """Gone for good, or on leave."""
    pauses = placements.pauses(tx, placement.id)
    return placement.left_on is not None or any(first <= today <= last for first, last in pauses)


def back(app: App, tx: Session, person: facts.Person) -> None:
    """They wrote again, or have a new phone: what nobody has taken yet needs nobody any more."""
    placement = alert.placement_of(tx, person) if person.kind != "staff" else None
    for one in _told(tx, placement, person) if placement is not None else []:
        if one.state == "open":
            now = app.clock()
            alerts.change(tx, one.id, state="resolved", resolved_at=now, outcome="other", deliver_at=None, due_at=None)
            alerts.add_entry(
                tx, placement_id=one.placement_id, alert_id=one.id, kind="resolved", outcome="other", at=now
            )


def _told(tx: Session, placement: facts.Placement, person: facts.Person) -> list[facts.Alert]:
    """The alerts about this side of the placement that nobody has closed."""
    waiting = [one for one in alerts.unresolved(tx, [placement.id]) if one.kind == KIND]
    return [one for one in waiting if any(_is_about(person, reason) for reason in one.reasons)]


def _is_about(person: facts.Person, reason: Mapping[str, Any]) -> bool:
    """True when this reason is that this side of the placement cannot be reached."""
    code = str(reason["code"])
    return code == _code(person) or (code == NOT_LINKED and str(reason["values"]["side"]) == person.kind)


def _code(person: facts.Person) -> str:
    return f"{KIND}.{'hire' if person.kind == 'hire' else 'manager'}"
