"""Assessments: a level with its reasons at the close of a check-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam
from sqlalchemy import select as plain
from sqlmodel import Session, col, select

from store import rows
from store.dialect import among, insert_once
from store.queries.checkins import Asked
from store.tables import Assessment, CheckIn


@dataclass(frozen=True, slots=True)
class Assessed:
    """A stored assessment."""

    id: int
    placement_id: int
    checkin_id: int
    period: date
    level: str
    score: float
    probability: float
    usual: float
    reasons: tuple[Mapping[str, Any], ...]
    rules_version: int
    assessed_at: datetime


def _fact(row: Assessment | Row[Any]) -> Assessed:
    assert row.id is not None
    return Assessed(
        id=row.id,
        placement_id=row.placement_id,
        checkin_id=row.checkin_id,
        period=row.period,
        level=row.level,
        score=row.score,
        probability=row.probability,
        usual=row.usual,
        reasons=tuple(row.reasons),
        rules_version=row.rules_version,
        assessed_at=row.assessed_at,
    )


_CHECKIN, _ASSESSMENT = rows.table(CheckIn), rows.table(Assessment)
_KNOWN = plain(_ASSESSMENT.c.id, _ASSESSMENT.c.checkin_id).where(among(_ASSESSMENT.c.checkin_id, "checkins"))


def add(tx: Session, found: Mapping[int, Mapping[str, Any]], *, now: datetime) -> None:
    """Keep the assessments of these check-ins, by their id.

    There is one for each check-in: after late answers it is taken anew, and looked at anew for an alert.
    """
    known = {row.checkin_id: row.id for row in rows.read(tx, _KNOWN, checkins=list(found))}
    fresh = [
        {"checkin_id": checkin_id, "assessed_at": now, **values}
        for checkin_id, values in found.items()
        if checkin_id not in known
    ]
    insert_once(tx, Assessment, fresh)
    for checkin_id, row_id in known.items():
        rows.change(tx, Assessment, row_id, **found[checkin_id], assessed_at=now, alerted_at=None)


_STAND = plain(_CHECKIN.c.id, _CHECKIN.c.closed_at, _CHECKIN.c.stated_at, _CHECKIN.c.assessed_at).where(
    among(_CHECKIN.c.id, "checkins")
)


def unchanged(tx: Session, looked_at: Sequence[Asked]) -> frozenset[int]:
    """Which of these check-ins still wait and are as they were: somebody may have said more, or assessed them, meanwhile."""
    before = {(one.id, one.closed_at, one.stated_at, None) for one in looked_at}
    stand = rows.read(tx, _STAND, checkins=[one.id for one in looked_at])
    return frozenset(row.id for row in stand if tuple(row) in before)


_DONE = _CHECKIN.update().where(among(_CHECKIN.c.id, "checkins")).values(assessed_at=bindparam("now"))


def done(tx: Session, checkin_ids: Sequence[int], *, now: datetime) -> None:
    """Mark check-ins as looked at, whether they were assessed or say nothing (cancelled, or never delivered)."""
    rows.execute(tx, _DONE, checkins=checkin_ids, now=now)


_UNALERTED = (
    _ASSESSMENT.select().where(_ASSESSMENT.c.alerted_at.is_(None)).order_by(_ASSESSMENT.c.id).limit(bindparam("limit"))
)


def unalerted(tx: Session, limit: int) -> list[Assessed]:
    """Assessments nobody has looked at yet for an alert, the oldest of them first."""
    return [_fact(row) for row in rows.read(tx, _UNALERTED, limit=limit)]


_LOOKED_AT = _ASSESSMENT.update().where(among(_ASSESSMENT.c.id, "assessments")).values(alerted_at=bindparam("now"))


def looked_at(tx: Session, assessment_ids: Sequence[int], now: datetime) -> None:
    """An alert was raised for each of them, or none was needed."""
    rows.execute(tx, _LOOKED_AT, assessments=assessment_ids, now=now)


def history(tx: Session, placement_id: int, *, before: int | None = None) -> list[Assessed]:
    """The assessments of a placement, oldest first; ``before`` leaves out that one and all later ones."""
    query = select(Assessment).where(Assessment.placement_id == placement_id)
    if before is not None:
        query = query.where(col(Assessment.id) < before)
    return [_fact(row) for row in tx.exec(query.order_by(col(Assessment.id)))]


def get(tx: Session, assessment_id: int) -> Assessed:
    """The assessment of that id."""
    return _fact(tx.get_one(Assessment, assessment_id))


_HISTORIES = _ASSESSMENT.select().where(among(_ASSESSMENT.c.placement_id, "placements")).order_by(_ASSESSMENT.c.id)


def histories(tx: Session, placement_ids: Sequence[int]) -> dict[int, list[Assessed]]:
    """The assessments of each of these placements, oldest first."""
    found: dict[int, list[Assessed]] = {one: [] for one in placement_ids}
    for row in rows.read(tx, _HISTORIES, placements=placement_ids):
        found[row.placement_id].append(_fact(row))
    return found


def latest(tx: Session, placement_ids: Sequence[int]) -> dict[int, Assessed]:
    """The newest assessment of each placement that has one."""
    return {placement: listed[-1] for placement, listed in histories(tx, placement_ids).items() if listed}
