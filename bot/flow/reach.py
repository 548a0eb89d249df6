"""Reach: a chat that takes no messages is no silence. The consultant is told once, and no more when the person is back."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from bot.app import App
from bot.flow import alert, copies
from store import facts
from store.queries import alerts, audit, placements

KIND = "unreachable"


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


def _is_away(tx: Session, placement: facts.Placement, today: date) -> bool:
    """Gone for good, or on leave."""
    pauses = placements.pauses(tx, placement.id)
    return placement.left_on is not None or any(first <= today <= last for first, last in pauses)


def back(app: App, tx: Session, person: facts.Person) -> None:
    """They wrote again, or have a new phone: it needs nobody any more, and is told anew should it happen again."""
    placement = alert.placement_of(tx, person) if person.kind != "staff" else None
    for one in _told(tx, placement, person) if placement is not None else []:
        settled(app, tx, one.id, person.id)


def settled(app: App, tx: Session, alert_id: int, person_id: int) -> None:
    """What an alert was about is over, because somebody did what they were waited for."""
    now = app.clock()
    alerts.change(tx, alert_id, state="resolved", resolved_at=now, due_at=None, deliver_at=None)
    audit.write(tx, actor=f"person:{person_id}", action="resolved", subject=f"alert:{alert_id}", now=now)
    copies.refresh(app, tx, alert_id, key=f"settled:{now.isoformat()}")


def _told(tx: Session, placement: facts.Placement, person: facts.Person) -> list[facts.Alert]:
    """The alerts about this side of the placement that nobody has closed."""
    waiting = [one for one in alerts.unresolved(tx, [placement.id]) if one.kind == KIND]
    return [one for one in waiting if any(reason["code"] == _code(person) for reason in one.reasons)]


def _code(person: facts.Person) -> str:
    return f"{KIND}.{'hire' if person.kind == 'hire' else 'manager'}"
