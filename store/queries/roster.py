"""Storing a roster: who is who, what is new, what has changed, all rows or none.

Identity follows docs/interfaces.md, "Who is who": people are equal by id, else by e-mail; hires are never merged by name;
managers by company and e-mail, else by company and exact name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from store.tables import CheckIn, Company, Pause, Person, Placement

Row = Mapping[str, Any]
Key = Callable[[str], str]


@dataclass(slots=True)
class Changes:
    """What an import did, or would do: keys of placements, and per key the columns that changed."""

    created: list[str] = field(default_factory=list)
    changed: dict[str, list[str]] = field(default_factory=dict)
    unchanged: int = 0
    keys_made: dict[int, str] = field(default_factory=dict)
    new_people: list[tuple[str, str]] = field(default_factory=list)


class _Known:
    """Everything that is stored already, by what identifies it, so that thousands of rows need a few reads."""

    def __init__(self, tx: Session, key: Key) -> None:
        self.tx, self.key = tx, key
        self.companies = {row.name_key: row for row in tx.exec(select(Company))}
        self.people = {row.id: row for row in tx.exec(select(Person)) if row.id is not None}
        self.by_identity = {row.identity: row for row in self.people.values()}
        self.by_email = {(row.kind, row.company_id, row.email): row for row in self.people.values() if row.email}
        self.by_external = {(row.kind, row.external_id): row for row in self.people.values() if row.external_id}
        self.by_name = {
            (row.kind, row.company_id, key(row.name)): row for row in self.people.values() if row.kind != "hire"
        }
        self.placements = {row.key: row for row in tx.exec(select(Placement))}

    def add(self, row: SQLModel) -> None:
        """Keep a new row and give it its id."""
        self.tx.add(row)
        self.tx.flush()


def save(tx: Session, rows: Sequence[Row], companies: Sequence[Row], *, now: datetime, key: Key) -> Changes:
    """Store companies, people and placements; what is known is updated where the file says something.

    ``key`` is how names are compared. Cells that the file leaves empty change nothing.
    """
    known, changes = _Known(tx, key), Changes()
    for row in companies:
        _company(known, str(row["company"]), row)
    for row in rows:
        _placement(known, row, changes, now)
    tx.flush()
    return changes


def _company(known: _Known, name: str, row: Row | None = None) -> tuple[Company, bool]:
    found = known.companies.get(known.key(name))
    if found is None:
        found = Company(name=name, name_key=known.key(name))
        known.companies[found.name_key] = found
        known.add(found)
    changed = False
    if row is not None:
        days = row["working_weekdays"]
        closures = row["closures"]
        values = {
            "industry": row["industry"],
            "working_weekdays": None if days is None else "".join(map(str, days)),
            "works_on_public_holidays": row["works_on_public_holidays"],
            "closures": None if closures is None else list(closures),
            "yearly_turnover": row["yearly_turnover"],
        }
        changed = bool(_set(found, values))
        if changed:
            _plan_again(known, found)
    return found, changed


def _plan_again(known: _Known, company: Company) -> None:
    for placement in known.placements.values():
        if placement.company_id == company.id:
            placement.planned_until = None


def _set(row: SQLModel, values: Mapping[str, Any]) -> list[str]:
    """Set what the file says and the row does not have yet; the names of the columns that changed."""
    changed = []
    for name, value in values.items():
        if value is not None and getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(name)
    return changed


def _person(known: _Known, changes: Changes, kind: str, identity: str, found: Person | None, values: Row) -> Person:
    """The person, new or known. The languages and the channel that a person chose themselves outrank the file."""
    if found is None:
        found = Person(kind=kind, identity=identity, **values)
        known.add(found)
        known.by_identity[identity] = found
        assert found.id is not None
        known.people[found.id] = found
        changes.new_people.append((kind, found.name))
    else:
        kept = {
            name: value
            for name, value in values.items()
            if value not in (None, []) and not (name in ("languages", "call_name") and found.named)
        }
        _set(found, kept)
    if found.email:
        known.by_email[kind, found.company_id, found.email] = found
    if found.external_id:
        known.by_external[kind, found.external_id] = found
    if kind != "hire":
        known.by_name[kind, found.company_id, known.key(found.name)] = found
    return found


def _hire(known: _Known, changes: Changes, row: Row, key: str, placement: Placement | None) -> Person:
    external, email = row["hire_id"], row["hire_email"]
    found = known.by_external.get(("hire", external)) if external else None
    if found is None and email:
        found = known.by_email.get(("hire", None, email))
    if found is None and placement is not None:
        found = known.people[placement.hire_id]
    identity = f"hire:id:{external}" if external else f"hire:email:{email}" if email else f"hire:placement:{key}"
    values = {
        "name": row["hire_name"],
        "call_name": row["hire_call_name"],
        "email": email,
        "phone": row["hire_phone"],
        "channel": row["hire_channel"],
        "languages": list(row["hire_languages"]),
        "external_id": external,
    }
    return _person(known, changes, "hire", identity, found, values)


def _manager(known: _Known, changes: Changes, row: Row, company: Company) -> Person:
    email, name = row["manager_email"], row["manager_name"]
    found = known.by_email.get(("manager", company.id, email)) if email else None
    if found is None:
        same = known.by_name.get(("manager", company.id, known.key(name)))
        # The same name with another e-mail is another person; without an e-mail on either side it is the same.
        found = same if same is not None and (not email or not same.email) else None
    identity = f"manager:{company.id}:{email or known.key(name)}"
    values = {
        "name": name,
        "email": email,
        "channel": row["manager_channel"],
        "languages": list(row["manager_languages"]),
        "company_id": company.id,
    }
    return _person(known, changes, "manager", identity, found, values)


def _staff(known: _Known, changes: Changes, row: Row, role: str) -> Person | None:
    name, email = row[f"{role}_name"], row[f"{role}_email"]
    if name is None:
        return None
    found = known.by_email.get(("staff", None, email)) if email else None
    if found is None:
        same = known.by_name.get(("staff", None, known.key(name)))
        found = same if same is not None and (not email or not same.email) else None
    values = {
        "name": name,
        "email": email,
        "phone": row.get(f"{role}_phone"),
        "channel": row[f"{role}_channel"],
        "languages": list(row[f"{role}_languages"]) or (["ja"] if found is None else []),
    }
    person = _person(known, changes, "staff", f"staff:{email or known.key(name)}", found, values)
    if person.role is None or (role == "lead" and person.role == "consultant"):
        person.role = role
    return person


def _key_of(known: _Known, row: Row, company: Company, changes: Changes) -> str:
    """The consultancy's own number, or the one made for this placement earlier, or a new one."""
    if row["placement_id"]:
        return str(row["placement_id"])
    for placement in known.placements.values():
        hire = known.people[placement.hire_id]
        same_person = (
            (row["hire_id"] and hire.external_id == row["hire_id"])
            or (row["hire_email"] and hire.email == row["hire_email"])
            or (
                known.key(hire.name) == known.key(row["hire_name"])
                and placement.start_date == row["start_date"]
                and hire.email == row["hire_email"]
            )
        )
        if placement.company_id == company.id and same_person:
            return placement.key
    number = len(known.placements) + 1
    while f"P{number:04d}" in known.placements:
        number += 1
    made = f"P{number:04d}"
    changes.keys_made[row["row"]] = made
    return made


