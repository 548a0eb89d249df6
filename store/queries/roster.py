"""Storing a roster: what is new, what has changed, all rows or none; and giving it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from store.dialect import add_all
from store.queries.roster_people import Key, Known, Row, Team, keys_of, put, teams_of
from store.tables import CheckIn, Company, Pause, Person, Placement

_COLUMN = {
    "company_id": "company",
    **{f"{role}_id": f"{role}_name" for role in ("hire", "manager", "consultant", "lead")},
}
"""The roster's name for what the table of placements calls otherwise."""

HOME_LEAVE = "home_leave"
"""The reason of a pause that comes from a roster; it corrects no pause that has another one."""


@dataclass(slots=True)
class Changes:
    """What an import did, or would do: keys of placements, and per key the roster's columns that changed."""

    created: list[str] = field(default_factory=list)
    changed: dict[str, list[str]] = field(default_factory=dict)
    unchanged: int = 0
    keys_made: dict[int, str] = field(default_factory=dict)
    new_people: list[tuple[str, str]] = field(default_factory=list)


def save(tx: Session, rows: Sequence[Row], companies: Sequence[Row], *, now: datetime, key: Key) -> Changes:
    """Store companies, people and placements; what is known is updated where the file says something.

    ``key`` is how names are compared. Cells that the file leaves empty change nothing. Each kind of row is written at
    once, when all of them are known: a roster of thousands takes a second or two.
    """
    known, changes, to_plan = Known(tx, key), Changes(), set[int | None]()
    for row in companies:
        _describe_company(tx, known, row, to_plan)
    employers = [_company(tx, known, str(row["company"])) for row in rows]
    tx.flush()

    keys, changes.keys_made = keys_of(known, rows, employers)
    teams = teams_of(known, rows, employers, keys)
    tx.flush()  # What changed first: a new person may have the e-mail that somebody else had until now.
    add_all(tx, known.new_people)
    changes.new_people = [(person.kind, person.name) for person in known.new_people]

    placed = []
    for row, company, number, team in zip(rows, employers, keys, teams, strict=True):
        values = _values(row, company, team)
        if number in known.placements:
            placed.append(_update(tx, known.placements[number], values, team, changes, to_plan, now))
        else:
            placed.append(_create(number, values, changes, to_plan, now))
    add_all(tx, placed)

    _pauses(tx, rows, placed, changes, to_plan, now)
    for placement in known.placements.values():
        if placement.company_id in to_plan:
            placement.planned_until = None
    changes.unchanged = len(rows) - len(changes.created) - len(changes.changed)
    tx.flush()
    return changes


def _company(tx: Session, known: Known, name: str) -> Company:
    found = known.companies.get(known.key(name))
    if found is None:
        found = Company(name=name, name_key=known.key(name))
        known.companies[found.name_key] = found
        tx.add(found)
    return found


def _describe_company(tx: Session, known: Known, row: Row, to_plan: set[int | None]) -> None:
    found, days, closures = _company(tx, known, str(row["company"])), row["working_weekdays"], row["closures"]
    values = {
        "industry": row["industry"],
        "working_weekdays": None if days is None else "".join(map(str, days)),
        "works_on_public_holidays": row["works_on_public_holidays"],
        "closures": None if closures is None else list(closures),
        "yearly_turnover": row["yearly_turnover"],
    }
    if put(found, values):
        to_plan.add(found.id)


def _values(row: Row, company: Company, team: Team) -> dict[str, Any]:
    """A row as the columns of a placement. None where the file does not say it."""
    own = ("start_date", "job_title", "residence_status", "residence_expires", "contract_ends", "timezone")
    return {
        "company_id": company.id,
        "hire_id": team.hire.id,
        "manager_id": team.manager.id,
        "consultant_id": team.consultant.id,
        "lead_id": None if team.lead is None else team.lead.id,
        **{name: row[name] for name in own},
    }


def _create(
    number: str, values: dict[str, Any], changes: Changes, to_plan: set[int | None], now: datetime
) -> Placement:
    changes.created.append(number)
    to_plan.add(values["company_id"])
    values["timezone"] = values["timezone"] or "Asia/Tokyo"
    return Placement(key=number, imported_at=now, known_since=now, **values)


