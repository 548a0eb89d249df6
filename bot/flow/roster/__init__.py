"""Roster: a consultancy's own spreadsheet becomes companies, people and placements.

The one convention: reading gives frozen rows or every error of the file at once; storing takes all rows or none.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlmodel import Session

from bot.app import App
from bot.flow import agency
from bot.flow.roster.model import CompanyRow, Roster, RosterQuestion, RosterRow
from bot.flow.roster.tell import tell_changes
from bot.flow.roster.values import company_key, name_key
from bot.refusal import Refusal
from store.queries import audit, erasure
from store.queries import roster as stored


class _DryRun(Exception):
    """Takes a transaction back after everything was tried in it."""


def store_roster(app: App, roster: Roster, *, dry_run: bool = False) -> stored.Changes:
    """Store a roster in one transaction, or only say what that would do.

    Raises SettingsRefusal, and stores nothing, where the settings say something else of the same people or companies, and
    Refusal("rows_erased") where a row is about somebody who was erased.
    """
    changes = stored.Changes()
    now = app.clock()
    try:
        with app.store.begin() as tx:
            _refuse_erased(tx, roster)
            rows = [_columns(row) for row in roster.rows]
            companies = [_columns(row) for row in roster.companies]
            changes = stored.save(tx, rows, companies, now=now, key=name_key)
            agency.enrol(app, tx, now)
            imported = {
                f"placement:{key}": {"columns": changes.changed.get(key, [])}
                for key in (*changes.created, *changes.changed)
            }
            audit.write_many(tx, imported, actor="cli", action="imported", now=now)
            tell_changes(app, tx, changes)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return changes


def _refuse_erased(tx: Session, roster: Roster) -> None:
    """Whoever has erased everything must not come back with the next import of the same file."""
    gone = erasure.erased_keys(tx) & {row.placement_id for row in roster.rows}
    if gone:
        raise Refusal("rows_erased", keys=", ".join(sorted(str(key) for key in gone)))


def questions_about_stored(app: App, roster: Roster) -> tuple[RosterQuestion, ...]:
    """Companies of the file that are not stored, but look like one that is: ㈱さくら食品 beside さくら食品株式会社."""
    with app.store.read() as tx:
        known = [str(row["company"]) for row in stored.companies(tx)]
    spelled = {name_key(name) for name in known}
    alike = {company_key(name): name for name in known}
    rows: dict[str, list[int]] = {}
    for row in roster.rows:
        if name_key(row.company) not in spelled and company_key(row.company) in alike:
            rows.setdefault(row.company, []).append(row.row)
    return tuple(
        RosterQuestion(
            roster.sheet,
            "company_stored",
            {"name": name, "stored": alike[company_key(name)], "rows": ", ".join(map(str, numbers))},
        )
        for name, numbers in rows.items()
    )


def _columns(row: RosterRow | CompanyRow) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in fields(row)}


def stored_roster(app: App) -> tuple[list[RosterRow], list[CompanyRow]]:
    """What is stored, in the roster's own columns."""
    with app.store.read() as tx:
        rows = [RosterRow(row=number, **row) for number, row in enumerate(stored.rows(tx), start=2)]
        companies = [CompanyRow(row=number, **row) for number, row in enumerate(stored.companies(tx), start=2)]
    return rows, companies
