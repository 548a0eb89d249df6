"""The roster commands: a file in, a file out, and every error said in one run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

from bot.app import App
from bot.commands.progress import working
from bot.flow.roster import questions_about_stored, store_roster, stored_roster
from bot.flow.roster.columns import ROSTER_COLUMNS
from bot.flow.roster.model import Roster, RosterError, RosterErrors, UnknownColumn
from bot.flow.roster.read import read_roster
from bot.flow.roster.sheets import SheetFault
from bot.flow.roster.write import annotate, write_roster, write_template
from bot.refusal import Refusal
from bot.text import lists, roster_errors
from bot.text.catalog import Voice
from bot.text.roster_words import TEMPLATE_WORDS
from store.queries.roster import Changes

MOST_NAMED = 8
"""New people whom the last line names; of more, it says how many."""


def template(voice: Voice, file: Path) -> None:
    """Write an empty roster, explained in English and Japanese. Raises Refusal("file_unwritable") or ("file_ending")."""
    _refuse_ending(file, ".xlsx")
    english, japanese = (Voice((locale,), "staff") for locale in ("en", "ja"))
    try:
        write_template(file, *(lambda key, one=one: one.one(TEMPLATE_WORDS[key]) for one in (english, japanese)))
    except OSError as fault:
        raise Refusal("file_unwritable", file=str(file)) from fault
    print(voice.one(lists.TEMPLATE_WRITTEN, file=str(file)))


def _refuse_ending(file: Path, *known: str) -> None:
    """A workbook under another ending would not open. Raises Refusal("file_ending")."""
    if file.suffix.lower() not in known:
        raise Refusal("file_ending", file=str(file), known=", ".join(known))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise Refusal("file_missing", file=str(file)) from None
    except OSError as fault:
        raise Refusal("file_unreadable", file=str(file)) from fault


def import_file(app: App, voice: Voice, file: Path, *, dry_run: bool, annotated: Path | None) -> None:
    """Import a roster, or say everything that is wrong with it and exit 1."""
    if annotated is not None:
        _refuse_ending(annotated, ".xlsx")
    data = _read(file)
    with working(voice.one(lists.READING, file=file.name)):
        found = read_roster(data, file.name)
    for column in found.unknown_columns:
        print(_unknown(voice, column), file=sys.stderr)
    for question in found.questions:
        print(voice.one(roster_errors.ROSTER_QUESTIONS[question.code], **question.values), file=sys.stderr)
    if isinstance(found, RosterErrors):
        _refuse(voice, found, data, file, annotated)
    for name in found.ignored_sheets:
        print(voice.one(roster_errors.IGNORED_SHEET, sheet=name), file=sys.stderr)
    for question in questions_about_stored(app, found):
        print(voice.one(roster_errors.ROSTER_QUESTIONS[question.code], **question.values), file=sys.stderr)
    with working(voice.one(lists.STORING, file=file.name)):
        changes = store_roster(app, found, dry_run=dry_run)
    _tell(voice, found, changes, dry_run=dry_run)


def _refuse(voice: Voice, found: RosterErrors, data: bytes, file: Path, annotated: Path | None) -> NoReturn:
    for error in found.errors:
        print(_sentence(voice, error), file=sys.stderr)
    if annotated is not None:
        try:
            annotate(data, file.name, found.errors, annotated, lambda error: _sentence(voice, error))
            print(voice.one(lists.ANNOTATED, file=str(annotated)), file=sys.stderr)
        except SheetFault:
            pass  # There is no cell to show anything at: why, was just told.
        except OSError as fault:
            raise Refusal("file_unwritable", file=str(annotated)) from fault
    print(voice.one(lists.ROSTER_REFUSED, count=len(found.errors)), file=sys.stderr)
    sys.exit(1)


def _sentence(voice: Voice, error: RosterError) -> str:
    return voice.one(roster_errors.ROSTER_ERRORS[error.code], **error.placeholders)


def _unknown(voice: Voice, column: UnknownColumn) -> str:
    message = roster_errors.UNKNOWN_COLUMN_NEAREST if column.nearest else roster_errors.UNKNOWN_COLUMN
    if not column.heading:
        message = roster_errors.UNKNOWN_COLUMN_UNNAMED
    values = {"letter": column.letter, "heading": column.heading, "sheet": column.sheet}
    return voice.one(message, nearest=column.nearest or "", **values)


def _tell(voice: Voice, found: Roster, changes: Changes, *, dry_run: bool) -> None:
    for row, key in changes.keys_made.items():
        print(voice.one(lists.KEY_MADE, row=row, key=key))
    for key, corrections in changes.corrections.items():
        news = ", ".join(
            f"{_heading(voice, one.column)} ({_shown(one.before)} → {_shown(one.after)})" for one in corrections
        )
        print(voice.one(lists.CORRECTED, key=key, columns=news))
    for one in changes.replaced:
        after = voice.one(lists.FRESH if one.fresh else lists.FAMILIAR, name=one.after)
        print(voice.one(lists.REPLACED[one.what], key=one.key, before=one.before, after=after))
    for key, name, former in changes.returning:
        print(voice.one(lists.RETURNING, key=key, name=name, former=former))
    people = ", ".join(_person(voice, kind, name) for kind, name in changes.new_people[:MOST_NAMED]) or "–"
    if len(changes.new_people) > MOST_NAMED:
        people += f", … ({len(changes.new_people)})"
    print(
        voice.one(
            lists.IMPORTED,
            created=len(changes.created),
            changed=len(changes.changed),
            unchanged=changes.unchanged,
            people=people,
        )
    )
    if dry_run:
        print(voice.one(lists.DRY_RUN))


def _person(voice: Voice, kind: str, name: str) -> str:
    return voice.one(lists.NEW_PERSON, name=name, role=voice.one(lists.KINDS[kind]))


def _heading(voice: Voice, column: str) -> str:
    return next((one.heading for one in ROSTER_COLUMNS if voice.first == "ja" and one.name == column), column)


def _shown(value: Any) -> str:
    """A value of a placement or a person as the roster writes it."""
    if value in (None, [], ()):
        return "–"
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def export_file(app: App, voice: Voice, file: Path) -> None:
    """Write the stored placements into a roster. Raises Refusal("file_unwritable") or ("file_ending")."""
    _refuse_ending(file, ".csv", ".xlsx")
    rows, companies = stored_roster(app)
    try:
        with working(voice.one(lists.WRITING, file=file.name)):
            written = write_roster(file, rows, companies)
    except OSError as fault:
        raise Refusal("file_unwritable", file=str(file)) from fault
    print(voice.one(lists.EXPORTED, file=", ".join(map(str, written)), count=len(rows)))
