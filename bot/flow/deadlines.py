"""Deadlines: a contract or a status of residence ends soon, and nobody has said yet what then."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import Session

from bot.app import App
from bot.flow import alert
from store import facts
from store.queries import alerts, placements


def raise_due(app: App) -> None:
    """Tell the consultant of each such day once, as early as the rules look ahead. Another day in the roster is told anew."""
    with app.store.read() as tx:
        if not _due(app, tx):
            return
    with app.store.begin() as tx:
        for cause, (placement, name, on) in _due(app, tx).items():
            alert.raise_deadline(app, tx, placement, cause, name=name, on=on)


def _due(app: App, tx: Session) -> dict[str, tuple[facts.Placement, str, date]]:
    """By cause: whose day it is, what ends (``contract``, ``status``), and when."""
    terms, today = app.rules.context, app.clock().astimezone(app.desk.zone).date()
    ahead = {"contract": terms.contract.days, "status": terms.status.days}
    found = {}
    for one in placements.ending(tx, today, today + timedelta(days=max(ahead.values()))):
        for name, on in (("contract", one.contract_ends), ("status", one.residence_expires)):
            if on is not None and 0 <= (on - today).days <= ahead[name]:
                found[f"deadline:{one.id}:{name}:{on}"] = (one, name, on)
    known = alerts.causes(tx, "deadline:") if found else frozenset()
    return {cause: what for cause, what in found.items() if cause not in known}
