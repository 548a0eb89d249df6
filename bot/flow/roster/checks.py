"""What one row cannot tell: rows that contradict each other, that stand there twice, or that look too much alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from bot.flow.roster.columns import EXAMPLE_ID
from bot.flow.roster.model import RosterError, RosterQuestion
from bot.flow.roster.tables import Table
from bot.flow.roster.values import company_key, name_key

SOON_AGAIN = timedelta(days=60)
"""Between two starts of one hire at one company; nobody's contract is as short."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The values of one row by column; a cell that is empty or wrong has none. ``wrong`` names the wrong ones."""

    number: int
    values: dict[str, Any]
    wrong: frozenset[str] = frozenset()


def check_rows(table: Table, entries: Sequence[Entry]) -> list[RosterError]:
    """Every error of the roster that needs more than one cell to see."""
    errors = [error for entry in entries for error in _check_row(table, entry)]
    errors += _twice(table, entries, "placement_id", "placement_id_twice", key=str)
    errors += _same_rows(table, entries)
    found = [
        *_contradictions(table, _by(entries, "hire", "id"), ("email", "name", "languages", "channel", "phone")),
        *_contradictions(table, _by(entries, "hire", "email"), ("id", "name", "languages", "channel", "phone")),
        *_contradictions(table, _managers(entries), ("name", "languages", "channel")),
        *_contradictions(table, _staff(entries), ("name", "languages", "channel", "phone")),
    ]
    # The same two rows can contradict each other by number and by e-mail: that is one error.
    return errors + list({(error.row, error.column): error for error in found}.values())


def check_companies(table: Table, entries: Sequence[Entry]) -> list[RosterError]:
    """A company may stand in its sheet once."""
    return _twice(table, entries, "company", "company_twice", key=name_key)


def questions_about(sheet: str, rows: Sequence[Entry], companies: Sequence[Entry]) -> tuple[RosterQuestion, ...]:
    """Names that look like one company written twice, and hires who look like one person entered twice."""
    return (*_companies_alike(sheet, rows, companies), *_hires_alike(sheet, rows), *_hires_twice(sheet, rows))


def _check_row(table: Table, entry: Entry) -> Iterator[RosterError]:
    values, number = entry.values, entry.number
    start, ends = values.get("start_date"), values.get("contract_ends")
    leave_from, leave_to = values.get("leave_from"), values.get("leave_to")
    if values.get("placement_id") == EXAMPLE_ID:
        yield table.error(number, "placement_id", EXAMPLE_ID, "example_left")
    if start and ends and ends < start:
        yield table.error(number, "contract_ends", str(ends), "contract_before_start", start=str(start))
    if leave_from and leave_to and leave_to < leave_from:
        yield table.error(number, "leave_to", str(leave_to), "leave_order", leave_from=str(leave_from))
    if leave_to and not leave_from and "leave_from" not in entry.wrong:
        yield table.error(number, "leave_to", str(leave_to), "leave_from_missing")
    if values.get("hire_email") and values.get("hire_email") == values.get("manager_email"):
        # A manager who can open the hire's link would read what only the consultant may read.
        yield table.error(number, "manager_email", values["manager_email"], "same_email")


def _twice(
    table: Table, entries: Sequence[Entry], column: str, code: str, *, key: Callable[[str], str]
) -> list[RosterError]:
    first: dict[str, int] = {}
    errors = []
    for entry in entries:
        value = entry.values.get(column)
        if value is None:
            continue
        other = first.setdefault(key(value), entry.number)
        if other != entry.number:
            errors.append(table.error(entry.number, column, value, code, other_row=other))
    return errors


def _same_rows(table: Table, entries: Sequence[Entry]) -> Iterator[RosterError]:
    """Rows without a key of their own that say exactly the same: copied by mistake, or two people who need a key."""
    first: dict[Hashable, int] = {}
    for entry in entries:
        if "placement_id" in entry.values or "hire_name" not in entry.values:
            continue
        other = first.setdefault(tuple(sorted((k, str(v)) for k, v in entry.values.items())), entry.number)
        if other != entry.number:
            yield table.error(entry.number, "hire_name", entry.values["hire_name"], "row_twice", other_row=other)


@dataclass(frozen=True, slots=True)
class _Mention:
    """One person in one row: ``key`` is who it is, ``role`` the beginning of the names of their columns."""

    key: Hashable
    role: str
    entry: Entry

    def get(self, name: str) -> Any:
        return self.entry.values.get(f"{self.role}_{name}")


def _by(entries: Iterable[Entry], role: str, name: str) -> Iterator[_Mention]:
    for entry in entries:
        if key := entry.values.get(f"{role}_{name}"):
            yield _Mention(key, role, entry)


