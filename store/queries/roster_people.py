"""Who is who in a roster (docs/interfaces.md, "Who is who"): people are equal by id, else by e-mail; hires are never merged
by name; managers by company and e-mail, else by company and exact name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from store.tables import Company, Handover, Person, Placement

Row = Mapping[str, Any]
Key = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Correction:
    """A column in which a file says something else than what is stored, and both."""

    column: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Team:
    """The people of one row, and what the file corrects about them."""

    hire: Person
    manager: Person
    consultant: Person
    lead: Person | None
    corrections: list[Correction]


class Known:
    """Everything that is stored already, by what identifies it, so that thousands of rows need a few reads.

    ``new_people`` are those that the file names and nobody knew; ``said`` is what the file has said about each person so
    far: where two rows spell a name in two ways, the first one counts, and importing again changes nothing; ``stand_ins``
    are placements that are lent to another consultant for some days: whose they are, and who has them.
    """

    def __init__(self, tx: Session, key: Key) -> None:
        self.key = key
        self.companies = {row.name_key: row for row in tx.exec(select(Company))}
        self.stored_companies = {row.id: row for row in self.companies.values()}
        self.people = {row.id: row for row in tx.exec(select(Person).order_by(col(Person.id)))}
        self.placements = {row.key: row for row in tx.exec(select(Placement).order_by(col(Placement.id)))}
        self.by_email: dict[tuple[str, int | None, str], Person] = {}
        self.by_external: dict[str, Person] = {}
        self.by_name: dict[tuple[str, int | None, str], list[Person]] = {}
        for row in self.people.values():
            self.remember(row)
        self.new_people: list[Person] = []
        self.said: dict[int, set[str]] = {}
        lent = select(Handover).where(col(Handover.given_back_at).is_(None), col(Handover.until).is_not(None))
        self.stand_ins = {
            placement: (row.from_id, row.to_id)
            for row in tx.exec(lent.order_by(col(Handover.id)))
            for placement in row.placements
        }

    def name_of(self, what: str, row_id: int) -> str:
        """What a company or a person is called whose row has that id, also one that is new."""
        if what == "company":
            return next(row.name for row in self.companies.values() if row.id == row_id)
        found = self.people.get(row_id) or next(row for row in self.new_people if row.id == row_id)
        return found.name

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


def put(row: SQLModel, values: Mapping[str, Any]) -> list[str]:
    """Set what the file says and the row does not have yet; the names of the columns that changed."""
    changed = [name for name, value in values.items() if value is not None and getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def keys_of(known: Known, rows: Sequence[Row], employers: Sequence[Company]) -> tuple[list[str], dict[int, str]]:
    """For each row the consultancy's own number, or the one that was made for this placement earlier, or a new one; and
    the new ones by the row's number in the file.

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
    made = {n: next(free) for n in range(len(rows)) if n not in keys}
    keys |= made
    return [keys[n] for n in range(len(rows))], {rows[n]["row"]: key for n, key in made.items()}


def _signs(known: Known, placement: Placement) -> set[str]:
    hire = known.people[placement.hire_id]
    return {sign for sign in (hire.external_id, hire.email, known.key(hire.name)) if sign}


def _misfit(known: Known, row: Row, placement: Placement) -> tuple[bool, ...] | None:
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


def teams_of(known: Known, rows: Sequence[Row], employers: Sequence[Company], keys: Sequence[str]) -> list[Team]:
    """The people of each row. Those of known placements come first, so that an e-mail that they give up is free."""
    teams: dict[int, Team] = {}
    for n in sorted(range(len(rows)), key=lambda n: keys[n] not in known.placements):
        row, corrections = rows[n], list[Correction]()
        hire = _hire(known, row, keys[n], corrections)
        manager = _manager(known, row, employers[n], corrections)
        consultant = _staff(known, row, "consultant", corrections)
        lead = _staff(known, row, "lead", corrections)
        assert consultant is not None
        teams[n] = Team(hire, manager, consultant, lead, corrections)
    return [teams[n] for n in range(len(rows))]


def _person(
    known: Known, role: str, found: Person | None, values: dict[str, Any], corrections: list[Correction]
) -> Person:
    """The person, new or known. The languages and the name that a person chose themselves outrank the file."""
    given = {name: value for name, value in values.items() if value not in (None, [])}
    if found is None:
        found = Person(**values)
        known.new_people.append(found)
    else:
        known.forget(found)
        chosen = {"languages", "call_name"} if found.named else set()
        settled = chosen | known.said.get(id(found), set())
        before = {name: getattr(found, name) for name in given}
        for name in put(found, {name: value for name, value in given.items() if name not in settled}):
            column = f"{role}_{'id' if name == 'external_id' else name}"
            corrections.append(Correction(column, before[name], given[name]))
    known.said.setdefault(id(found), set()).update(given)
    known.remember(found)
    return found


def _is_another(known: Known, row: Row, hire: Person) -> bool:
    """True when a row names somebody else than the hire of its placement: by the name, and by number or e-mail address. Where
    only one of these differs, it is corrected."""
    pairs = ((row["hire_id"], hire.external_id), (row["hire_email"], hire.email))
    differs = any(said and stored and said != stored for said, stored in pairs)
    return differs and known.key(row["hire_name"]) != known.key(hire.name)


def _hire(known: Known, row: Row, key: str, corrections: list[Correction]) -> Person:
    external, email, placement = row["hire_id"], row["hire_email"], known.placements.get(key)
    found = known.by_external.get(external) if external else None
    found = found or (known.by_email.get(("hire", None, email)) if email else None)
    if found is None and placement is not None and not _is_another(known, row, known.people[placement.hire_id]):
        found = known.people[placement.hire_id]
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
    person = _person(known, "hire", found, values, corrections)
    sign = f"id:{person.external_id}" if person.external_id else f"email:{person.email}" if person.email else None
    if sign or found is None:
        person.identity = f"hire:{sign or f'placement:{key}'}"
    return person


def _manager(known: Known, row: Row, company: Company, corrections: list[Correction]) -> Person:
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
    person = _person(known, "manager", found, values, corrections)
    person.identity = f"manager:{company.id}:{person.email or known.key(person.name)}"
    return person


def _staff(known: Known, row: Row, role: str, corrections: list[Correction]) -> Person | None:
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
    news: list[Correction] = []
    person = _person(known, role, found, values, news)
    person.identity = f"staff:{person.email or known.key(person.name)}"
    # Where the file says something else, that is the roster's word from now on, and the settings may not correct it.
    unsaid = ["languages"] if found is None and not row[f"{role}_languages"] else person.from_settings or []
    said = {one.column for one in news}
    person.from_settings = [name for name in unsaid if f"{role}_{name}" not in said] or None
    corrections += news
    if person.role is None or (role == "lead" and person.role == "consultant"):
        person.role = role
    return person
