"""Histories from elsewhere: H.csv and L.csv (docs/interfaces.md, "Scoring histories from elsewhere") as cases and points.

A file is read whole or refused, and every fault is told with its row, its column, what stands there and what to write.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from bot.commands.csv_rows import Fault, Table, Values
from risk.known import known_from
from risk.model import Case, Closed, Reading
from risk.rules import Rules, RulesError, refuse_forbidden
from risk.score import Point
from surveys.loader import load_bank
from surveys.model import Respondent

HISTORY = ("person", "company", "item", "asked_on", "answered_on", "value", "scale_min", "scale_max")
POINTS = ("person", "at")
OPTIONAL = ("started_on",)
MISSED_AFTER = timedelta(days=14)
_SLASHED = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})(?: ([0-9]{1,2})(:[0-9]{2}(?::[0-9]{2})?))?")
"""A day, and perhaps an hour, as Excel writes them in Japan."""
_MOST_CHARACTERS = 40  # of a wrong value that are repeated in its error
# A day outside of these is a slip, and a deadline counted from it may be no day at all.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200

Moment = tuple[date, datetime | None]


class HistoryError(Exception):
    """Files that cannot be scored; ``faults`` are all that was found."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(len(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Asked:
    """A row of L.csv as written, with the point that it asks for and the offset from UTC that the row carries."""

    person: str
    at: str
    point: Point
    offset: timedelta | None


