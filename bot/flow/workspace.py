"""Workspace: one that is gone takes everybody in it along, and each consultant reads once who that is.

A client removed the app, or took back its permission: the people there have done nothing, so what they do not answer from now
on is no silence, and nobody is told one by one.
"""

from __future__ import annotations

import structlog
from sqlmodel import Session

from bot.app import App
from bot.flow import alert, reach
from bot.flow.conversation import placements_of
from bot.messages import AddressKey
from store import facts
from store.queries import people

log = structlog.get_logger()


def lose(app: App, tx: Session, where: AddressKey) -> None:
    """An account takes no messages any more, or (without ``user``) everybody of that team. A new message of a person, or a
    new link, ends it."""
    lost = people.lose(tx, where.platform, where.team, where.user or None)
    log.warning("address.gone", platform=where.platform, count=len(lost))
    if not where.user:
        _alert(app, tx, where, lost)
    for person in lost if where.user else ():
        reach.lost(app, tx, person, where.platform)


def _alert(app: App, tx: Session, where: AddressKey, lost: list[facts.Person]) -> None:
    """One alert for each company and consultant: who cannot be reached any more, and how they are invited anew."""
    cases: dict[tuple[int, int], tuple[facts.Placement, list[str]]] = {}
    for person in lost:
        if person.kind == "staff":
            continue
        for placement in placements_of(tx, person):
            if placement.left_on is not None:
                continue
            case = cases.setdefault((placement.company_id, placement.consultant.id), (placement, []))
            if person.name not in case[1]:
                case[1].append(person.name)
    day = app.clock().astimezone(app.desk.zone).date().isoformat()
    for (company_id, consultant_id), (placement, names) in cases.items():
        values = {"on": day, "company": placement.company, "count": len(names), "names": ", ".join(sorted(names))}
        cause = f"unreachable:{where.platform}:{where.team}:{company_id}:{consultant_id}:{day}"
        alert.raise_unreachable(app, tx, placement, cause, "unreachable.team", values)
