"""Where in a sheet the table is: its heading row, its columns and the rows below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.flow.roster.cells import DITTO, Cell, as_text, is_empty
from bot.flow.roster.columns import (
    COMPANY_COLUMNS,
    COMPANY_SHEET_NAMES,
    ROSTER_COLUMNS,
    Column,
    heading_key,
    is_group,
    match_company,
    match_roster,
    nearest_heading,
)
from bot.flow.roster.model import RosterError, UnknownColumn
from bot.flow.roster.sheets import Sheet
from bot.flow.roster.workbook import column_letters

HEADING_WITHIN = 15
"""The heading row stands in one of the first rows of a sheet."""

_LEAST_MATCHES = 3
_REMARK = re.compile(r"以上\Z|※")
_TOTAL = re.compile(r"(?:合|総|小)?計|(?:grand |sub)?total", re.IGNORECASE)
_NEVER_IN_A_TOTAL = ("start_date", "hire_languages", "working_weekdays", "closures")


@dataclass(frozen=True, slots=True)
class Line:
    """One row below the heading: ``number`` as the spreadsheet shows it and the cells by the name of their column."""

    number: int
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """A found table. ``heading_row`` counts from 0, ``known`` are the columns that it may have, ``columns`` those that it
    has by their index in the sheet, ``headings`` what the file writes above them by name, and ``doubled`` are columns that
    stand there twice (name, first and second heading)."""

    sheet: Sheet
    heading_row: int
    known: tuple[Column, ...]
    columns: dict[int, Column]
    headings: dict[str, str]
    doubled: tuple[tuple[str, str, str], ...]

    @property
    def names(self) -> frozenset[str]:
        """The names of the columns that this table has."""
        return frozenset(column.name for column in self.columns.values())

    def cell_of(self, name: str, number: int) -> str | None:
        """The reference of a cell, such as C7, by the column's name and the row's number."""
        index = next((index for index, column in self.columns.items() if column.name == name), None)
        return None if index is None else f"{column_letters(index)}{number}"

    def error(self, number: int, column: str, value: str, code: str, **values: str | int) -> RosterError:
        """An error at one cell of this table."""
        heading = self.headings.get(column, column)
        return RosterError(self.sheet.name, number, heading, value, code, values, self.cell_of(column, number))


def find_roster(sheet: Sheet) -> Table | None:
    """The roster of a sheet, or None where no row near the top names at least three of its columns."""
    found = _best(sheet, match_roster, ROSTER_COLUMNS)
    return found if found is not None and len(found.columns) >= _LEAST_MATCHES else None


def find_companies(sheet: Sheet) -> Table | None:
    """The table of companies in a sheet: it names ``company`` and what only companies have, and no person."""
    table = _best(sheet, lambda text, _: match_company(text), COMPANY_COLUMNS)
    if table is None or "company" not in table.names:
        return None
    named = heading_key(sheet.name) in map(heading_key, COMPANY_SHEET_NAMES)
    roster = _best(sheet, match_roster, ROSTER_COLUMNS)
    has_people = roster is not None and bool(roster.names - {"company"})
    return table if not has_people and (named or len(table.columns) >= 2) else None


Match = Callable[[str, str], Column | None]


def _best(sheet: Sheet, match: Match, known: tuple[Column, ...]) -> Table | None:
    tables = [_table(sheet, row, match, known) for row in range(min(HEADING_WITHIN, len(sheet.rows)))]
    # Of two equal rows the upper one is the heading; the lower one repeats it.
    return max(tables, key=lambda table: len(table.columns), default=None)


def _table(sheet: Sheet, row: int, match: Match, known: tuple[Column, ...]) -> Table:
    columns: dict[int, Column] = {}
    headings: dict[str, str] = {}
    doubled = []
    for index, (text, group) in enumerate(_headings(sheet, row)):
        column = match(text, group) if text else None
        if column is None:
            continue
        written = _one_line(group, text)
        if column.name in headings:
            doubled.append((column.name, headings[column.name], written))
        else:
            columns[index] = column
            headings[column.name] = written
    return Table(sheet, row, known, columns, headings, tuple(doubled))


def _headings(sheet: Sheet, row: int) -> Iterator[tuple[str, str]]:
    """Each heading of a row with the group above it: 上司 stands once above 氏名, メール and 言語, merged or not."""
    here = [as_text(cell) for cell in sheet.rows[row]]
    above = [as_text(cell) for cell in sheet.rows[row - 1]] if row else []
    group = ""
    for index, text in enumerate(here):
        over = above[index] if index < len(above) else ""
        if over:
            group = over if over != text and is_group(over) else ""
        # Where only a part of the headings has a second row, the others stand in the upper one.
        yield (over, "") if not text and over and not group else (text, group)


def _one_line(group: str, text: str) -> str:
    return " ".join(f"{group} {text}".split())


def lines(table: Table) -> Iterator[Line]:
    """The rows of a table that say something, with ditto marks replaced by the cell above.

    Left out are blank rows, a repeated heading, a title that runs across the columns, a remark that starts with ※, a
    closing 以上 and a row of totals (合計). A ditto mark in the first row stays, because there is nothing above it.
    """
    previous: dict[str, Cell] = {}
    titles = {first for first, left, last, right in table.sheet.merged if first == last and right - left >= 2}
    for index in range(table.heading_row + 1, len(table.sheet.rows)):
        row = table.sheet.rows[index]
        written = [cell for cell in row if not is_empty(cell)]
        if not written or (len(written) == 1 and (index in titles or _REMARK.match(as_text(written[0])))):
            continue
        cells = {column.name: row[place] if place < len(row) else None for place, column in table.columns.items()}
        if _repeats_heading(table, cells) or _is_total(written, cells):
            continue
        for name, cell in cells.items():
            if isinstance(cell, str) and cell.strip() in DITTO and previous:
                cells[name] = previous[name]
        if all(is_empty(cell) for cell in cells.values()):
            continue
        previous = cells
        yield Line(index + 1, cells)


def _is_total(written: list[Cell], cells: dict[str, Cell]) -> bool:
    empty = all(is_empty(cells.get(name)) for name in _NEVER_IN_A_TOTAL)
    return empty and any(_TOTAL.fullmatch("".join(as_text(cell).split())) for cell in written)


def _repeats_heading(table: Table, cells: dict[str, Cell]) -> bool:
    heading = table.sheet.rows[table.heading_row]
    repeated = {column.name: as_text(heading[place]) for place, column in table.columns.items()}
    return all(as_text(cell) == repeated[name] for name, cell in cells.items())


def unknown_columns(table: Table) -> tuple[UnknownColumn, ...]:
    """Every column that has a heading or content and was not read."""
    doubled = {written for _, _, written in table.doubled}
    found = []
    width = max((len(row) for row in table.sheet.rows[table.heading_row :]), default=0)
    headings = list(_headings(table.sheet, table.heading_row))
    below = table.sheet.rows[table.heading_row + 1 :]
    for index in range(width):
        text, group = headings[index] if index < len(headings) else ("", "")
        written = _one_line(group, text) if text else ""
        if index in table.columns or (written and written in doubled):
            continue
        if written or any(index < len(row) and not is_empty(row[index]) for row in below):
            nearest = nearest_heading(written, table.known) if written else None
            found.append(UnknownColumn(table.sheet.name, column_letters(index), written, nearest))
    return tuple(found)
