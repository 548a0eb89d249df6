"""Who of the agency sees what. Access is by placement, and this is the one place that decides it."""

from __future__ import annotations

from sqlmodel import Session

from risk.model import Level
from store import facts
from store.queries import placements


def may_see(person: facts.Person, placement: facts.Placement, told: frozenset[int] = frozenset()) -> bool:
    """The one place that says who of the agency sees a placement: its consultant, its lead, and leads where none is
    named. ``told`` are those to whom an alert was passed on, who see that case. An admin sees the own cases only, and who
    has gone sees none."""
    if person.stopped:
        return False
    if person.id == placement.consultant.id:
        return True
    if person.role == "admin":
        return False
    if placement.lead is not None and person.id == placement.lead.id:
        return True
    return (person.role == "lead" and placement.lead is None) or person.id in told


def may_see_alert(person: facts.Person, placement: facts.Placement, one: facts.Alert, told: frozenset[int]) -> bool:
    """Who sees one case: whoever sees its placement, but never the person about whom it complains. Such a case belongs to
    whoever stands above that person."""
    if one.hidden_from is None:
        return may_see(person, placement, told)
    if person.id == one.hidden_from or person.stopped or person.role == "admin":
        return False
    return person.id == one.owner_id or person.id in told


def visible_placements(tx: Session, person: facts.Person) -> list[facts.Placement]:
    """The placements that somebody of the agency sees."""
    return [one for one in placements.everyone(tx) if may_see(person, one)]


def urgency(level: str, has_alert: bool) -> tuple[int, int]:
    """The order of a caseload: the highest level first, and with an open alert before without."""
    return (-Level(level).rank, 0 if has_alert else 1)
