"""Roster: a consultancy's own spreadsheet becomes companies, people and placements.

The one convention: reading gives frozen rows or every error of the file at once; storing takes all rows or none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from sqlmodel import Session

from bot.app import App
from bot.flow import linking
from bot.flow.roster.model import CompanyRow, Roster, RosterRow
from bot.flow.roster.values import name_key
from store.queries import audit, people, placements
from store.queries import roster as stored


class _DryRun(Exception):
    """Takes a transaction back after everything was tried in it."""


def store_roster(app: App, roster: Roster, *, dry_run: bool = False) -> stored.Changes:
    """Store a roster in one transaction, or only say what that would do."""
    changes = stored.Changes()
    now = app.clock()
    try:
        with app.store.begin() as tx:
            rows = [_columns(row) for row in roster.rows]
            companies = [_columns(row) for row in roster.companies]
            changes = stored.save(tx, rows, companies, now=now, key=name_key)
            for key in (*changes.created, *changes.changed):
                columns = changes.changed.get(key, [])
                audit.write(tx, actor="cli", action="imported", subject=f"placement:{key}", now=now, columns=columns)
            if dry_run:
                raise _DryRun
            _ask_consent(app, tx, (*changes.created, *changes.changed))
    except _DryRun:
        pass
    return changes


def _ask_consent(app: App, tx: Session, keys: Iterable[str]) -> None:
    """Somebody who is linked already is asked for their consent to a new placement, which names the new company."""
    linked = people.linked_ids(tx)
    for key in keys if linked else ():
        placement = placements.by_key(tx, key)
        for person in (placement.hire, placement.manager) if placement else ():
            if person.id in linked:
                linking.ask_consent(app, tx, person, key=f"import:{key}")


def _columns(row: RosterRow | CompanyRow) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in fields(row)}


def stored_roster(app: App) -> tuple[list[RosterRow], list[CompanyRow]]:
    """What is stored, in the roster's own columns."""
    with app.store.read() as tx:
        rows = [RosterRow(row=number, **row) for number, row in enumerate(stored.rows(tx), start=2)]
        companies = [CompanyRow(row=number, **row) for number, row in enumerate(stored.companies(tx), start=2)]
    return rows, companies
