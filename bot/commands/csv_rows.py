"""A CSV file with a heading row, as spreadsheets save it: its rows with their numbers, and whatever is wrong with them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.flow.roster.sheets import WORKBOOKS, SheetFault, decode
from bot.refusal import Refusal
from risk.rules import Rules, refuse_forbidden

_DELIMITERS = (",", ";", "\t")

Values = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in one row: the spreadsheet's row number (the heading is row 1), column, value and what is wrong."""

    file: str
    row: int
    column: str
    value: str
    code: str
    values: Values = field(default_factory=dict)


class Table:
    """A CSV file with a heading row: UTF-8 (with or without mark) or cp932; comma, semicolon or tab."""

    def __init__(self, path: Path, wanted: tuple[str, ...], optional: tuple[str, ...], rules: Rules) -> None:
        self.name = path.name
        self._rows = self._read(path, wanted)
        written = [cell.strip() for cell in next(self._rows, [])]
        refuse_forbidden(written, rules.forbidden)
        heading = [cell.casefold() for cell in written]
        if missing := [name for name in wanted if name not in heading]:
            raise Refusal("columns_missing", file=self.name, columns=", ".join(missing))
        if twice := sorted({name for name in heading if name and heading.count(name) > 1}):
            raise Refusal("columns_twice", file=self.name, columns=", ".join(twice))
        self._places = {name: heading.index(name) for name in (*wanted, *optional) if name in heading}
        self._width = len(heading)
        self.ignored = tuple(name for name in heading if name and name not in self._places)

    def _read(self, path: Path, wanted: tuple[str, ...]) -> Iterator[list[str]]:
        text = _text(path)
        first = text[: text.find("\n")] if "\n" in text else text
        if not first.strip():
            raise Refusal("columns_missing", file=self.name, columns=", ".join(wanted))
        delimiter = max(_DELIMITERS, key=first.count)
        return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)

    def rows(self, faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
        """The rows below the heading with their number; empty ones are passed over."""
        number = 1
        try:
            for number, cells in enumerate(self._rows, start=2):
                if not any(cells) or not "".join(cells).strip():
                    continue
                if len(cells) != self._width:
                    values: Values = {"found": len(cells), "wanted": self._width}
                    faults.append(Fault(self.name, number, "", "", "cells", values))
                    continue
                yield number, {name: cells[place] for name, place in self._places.items()}
        except csv.Error:
            faults.append(Fault(self.name, number + 1, "", "", "unreadable"))


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise Refusal("file_missing", file=str(path)) from None
    except OSError as fault:
        raise Refusal("file_unreadable", file=str(path)) from fault
    if raw.startswith(WORKBOOKS):
        raise Refusal("file_workbook", file=path.name)
    try:
        return decode(raw)
    except SheetFault as fault:
        raise Refusal("file_utf16" if fault.code == "utf16" else "file_encoding", file=path.name) from fault
