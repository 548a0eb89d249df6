"""A look into an .xlsx file before calamine reads it, because calamine trusts what the file says about its size.

One cell in XFD1048576, or a count of 10^11 shared strings, makes it ask for terabytes, and the process aborts without an
exception; a failed formula (``#REF!``) it gives as an empty cell. So every part is walked once by expat: counts and the
extents of the sheets are bounded, and failed formulas are noted.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

MAX_BYTES = 20_000_000
"""Size of a file as it lies on the disk."""

MAX_CELLS = 3_000_000
"""Cells of one sheet, counted from A1 to its last cell: 30 columns for 100,000 placements."""

_MAX_UNPACKED = 400_000_000
_MAX_COUNT = 5_000_000


class SheetFault(Exception):
    """A file that cannot be read at all: a code and what its sentence mentions."""

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass(slots=True)
class Extent:
    """How far a sheet reaches (rows, columns) and its failed formulas by (row, column), counted from 0."""

    rows: int = 0
    columns: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Workbook:
    """The extents of a workbook's sheets by their names, and whether its serial dates count from 1904."""

    sheets: dict[str, Extent]
    date1904: bool


def column_letters(index: int) -> str:
    """The letters of a column counted from 0: A, B … Z, AA …"""
    letters = ""
    while index >= 0:
        index, letter = index // 26 - 1, index % 26
        letters = chr(65 + letter) + letters
    return letters


def inspect(data: bytes) -> Workbook:
    """Walk through a workbook without building it.

    Raises SheetFault: ``broken``, ``encrypted``, ``not_a_roster`` (another kind of zip file), ``too_large`` and
    ``stray_cell`` (a sheet that reaches absurdly far).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _inspect(archive)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, struct.error, EOFError, OSError) as fault:
        raise SheetFault("broken") from fault
    except (NotImplementedError, RuntimeError, ValueError, LookupError, OverflowError) as fault:
        # These come from zipfile for a damaged directory and from numbers that are none.
        raise SheetFault("broken") from fault


def _inspect(archive: zipfile.ZipFile) -> Workbook:
    entries = {entry.filename.lower(): entry for entry in archive.infolist()}
    if "xl/workbook.xml" not in entries:
        raise SheetFault("not_a_roster")
    if any(entry.flag_bits & 1 for entry in entries.values()):
        raise SheetFault("encrypted")
    if sum(entry.file_size for entry in entries.values()) > _MAX_UNPACKED:
        raise SheetFault("too_large", limit=MAX_BYTES // 1_000_000)
    plain = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    if len(entries) != len(archive.infolist()) or any(e.compress_type not in plain for e in entries.values()):
        raise SheetFault("broken")

    xml = {name: archive.read(entry) for name, entry in entries.items() if name.startswith("xl/")}
    sheet_parts, date1904 = _sheet_parts(xml)
    sheets = {sheet: _extent(xml.get(part, b"<none/>")) for sheet, part in sheet_parts.items()}
    for name in xml.keys() - set(sheet_parts.values()):
        if name.endswith((".xml", ".rels")):
            _elements(xml[name])
    for name, extent in sheets.items():
        if extent.rows * extent.columns > MAX_CELLS:
            raise SheetFault("stray_cell", sheet=name, cell=f"{column_letters(extent.columns - 1)}{extent.rows}")
    return Workbook(sheets, date1904)


def _sheet_parts(xml: dict[str, bytes]) -> tuple[dict[str, str], bool]:
    """The part of each sheet, by the sheet's name, and the epoch of the dates."""
    elements = _elements(xml["xl/workbook.xml"])
    relations = _elements(xml.get("xl/_rels/workbook.xml.rels", b"<none/>"))
    targets = {a["Id"]: a["Target"] for name, a in relations if name == "Relationship" and {"Id", "Target"} <= a.keys()}
    parts = {}
    for name, attributes in elements:
        if name == "sheet":
            id_ = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            if attributes["name"] in parts:
                raise SheetFault("broken")
            part = posixpath.normpath(posixpath.join("/xl", targets.get(id_, "none")))
            parts[attributes["name"]] = part.lstrip("/").lower()
    dates = [a.get("date1904", "0") for name, a in elements if name == "workbookPr"]
    return parts, any(value in ("1", "true", "on") for value in dates)


def _elements(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    """The elements of a part that is no sheet, without prefixes."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        _check_counts(attributes)
        found.append((name.rpartition(":")[2], attributes))

    parser = _parser()
    parser.StartElementHandler = start
    parser.Parse(xml, True)
    return found


def _extent(xml: bytes) -> Extent:
    """One pass over a sheet. Only cells with content count: a styled empty cell takes no place in calamine either."""
    extent = Extent()
    row, column, failed = -1, -1, False
    parser = _parser()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, failed
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "v" or name == "is":
            if row >= extent.rows:
                extent.rows = row + 1
            if column >= extent.columns:
                extent.columns = column + 1
            if failed and name == "v":
                extent.errors[row, column] = ""
                parser.CharacterDataHandler, parser.EndElementHandler = text, end
        elif name == "c":
            row, column = _position(attributes["r"]) if "r" in attributes else (max(row, 0), column + 1)
            failed = attributes.get("t") == "e"
        elif name == "row":
            row, column = int(attributes["r"]) - 1 if "r" in attributes else row + 1, -1
        else:
            _check_counts(attributes)

    def text(data: str) -> None:
        extent.errors[row, column] += data

    def end(_: str) -> None:
        parser.CharacterDataHandler = parser.EndElementHandler = None

    parser.StartElementHandler = start
    parser.Parse(xml, True)
    return extent


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> None:
    # A spreadsheet has no document type; only an attack on the parser brings one.
    raise SheetFault("broken")


def _position(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    row = int(reference[len(letters) :])
    if not 1 <= row <= 1_048_576:
        raise SheetFault("broken")
    return row - 1, _column_index(letters)


@lru_cache(maxsize=1024)
def _column_index(letters: str) -> int:
    if not re.fullmatch(r"[A-Z]{1,3}", letters):
        raise SheetFault("broken")
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _check_counts(attributes: dict[str, str]) -> None:
    for name in ("count", "uniqueCount"):
        if name in attributes and not 0 <= int(attributes[name]) <= _MAX_COUNT:
            raise SheetFault("broken")
