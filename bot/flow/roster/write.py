"""Writing rosters: the empty template, the export that reads back the same, and a person's own file with its errors.

Every file is written beside its place and then moved there, so that a full disk or a crash leaves no half file.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from bot.flow.roster.cells import CellError, protect
from bot.flow.roster.columns import COMPANY_COLUMNS, EXAMPLE_COMPANY, EXAMPLE_ROW, ROSTER_COLUMNS, Column, Kind
from bot.flow.roster.dates import WEEKDAY_NAMES
from bot.flow.roster.model import CompanyRow, RosterError, RosterRow
from bot.flow.roster.sheets import read_sheets
from bot.text.catalog import KNOWN_LOCALES

_Written = tuple[str, tuple[Column, ...], list[list[Any]]]
Words = Callable[[str], str]
"""Gives the sentence of a key of ``bot.text.roster_words.TEMPLATE_WORDS`` in one language."""

_ROSTER_SHEET, _COMPANY_SHEET, _HELP_SHEET = "Roster", "Companies", "Help"
_HELP_LINES = ("one_row", "headings", "example", "again", "companies")
_TEMPLATE_ROWS = 1000
_PAIRS = ("vi,ja@simple", "id,ja@simple", "ne,ja@simple", "my,ja@simple", "zh_Hans,ja@simple", "fil,en", "ja,en")
_LANGUAGE_CHOICES = [[code, name] for code, name in KNOWN_LOCALES.items()] + [
    [pair, " + ".join(KNOWN_LOCALES[code] for code in pair.split(","))] for pair in _PAIRS
]
_HEADING_FILL = PatternFill("solid", fgColor="DDEBF7")
_REQUIRED_FILL = PatternFill("solid", fgColor="FFE699")
_EXAMPLE_FONT = Font(italic=True, color="7F7F7F")
_ERROR_FILL = PatternFill("solid", fgColor="FFC7CE")


def write_template(path: Path, *words: Words) -> None:
    """Write an empty roster: headings in English and Japanese, drop-downs, an example row, a sheet for companies and one
    with the explanations, which show one column for each of ``words`` (English and Japanese, say)."""
    book = Workbook()
    roster, companies, help_ = book.active, book.create_sheet(_COMPANY_SHEET), book.create_sheet(_HELP_SHEET)
    roster.title = _ROSTER_SHEET
    _fill_help(help_, words)
    _fill_template(roster, ROSTER_COLUMNS, EXAMPLE_ROW)
    _fill_template(companies, COMPANY_COLUMNS, EXAMPLE_COMPANY)
    _save(path, book)


def write_roster(path: Path, rows: Sequence[RosterRow], companies: Sequence[CompanyRow] = ()) -> list[Path]:
    """Write rows with all columns, so that reading the file gives equal rows. Returns the files that were written.

    A text that a spreadsheet would run as a formula gets a leading apostrophe, which reading takes away again. A .csv
    file has one sheet only: companies then go to a second file beside it, ``NAME-companies.csv``.
    """
    tables: list[_Written] = [(_ROSTER_SHEET, ROSTER_COLUMNS, _values(rows, ROSTER_COLUMNS))]
    if companies:
        tables.append((_COMPANY_SHEET, COMPANY_COLUMNS, _values(companies, COMPANY_COLUMNS)))
    if path.suffix.lower() == ".csv":
        paths = [path, path.with_name(f"{path.stem}-companies{path.suffix}")][: len(tables)]
        for target, (_, columns, lines) in zip(paths, tables, strict=True):
            _write_csv(target, columns, lines)
        return paths
    book = Workbook()
    book.remove(book.active)
    for name, columns, lines in tables:
        sheet = book.create_sheet(name)
        for index, column in enumerate(columns, 1):
            cell = sheet.cell(1, index, column.name)
            cell.font, cell.fill = Font(bold=True), _HEADING_FILL
        for number, line in enumerate(lines, 2):
            for index, (column, value) in enumerate(zip(columns, line, strict=True), 1):
                _put(sheet, number, index, column, value)
        _lay_out(sheet, columns)
    _save(path, book)
    return [path]


def annotate(
    data: bytes, filename: str, errors: Sequence[RosterError], out: Path, sentence: Callable[[RosterError], str]
) -> None:
    """Write the person's own spreadsheet to ``out`` (.xlsx) with a comment and a colour at each cell that has an error.

    Errors of a whole sheet stand at its heading row. A text file, or a workbook that openpyxl does not understand, comes
    back as a plain sheet of its cells. Raises SheetFault where the file cannot be read at all.
    """
    book = _load(data, filename)
    comments: dict[tuple[str, str], list[str]] = defaultdict(list)
    for error in errors:
        sheet = error.sheet if error.sheet in book.sheetnames else book.worksheets[0].title
        comments[sheet, error.cell or f"A{error.row or 1}"].append(sentence(error))
    for (sheet, reference), sentences in comments.items():
        cell = _anchor(book[sheet], reference)
        cell.fill = _ERROR_FILL
        if cell.comment is not None:
            sentences.insert(0, cell.comment.text)
        text = ILLEGAL_CHARACTERS_RE.sub("", "\n\n".join(sentences))
        cell.comment = Comment(text, "teichaku", width=360, height=80 + 60 * len(sentences))
    _save(out, book)


def _fill_help(sheet: Any, words: Sequence[Words]) -> None:
    """Explanations in the columns from C on; the languages for the drop-downs stand below them in column A."""
    lines = [["", "", *(say("title") for say in words)]]
    lines += [["", "", *(say(key) for say in words)] for key in _HELP_LINES]
    lines += [[], [say("heading") for say in words[:2]] + [say("meaning") for say in words]]
    for column in (*ROSTER_COLUMNS, *COMPANY_COLUMNS[1:]):
        lines.append([column.name, column.heading, *(say(column.name) for say in words)])
    lines += [[], [say("languages") for say in words[:2]], *_LANGUAGE_CHOICES]
    for number, line in enumerate(lines, 1):
        for index, text in enumerate(line, 1):
            cell = sheet.cell(number, index, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in (("A", 28), ("B", 24), ("C", 60), ("D", 60)):
        sheet.column_dimensions[letter].width = width


def _fill_template(sheet: Any, columns: Sequence[Column], example: dict[str, object]) -> None:
    for index, column in enumerate(columns, 1):
        cell = sheet.cell(1, index, f"{column.name}{' *' if column.required else ''}\n{column.heading}")
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="center")
        cell.fill = _REQUIRED_FILL if column.required else _HEADING_FILL
        if column.name in example:
            _put(sheet, 2, index, column, example[column.name])
            sheet.cell(2, index).font = _EXAMPLE_FONT
        choices = _choices(column.kind)
        if choices:
            # A choice outside the list is allowed: languages can be combined, weekdays written in many ways.
            validation = DataValidation("list", formula1=choices, allow_blank=True, showErrorMessage=False)
            validation.add(f"{get_column_letter(index)}2:{get_column_letter(index)}{_TEMPLATE_ROWS}")
            sheet.add_data_validation(validation)
    _lay_out(sheet, columns)
    sheet.row_dimensions[1].height = 34


def _choices(kind: Kind) -> str | None:
    match kind:
        case Kind.CHANNEL:
            return '"slack,telegram"'
        case Kind.YES_NO:
            return '"yes,no"'
        case Kind.LANGUAGES:
            # The rows of _fill_help above the languages: a title, the lines, two headings, two blank rows, the columns.
            first = 5 + len(_HELP_LINES) + len(ROSTER_COLUMNS) + len(COMPANY_COLUMNS)
            return f"{_HELP_SHEET}!$A${first}:$A${first + len(_LANGUAGE_CHOICES) - 1}"
        case _:
            return None


def _lay_out(sheet: Any, columns: Sequence[Column]) -> None:
    for index, column in enumerate(columns, 1):
        dimension = sheet.column_dimensions[get_column_letter(index)]
        dimension.width = max(14, len(column.name) + 4)
        dimension.number_format = _format(column.kind)
    sheet.freeze_panes = "A2"


def _format(kind: Kind) -> str:
    """Text stays text (leading zeros, 12-29) and a date a date in every cell that a person fills in."""
    match kind:
        case Kind.DATE:
            return "yyyy-mm-dd"
        case Kind.TURNOVER:
            return "0.0%"
        case _:
            return "@"


def _values(rows: Sequence[RosterRow | CompanyRow], columns: Sequence[Column]) -> list[list[Any]]:
    return [[getattr(row, column.name) for column in columns] for row in rows]


def _put(sheet: Any, row: int, index: int, column: Column, value: object) -> None:
    cell = sheet.cell(row, index)
    if isinstance(value, date):
        cell.value = value
    elif not _says_nothing(column, value):
        _put_text(cell, _written(value))
    cell.number_format = _format(column.kind)


def _says_nothing(column: Column, value: object) -> bool:
    # No languages are an empty cell, no closures are a fact.
    return value is None or (value == () and column.kind is Kind.LANGUAGES)


def _put_text(cell: Any, text: str) -> None:
    # openpyxl takes a text that starts with = for a formula unless it is told that it is a text.
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"


def _written(value: Any) -> str:
    """A value as the export writes it and the reader understands it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value * 100:.6g}%"
        case ():
            return "none"
        case (int(), *_):
            return ",".join(WEEKDAY_NAMES[day] for day in value)
        case tuple():
            return ",".join(value)
        case _:
            return protect(str(value))