def _managers(entries: Sequence[Entry]) -> Iterator[_Mention]:
    """Managers are equal by company and e-mail, else by company and exact name."""
    people = [_Mention(name_key(e.values["company"]), "manager", e) for e in entries if "company" in e.values]
    return _identified(people)


def _staff(entries: Sequence[Entry]) -> Iterator[_Mention]:
    """Consultants and leads are people of one agency: equal by e-mail, else by name, in either role."""
    return _identified([_Mention(None, role, entry) for entry in entries for role in ("consultant", "lead")])


def _identified(people: Sequence[_Mention]) -> Iterator[_Mention]:
    """Each person with a key inside the scope that the given key names.

    An e-mail is often written only once: a name without one means the only e-mail that the file has for that name.
    """
    emails: dict[Hashable, set[str]] = defaultdict(set)
    for person in people:
        if person.get("name") and person.get("email"):
            emails[person.key, name_key(person.get("name"))].add(person.get("email"))
    for person in people:
        name, email = person.get("name"), person.get("email")
        if name and not email:
            known = emails.get((person.key, name_key(name)), set())
            email = next(iter(known)) if len(known) == 1 else None
        if name or email:
            yield replace(person, key=(person.key, email or name_key(name)))


def _contradictions(table: Table, people: Iterable[_Mention], fields: Sequence[str]) -> Iterator[RosterError]:
    """An error wherever a row says something else about a person than an earlier row. An empty cell says nothing."""
    said: dict[Hashable, dict[str, tuple[Any, int]]] = defaultdict(dict)
    for person in people:
        for name in fields:
            value = person.get(name)
            if not value:
                continue
            earlier, row = said[person.key].setdefault(name, (value, person.entry.number))
            if _comparable(name, earlier) != _comparable(name, value):
                yield table.error(
                    person.entry.number,
                    f"{person.role}_{name}",
                    _shown(value),
                    "person_contradicts",
                    person=person.get("email" if name == "name" else "name") or person.get("id") or "",
                    other=_shown(earlier),
                    other_row=row,
                )


def _comparable(field: str, value: Any) -> Any:
    match field:
        case "name":
            return name_key(value)
        case "phone":
            return "".join(c for c in value if c.isdigit() or c == "+")
        case _:
            return value


def _shown(value: Any) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _companies_alike(sheet: str, rows: Sequence[Entry], companies: Sequence[Entry]) -> Iterator[RosterQuestion]:
    names: dict[str, dict[str, str]] = defaultdict(dict)
    where: dict[str, list[int]] = defaultdict(list)
    for entry in [*rows, *companies]:
        if company := entry.values.get("company"):
            names[company_key(company)].setdefault(name_key(company), company)
    for entry in rows:
        if company := entry.values.get("company"):
            where[company_key(company)].append(entry.number)
    for key, spellings in names.items():
        if len(spellings) > 1:
            written = " / ".join(spellings.values())
            yield RosterQuestion(sheet, "companies_alike", {"names": written, "rows": _rows(where[key])})


def _hires_alike(sheet: str, rows: Sequence[Entry]) -> Iterator[RosterQuestion]:
    """Two equal names at one company on one day, where no number and no e-mail says that they are two people."""
    groups: dict[Hashable, list[Entry]] = defaultdict(list)
    for entry in rows:
        company, name, start = (entry.values.get(c) for c in ("company", "hire_name", "start_date"))
        if company and name and start:
            groups[name_key(company), name_key(name), start].append(entry)
    for group in groups.values():
        known = [entry.values.get("hire_id") or entry.values.get("hire_email") for entry in group]
        if len(group) > 1 and (None in known or len(set(known)) < len(known)):
            first = group[0].values
            values = {"name": first["hire_name"], "company": first["company"], "start": str(first["start_date"])}
            yield RosterQuestion(sheet, "hires_alike", {**values, "rows": _rows([e.number for e in group])})


def _hires_twice(sheet: str, rows: Sequence[Entry]) -> Iterator[RosterQuestion]:
    """One hire who begins twice at one company within some weeks: a corrected date that stands in a row of its own?"""
    groups: dict[Hashable, list[Entry]] = defaultdict(list)
    for entry in rows:
        who = entry.values.get("hire_id") or entry.values.get("hire_email")
        if who and all(entry.values.get(name) for name in ("company", "hire_name", "start_date")):
            groups[name_key(entry.values["company"]), who].append(entry)
    for group in groups.values():
        starts = sorted(entry.values["start_date"] for entry in group)
        if any(later - first <= SOON_AGAIN for first, later in pairwise(starts)):
            first = group[0].values
            values = {"name": first["hire_name"], "company": first["company"], "rows": _rows([e.number for e in group])}
            yield RosterQuestion(sheet, "hire_twice", values)


def _rows(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:10])) + (" …" if len(numbers) > 10 else "")
