"""Placements: who works where since when, and who looks after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Row, bindparam, func
from sqlalchemy import select as plain
from sqlmodel import Session, and_, col, or_, select

from scheduler.plan import ROUTINE
from store import facts, rows
from store.dialect import among
from store.queries import people
from store.tables import CheckIn, Company, Pause, Person, Placement

_PLACEMENT, _COMPANY, _PAUSE = (rows.table(model) for model in (Placement, Company, Pause))
_HIRE, _MANAGER, _CONSULTANT, _LEAD = (rows.table(Person).alias(name) for name in ("hire", "mgr", "consultant", "lead"))
_OWN = [
    _PLACEMENT.c[name]
    for name in (
        "id",
        "key",
        "company_id",
        "start_date",
        "timezone",
        "contract_ends",
        "residence_expires",
        "notice_on",
        "left_on",
        "job_title",
    )
]

# One statement instead of six: a placement is asked for at almost every step.
_WHOLE = (
    plain(*_OWN, _COMPANY.c.name, _COMPANY.c.yearly_turnover)
    .add_columns(*(column for person in (_HIRE, _MANAGER, _CONSULTANT, _LEAD) for column in people.columns(person)))
    .select_from(_PLACEMENT)
    .join(_COMPANY, _COMPANY.c.id == _PLACEMENT.c.company_id)
    .join(_HIRE, _HIRE.c.id == _PLACEMENT.c.hire_id)
    .join(_MANAGER, _MANAGER.c.id == _PLACEMENT.c.manager_id)
    .join(_CONSULTANT, _CONSULTANT.c.id == _PLACEMENT.c.consultant_id)
    .outerjoin(_LEAD, _LEAD.c.id == _PLACEMENT.c.lead_id)
)
_BY_ID = _WHOLE.where(_PLACEMENT.c.id == bindparam("placement"))
_BY_IDS = _WHOLE.where(among(_PLACEMENT.c.id, "placements")).order_by(_PLACEMENT.c.id)
_OF_COMPANIES = _WHOLE.where(among(_PLACEMENT.c.company_id, "companies")).order_by(_PLACEMENT.c.id)
_BY_KEY = _WHOLE.where(_PLACEMENT.c.key == bindparam("number"))


def get(tx: Session, placement_id: int) -> facts.Placement:
    """The placement of that id; KeyError when there is none."""
    row = rows.first(tx, _BY_ID, placement=placement_id)
    if row is None:
        raise KeyError(placement_id)
    return _fact(row)


_NAMES = (
    plain(_HIRE.c.name.label("hire"), _HIRE.c.call_name, _CONSULTANT.c.name.label("consultant"))
    .select_from(_PLACEMENT)
    .join(_HIRE, _HIRE.c.id == _PLACEMENT.c.hire_id)
    .join(_CONSULTANT, _CONSULTANT.c.id == _PLACEMENT.c.consultant_id)
    .where(_PLACEMENT.c.id == bindparam("placement"))
)


def names(tx: Session, placement_id: int) -> facts.Names:
    """Who is spoken of in a question."""
    (row,) = rows.read(tx, _NAMES, placement=placement_id)
    return facts.Names(row.hire, facts.called(row.call_name or row.hire), row.consultant)


def by_key(tx: Session, key: str) -> facts.Placement | None:
    """The placement with the consultancy's own number, or None."""
    row = rows.first(tx, _BY_KEY, number=key)
    return None if row is None else _fact(row)


