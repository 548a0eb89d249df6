"""The lists: rows of plain values in the shapes of docs/interfaces.md, for tables and for ``--json``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.app import App
from bot.flow import agency
from bot.flow import checkin as checkin_step
from bot.flow.changes import staff_called
from bot.flow.heartbeat import DONE
from bot.flow.names import told_apart
from bot.flow.sight import may_see_alert
from bot.main import PLAN, SWEEP, TICK
from bot.text.catalog import Voice
from bot.text.lists import moved_because
from bot.text.reasons import reason as reason_words
from store import facts
from store.migrate import head
from store.queries import (
    alerts,
    answers,
    assessments,
    audit,
    checkins,
    deliveries,
    heartbeats,
    inbounds,
    people,
    placements,
    timekeeping,
)

LONGEST_PLAN = 10
"""Years; a longer plan helps nobody and would take minutes."""

INTERVALS = {"plan": PLAN, "tick": TICK, "sweep": SWEEP}

Row = dict[str, Any]


def _at(moment: datetime | None, zone: str) -> str | None:
    return None if moment is None else moment.astimezone(ZoneInfo(zone)).isoformat()


def _chosen(tx: Session, company: str | None) -> list[facts.Placement]:
    return [one for one in placements.everyone(tx) if company is None or one.company == company]


def plan(app: App, voice: Voice, *, first: date, last: date, company: str | None = None) -> list[Row]:
    """The nominal plan between two local days, both included, by opening."""
    with app.store.read() as tx:
        agency.refuse_contradictions(app.settings, tx)  # Of two calendars neither can be planned by.
        known = {one.id: one for one in _chosen(tx, company)}
        nominal = checkin_step.nominal(app, tx, None, first, last)
    return [
        {
            "placement_id": known[one.placement].key,
            "respondent": one.respondent.value,
            "survey": one.survey,
            "period": one.period,
            "due_on": one.due_on.isoformat(),
            "open_at": one.opens_at.isoformat(),
            "remind_at": [at.isoformat() for at in one.remind_at],
            "expire_at": one.expires_at.isoformat(),
            "moved_because": moved_because(voice, [(day.day, day.reason, day.name) for day in one.moved]),
        }
        for one in nominal
        if one.placement in known
    ]


def checkin_rows(app: App, *, company: str | None = None, since: date | None = None) -> list[Row]:
    """What was opened, newest first."""
    with app.store.read() as tx:
        known = {one.id: one for one in _chosen(tx, company)}
        listed = checkins.listed(tx, list(known), since)
    return [_checkin(one, known[one.checkin.placement_id]) for one in listed]


def _checkin(one: checkins.Listed, placement: facts.Placement) -> Row:
    zone = placement.timezone
    return {
        "id": one.checkin.id,
        "placement_id": placement.key,
        "company": placement.company,
        "respondent": one.checkin.respondent,
        "survey": one.checkin.survey,
        "period": one.checkin.period,
        "due_on": one.checkin.due_on.isoformat(),
        "state": one.checkin.state,
        "opened_at": _at(one.checkin.opened_at, zone),
        "delivered_at": _at(one.checkin.delivered_at, zone),
        "completed_at": _at(one.checkin.completed_at, zone),
        "answered": one.answered,
        "asked": one.asked,
    }


def alert_rows(
    app: App, voice: Voice, *, company: str | None = None, since: date | None = None, reader: str | None = None
) -> list[Row]:
    """The alerts, newest first, with their reasons as codes and sentences: of a ``reader`` of the agency what they may see,
    and otherwise all but complaints, which nobody may see who does not stand above whom they are about. Raises
    Refusal("staff_unknown") or ("person_ambiguous").
    """
    begin = None if since is None else datetime.combine(since, datetime.min.time(), tzinfo=app.desk.zone)
    with app.store.begin() if reader else app.store.read() as tx:
        known = {one.id: one for one in _chosen(tx, company)}
        listed = alerts.listed(tx, list(known), begin)
        if reader is None:
            listed = [one for one in listed if one.hidden_from is None]
        else:
            person = staff_called(tx, reader)
            listed = [
                one for one in listed if may_see_alert(person, known[one.placement_id], one, alerts.told(tx, one.id))
            ]
            audit.write(tx, actor="cli", action="listed_alerts", subject=f"person:{person.id}", now=app.clock())
    zone = str(app.desk.zone)
    return [
        {
            "id": one.id,
            "placement_id": known[one.placement_id].key,
            "company": known[one.placement_id].company,
            "kind": one.kind,
            "level": one.level,
            "state": one.state,
            "opened_at": _at(one.opened_at, zone),
            "due_at": _at(one.due_at, zone),
            "acknowledged_at": _at(one.acknowledged_at, zone),
            "resolved_at": _at(one.resolved_at, zone),
            "escalations": one.escalations,
            "reasons": [
                {"code": reason["code"], "text": reason_words(voice, reason, app.rules)} for reason in one.reasons
            ],
        }
        for one in listed
    ]


def placement_rows(
    app: App, *, company: str | None = None, since: date | None = None, apart: bool = False
) -> list[Row]:
    """The placements by number, with level, last answer and who is linked; with ``since`` those that began since that day.

    With ``apart``, for a person's eyes, equal names carry job title and start date."""
    today = app.clock().astimezone(app.desk.zone).date()
    with app.store.read() as tx:
        known = [one for one in _chosen(tx, company) if since is None or one.start_date >= since]
        levels = assessments.latest(tx, [one.id for one in known])
        paused = {row.id for row in placements.to_plan(tx) if any(a <= today <= b for a, b in row.pauses)}
        linked = {one.id: people.address_of(tx, one.id) is not None for p in known for one in (p.hire, p.manager)}
        answered = {one.id: answers.last_at(tx, one.hire.id) for one in known}
    names = told_apart(known) if apart else {one.id: one.hire.name for one in known}
    return [
        {
            "placement_id": one.key,
            "company": one.company,
            "hire_name": names[one.id],
            "start_date": one.start_date.isoformat(),
            "state": _state(one, today, paused=one.id in paused),
            "level": levels[one.id].level if one.id in levels else None,
            "last_answered_at": _at(answered[one.id], one.timezone),
            "hire_linked": linked[one.hire.id],
            "manager_linked": linked[one.manager.id],
        }
        for one in known
    ]