def _update(
    tx: Session,
    found: Placement,
    values: dict[str, Any],
    team: Team,
    changes: Changes,
    to_plan: set[int | None],
    now: datetime,
) -> Placement:
    before = {name: getattr(found, name) for name in values}
    changed = put(found, values)
    if changed:
        to_plan |= {before["company_id"], found.company_id}
    if "start_date" in changed:
        found.imported_at = found.known_since = now  # A corrected start moves the future only: there is no backlog.
    for role in ("hire_id", "manager_id"):
        if role in changed:
            _withdraw(tx, found, before[role], now)
    if shown := [_COLUMN.get(name, name) for name in changed] + team.changed:
        changes.changed[found.key] = list(dict.fromkeys(shown))
    return found


def _withdraw(tx: Session, placement: Placement, person_id: int, now: datetime) -> None:
    """Somebody else stands in their place: what the person was asked about this placement is over."""
    query = select(CheckIn).where(
        CheckIn.placement_id == placement.id, CheckIn.person_id == person_id, CheckIn.state == "open"
    )
    for checkin in tx.exec(query):
        checkin.state, checkin.closed_at, checkin.wakes_at = "cancelled", now, None


def _pauses(
    tx: Session,
    rows: Sequence[Row],
    placed: Sequence[Placement],
    changes: Changes,
    to_plan: set[int | None],
    now: datetime,
) -> None:
    """The leaves of the file; other dates for a leave that overlaps, or that has not begun yet, correct it."""
    stored: dict[int, list[Pause]] = {}
    for pause in tx.exec(select(Pause).order_by(col(Pause.first))):
        stored.setdefault(pause.placement_id, []).append(pause)
    created = set(changes.created)
    for row, placement in zip(rows, placed, strict=True):
        first, last = row["leave_from"], row["leave_to"]
        if first is None or last is None:
            continue
        known = stored.get(placement.id or 0, [])
        same = [one for one in known if one.first == first] or [
            one
            for one in known
            if one.reason == HOME_LEAVE and (one.first > now.date() or (one.first <= last and first <= one.last))
        ]
        told = put(same[0], {"first": first, "last": last}) if same else ["first", "last"]
        if not same:
            tx.add(Pause(placement_id=placement.id or 0, first=first, last=last))
        if told:
            to_plan.add(placement.company_id)
        if told and placement.key not in created:
            columns = changes.changed.setdefault(placement.key, [])
            columns += [{"first": "leave_from", "last": "leave_to"}[name] for name in told]


def rows(tx: Session) -> list[dict[str, Any]]:
    """Every placement in the roster's columns, by number."""
    people = {row.id: row for row in tx.exec(select(Person))}
    names = {row.id: row.name for row in tx.exec(select(Company))}
    pauses: dict[int, Pause] = {}
    for pause in tx.exec(select(Pause).order_by(col(Pause.first))):
        pauses[pause.placement_id] = pause
    found = []
    for row in tx.exec(select(Placement).order_by(col(Placement.key))):
        away = pauses.get(row.id or 0)
        found.append(
            {
                "placement_id": row.key,
                "company": names[row.company_id],
                "start_date": row.start_date,
                "job_title": row.job_title,
                "residence_status": row.residence_status,
                "residence_expires": row.residence_expires,
                "contract_ends": row.contract_ends,
                "leave_from": away.first if away else None,
                "leave_to": away.last if away else None,
                "timezone": row.timezone,
                "hire_id": people[row.hire_id].external_id,
                "hire_call_name": people[row.hire_id].call_name,
                "hire_phone": people[row.hire_id].phone,
                "consultant_phone": people[row.consultant_id].phone,
                **_columns_of("hire", people[row.hire_id]),
                **_columns_of("manager", people[row.manager_id]),
                **_columns_of("consultant", people[row.consultant_id]),
                **_columns_of("lead", people[row.lead_id] if row.lead_id else None),
            }
        )
    return found


def _columns_of(role: str, person: Person | None) -> dict[str, Any]:
    if person is None:
        return {}
    return {
        f"{role}_name": person.name,
        f"{role}_email": person.email,
        f"{role}_languages": tuple(person.languages),
        f"{role}_channel": person.channel,
    }


def companies(tx: Session) -> list[dict[str, Any]]:
    """Every company in the columns of the sheet Companies, by name."""
    return [
        {
            "company": row.name,
            "industry": row.industry,
            "working_weekdays": None if row.working_weekdays is None else tuple(map(int, row.working_weekdays)),
            "works_on_public_holidays": row.works_on_public_holidays,
            "closures": None if row.closures is None else tuple(row.closures),
            "yearly_turnover": row.yearly_turnover,
        }
        for row in tx.exec(select(Company).order_by(col(Company.name)))
    ]
