"""What reading a roster gives: frozen rows, or every error of the file at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """One placement as the roster states it. None and () mean that the file does not say it.

    ``row`` is the row's number in the sheet and takes no part in comparing. Languages are locales in the reader's
    order, channels are ``slack`` or ``telegram``, names stand as written.
    """

    row: int = field(compare=False)
    placement_id: str | None = None
    company: str
    hire_name: str
    hire_email: str | None = None
    hire_languages: tuple[str, ...]
    hire_channel: str
    hire_id: str | None = None
    hire_call_name: str | None = None
    hire_phone: str | None = None
    manager_name: str
    manager_email: str | None = None
    manager_languages: tuple[str, ...]
    manager_channel: str
    consultant_name: str
    consultant_email: str | None = None
    consultant_languages: tuple[str, ...] = ()
    consultant_channel: str | None = None
    consultant_phone: str | None = None
    lead_name: str | None = None
    lead_email: str | None = None
    lead_languages: tuple[str, ...] = ()
    lead_channel: str | None = None
    start_date: date
    job_title: str | None = None
    residence_status: str | None = None
    residence_expires: date | None = None
    contract_ends: date | None = None
    leave_from: date | None = None
    leave_to: date | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyRow:
    """One company of the sheet ``Companies``. None means that the file does not say it.

    ``working_weekdays`` are numbers from 0 (Monday) to 6, ``closures`` ranges like ``12-29..01-03`` or
    ``2026-08-10..2026-08-16`` (() means that the company never closes), ``yearly_turnover`` a share from 0 to 1.
    """

    row: int = field(compare=False)
    company: str
    industry: str | None = None
    working_weekdays: tuple[int, ...] | None = None
    works_on_public_holidays: bool | None = None
    closures: tuple[str, ...] | None = None
    yearly_turnover: float | None = None


@dataclass(frozen=True, slots=True)
class RosterError:
    """One thing to mend: where it stands (sheet, row, column as written in the file, value, cell) and a code.

    ``row`` is None where the whole sheet is meant. The sentence of the code stands in ``bot/text/roster_errors.py``.
    """

    sheet: str
    row: int | None
    column: str | None
    value: str | None
    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    cell: str | None = None

    @property
    def placeholders(self) -> dict[str, str | int]:
        """Everything that the sentence of this error may mention."""
        place = {"sheet": self.sheet, "column": self.column or "", "value": self.value or "", "cell": self.cell or ""}
        return {**place, "row": self.row if self.row is not None else "", **self.values}


@dataclass(frozen=True, slots=True)
class RosterQuestion:
    """Something that may be right or wrong, and that a person should look at: it stops nothing."""

    sheet: str
    code: str
    values: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class UnknownColumn:
    """A column that was not read: its letter, its heading ('' where there is none) and the nearest known heading."""

    sheet: str
    letter: str
    heading: str
    nearest: str | None


@dataclass(frozen=True, slots=True)
class Roster:
    """A file without errors. ``columns`` and ``company_columns`` name the columns that the file has, so that an empty
    cell can be told from a missing column; ``ignored_sheets`` look like rosters and were not read."""

    sheet: str
    rows: tuple[RosterRow, ...]
    companies: tuple[CompanyRow, ...] = ()
    columns: tuple[str, ...] = ()
    company_columns: tuple[str, ...] = ()
    unknown_columns: tuple[UnknownColumn, ...] = ()
    questions: tuple[RosterQuestion, ...] = ()
    ignored_sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RosterErrors:
    """Everything that is wrong with a file, in the order of its sheets and rows; nothing of the file may be stored."""

    errors: tuple[RosterError, ...]
    unknown_columns: tuple[UnknownColumn, ...] = ()
    questions: tuple[RosterQuestion, ...] = ()