@dataclass(slots=True)
class _Person:
    company: str
    started_on: date | None = None
    rows: list[tuple[str, str, bool, date, Moment | None, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Histories:
    """What the two files say; ``cases`` have their hours as written, ``ignored`` are columns that nothing reads."""

    cases: tuple[Case, ...]
    asked: tuple[Asked, ...]
    ignored: tuple[str, ...]
    people: Mapping[str, _Person]
    offsets: frozenset[timedelta]

    def cases_for(self, offset: timedelta | None) -> tuple[Case, ...]:
        """The cases as a point with that offset sees them: hours that carry another one are taken at the point's.

        What a point sees depends on that point and on no other row, so that neither the future nor the other points of a
        file can change a score.
        """
        if offset is None or self.offsets <= {offset}:
            return self.cases
        return tuple(_case(name, person, offset) for name, person in self.people.items())

    def known_since(self, offset: timedelta | None) -> Mapping[str, int]:
        """The moment (``risk.known``) of each person's first row: when something was asked or answered."""
        return {name: min(_moments(person, offset)) for name, person in self.people.items()}


def read(history: Path, points: Path, rules: Rules) -> Histories:
    """Both files. Raises HistoryError for wrong rows, Refusal for a file that is no such table."""
    faults: list[Fault] = []
    people, ignored = _people(Table(history, HISTORY, OPTIONAL, rules), rules, faults)
    table = Table(points, POINTS, (), rules)
    asked = list(table.rows(faults))
    moments = [_moment(points.name, row, "at", cells["at"], faults) for row, cells in asked]
    for row, cells in asked:
        if not cells["person"].strip():
            faults.append(Fault(points.name, row, "person", "", "missing"))
    if faults:
        raise HistoryError(faults)
    return Histories(
        cases=tuple(_case(name, person, None) for name, person in people.items()),
        asked=tuple(
            Asked(cells["person"], cells["at"], Point(cells["person"].strip(), *_clock(moment, None)), _offset(moment))
            for (_, cells), moment in zip(asked, moments, strict=True)
            if moment is not None
        ),
        ignored=tuple(dict.fromkeys((*ignored, *table.ignored))),
        people=people,
        offsets=frozenset(
            offset for person in people.values() for row in person.rows if (offset := _offset(row[4])) is not None
        ),
    )


def items(rules: Rules) -> Mapping[str, tuple[str, bool]]:
    """Each name that ``item`` may have: its driver, and whether it is the manager who answers."""
    found = {}
    for survey in load_bank().values():
        for question in survey.questions:
            if question.driver is not None and question.driver in rules.drivers:
                found[question.name] = (question.driver, survey.respondent is Respondent.MANAGER)
    # A driver's own name always means the hire's answer.
    return found | {driver: (driver, False) for driver in rules.drivers}


def _people(table: Table, rules: Rules, faults: list[Fault]) -> tuple[dict[str, _Person], tuple[str, ...]]:
    known, people, parse = items(rules), dict[str, _Person](), _Parser(table.name, faults)
    unknown: dict[str, tuple[str, Values]] = {}
    for row, cells in table.rows(faults):
        before = len(faults)
        name = parse.named(row, "person", cells)
        company = parse.named(row, "company", cells)
        item = parse.named(row, "item", cells)
        if item and item not in known:
            if item not in unknown:
                unknown[item] = _unknown_item(item, known, rules)
            faults.append(Fault(table.name, row, "item", item[:_MOST_CHARACTERS], *unknown[item]))
        asked = parse.moment(row, "asked_on", cells)
        answered = parse.moment(row, "answered_on", cells) if cells["answered_on"].strip() else None
        value = parse.value(row, cells)
        started = parse.moment(row, "started_on", cells) if cells.get("started_on", "").strip() else None
        if (answered is None) != (value is None) and len(faults) == before:
            column = "value" if value is None else "answered_on"
            faults.append(Fault(table.name, row, column, "", "half_answered"))
        if len(faults) > before or asked is None:
            continue
        person = people.setdefault(name, _Person(company))
        if person.company != company:
            faults.append(
                Fault(table.name, row, "company", company, "two_companies", {"person": name, "other": person.company})
            )
        if started is not None and person.started_on not in (None, started[0]):
            faults.append(Fault(table.name, row, "started_on", cells["started_on"], "two_starts", {"person": name}))
        person.started_on = person.started_on or (started and started[0])
        person.rows.append((item, *known[item], asked[0], answered, value if value is not None else 0.0))
    return people, table.ignored


def _unknown_item(item: str, known: Iterable[str], rules: Rules) -> tuple[str, Values]:
    """What is wrong with a name that nothing has, and what was probably meant."""
    try:
        refuse_forbidden([item], rules.forbidden)
    except RulesError:
        return "forbidden_item", {}
    spelled = "_".join(re.split(r"[\s_-]+", item.casefold()))
    if near := difflib.get_close_matches(spelled, known, n=1, cutoff=0.7):
        return "misspelt_item", {"nearest": near[0]}
    return "unknown_item", {"drivers": ", ".join(sorted(rules.drivers))}


class _Parser:
    """Reads cells and notes what cannot be read. The same text means the same, so that it is read once."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self._file = file
        self._faults = faults
        self._moments: dict[str, Moment] = {}
        self._numbers: dict[tuple[str, str, str], float] = {}

    def named(self, row: int, column: str, cells: Mapping[str, str]) -> str:
        if not (text := cells[column].strip()):
            self._faults.append(Fault(self._file, row, column, "", "missing"))
        return text

    def moment(self, row: int, column: str, cells: Mapping[str, str]) -> Moment | None:
        text = cells[column]
        if text not in self._moments:
            found = _moment(self._file, row, column, text, self._faults)
            if found is None:
                return None
            self._moments[text] = found
        return self._moments[text]

    def value(self, row: int, cells: Mapping[str, str]) -> float | None:
        """The answer on the 0-1 scale, or None for no answer or one that cannot be read."""
        key = (cells["value"].strip(), cells["scale_min"].strip(), cells["scale_max"].strip())
        if not key[0]:
            return None
        if key not in self._numbers:
            numbers = [self._number(row, name, cells[name]) for name in ("value", "scale_min", "scale_max")]
            value, low, high = numbers
            if value is None or low is None or high is None:
                return None
            if not math.isfinite(high - low):
                self._faults.append(Fault(self._file, row, "scale_max", key[2][:_MOST_CHARACTERS], "no_number"))
                return None
            if low >= high:
                self._faults.append(Fault(self._file, row, "scale_max", key[2], "scale_reversed", {"least": key[1]}))
                return None
            if not low <= value <= high:
                bounds: Values = {"least": key[1], "most": key[2]}
                self._faults.append(Fault(self._file, row, "value", key[0][:_MOST_CHARACTERS], "out_of_scale", bounds))
                return None
            self._numbers[key] = (value - low) / (high - low)
        return self._numbers[key]

    def _number(self, row: int, column: str, text: str) -> float | None:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or "_" in text:  # Python reads 1_0 as ten.
            self._faults.append(Fault(self._file, row, column, text[:_MOST_CHARACTERS], "no_number"))
            return None
        return number


def _moment(file: str, row: int, column: str, text: str, faults: list[Fault]) -> Moment | None:
    plain = text.strip()
    try:
        written = _SLASHED.sub(_with_hyphens, plain) if "/" in plain else plain
        if len(written) in (len("2026-05-01"), len("20260501")):
            day, at = date.fromisoformat(written), None
        else:
            at = datetime.fromisoformat(written)
            day = at.date()
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise ValueError(day)
    except ValueError:
        faults.append(Fault(file, row, column, plain[:_MOST_CHARACTERS], "no_day" if plain else "missing"))
        return None
    return day, at


def _with_hyphens(found: re.Match[str]) -> str:
    year, month, day, hour, rest = found.groups()
    return f"{year}-{month:0>2}-{day:0>2}" + (f"T{hour:0>2}{rest}" if hour else "")


def _offset(moment: Moment | None) -> timedelta | None:
    return None if moment is None or moment[1] is None else moment[1].utcoffset()


def _clock(moment: Moment, offset: timedelta | None) -> Moment:
    """The day and the hour as written, or at that offset where the hour carries one too."""
    at = moment[1]
    if at is None or at.tzinfo is None:
        return moment
    if offset is not None:
        at = at.astimezone(timezone(offset))
    return at.date(), at.replace(tzinfo=None)


def _moments(person: _Person, offset: timedelta | None) -> Iterator[int]:
    for _, _, _, asked, answered, _ in person.rows:
        yield known_from(asked)
        if answered is not None:
            yield known_from(*_clock(answered, offset))


def _case(name: str, person: _Person, offset: timedelta | None) -> Case:
    """One person's rows as the engine sees them, hours taken at ``offset``. The rows of one day are one check-in: missed when
    none is answered within 14 days, and until one is.
    """
    own: list[Reading] = []
    managers: list[Reading] = []
    first: dict[date, Moment | None] = {}
    for item, driver, by_manager, asked, answered, value in person.rows:
        moment = None if answered is None else _clock(answered, offset)
        if not by_manager:
            before = first.get(asked)
            first[asked] = moment if before is None else min(before, moment or before, key=_earlier)
        if moment is not None:
            reading = Reading(driver, asked, moment[0], value, question=item, answered_at=moment[1])
            (managers if by_manager else own).append(reading)
    return Case(
        placement=name,
        company=person.company,
        started_on=person.started_on,
        readings=tuple(own),
        manager_readings=tuple(managers),
        checkins=tuple(_closed(asked, moment) for asked, moment in first.items()),
    )


def _earlier(moment: Moment) -> tuple[date, datetime]:
    return moment[0], moment[1] or datetime.combine(moment[0], datetime.min.time())


def _closed(asked: date, answered: Moment | None) -> Closed:
    day, hour = answered or (None, None)
    return Closed(asked, asked + MISSED_AFTER, missed=True, answered_on=day, answered_at=hour)