def _placement(known: _Known, row: Row, changes: Changes, now: datetime) -> None:
    company, _ = _company(known, str(row["company"]))
    key = _key_of(known, row, company, changes)
    found = known.placements.get(key)
    hire = _hire(known, changes, row, key, found)
    manager = _manager(known, changes, row, company)
    consultant = _staff(known, changes, row, "consultant")
    lead = _staff(known, changes, row, "lead")
    assert consultant is not None
    values = {
        "company_id": company.id,
        "hire_id": hire.id,
        "manager_id": manager.id,
        "consultant_id": consultant.id,
        "lead_id": None if lead is None else lead.id,
        "start_date": row["start_date"],
        "job_title": row["job_title"],
        "residence_status": row["residence_status"],
        "residence_expires": row["residence_expires"],
        "contract_ends": row["contract_ends"],
        "timezone": row["timezone"],
    }
    if found is None:
        values["timezone"] = row["timezone"] or "Asia/Tokyo"
        found = Placement(key=key, imported_at=now, **values)
        known.add(found)
        known.placements[key] = found
        changes.created.append(key)
        changed = ["new"]
    else:
        old_manager = found.manager_id
        changed = _set(found, values)
        if "start_date" in changed:
            found.imported_at = now  # A corrected start moves the future only: what lies before it is no backlog.
        if "manager_id" in changed:
            _withdraw(known.tx, found, old_manager, now)
        if changed:
            changes.changed[key] = changed
        else:
            changes.unchanged += 1
    changed += _pause(known.tx, found, row)
    if changed:
        _plan_again(known, company)


def _withdraw(tx: Session, placement: Placement, manager_id: int, now: datetime) -> None:
    """A new manager: what the old one was asked about this hire is over."""
    query = select(CheckIn).where(
        CheckIn.placement_id == placement.id, CheckIn.person_id == manager_id, CheckIn.state == "open"
    )
    for checkin in tx.exec(query):
        checkin.state, checkin.closed_at, checkin.wakes_at = "cancelled", now, None


def _pause(tx: Session, placement: Placement, row: Row) -> list[str]:
    if row["leave_from"] is None or row["leave_to"] is None:
        return []
    found = tx.exec(
        select(Pause).where(Pause.placement_id == placement.id, Pause.first == row["leave_from"])
    ).one_or_none()
    if found is not None and found.last == row["leave_to"]:
        return []
    found = found or Pause(placement_id=placement.id or 0, first=row["leave_from"], last=row["leave_to"])
    found.last = row["leave_to"]
    tx.add(found)
    return ["leave"]


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
