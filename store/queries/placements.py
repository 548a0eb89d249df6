"""Placements: who works where since when, and who looks after them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, or_, select

from store import facts
from store.queries.people import as_fact
from store.tables import CheckIn, Company, Pause, Person, Placement

_Hire, _Manager, _Consultant, _Lead = (aliased(Person) for _ in range(4))

# One statement instead of six: a placement is asked for at almost every step.
_WHOLE = (
    select(Placement, Company, _Hire, _Manager, _Consultant, _Lead)  # type: ignore[call-overload]  # no overload for six
    .join(Company, col(Company.id) == col(Placement.company_id))
    .join(_Hire, col(_Hire.id) == col(Placement.hire_id))
    .join(_Manager, col(_Manager.id) == col(Placement.manager_id))
    .join(_Consultant, col(_Consultant.id) == col(Placement.consultant_id))
    .outerjoin(_Lead, col(_Lead.id) == col(Placement.lead_id))
)


_BY_ID = _WHOLE.where(Placement.id == bindparam("id"))


def get(tx: Session, placement_id: int) -> facts.Placement:
    """The placement of that id; KeyError when there is none."""
    row = tx.exec(_BY_ID, params={"id": placement_id}).one_or_none()
    if row is None:
        raise KeyError(placement_id)
    return _fact(*row)


def by_key(tx: Session, key: str) -> facts.Placement | None:
    """The placement with the consultancy's own number, or None."""
    row = tx.exec(_WHOLE.where(Placement.key == key)).one_or_none()
    return None if row is None else _fact(*row)


def _fact(
    row: Placement, company: Company, hire: Person, manager: Person, consultant: Person, lead: Person | None
) -> facts.Placement:
    assert row.id is not None
    return facts.Placement(
        id=row.id,
        key=row.key,
        company_id=row.company_id,
        company=company.name,
        hire=as_fact(hire),
        manager=as_fact(manager),
        consultant=as_fact(consultant),
        lead=None if lead is None else as_fact(lead),
        start_date=row.start_date,
        timezone=row.timezone,
        contract_ends=row.contract_ends,
        residence_expires=row.residence_expires,
        notice_on=row.notice_on,
        left_on=row.left_on,
        yearly_turnover=company.yearly_turnover,
    )


def everyone(
    tx: Session,
    *,
    company_id: int | None = None,
    consultant_id: int | None = None,
    hire_id: int | None = None,
    manager_id: int | None = None,
) -> list[facts.Placement]:
    """The placements that fit, by number."""
    query = _WHOLE.order_by(col(Placement.id))
    wanted = {
        Placement.company_id: company_id,
        Placement.consultant_id: consultant_id,
        Placement.hire_id: hire_id,
        Placement.manager_id: manager_id,
    }
    for column, value in wanted.items():
        if value is not None:
            query = query.where(column == value)
    return [_fact(*row) for row in tx.exec(query)]


@dataclass(frozen=True, slots=True)
class CompanyDays:
    """What is stored of a company's own calendar; None where the roster has not said it."""

    id: int
    name: str
    working_weekdays: str | None
    works_on_public_holidays: bool | None
    closures: tuple[str, ...] | None


def company_days(tx: Session, company_id: int) -> CompanyDays:
    """The company's own calendar."""
    row = tx.get_one(Company, company_id)
    closures = None if row.closures is None else tuple(row.closures)
    return CompanyDays(company_id, row.name, row.working_weekdays, row.works_on_public_holidays, closures)


@dataclass(frozen=True, slots=True)
class ToPlan:
    """What the schedule needs of a placement. ``last_due`` maps a respondent to the last check-in that was opened."""

    id: int
    company_id: int
    hire_id: int
    manager_id: int
    start_date: date
    ends_on: date | None
    pauses: tuple[tuple[date, date], ...]
    timezone: str
    hour: str
    known_since: datetime
    last_due: Mapping[str, date]


def pauses(tx: Session, placement_id: int) -> tuple[tuple[date, date], ...]:
    """The days on which nothing is asked about a placement: first and last of each pause."""
    query = select(Pause).where(Pause.placement_id == placement_id).order_by(col(Pause.first))
    return tuple((row.first, row.last) for row in tx.exec(query))


def stale_companies(tx: Session, until: date) -> list[int]:
    """Companies with a placement whose check-ins are not yet planned up to that day."""
    query = select(Placement.company_id).where(
        or_(
            col(Placement.planned_until).is_(None),
            and_(col(Placement.planned_until) < until, col(Placement.left_on).is_(None)),
        )
    )
    return list(tx.exec(query.distinct().order_by(col(Placement.company_id))))


def to_plan(tx: Session, company_id: int | None = None) -> list[ToPlan]:
    """The placements of one company, or of all, as the schedule needs them."""
    query = select(Placement, Person.hour).join(Person, col(Person.id) == col(Placement.hire_id))
    if company_id is not None:
        query = query.where(Placement.company_id == company_id)
    rows = list(tx.exec(query.order_by(col(Placement.id))))
    pauses: dict[int, list[tuple[date, date]]] = {}
    for pause in tx.exec(select(Pause)):
        pauses.setdefault(pause.placement_id, []).append((pause.first, pause.last))
    last_due: dict[int, dict[str, date]] = {}
    opened = select(CheckIn.placement_id, CheckIn.respondent, col(CheckIn.due_on)).where(
        col(CheckIn.opened_at).is_not(None)
    )
    if company_id is not None:
        opened = opened.where(col(CheckIn.placement_id).in_([row.id for row, _ in rows]))
    for placement_id, respondent, due_on in tx.exec(opened):
        known = last_due.setdefault(placement_id, {})
        known[respondent] = max(due_on, known.get(respondent, due_on))
    return [
        ToPlan(
            id=row.id or 0,
            company_id=row.company_id,
            hire_id=row.hire_id,
            manager_id=row.manager_id,
            start_date=row.start_date,
            ends_on=min((day for day in (row.notice_on, row.left_on) if day), default=None),
            pauses=tuple(pauses.get(row.id or 0, ())),
            timezone=row.timezone,
            hour=hour or "noon",
            known_since=row.known_since,
            last_due=last_due.get(row.id or 0, {}),
        )
        for row, hour in rows
    ]


def set_planned(tx: Session, company_id: int, until: date) -> None:
    """Note how far the check-ins of a company are planned."""
    for row in tx.exec(select(Placement).where(Placement.company_id == company_id)):
        row.planned_until = until