def _state(one: facts.Placement, today: date, *, paused: bool) -> str:
    if one.left_on is not None and one.left_on <= today:
        return "left"
    if one.start_date > today:
        return "upcoming"
    return "paused" if paused else "active"


def status(app: App) -> Row:
    """Counts and health as one object. Health is about real time, also in a rehearsal."""
    by_state: dict[str, int] = {}
    for row in placement_rows(app):
        by_state[row["state"]] = by_state.get(row["state"], 0) + 1
    now, zone = app.real(), str(app.desk.zone)
    with app.store.read() as tx:
        beats, oldest = heartbeats.every(tx), deliveries.oldest_due(tx)
        return {
            "placements": by_state,
            "checkins": checkins.counts(tx),
            "deliveries": deliveries.counts(tx),
            "unreachable": people.count_unreachable(tx),
            "last_tick": _at(heartbeats.last(tx, "tick"), zone),
            "database": app.store.engine.dialect.name,
            "schema": head(),
            "rehearsal": _rehearsal(app, tx, zone),
            "processes": _processes(beats, now, zone),
            "off": [job for job in INTERVALS if not any(one.job == job and _ticks(one, now) for one in beats)],
            "failing": _failing(beats, now),
            "oldest_due": _at(oldest, zone),
            "queue_seconds": None if oldest is None else max(0, round((now - oldest).total_seconds())),
            "set_aside": inbounds.count_set_aside(tx),
        }


def _ticks(beat: heartbeats.Beat, now: datetime) -> bool:
    """True while a process has done that job within three intervals. A time in the future comes from a clock that was
    set back since, and says as little as one that is long past."""
    return beat.outcome != heartbeats.STOPPED and abs(now - beat.at) <= 3 * INTERVALS.get(beat.job, TICK)


def _processes(beats: list[heartbeats.Beat], now: datetime, zone: str) -> list[Row]:
    ticking: dict[str, datetime] = {}
    for one in beats:
        if _ticks(one, now):
            ticking[one.process] = max(one.at, ticking.get(one.process, one.at))
    return [{"process": name, "last_seen": _at(at, zone)} for name, at in sorted(ticking.items())]


def _failing(beats: list[heartbeats.Beat], now: datetime) -> list[Row]:
    """What went wrong the last time, of the processes that tick."""
    alive = {one.process for one in beats if _ticks(one, now)}
    return [
        {"process": one.process, "job": one.job, "outcome": one.outcome}
        for one in beats
        if one.process in alive and one.outcome not in (DONE, heartbeats.STOPPED)
    ]


def _rehearsal(app: App, tx: Session, zone: str) -> Row | None:
    kept = timekeeping.find(tx)
    if kept is None or kept.rehearsal is None:
        return None
    return {"now": _at(kept.rehearsal.last_tick, zone), "speed": kept.rehearsal.speed}
