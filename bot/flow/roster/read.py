"""Reading a roster: the file goes in, and either all of its rows come out or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bot.flow.roster.cells import DITTO, NOTHING, Cell, ValueFault, as_text, is_empty, is_error
from bot.flow.roster.checks import Entry, check_companies, check_rows, questions_about
from bot.flow.roster.columns import EXAMPLE_COMPANY, EXAMPLE_ROW, Column, Kind
from bot.flow.roster.model import CompanyRow, Roster, RosterError, RosterErrors, RosterRow
from bot.flow.roster.sheets import Sheet, SheetFault, read_sheets
from bot.flow.roster.tables import HEADING_WITHIN, Line, Table, find_companies, find_roster, lines, unknown_columns
from bot.flow.roster.values import PARSERS


def read_roster(data: bytes, filename: str) -> Roster | RosterErrors:
    """Read an .xlsx or .csv roster. ``filename`` is how a text file is called in errors; its ending decides nothing.

    Nothing is raised for whatever the file contains: a file with one error gives RosterErrors with all of them.
    """
    name = Path(filename).name
    try:
        sheets = read_sheets(data, name)
    except SheetFault as fault:
        return RosterErrors((RosterError(name, None, None, None, fault.code, fault.values),))

    chosen = _choose(sheets, name)
    if isinstance(chosen, RosterError):
        return RosterErrors((chosen,))
    tables = [table for table in (chosen.roster, chosen.companies) if table is not None]
    readings = {id(table): _read_table(table) for table in tables}
    rows, companies = (
        readings[id(table)] if table is not None else _Reading([], []) for table in (chosen.roster, chosen.companies)
    )

    errors = rows.errors + companies.errors
    if chosen.roster is not None:
        errors += check_rows(chosen.roster, rows.entries)
    if chosen.companies is not None:
        errors += check_companies(chosen.companies, companies.entries)
    if not errors and not rows.entries and not companies.entries:
        errors.append(RosterError(tables[0].sheet.name, None, None, None, "no_rows"))
    unknown = tuple(column for table in tables for column in unknown_columns(table))
    questions = questions_about(tables[0].sheet.name, rows.entries, companies.entries)
    if errors:
        return RosterErrors(_in_order(errors, [table.sheet.name for table in tables]), unknown, questions)
    return Roster(
        sheet=tables[0].sheet.name,
        rows=tuple(RosterRow(row=entry.number, **entry.values) for entry in rows.entries),
        companies=tuple(CompanyRow(row=entry.number, **entry.values) for entry in companies.entries),
        columns=_names(chosen.roster),
        company_columns=_names(chosen.companies),
        unknown_columns=unknown,
        questions=questions,
        ignored_sheets=chosen.ignored,
    )


@dataclass(frozen=True, slots=True)
class _Chosen:
    roster: Table | None
    companies: Table | None
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    entries: list[Entry]
    errors: list[RosterError]


def _choose(sheets: Sequence[Sheet], filename: str) -> _Chosen | RosterError:
    """The sheet with the roster and the one with the companies.

    A roster with all required columns and with rows outranks the others. Two that are equally good are an error that
    names both, because reading the wrong one would end up in the database.
    """
    companies = [table for table in map(find_companies, sheets) if table is not None]
    taken = {table.sheet.name for table in companies}
    rosters = [table for sheet in sheets if sheet.name not in taken and (table := find_roster(sheet)) is not None]
    if len(companies) > 1:
        return _two_sheets("two_company_sheets", filename, companies)
    if not rosters:
        if companies and len([sheet for sheet in sheets if any(map(any, sheet.rows))]) == 1:
            return _Chosen(None, companies[0], ())
        names = ", ".join(sheet.name for sheet in sheets)
        return RosterError(filename, None, None, None, "no_heading", {"sheets": names, "limit": HEADING_WITHIN})
    ranks = [_rank(table) for table in rosters]
    best = [table for table, rank in zip(rosters, ranks, strict=True) if rank == max(ranks)]
    if len(best) > 1:
        return _two_sheets("two_rosters", filename, best)
    ignored = tuple(table.sheet.name for table in rosters if table is not best[0])
    return _Chosen(best[0], companies[0] if companies else None, ignored)


def _rank(table: Table) -> tuple[bool, bool, int]:
    """Complete tables first, then tables with rows; two complete ones with rows are equal, however wide they are."""
    complete = not _missing(table)
    filled = next(lines(table), None) is not None
    return filled, complete, 0 if complete and filled else len(table.columns)


def _two_sheets(code: str, filename: str, tables: Sequence[Table]) -> RosterError:
    names = [table.sheet.name for table in tables]
    return RosterError(filename, None, None, None, code, {"first": names[0], "second": names[1]})


def _missing(table: Table) -> list[Column]:
    return [column for column in table.known if column.required and column.name not in table.names]


def _read_table(table: Table) -> _Reading:
    number = table.heading_row + 1
    sheet = table.sheet.name
    errors = [
        RosterError(sheet, number, column.name, None, "column_missing", {"heading": column.heading})
        for column in _missing(table)
    ]
    errors += [
        table.error(number, name, second, "column_twice", first=first, second=second)
        for name, first, second in table.doubled
    ]
    entries = []
    example = _example(table)
    cache: dict[tuple[Kind, type, Cell], Any] = {}
    for line in lines(table):
        entry, faults = _read_line(table, line, cache)
        if entry.values != example:
            entries.append(entry)
            errors += faults
    return _Reading(entries, errors)


def _read_line(table: Table, line: Line, cache: dict[tuple[Kind, type, Cell], Any]) -> tuple[Entry, list[RosterError]]:
    """The values of one row, without the cells that are empty or wrong, and an error for each wrong one."""
    values: dict[str, Any] = {}
    wrong = set()
    errors = []
    for column in table.columns.values():
        cell = line.cells[column.name]
        if is_empty(cell) or _says_nothing(column, cell):
            if column.required:
                errors.append(table.error(line.number, column.name, "", "missing"))
            continue
        key = (column.kind, type(cell), cell)
        try:
            if key not in cache:
                cache[key] = _read_cell(column, cell, date1904=table.sheet.date1904)
            values[column.name] = cache[key]
        except ValueFault as fault:
            wrong.add(column.name)
            errors.append(table.error(line.number, column.name, fault.value, fault.code, **fault.values))
    return Entry(line.number, values, frozenset(wrong)), errors


_ALWAYS_SAY = frozenset({Kind.WEEKDAYS, Kind.YES_NO, Kind.CLOSURES, Kind.TURNOVER})
"""Where 無 or なし is a fact about a company, or is refused as one."""


def _says_nothing(column: Column, cell: Cell) -> bool:
    """True for a dash or なし where nothing needs to stand: an e-mail address that somebody does not have."""
    return not column.required and column.kind not in _ALWAYS_SAY and isinstance(cell, str) and cell.strip() in NOTHING


def _read_cell(column: Column, cell: Cell, *, date1904: bool) -> object:
    if is_error(cell):
        raise ValueFault("error_cell", as_text(cell))
    if isinstance(cell, str) and cell.strip() in DITTO:
        raise ValueFault("ditto_first", cell.strip())
    value = PARSERS[column.kind](cell)
    if column.kind is Kind.DATE and date1904 and isinstance(cell, int | float) and isinstance(value, date):
        # Old Macintosh workbooks count days from 1904-01-01, which is serial number 1462 of the others.
        return value + timedelta(days=1462)
    return value


def _example(table: Table) -> dict[str, Any]:
    """What the template's example row says as long as nobody has touched it."""
    example = EXAMPLE_ROW if "hire_name" in table.names else EXAMPLE_COMPANY
    return {name: value for name, value in example.items() if name in table.names}


def _in_order(errors: Sequence[RosterError], sheets: Sequence[str]) -> tuple[RosterError, ...]:
    """By sheet and row; within a row as they were found, which is the order of its columns and then of the checks."""
    return tuple(sorted(errors, key=lambda error: (sheets.index(error.sheet), error.row or 0)))


def _names(table: Table | None) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns.values()) if table is not None else ()
