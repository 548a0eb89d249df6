"""From a file to sheets of cells, in the numbering of the person's own spreadsheet; no meaning is given to them yet."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import python_calamine

from bot.flow.roster.cells import Cell, CellError
from bot.flow.roster.workbook import MAX_BYTES, MAX_CELLS, Extent, SheetFault, Workbook, inspect

__all__ = ["WORKBOOKS", "Sheet", "SheetFault", "decode", "read_sheets"]

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
WORKBOOKS = (b"PK", _OLE)
"""How a workbook of Excel begins, today's and the old one; a text file never does."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it was written: ``rows[0]`` is row 1 and the first cell of a row is column A, also where they are empty.

    ``merged`` are the merged ranges as (first row, first column, last row, last column), counted from 0; a cell that is
    merged downwards stands in each of its rows. ``date1904`` tells from which day plain serial numbers count.
    """

    name: str
    rows: list[list[Cell]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    date1904: bool = False


def read_sheets(source: Path | bytes, name: str | None = None) -> list[Sheet]:
    """The visible sheets of an .xlsx file, or the one sheet of a .csv file, which is then called ``name``.

    What the file is, its content decides, not its name. Formulas give their values and failed ones a CellError. Text
    files are UTF-8 (with or without mark) or cp932, separated by comma, tab or semicolon.

    Raises SheetFault: ``missing_file``, ``empty_file``, ``too_large``, ``old_excel``, ``encrypted``, ``broken``,
    ``not_a_roster``, ``stray_cell``, ``encoding``, ``utf16``, ``csv_quote``.
    """
    data = source if isinstance(source, bytes) else _read_file(source)
    name = name or ("" if isinstance(source, bytes) else source.name)
    if len(data) > MAX_BYTES:
        raise SheetFault("too_large", limit=MAX_BYTES // 1_000_000)
    if not data.strip():
        raise SheetFault("empty_file")
    if data.startswith(_OLE):
        raise SheetFault("encrypted" if _ENCRYPTED in data else "old_excel")
    if data.startswith(b"PK"):
        return _read_workbook(data)
    return [Sheet(name, _read_csv(decode(data)))]


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as fault:
        raise SheetFault("missing_file", file=str(path)) from fault


def _read_workbook(data: bytes) -> list[Sheet]:
    inspected = inspect(data)
    try:
        with python_calamine.load_workbook(io.BytesIO(data)) as workbook:
            visible = python_calamine.SheetVisibleEnum.Visible
            worksheet = python_calamine.SheetTypeEnum.WorkSheet
            names = [s.name for s in workbook.sheets_metadata if s.visible == visible and s.typ == worksheet]
            return [_sheet(workbook.get_sheet_by_name(name), inspected) for name in names]
    except python_calamine.PasswordError as fault:
        raise SheetFault("encrypted") from fault
    except (python_calamine.CalamineError, OSError, ValueError) as fault:
        raise SheetFault("broken") from fault
    except BaseException as fault:
        # A panic in calamine arrives as pyo3's PanicException, which is no Exception and has no importable name.
        if type(fault).__name__ != "PanicException":
            raise
        raise SheetFault("broken") from fault


def _sheet(sheet: python_calamine.CalamineSheet, inspected: Workbook) -> Sheet:
    found: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    rows: list[list[Cell]] = [[None if cell == "" else cell for cell in row] for row in found]
    for (row, column), text in inspected.sheets.get(sheet.name, Extent()).errors.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = CellError(text)
    merged = [(r1, c1, r2, c2) for (r1, c1), (r2, c2) in sheet.merged_cell_ranges or [] if r1 <= r2 and c1 <= c2]
    if sum(min(last, len(rows)) - first for first, _, last, _ in merged) > MAX_CELLS:
        raise SheetFault("broken")
    for first, column, last, _ in merged:
        for row in range(first + 1, min(last + 1, len(rows))):
            if column < len(rows[row]):
                rows[row][column] = rows[first][column]
    return Sheet(sheet.name, rows, tuple(merged), inspected.date1904)


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, else in cp932 as Excel in Japan writes it. What is something else must not become garbled
    names.

    Raises SheetFault: ``utf16``, ``encoding``.
    """
    # Excel calls it Unicode text. Without its mark every second byte of a heading is null.
    if data.startswith(_UTF16) or (len(data) > 1 and (data[0] == 0) != (data[1] == 0)):
        raise SheetFault("utf16")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _decode_cp932(data)
    # Null bytes stand in binary files, escapes in ISO-2022-JP.
    if "\x00" in text or "\x1b" in text:
        raise SheetFault("encoding")
    return text


def _decode_cp932(data: bytes) -> str:
    # Nearly every text in EUC-JP is also valid, and wrong, in cp932. The reverse is rare: あ and most kanji of cp932 start
    # with a byte that EUC-JP does not have.
    try:
        data.decode("euc_jp")
    except UnicodeDecodeError:
        pass
    else:
        raise SheetFault("encoding")
    try:
        text = data.decode("cp932")
    except UnicodeDecodeError as fault:
        raise SheetFault("encoding") from fault
    # Python decodes the bytes 80, A0, FD, FE and FF, which cp932 does not define, to these characters.
    if any(c in text for c in "\x80\xa0\uf8f1\uf8f2\uf8f3"):
        raise SheetFault("encoding")
    return text


def _read_csv(text: str) -> list[list[Cell]]:
    """Records as rows. The delimiter is the one that makes the widest rows at the top of the file."""
    head = "".join(io.StringIO(text, newline="").readlines()[:30])

    def width(delimiter: str) -> int:
        try:
            return max((len(row) for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)), default=0)
        except csv.Error:
            return 0

    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=width), strict=True)
    rows: list[list[Cell]] = []
    try:
        rows.extend([cell if cell else None for cell in row] for row in reader)
    except csv.Error as fault:
        raise SheetFault("csv_quote", row=len(rows) + 1) from fault
    return rows
