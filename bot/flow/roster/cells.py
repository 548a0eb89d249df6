"""What a cell is, how it looks to a person, and the fault of a cell that cannot be understood."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta


class ValueFault(Exception):
    """A cell says something that cannot be understood: a code, the value as written and what the remedy mentions."""

    def __init__(self, code: str, value: str, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.value = value
        self.values = values


@dataclass(frozen=True, slots=True)
class CellError:
    """A formula of the spreadsheet that failed: ``text`` is what the cell shows, such as ``#REF!``."""

    text: str


Cell = str | bool | int | float | date | time | timedelta | CellError | None
"""One cell as it was read; None is an empty one. A datetime is a date here, as in Python."""

_INVISIBLE = " \t\r\n\v\f\ufeff\u200b\u3000\xa0"

LONGEST_TEXT = 300
"""Characters of one cell; longer texts are notes that belong elsewhere."""

DITTO = frozenset({"〃", "″", "”", '"', "同上"})
"""What people write for "the same as in the cell above"."""

NOTHING = frozenset({"-", "--", "‐", "－", "ー", "―", "—", "なし", "無し", "無", "N/A", "n/a"})
"""What people write into a cell that has nothing to say."""

_ERROR_TEXTS = frozenset({"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})


def as_text(cell: Cell) -> str:
    """A cell as a person sees it, trimmed: whole numbers without ``.0``, dates as 2026-04-01, '' for an empty one."""
    match cell:
        case None:
            return ""
        case str():
            return cell.strip(_INVISIBLE)
        case CellError(text):
            return text
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime():
            return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
        case _:
            return str(cell)


def is_empty(cell: Cell) -> bool:
    """True for a cell in which nobody sees anything."""
    return cell is None or (isinstance(cell, str) and not cell.strip(_INVISIBLE))


def is_error(cell: Cell) -> bool:
    """True for a cell whose formula failed, also where a plain file only has its text."""
    return isinstance(cell, CellError) or (isinstance(cell, str) and cell.strip() in _ERROR_TEXTS)


_DANGEROUS = re.compile(r"'*(?:[=+\-@\t\r＝＋－＠]|(?:〃|″|”|\"|同上)\Z)")


def protect(text: str) -> str:
    """A text as it is exported: what a spreadsheet would run as a formula (or this reader take for a ditto mark) gets a
    leading apostrophe. Source of the list: OWASP, CSV injection. :func:`unprotect` is its exact inverse."""
    return "'" + text if _DANGEROUS.match(text) else text


def unprotect(text: str) -> str:
    """Take back the apostrophe of :func:`protect`; every other text stays as it is."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text) else text


def parse_text(cell: Cell) -> str:
    """A text as it is written, on one line and without characters that nobody can see."""
    text = re.sub(r"\s*[\r\n\v\f\x85\u2028\u2029]+\s*", " ", unprotect(as_text(cell)))
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs")).strip(_INVISIBLE)
    if len(text) > LONGEST_TEXT:
        raise ValueFault("text_long", text[:40] + "…", limit=LONGEST_TEXT)
    return text


def parse_plain(cell: Cell) -> str:
    """A text in plain (NFKC) characters, for everything that is not a name."""
    return unicodedata.normalize("NFKC", parse_text(cell))
