"""Storing a roster: who is who, what is new, what has changed, all rows or none.

Identity follows docs/interfaces.md, "Who is who": people are equal by id, else by e-mail; hires are never merged by name;
managers by company and e-mail, else by company and exact name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from store.tables import CheckIn, Company, Pause, Person, Placement

Row = Mapping[str, Any]
Key = Callable[[str], str]

_COLUMN = {
    "company_id": "company",
    **{f"{role}_id": f"{role}_name" for role in ("hire", "manager", "consultant", "lead")},
}
"""The roster's name for what the table of placements calls otherwise."""


@dataclass(slots=True)
class Changes:
    """What an import did, or would do: keys of placements, and per key the roster's columns that changed."""

    created: list[str] = field(default_factory=list)
    changed: dict[str, list[str]] = field(default_factory=dict)
    unchanged: int = 0
    keys_made: dict[int, str] = field(default_factory=dict)
    new_people: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Team:
    """The people of one row, and the columns in which the file says something new about them."""

    hire: Person
    manager: Person
    consultant: Person
    lead: Person | None
    changed: list[str]


class _Known:
    """Everything that is stored already, by what identifies it, so that thousands of rows need a few reads."""

    def __init__(self, tx: Session, key: Key) -> None:
        self.tx, self.key = tx, key
        self.companies = {row.name_key: row for row in tx.exec(select(Company))}
        self.people = {row.id: row for row in tx.exec(select(Person).order_by(col(Person.id)))}
        self.placements = {row.key: row for row in tx.exec(select(Placement).order_by(col(Placement.id)))}
        self.pauses: dict[int | None, list[Pause]] = {}
        for pause in tx.exec(select(Pause).order_by(col(Pause.first))):
            self.pauses.setdefault(pause.placement_id, []).append(pause)
        self.by_email: dict[tuple[str, int | None, str], Person] = {}
        self.by_external: dict[str, Person] = {}
        self.by_name: dict[tuple[str, int | None, str], list[Person]] = {}
        for row in self.people.values():
            self.remember(row)
        self.new_people: list[Person] = []
        self.to_plan: set[int | None] = set()

    def remember(self, row: Person) -> None:
        """Let a person be found by what the roster says about them."""
        if row.email:
            self.by_email[row.kind, row.company_id, row.email] = row
        if row.external_id:
            self.by_external[row.external_id] = row
        if row.kind != "hire":
            self.by_name.setdefault((row.kind, row.company_id, self.key(row.name)), []).append(row)

    def forget(self, row: Person) -> None:
        """The opposite, before a person's e-mail, number or name changes: the old one may be somebody else's now."""
        self.by_email.pop((row.kind, row.company_id, row.email or ""), None)
        self.by_external.pop(row.external_id or "", None)
        if row.kind != "hire":
            self.by_name[row.kind, row.company_id, self.key(row.name)].remove(row)

    def named(self, kind: str, company_id: int | None, name: str, email: str | None) -> Person | None:
        """Somebody of the agency or a manager by e-mail, else by name. The same name with another e-mail is another
        person; without an e-mail on either side it is the same."""
        if email and (found := self.by_email.get((kind, company_id, email))):
            return found
        same = self.by_name.get((kind, company_id, self.key(name)), [])
        return next((one for one in same if not one.email), None if email or not same else same[0])


def save(tx: Session, rows: Sequence[Row], companies: Sequence[Row], *, now: datetime, key: Key) -> Changes:
    """Store companies, people and placements; what is known is updated where the file says something.

    ``key`` is how names are compared. Cells that the file leaves empty change nothing. Each kind of row is written at
    once, when all of them are known: a roster of thousands takes a second or two.
    """
    known, changes = _Known(tx, key), Changes()
    for row in companies:
        _describe_company(known, row)
    employers = [_company(known, str(row["company"])) for row in rows]
    tx.flush()

    keys = _keys(known, rows, employers, changes)
    teams = _teams(known, changes, rows, employers, keys)
    tx.flush()  # What changed first: a new person may have the e-mail that somebody else had until now.
    tx.add_all(known.new_people)
    tx.flush()

    placed = [
        _placement(known, changes, row, company, key, team, now)
        for row, company, key, team in zip(rows, employers, keys, teams, strict=True)
    ]
    tx.add_all(placed)
    tx.flush()
    for row, placement in zip(rows, placed, strict=True):
        _pause(known, changes, placement, row, now)
    for placement in known.placements.values():
        if placement.company_id in known.to_plan:
            placement.planned_until = None
    changes.unchanged = len(rows) - len(changes.created) - len(changes.changed)
    tx.flush()
    return changes


def _company(known: _Known, name: str) -> Company:
    found = known.companies.get(known.key(name))
    if found is None:
        found = Company(name=name, name_key=known.key(name))
        known.companies[found.name_key] = found
        known.tx.add(found)
    return found


