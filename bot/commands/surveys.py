"""``teichaku surveys``: check survey files, and take them to a spreadsheet and back."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from bot.flow.roster.cells import CellError
from bot.flow.roster.sheets import WORKBOOKS, SheetFault, read_sheets
from bot.main import open_store
from bot.refusal import Refusal
from bot.settings import Settings
from bot.text import lists, survey_errors
from bot.text.catalog import SHIPPED, Voice, worded
from store.errors import StoreError
from store.queries import wordings
from surveys import folder, wording, xlsform
from surveys.loader import SurveyError, load, load_bank, load_tree, messages, text_of
from surveys.model import Question, Survey
from surveys.source import Fault, Table, read

_LONGEST_SHEET = 5000
"""Rows of a sheet; the longest survey of the bank has a hundred."""

_OF_COLUMNS = ("unknown_key", "unused_column", "unknown_language")
"""Faults of a whole column of a spreadsheet: told once, at its first row."""


def check(settings: Settings, voice: Voice, file: Path | None) -> bool:
    """Say for each survey that it is fine, or every fault with its line; False when there is one.

    Without a file these are the shipped ones and the consultancy's own.
    """
    known = {**wording.shipped(), **_asked(settings)}
    own = settings.surveys.path
    if file is None:
        listed: list[Path] = _files(own) if own else []
        found: list[Survey] = list(load_bank().values())
    else:
        listed, found = [file], []
    trees = {one: _tree(one) for one in listed}
    mirrored, fine = _mirrored(trees.values()), True
    for one, (tree, faults) in trees.items():
        try:
            if tree is None or (faults and _is_workbook(one)):
                raise SurveyError(one.name, faults)
            found.append(load_tree(tree, one.name, list(faults), registered=known, mirrored=mirrored))
        except SurveyError as fault:
            _tell(voice, fault, sheets=_is_workbook(one))
            fine = False
    for survey in found:
        questions = len(survey.questions)
        print(voice.one(lists.SURVEY_FINE, form=survey.form_id, version=survey.version, questions=questions))
    if fine and file is None and own is not None:
        folder.load_folder(own, registered=known)  # What only shows beside the others: two of one name, never asked.
    elif file is not None and found and not found[0].after_start and found[0].form_id not in load_bank():
        print(voice.one(lists.SURVEY_NEVER_ASKED, form=found[0].form_id))
    return fine


def export(settings: Settings, voice: Voice, file: Path, form: str | None) -> None:
    """Write a survey as an XLSForm spreadsheet with a column for each language. Raises Refusal."""
    texts = _texts(settings)
    name = form or file.stem
    if name not in texts:
        raise Refusal("survey_unknown", form=name, known=", ".join(sorted(texts)))
    source, text = texts[name]
    load(text, source)
    if file.suffix.lower() != ".xlsx":
        raise Refusal("not_xlsx", file=str(file))
    sheets = xlsform.to_sheets(text, source, SHIPPED["hire"], _said)
    try:
        _write(file, sheets)
    except OSError as fault:
        raise Refusal("file_unwritable", file=str(file)) from fault
    print(voice.one(lists.SURVEY_EXPORTED, form=name, file=str(file)))


def import_file(settings: Settings, voice: Voice, file: Path, out: Path | None) -> bool:
    """Read an XLSForm spreadsheet and write the survey file that says the same; False after telling its faults."""
    faults: list[Fault] = []
    tree, text = _from_sheets(file, faults)
    mirrored = folder.questions_of_hires(load_bank())
    try:
        if faults:
            raise SurveyError(file.name, faults)
        survey = load_tree(tree, file.name, [], registered={**wording.shipped(), **_asked(settings)}, mirrored=mirrored)
    except SurveyError as fault:
        _tell(voice, fault, sheets=True)
        return False
    target = out or (settings.surveys.path or Path()) / f"{survey.form_id}.yaml"
    try:
        with target.open("x", encoding="utf-8") as written:
            written.write(text)
    except FileExistsError:
        raise Refusal("file_there", file=str(target)) from None
    except OSError as fault:
        with suppress(OSError):
            target.unlink()  # It was not there before, so what stands there is ours, and half of it.
        raise Refusal("file_unwritable", file=str(target)) from fault
    print(voice.one(lists.SURVEY_IMPORTED, form=survey.form_id, version=survey.version, file=str(target)))
    return True


def _tree(file: Path) -> tuple[Table | None, list[Fault]]:
    """A survey file or a spreadsheet as its tree, with the faults of its shape."""
    faults: list[Fault] = []
    if _is_workbook(file):
        return _from_sheets(file, faults)[0], faults
    try:
        return read(_read(file), faults), faults
    except SurveyError as fault:
        return None, fault.faults


def _is_workbook(file: Path) -> bool:
    """True for a spreadsheet, whatever it is called."""
    if file.suffix.lower() == ".xlsx":
        return True
    try:
        with file.open("rb") as opened:
            return opened.read(16).startswith(WORKBOOKS)
    except OSError:
        return False


def _mirrored(trees: Iterable[tuple[Table | None, list[Fault]]]) -> Mapping[str, Question]:
    """What the managers' questions of these files may mirror: any hire's, shipped or among them."""
    bank = dict(load_bank())
    for tree, faults in trees:
        with suppress(SurveyError):  # It is told when the file's own turn comes.
            if tree is not None:
                survey = load_tree(tree, "", list(faults))
                bank[survey.form_id] = survey
    return folder.questions_of_hires(bank)


def _tell(voice: Voice, fault: SurveyError, *, sheets: bool) -> None:
    told: set[tuple[str, str, str]] = set()
    for one in fault.faults:
        column = (one.code, str(one.values), xlsform.place(one.line)[0]) if sheets and one.code in _OF_COLUMNS else None
        if column is None or column not in told:
            said = survey_errors.sentence(voice, fault.source, one.line, one.code, one.values, sheets=sheets)
            print(said, file=sys.stderr)
        told |= {column} if column else set()


def _asked(settings: Settings) -> Mapping[tuple[str, int], str]:
    """The wordings that were asked already, where there is a database that can be read: a file can be checked without."""
    kind, _, place = settings.database_url.get_secret_value().partition(":///")
    if kind == "sqlite" and not Path(place).exists():
        return {}  # SQLite makes a file that is not there, and whoever only looks must leave nothing behind.
    try:
        store = open_store(settings)
    except (StoreError, Refusal):
        return {}
    try:
        with store.read() as tx:
            return wordings.known(tx)
    finally:
        store.close()


def _files(path: Path) -> list[Path]:
    try:
        return folder.survey_files(path)
    except OSError:
        raise Refusal("surveys_unreadable", path=str(path)) from None


def _texts(settings: Settings) -> dict[str, tuple[str, str]]:
    """The file of every survey, shipped or own, by form: its name and its text."""
    shipped = {form: (f"{form}.yaml", text_of(form)) for form in load_bank()}
    own = _files(settings.surveys.path) if settings.surveys.path else []
    return shipped | {load(_read(file), file.name).form_id: (file.name, _read(file)) for file in own}


def _said(id_: str, english: str, locale: str) -> str | None:
    """A shipped sentence in another language; the catalogs know no others."""
    shipped = (one for survey in load_bank().values() for one in messages(survey))
    found = next((one for one in shipped if (one.id, one.text) == (id_, english)), None)
    return worded(found, locale, "hire") if found else None


def _read(file: Path) -> str:
    try:
        return folder.text_of_file(file)
    except FileNotFoundError:
        raise Refusal("file_missing", file=str(file)) from None
    except OSError as fault:
        raise Refusal("file_unreadable", file=str(file)) from fault


def _write(file: Path, sheets: Mapping[str, xlsform.Rows]) -> None:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, 1):
            for place, text in enumerate(row, 1):
                cell = sheet.cell(number, place, ILLEGAL_CHARACTERS_RE.sub("", text) or None)
                if text:
                    cell.data_type = "s"  # A text that starts with = is no formula.
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                cell.font = Font(bold=number == 1)
        for place, heading in enumerate(rows[0], 1):
            sheet.column_dimensions[get_column_letter(place)].width = 40 if "::" in heading else 18
        sheet.freeze_panes = "A2"
    book.save(file)


def _from_sheets(file: Path, faults: list[Fault]) -> tuple[Table, str]:
    try:
        found = {sheet.name.strip().lower(): sheet.rows for sheet in read_sheets(file)}
        listed = {name: found[name] for name in xlsform.SHEETS}
    except SheetFault as fault:
        raise Refusal("file_missing" if fault.code == "missing_file" else "not_xlsform", file=str(file)) from None
    except KeyError as missing:
        raise Refusal("sheet_missing", file=str(file), sheet=str(missing.args[0])) from None
    for name, sheet in listed.items():
        if len(sheet) > _LONGEST_SHEET:
            raise Refusal("sheet_long", file=str(file), sheet=name, most=_LONGEST_SHEET)
    for number, sheet in enumerate(listed.values()):
        for row, cells in enumerate(sheet, 1):
            failed = (cell for cell in cells if isinstance(cell, CellError))
            faults += [
                Fault("failed_formula", number * xlsform.ROWS_A_SHEET + row, {"text": one.text}) for one in failed
            ]
    rows = {name: [[_cell(cell) for cell in row] for row in sheet] for name, sheet in listed.items()}
    return xlsform.to_file(rows, faults)


def _cell(cell: object) -> str:
    """A cell as text: a spreadsheet makes numbers and truth values of what looks like them."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell)
