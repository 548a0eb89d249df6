"""Who of the agency sees what. Access is by placement, and this is the one place that decides it."""

from __future__ import annotations

from sqlmodel import Session

from risk.model import Level
from store import facts
from store.queries import placements


def may_see(person: facts.Person, placement: facts.Placement, one: facts.Alert | None = None) -> bool:
    """The one place that says who of the agency sees a placement: its consultant, its lead, and leads where none is
    named; whoever an alert was passed on to sees that case."""
    if person.id in (placement.consultant.id, placement.lead.id if placement.lead else None):
        return True
    if person.role == "lead" and placement.lead is None:
        return True
    return one is not None and one.escalations > 0 and placement.lead is None and person.role != "admin"


def visible_placements(tx: Session, person: facts.Person) -> list[facts.Placement]:
    """The placements that somebody of the agency sees."""
    return [one for one in placements.everyone(tx) if may_see(person, one)]


def urgency(level: str, has_alert: bool) -> tuple[int, int]:
    """The order of a caseload: the highest level first, and with an open alert before without."""
    return (-Level(level).rank, 0 if has_alert else 1)
