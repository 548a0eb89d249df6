"""Assessments: a level with its reasons at the close of a check-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from store.dialect import insert_once
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
    neutral: float
    reasons: tuple[Mapping[str, Any], ...]
    rules_version: int
    assessed_at: datetime


def _fact(row: Assessment) -> Assessed:
    assert row.id is not None
    return Assessed(
        id=row.id,
        placement_id=row.placement_id,
        checkin_id=row.checkin_id,
        period=row.period,
        level=row.level,
        score=row.score,
        probability=row.probability,
        neutral=row.neutral,
        reasons=tuple(row.reasons),
        rules_version=row.rules_version,
        assessed_at=row.assessed_at,
    )


def add(tx: Session, checkin_id: int, *, now: datetime, **values: Any) -> None:
    """Keep the assessment of a check-in and mark the check-in as assessed.

    There is one for each check-in: after late answers it is taken anew, and looked at anew for an alert.
    """
    if insert_once(tx, Assessment, [{"checkin_id": checkin_id, "assessed_at": now, **values}]) == 0:
        row = tx.exec(select(Assessment).where(Assessment.checkin_id == checkin_id)).one()
        for name, value in {**values, "assessed_at": now, "alerted_at": None}.items():
            setattr(row, name, value)
    tx.get_one(CheckIn, checkin_id).assessed_at = now


def skip(tx: Session, checkin_id: int, *, now: datetime) -> None:
    """Mark a check-in that is not assessed (cancelled, or never delivered)."""
    tx.get_one(CheckIn, checkin_id).assessed_at = now


def unalerted(tx: Session) -> list[Assessed]:
    """Assessments nobody has looked at yet for an alert, oldest first."""
    query = select(Assessment).where(col(Assessment.alerted_at).is_(None)).order_by(col(Assessment.id))
    return [_fact(row) for row in tx.exec(query)]


def looked_at(tx: Session, assessment_id: int, now: datetime) -> None:
    """An alert was raised for it, or none was needed."""
    tx.get_one(Assessment, assessment_id).alerted_at = now


def history(tx: Session, placement_id: int, *, before: int | None = None) -> list[Assessed]:
    """The assessments of a placement, oldest first; ``before`` leaves out that one and all later ones."""
    query = select(Assessment).where(Assessment.placement_id == placement_id)
    if before is not None:
        query = query.where(col(Assessment.id) < before)
    return [_fact(row) for row in tx.exec(query.order_by(col(Assessment.id)))]


def get(tx: Session, assessment_id: int) -> Assessed:
    """The assessment of that id."""
    return _fact(tx.get_one(Assessment, assessment_id))


def latest(tx: Session, placement_ids: Sequence[int]) -> dict[int, Assessed]:
    """The newest assessment of each placement that has one."""
    query = select(Assessment).where(col(Assessment.placement_id).in_(placement_ids)).order_by(col(Assessment.id))
    return {row.placement_id: _fact(row) for row in tx.exec(query)}
