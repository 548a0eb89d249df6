"""Unlinked: who was invited and is not connected five working days later is a line in their consultant's next digest.

A new invitation starts the days anew; whoever connects takes the line back.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot.app import App
from bot.flow import alert, reach
from scheduler.workdays import nth_working_day_after
from store.queries import alerts, invitations, placements

WAIT = 5
"""Working days of the agency after the day of the invitation, or where nobody was invited after the entry or the start."""

CAUSE = "unlinked:"


def raise_unlinked(app: App) -> None:
    """Tell of everybody who is waited for too long, once for each invitation. Safe at any time, twice."""
    now = app.clock()
    with app.store.read() as tx:
        if not _waited_for(app, tx, now):
            return
    with app.store.begin() as tx:
        for one, cause in _waited_for(app, tx, now):
            alert.raise_unlinked(app, tx, placements.get(tx, one.placement_id), cause, one.side, one.name, one.since)


def _waited_for(app: App, tx: Session, now: datetime) -> list[tuple[invitations.Awaited, str]]:
    today, told = now.astimezone(app.desk.zone).date(), alerts.causes(tx, CAUSE)
    found = []
    for one in invitations.awaited(tx):
        begun = one.since.astimezone(app.desk.zone).date()
        begun = begun if one.invited else max(begun, one.start_date)
        cause = f"{CAUSE}{one.person_id}:{begun}"
        if cause not in told and today > nth_working_day_after(begun, WAIT, app.desk.calendar):
            found.append((one, cause))
    return found


def connected(app: App, tx: Session, person_id: int) -> None:
    """Somebody has an account now: nobody has to ask them any more."""
    for alert_id in alerts.running_causes(tx, f"{CAUSE}{person_id}:"):
        reach.settled(app, tx, alert_id, person_id)
