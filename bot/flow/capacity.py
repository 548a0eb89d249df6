"""Capacity: how many elevated alerts a consultant is sent in a month, and what becomes of those that wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot.app import App
from risk.model import Level
from risk.policy import PolicyRow, Waiting, deliver_at, next_months_digest, within_capacity
from store import facts
from store.queries import alerts, assessments


def fitting(app: App, tx: Session, due: Sequence[facts.Alert], now: datetime) -> list[facts.Alert]:
    """What of this is sent now, the worst first: elevated alerts within the consultant's monthly capacity.

    The rest stand on the list and wait for the next month, when they are sent if the level is still the same and nothing
    has told of the person since.
    """
    # What somebody who stood in was sent already has had its turn.
    elevated = [one for one in due if one.kind == "risk" and one.level == Level.ELEVATED and one.queued_at is None]
    scores = _scores(app, tx, elevated)
    kept = {one.id for one in due} - {one.id for one in elevated}
    month = now.astimezone(app.desk.zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for owner_id in {one.owner_id for one in elevated}:
        waiting = [
            Waiting(one.id, scores[one.id], one.opened_at)
            for one in elevated
            if one.owner_id == owner_id and one.id in scores
        ]
        sent = alerts.sent_since(tx, owner_id, Level.ELEVATED.value, month)
        kept |= {one.alert for one in within_capacity(waiting, sent, app.policy.capacity)}
    for one in due:
        if one.id not in kept:
            later = next_months_digest(now, app.desk) if one.id in scores else None
            alerts.change(tx, one.id, deliver_at=later)
    now_sent = [one for one in due if one.id in kept]
    return sorted(now_sent, key=lambda one: (-Level(one.level or "none").rank, -scores.get(one.id, 0.0), one.id))


def _scores(app: App, tx: Session, elevated: Sequence[facts.Alert]) -> dict[int, float]:
    """How bad it is by now, by alert; without those that have waited until something else is true of the person."""
    ids = sorted({one.placement_id for one in elevated})
    latest, newest = assessments.latest(tx, ids), alerts.newest_risk(tx, ids)
    found = {}
    for one in elevated:
        level = latest[one.placement_id].level if one.placement_id in latest else None
        if not _has_waited(app, one) or (level == Level.ELEVATED and newest[one.placement_id] == one.id):
            found[one.id] = latest[one.placement_id].score if level is not None else 0.0
    return found


def _has_waited(app: App, one: facts.Alert) -> bool:
    first = deliver_at(PolicyRow.from_dict(one.policy), one.opened_at, app.desk)
    return first is not None and one.deliver_at is not None and one.deliver_at > first
