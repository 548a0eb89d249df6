"""Storing a roster: what is new, what has changed, all rows or none; and giving it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from store import facts
from store.dialect import add_all
from store.queries import checkins
from store.queries.roster_people import Correction, Key, Known, Row, Team, keys_of, put, teams_of
from store.tables import CheckIn, Company, Pause, Person, Placement

_PLACES = ("company", "hire", "manager", "consultant", "lead")
"""What a placement names of others; each has a column with its id."""

HOME_LEAVE = "home_leave"
"""The reason of a pause that comes from a roster; it corrects no pause that has another one."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """Somebody else, or another company, in the place of what was: ``what`` is hire, manager, consultant, lead or company.

    ``fresh`` is True for somebody, or a company, that nobody knew; ``withdrawn`` is what was taken back.
    """

    key: str
    what: str
    before_id: int
    before: str
    after: str
    fresh: bool
    withdrawn: tuple[facts.CheckIn, ...] = ()


@dataclass(slots=True)
class Changes:
    """What an import did, or would do: keys of placements, and per key the roster's columns that changed.

    Of what changed, ``corrections`` are about the same person or placement, and ``replaced`` is not. ``returning`` are
    hires with a new placement who had one before: its number, their name and the number of the one before; ``leaves`` are
    pauses of placements that were known: number, first and last day.
    """

    created: list[str] = field(default_factory=list)
    changed: dict[str, list[str]] = field(default_factory=dict)
    unchanged: int = 0
    keys_made: dict[int, str] = field(default_factory=dict)
    new_people: list[tuple[str, str]] = field(default_factory=list)
    corrections: dict[str, list[Correction]] = field(default_factory=dict)
    replaced: list[Replaced] = field(default_factory=list)
    returning: list[tuple[str, str, str]] = field(default_factory=list)
    leaves: list[tuple[str, date, date]] = field(default_factory=list)

    def corrected(self, key: str, *corrections: Correction) -> None:
        """Note what a file corrects about a placement and its people."""
        if corrections:
            self.corrections.setdefault(key, []).extend(corrections)
            self._noted(key, [one.column for one in corrections])

    def taken_over(self, one: Replaced) -> None:
        """Note who or what stands in another's place."""
        self.replaced.append(one)
        self._noted(one.key, ["company" if one.what == "company" else f"{one.what}_name"])

    def _noted(self, key: str, columns: list[str]) -> None:
        self.changed[key] = list(dict.fromkeys([*self.changed.get(key, []), *columns]))


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

    placed, former = [], {one.hire_id: one.key for one in known.placements.values()}
    for row, company, number, team in zip(rows, employers, keys, teams, strict=True):
        values = _values(row, company, team)
        if number in known.placements:
            placed.append(_update(tx, known, known.placements[number], values, team, changes, to_plan, now))
            continue
        placed.append(_create(number, values, changes, to_plan, now))
        if values["hire_id"] in former:
            changes.returning.append((number, team.hire.name, former[values["hire_id"]]))
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
    known: Known,
    found: Placement,
    values: dict[str, Any],
    team: Team,
    changes: Changes,
    to_plan: set[int | None],
    now: datetime,
) -> Placement:
    if known.stand_ins.get(found.id or 0) == (values["consultant_id"], found.consultant_id):
        values["consultant_id"] = None  # Whose the placement is, the file says; who stands in for a while, it does not.
    before = {name: getattr(found, name) for name in values}
    changed = put(found, values)
    if changed:
        to_plan |= {before["company_id"], found.company_id}
    if "start_date" in changed:
        found.imported_at = found.known_since = now  # A corrected start moves the future only: there is no backlog.
    for name in changed:
        what = name.removesuffix("_id")
        if what not in _PLACES:
            changes.corrected(found.key, Correction(name, before[name], values[name]))
        elif before[name] is None:
            changes.corrected(found.key, Correction(f"{what}_name", None, known.name_of(what, values[name])))
        else:
            changes.taken_over(_replace(tx, known, found, what, before[name], before["hire_id"], now))
    changes.corrected(found.key, *team.corrections)
    return found


def _replace(
    tx: Session, known: Known, placement: Placement, what: str, before: int, hire_id: int, now: datetime
) -> Replaced:
    """Somebody else stands in their place: what the person was asked about this placement is over. At another company it is
    so for the hire, too."""
    after: int = getattr(placement, f"{what}_id")
    asked = {"hire": before, "manager": before, "company": hire_id}.get(what)
    query = select(CheckIn).where(
        CheckIn.placement_id == placement.id, CheckIn.person_id == asked, CheckIn.state == "open"
    )
    rows = [] if asked is None else list(tx.exec(query))
    withdrawn = tuple(checkins.as_fact(row) for row in rows)
    for row in rows:
        row.state, row.closed_at, row.wakes_at = "cancelled", now, None
    return Replaced(
        placement.key,
        what,
        before,
        known.name_of(what, before),
        known.name_of(what, after),
        fresh=after not in (known.stored_companies if what == "company" else known.people),
        withdrawn=withdrawn,
    )


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
        before = (same[0].first, same[0].last) if same else (None, None)
        if before == (first, last):
            continue
        if same:
            same[0].first, same[0].last = first, last
        else:
            tx.add(Pause(placement_id=placement.id or 0, first=first, last=last))
        to_plan.add(placement.company_id)
        if placement.key not in created:
            columns = zip(("leave_from", "leave_to"), before, (first, last), strict=True)
            changes.corrected(placement.key, *(Correction(*one) for one in columns if one[1] != one[2]))
            changes.leaves.append((placement.key, first, last))


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
