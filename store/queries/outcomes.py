"""Outcomes: who left when and why, what was believed of them before, and what was learned from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from store.tables import Adoption, Alert, Answer, Assessment, CheckIn, FollowUp, KeptNumber, Placement

VOLUNTARY = frozenset({"resigned", "lost_contact"})


@dataclass(frozen=True, slots=True)
class Ended:
    """How a placement ended."""

    placement_id: int
    notice_on: date | None
    left_on: date | None
    reason: str | None

    @property
    def on(self) -> date | None:
        """The day from which nothing is observed any more: of the notice, or the last one."""
        return min((day for day in (self.notice_on, self.left_on) if day), default=None)

    @property
    def voluntary(self) -> bool:
        """Whether they gave notice on their own."""
        return self.reason in VOLUNTARY


@dataclass(frozen=True, slots=True)
class Believed:
    """A stored assessment without its reasons."""

    placement_id: int
    period: date
    assessed_at: datetime
    level: str
    score: float
    probability: float


@dataclass(frozen=True, slots=True)
class Told:
    """A risk alert that reached its consultant; ``known`` is whether the assessment of which it came is still kept."""

    placement_id: int
    level: str
    at: datetime
    known: bool


@dataclass(frozen=True, slots=True)
class Adopted:
    """What was adopted from outcomes: weights by their path in the rules, and a yearly turnover by company."""

    version: int
    adopted_at: datetime
    weights: Mapping[str, float]
    turnover: Mapping[int, float]
    slope: float
    rules_version: int


def ended(tx: Session, placement_id: int | None = None) -> list[Ended]:
    """Every placement on whose end something is known, or the one of that id."""
    query = select(Placement).where(col(Placement.notice_on).is_not(None) | col(Placement.left_on).is_not(None))
    if placement_id is not None:
        query = query.where(Placement.id == placement_id)
    return [
        Ended(row.id or 0, row.notice_on, row.left_on, row.leave_reason)
        for row in tx.exec(query.order_by(col(Placement.id)))
    ]


def kept(tx: Session) -> dict[str, list[tuple[int, str, float]]]:
    """The numbers of people who were erased and agreed to keep them, by their sign: month of the stay, item and value."""
    found: dict[str, list[tuple[int, str, float]]] = {}
    for row in tx.exec(select(KeptNumber).order_by(col(KeptNumber.id))):
        found.setdefault(row.sign, []).append((row.month, row.item, row.value))
    return found


def believed(tx: Session) -> list[Believed]:
    """All assessments, oldest first."""
    query = sa_select(
        col(Assessment.placement_id),
        col(Assessment.period),
        col(Assessment.assessed_at),
        col(Assessment.level),
        col(Assessment.score),
        col(Assessment.probability),
    )
    return [Believed(*row) for row in tx.execute(query.order_by(col(Assessment.id)))]


def spoken(tx: Session) -> dict[int, list[tuple[date, str]]]:
    """The language in which each placement's hire was asked what was answered, by the day on which it was due, oldest first."""
    query = (
        sa_select(col(CheckIn.placement_id), col(CheckIn.due_on), func.min(col(Answer.language)))
        .join(CheckIn, col(CheckIn.id) == col(Answer.checkin_id))
        .where(col(CheckIn.respondent) == "hire")
        .group_by(col(CheckIn.id), col(CheckIn.placement_id), col(CheckIn.due_on))
    )
    found: dict[int, list[tuple[date, str]]] = {}
    for placement_id, due_on, languages in tx.execute(query.order_by(col(CheckIn.due_on), col(CheckIn.id))):
        found.setdefault(placement_id, []).append((due_on, languages.partition(",")[0]))
    return found


def told(tx: Session) -> list[Told]:
    """The risk alerts that were sent, in that order."""
    query = select(Alert).where(Alert.kind == "risk", col(Alert.queued_at).is_not(None))
    found = tx.exec(query.order_by(col(Alert.queued_at), col(Alert.id)))
    return [
        Told(row.placement_id, row.level or "none", row.queued_at, row.assessment_id is not None)
        for row in found
        if row.queued_at
    ]


def acted(tx: Session) -> dict[int, datetime]:
    """When a consultant first did something about a placement: noted an action, or closed an alert."""
    query = select(FollowUp.placement_id, col(FollowUp.at)).where(
        col(FollowUp.kind).in_(("action", "resolved")), FollowUp.state != "draft"
    )
    found: dict[int, datetime] = {}
    for placement_id, at in tx.exec(query.order_by(col(FollowUp.id))):
        found.setdefault(placement_id, at)
    return found


def adopted(tx: Session) -> list[Adopted]:
    """All that was ever adopted and not taken back, the newest first."""
    query = select(Adoption).where(col(Adoption.withdrawn_at).is_(None)).order_by(col(Adoption.version).desc())
    return [
        Adopted(
            version=row.version,
            adopted_at=row.adopted_at,
            weights=row.weights,
            turnover={int(company): rate for company, rate in row.turnover.items()},
            slope=row.slope,
            rules_version=row.rules_version,
        )
        for row in tx.exec(query)
    ]


def in_force(tx: Session, rules_version: int) -> Adopted | None:
    """What is in force with these rules: the newest that was learned around them; None for the rules as they are."""
    return next((one for one in adopted(tx) if one.rules_version == rules_version), None)


def adopt(tx: Session, *, now: datetime, version: int, weights: Mapping[str, float], **values: Any) -> int:
    """Put what was learned in force; its version, which is ``version`` or the next one that was never used."""
    last = tx.exec(select(Adoption.version).order_by(col(Adoption.version).desc()).limit(1)).one_or_none()
    chosen = version if last is None else max(version, last + 1)
    tx.add(Adoption(version=chosen, adopted_at=now, weights=dict(weights), **values))
    return chosen


def withdraw(tx: Session, version: int, *, now: datetime) -> None:
    """Take an adopted version back; what was in force before it is in force again."""
    tx.get_one(Adoption, version).withdrawn_at = now