def _fact(row: Row[Any]) -> facts.Placement:
    own, (company, turnover), persons = row[: len(_OWN)], row[len(_OWN) : len(_OWN) + 2], row[len(_OWN) + 2 :]
    size = len(persons) // 4
    hire, manager, consultant, lead = (persons[start : start + size] for start in range(0, len(persons), size))
    row_id, key, company_id, start_date, timezone, contract_ends, residence_expires, notice_on, left_on, job = own
    return facts.Placement(
        id=row_id,
        key=key,
        company_id=company_id,
        company=company,
        hire=people.of_columns(hire),
        manager=people.of_columns(manager),
        consultant=people.of_columns(consultant),
        lead=None if lead[0] is None else people.of_columns(lead),
        start_date=start_date,
        timezone=timezone,
        contract_ends=contract_ends,
        residence_expires=residence_expires,
        notice_on=notice_on,
        left_on=left_on,
        yearly_turnover=turnover,
        job_title=job,
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
    asked = {
        "company_id": company_id,
        "consultant_id": consultant_id,
        "hire_id": hire_id,
        "manager_id": manager_id,
    }
    wanted = {name: value for name, value in asked.items() if value is not None}
    return [_fact(row) for row in rows.read(tx, _where(tuple(wanted)), **wanted)]


@lru_cache(maxsize=16)
def _where(names: tuple[str, ...]) -> Executable:
    return _WHOLE.where(*(_PLACEMENT.c[name] == bindparam(name) for name in names)).order_by(_PLACEMENT.c.id)


def ending(tx: Session, first: date, last: date) -> list[facts.Placement]:
    """The running placements whose contract or status of residence ends on one of these days, by number."""
    running = _PLACEMENT.c.left_on.is_(None) & _PLACEMENT.c.notice_on.is_(None) & (_PLACEMENT.c.start_date <= first)
    soon = _PLACEMENT.c.contract_ends.between(first, last) | _PLACEMENT.c.residence_expires.between(first, last)
    return [_fact(row) for row in tx.execute(_WHOLE.where(running, soon).order_by(_PLACEMENT.c.id))]


def by_ids(tx: Session, placement_ids: Sequence[int]) -> list[facts.Placement]:
    """The placements of these ids, by number."""
    return [_fact(row) for row in rows.read(tx, _BY_IDS, placements=placement_ids)]


def of_companies(tx: Session, company_ids: Sequence[int]) -> list[facts.Placement]:
    """The placements of these companies, by number."""
    return [_fact(row) for row in rows.read(tx, _OF_COMPANIES, companies=company_ids)]


_COUNTED = (
    plain(_PLACEMENT.c.company_id, func.count().label("number"))
    .where(among(_PLACEMENT.c.company_id, "companies"))
    .group_by(_PLACEMENT.c.company_id)
)


def counted(tx: Session, company_ids: Sequence[int]) -> dict[int, int]:
    """How many placements each of these companies has or had."""
    found = {row.company_id: row.number for row in rows.read(tx, _COUNTED, companies=company_ids)}
    return dict.fromkeys(company_ids, 0) | found


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
    """What the schedule needs of a placement. ``last_due`` maps a respondent to the last monthly check-in opened."""

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
    contract_ends: date | None
    residence_expires: date | None
    exits_on: date | None


def pauses(tx: Session, placement_id: int) -> tuple[tuple[date, date], ...]:
    """The days on which nothing is asked about a placement: first and last of each pause."""
    query = select(Pause).where(Pause.placement_id == placement_id).order_by(col(Pause.first))
    return tuple((row.first, row.last) for row in tx.exec(query))


_PAUSES = _PAUSE.select().where(among(_PAUSE.c.placement_id, "placements")).order_by(_PAUSE.c.first)


def all_pauses(tx: Session, placement_ids: Sequence[int]) -> dict[int, tuple[tuple[date, date], ...]]:
    """The pauses of each of these placements that has one."""
    found: dict[int, list[tuple[date, date]]] = {}
    for row in rows.read(tx, _PAUSES, placements=placement_ids):
        found.setdefault(row.placement_id, []).append((row.first, row.last))
    return {placement_id: tuple(listed) for placement_id, listed in found.items()}


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
    found = list(tx.exec(query.order_by(col(Placement.id))))
    pauses: dict[int, list[tuple[date, date]]] = {}
    for pause in tx.exec(select(Pause)):
        pauses.setdefault(pause.placement_id, []).append((pause.first, pause.last))
    last_due: dict[int, dict[str, date]] = {}
    opened = select(CheckIn.placement_id, CheckIn.respondent, col(CheckIn.due_on)).where(
        col(CheckIn.opened_at).is_not(None), col(CheckIn.survey).in_(ROUTINE)
    )
    if company_id is not None:
        opened = opened.where(col(CheckIn.placement_id).in_([row.id for row, _ in found]))
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
            contract_ends=row.contract_ends,
            residence_expires=row.residence_expires,
            exits_on=row.exits_on,
        )
        for row, hour in found
    ]


def set_planned(tx: Session, company_id: int, until: date) -> None:
    """Note how far the check-ins of a company are planned."""
    for row in tx.exec(select(Placement).where(Placement.company_id == company_id)):
        row.planned_until = until