def _write_csv(path: Path, columns: Sequence[Column], lines: Sequence[Sequence[Any]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.name for column in columns])
    for line in lines:
        cells = zip(columns, line, strict=True)
        writer.writerow(["" if _says_nothing(column, value) else _written(value) for column, value in cells])
    # With the mark, Excel knows that the file is UTF-8.
    _replace(path, text.getvalue().encode("utf-8-sig"))


def _load(data: bytes, filename: str) -> Workbook:
    sheets = read_sheets(data, Path(filename).name)
    if data.startswith(b"PK"):
        # openpyxl warns of features that it drops, and raises nearly anything for styles that other programs write; the
        # cells can still be shown.
        with contextlib.suppress(Exception), warnings.catch_warnings(action="ignore"):
            return load_workbook(io.BytesIO(data))
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        # Excel allows 31 characters in the name of a sheet, and not all of them.
        target = book.create_sheet("".join("_" if c in "[]:*?/\\" else c for c in sheet.name)[:31])
        for number, row in enumerate(sheet.rows, 1):
            for index, value in enumerate(row, 1):
                if isinstance(value, str | CellError):
                    _put_text(target.cell(number, index), value if isinstance(value, str) else value.text)
                elif value is not None:
                    target.cell(number, index, value)
    return book


def _anchor(sheet: Any, reference: str) -> Any:
    """The cell itself, or the one that shows it where cells are merged."""
    cell = sheet[reference]
    if isinstance(cell, MergedCell):
        area = next(area for area in sheet.merged_cells.ranges if reference in area)
        return sheet.cell(area.min_row, area.min_col)
    return cell


def _save(path: Path, book: Workbook) -> None:
    file = io.BytesIO()
    book.save(file)
    _replace(path, file.getvalue())


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises OSError where that cannot be done."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