def _describe_company(known: _Known, row: Row) -> None:
    found, days, closures = _company(known, str(row["company"])), row["working_weekdays"], row["closures"]
    values = {
        "industry": row["industry"],
        "working_weekdays": None if days is None else "".join(map(str, days)),
        "works_on_public_holidays": row["works_on_public_holidays"],
        "closures": None if closures is None else list(closures),
        "yearly_turnover": row["yearly_turnover"],
    }
    if _set(found, values):
        known.to_plan.add(found.id)


def _set(row: SQLModel, values: Mapping[str, Any]) -> list[str]:
    """Set what the file says and the row does not have yet; the names of the columns that changed."""
    changed = [name for name, value in values.items() if value is not None and getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def _keys(known: _Known, rows: Sequence[Row], employers: Sequence[Company], changes: Changes) -> list[str]:
    """For each row the consultancy's own number, or the one that was made for this placement earlier, or a new one.

    A stored placement answers for one row at most, the one that fits it best: two hires of one name are two people.
    """
    keys: dict[int, str] = {n: str(row["placement_id"]) for n, row in enumerate(rows) if row["placement_id"]}
    taken = set(keys.values())
    by_company: dict[tuple[int | None, str], list[Placement]] = {}
    for placement in known.placements.values():
        if placement.key not in taken:
            for sign in _signs(known, placement):
                by_company.setdefault((placement.company_id, sign), []).append(placement)
    fitting = []
    for n, row in enumerate(rows):
        if n not in keys:
            signs = (row["hire_id"], row["hire_email"], known.key(row["hire_name"]))
            near = [one for sign in signs if sign for one in by_company.get((employers[n].id, sign), [])]
            fitting += [(rank, n, one.key) for one in near if (rank := _misfit(known, row, one)) is not None]
    for _, n, key in sorted(fitting):
        if n not in keys and key not in taken:
            keys[n] = key
            taken.add(key)
    taken |= set(known.placements)
    free = (key for number in count(len(known.placements) + 1) if (key := f"P{number:04d}") not in taken)
    for n, row in enumerate(rows):
        if n not in keys:
            keys[n] = changes.keys_made[row["row"]] = next(free)
    return [keys[n] for n in range(len(rows))]


def _signs(known: _Known, placement: Placement) -> set[str]:
    hire = known.people[placement.hire_id]
    return {sign for sign in (hire.external_id, hire.email, known.key(hire.name)) if sign}


def _misfit(known: _Known, row: Row, placement: Placement) -> tuple[bool, ...] | None:
    """How badly a row without a number fits a stored placement (the lowest fits best), or None when it is another's."""
    hire = known.people[placement.hire_id]
    pairs = ((row["hire_id"], hire.external_id), (row["hire_email"], hire.email))
    identified = any(said and said == stored for said, stored in pairs)
    contradicts = any(said and stored and said != stored for said, stored in pairs)
    same_start = placement.start_date == row["start_date"]
    same_name = known.key(hire.name) == known.key(row["hire_name"])
    if not identified and (contradicts or not (same_start and same_name)):
        return None
    others = (said != stored for said, stored in (*pairs, (row["job_title"], placement.job_title)))
    return (not identified, not same_start, not same_name, *others)


def _teams(
    known: _Known, changes: Changes, rows: Sequence[Row], employers: Sequence[Company], keys: Sequence[str]
) -> list[_Team]:
    """The people of each row. Those of known placements come first, so that an e-mail that they give up is free."""
    teams: dict[int, _Team] = {}
    for n in sorted(range(len(rows)), key=lambda n: keys[n] not in known.placements):
        row, changed = rows[n], list[str]()
        hire = _hire(known, changes, row, keys[n], changed)
        manager = _manager(known, changes, row, employers[n], changed)
        consultant = _staff(known, changes, row, "consultant", changed)
        lead = _staff(known, changes, row, "lead", changed)
        assert consultant is not None
        teams[n] = _Team(hire, manager, consultant, lead, changed)
    return [teams[n] for n in range(len(rows))]


def _person(
    known: _Known, changes: Changes, role: str, found: Person | None, values: dict[str, Any], changed: list[str]
) -> Person:
    """The person, new or known. The languages and the name that a person chose themselves outrank the file."""
    if found is None:
        found = Person(**values)
        known.new_people.append(found)
        changes.new_people.append((found.kind, found.name))
    else:
        known.forget(found)
        chosen = ("languages", "call_name") if found.named else ()
        news = _set(found, {name: value for name, value in values.items() if name not in chosen and value != []})
        changed += [f"{role}_{'id' if name == 'external_id' else name}" for name in news]
    known.remember(found)
    return found


def _hire(known: _Known, changes: Changes, row: Row, key: str, changed: list[str]) -> Person:
    external, email, placement = row["hire_id"], row["hire_email"], known.placements.get(key)
    found = known.by_external.get(external) if external else None
    found = found or (known.by_email.get(("hire", None, email)) if email else None)
    found = found or (known.people[placement.hire_id] if placement is not None else None)
    values = {
        "kind": "hire",
        "name": row["hire_name"],
        "call_name": row["hire_call_name"],
        "email": email,
        "phone": row["hire_phone"],
        "channel": row["hire_channel"],
        "languages": list(row["hire_languages"]),
        "external_id": external,
    }
    person = _person(known, changes, "hire", found, values, changed)
    sign = f"id:{person.external_id}" if person.external_id else f"email:{person.email}" if person.email else None
    if sign or found is None:
        person.identity = f"hire:{sign or f'placement:{key}'}"
    return person


def _manager(known: _Known, changes: Changes, row: Row, company: Company, changed: list[str]) -> Person:
    email, name = row["manager_email"], row["manager_name"]
    found = known.named("manager", company.id, name, email)
    values = {
        "kind": "manager",
        "name": name,
        "email": email,
        "channel": row["manager_channel"],
        "languages": list(row["manager_languages"]),
        "company_id": company.id,
    }
    person = _person(known, changes, "manager", found, values, changed)
    person.identity = f"manager:{company.id}:{person.email or known.key(person.name)}"
    return person


def _staff(known: _Known, changes: Changes, row: Row, role: str, changed: list[str]) -> Person | None:
    name, email = row[f"{role}_name"], row[f"{role}_email"]
    if name is None:
        return None
    found = known.named("staff", None, name, email)
    values = {
        "kind": "staff",
        "name": name,
        "email": email,
        "phone": row.get(f"{role}_phone"),
        "channel": row[f"{role}_channel"],
        "languages": list(row[f"{role}_languages"]) or (["ja"] if found is None else []),
    }
    person = _person(known, changes, role, found, values, changed)
    person.identity = f"staff:{person.email or known.key(person.name)}"
    if person.role is None or (role == "lead" and person.role == "consultant"):
        person.role = role
    return person


def _placement(
    known: _Known, changes: Changes, row: Row, company: Company, key: str, team: _Team, now: datetime
) -> Placement:
    values = {
        "company_id": company.id,
        "hire_id": team.hire.id,
        "manager_id": team.manager.id,
        "consultant_id": team.consultant.id,
        "lead_id": None if team.lead is None else team.lead.id,
        **{name: row[name] for name in ("start_date", "job_title", "residence_status")},
        **{name: row[name] for name in ("residence_expires", "contract_ends", "timezone")},
    }
    found = known.placements.get(key)
    if found is None:
        values["timezone"] = row["timezone"] or "Asia/Tokyo"
        found = known.placements[key] = Placement(key=key, imported_at=now, known_since=now, **values)
        changes.created.append(key)
        known.to_plan.add(company.id)
        return found
    before = {name: getattr(found, name) for name in values}
    changed = _set(found, values)
    if changed:
        known.to_plan |= {before["company_id"], company.id}
    if "start_date" in changed:
        found.imported_at = found.known_since = now  # A corrected start moves the future only: no backlog.
    for role in ("hire_id", "manager_id"):
        if role in changed:
            _withdraw(known.tx, found, before[role], now)
    if shown := [_COLUMN.get(name, name) for name in changed] + team.changed:
        changes.changed[key] = list(dict.fromkeys(shown))
    return found


def _withdraw(tx: Session, placement: Placement, person_id: int, now: datetime) -> None:
    """Somebody else stands in their place: what the person was asked about this placement is over."""
    query = select(CheckIn).where(
        CheckIn.placement_id == placement.id, CheckIn.person_id == person_id, CheckIn.state == "open"
    )
    for checkin in tx.exec(query):
        checkin.state, checkin.closed_at, checkin.wakes_at = "cancelled", now, None


def _pause(known: _Known, changes: Changes, placement: Placement, row: Row, now: datetime) -> None:
    """The leave of a row; other dates for a leave that overlaps, or that has not begun, correct it."""
    first, last = row["leave_from"], row["leave_to"]
    if first is None or last is None:
        return
    stored = known.pauses.get(placement.id, [])
    same = [one for one in stored if one.first == first] or [
        one for one in stored if one.first > now.date() or (one.first <= last and first <= one.last)
    ]
    found = same[0] if same else Pause(placement_id=placement.id or 0, first=first, last=last)
    changed = _set(found, {"first": first, "last": last})
    if same and not changed:
        return
    known.tx.add(found)
    known.to_plan.add(placement.company_id)
    if placement.key not in changes.created:
        told = changes.changed.setdefault(placement.key, [])
        told += [f"leave_{'from' if name == 'first' else 'to'}" for name in changed or ("first", "last")]


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
            "working_weekdays": tuple(int(day) for day in row.working_weekdays),
            "works_on_public_holidays": row.works_on_public_holidays,
            "closures": None if row.closures is None else tuple(row.closures),
            "yearly_turnover": row.yearly_turnover,
        }
        for row in tx.exec(select(Company).order_by(col(Company.name)))
    ]
