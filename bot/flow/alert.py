"""Alert: a level that rose, a silence or a call for help becomes something that a consultant is told, in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import structlog
from sqlmodel import Session

from bot.app import App
from bot.flow import agency, capacity, outbox, sharing
from bot.flow.already import Already
from bot.flow.assessment import as_assessment, gather
from risk.model import Case, Level
from risk.policy import PolicyRow, acknowledge_by, alert_for, deliver_at, next_digest, silence_for
from scheduler.workdays import local_time
from store import facts
from store.queries import alerts, assessments, checkins, placements
from store.queries import sharing as shared

log = structlog.get_logger()


BATCH = 500
"""So many assessments in one transaction, so that nobody's answer waits for long."""


async def raise_needed(app: App) -> None:
    """Look once at each new assessment and raise the alerts that it calls for."""
    while await app.store.run(_raise_some, app):
        pass


def _raise_some(app: App) -> bool:
    """The oldest of them; True when there may be more."""
    with app.store.read() as tx:
        if not assessments.unalerted(tx, 1):
            return False
    with app.store.begin() as tx:
        waiting = assessments.unalerted(tx, BATCH)
        silent = checkins.silent(tx, [one.checkin_id for one in waiting])
        telling = [one for one in waiting if one.level != Level.NONE or one.checkin_id in silent]
        wanted = sorted({one.placement_id for one in telling})
        people = {one.id: one for one in placements.by_ids(tx, wanted)}
        told = Already(alerts.unresolved(tx, wanted), app.desk.zone)
        earlier = assessments.histories(tx, wanted)
        cases = gather(tx, [people[one.placement_id] for one in telling if one.checkin_id in silent])
        for assessed in telling:
            placement = people[assessed.placement_id]
            before = [one for one in earlier[placement.id] if one.id < assessed.id]
            _raise_risk(app, tx, placement, assessed, before, told)
            if assessed.checkin_id in silent:
                _raise_silence(app, tx, placement, silent[assessed.checkin_id], cases[placement.id], assessed, told)
        assessments.looked_at(tx, [one.id for one in waiting], app.clock())
    return len(waiting) == BATCH


def _raise_risk(
    app: App,
    tx: Session,
    placement: facts.Placement,
    assessed: assessments.Assessed,
    earlier: Sequence[assessments.Assessed],
    told: Already,
) -> None:
    previous = as_assessment(earlier[-1]) if earlier else None

    level = alert_for(
        as_assessment(assessed),
        previous_level=previous.level if previous else Level.NONE,
        open_alert_level=told.level(assessed, earlier),
        previous=previous,
    )

    if level is None:
        return
    # Late answers may raise the level of the same assessment, which is another cause.
    cause = f"risk:{assessed.id}:{level.value}"
    row = app.policy.row("risk", level)
    _raise(app, tx, placement, cause, row, assessed.reasons, assessment_id=assessed.id)
    told.note_risk(assessed, level, listed=row.delivered == "list")


def _raise_silence(
    app: App,
    tx: Session,
    placement: facts.Placement,
    due_on: date,
    case: Case,
    assessed: assessments.Assessed,
    told: Already,
) -> None:
    run = silence_for(case.checkins)

    if run is None or told.is_silence_told(placement.id, case):
        return
    reasons = [{"code": "silence", "weight": 0.0, "values": {"run": run, "on": due_on.isoformat()}}]
    _raise(app, tx, placement, f"silence:{assessed.checkin_id}", app.policy.row("silence"), reasons)
    told.note_silence(placement.id, app.clock().astimezone(app.desk.zone).date())


def raise_help(
    app: App, tx: Session, person: facts.Person, *, inbound_id: int, now: datetime, hold: timedelta | None = None
) -> facts.Alert | None:
    """Somebody pressed "I need help": their consultant is told, and nobody in the company; None without a placement.

    Pressed again before anybody has taken it, it is the same call; after that it is a new one. With ``hold`` the consultant
    neither hears of it nor sees it for so long, because the trouble may be with the consultant.
    """
    placement = placement_of(tx, person)
    if placement is None:
        return None
    if alerts.open_cause(tx, f"help:{person.id}:"):
        return alerts.running_of(tx, person.id)
    side = "hire" if person.kind == "hire" else "manager"
    today = now.astimezone(app.desk.zone).date()
    reasons = [{"code": f"help.{side}", "weight": 0.0, "values": {"on": today.isoformat()}}]
    cause, row = f"help:{person.id}:{inbound_id}", app.policy.row("help")
    held: dict[str, Any] = {}
    if hold is not None:
        held = {"deliver_at": deliver_at(row, now + hold, app.desk), "hidden_from": placement.consultant.id}
    _raise(app, tx, placement, cause, row, reasons, person_id=person.id, **held)
    return alerts.by_cause(tx, cause)


def raise_safety(
    app: App,
    tx: Session,
    person: facts.Person,
    placement: facts.Placement,
    *,
    cause: str,
    topics: Sequence[str],
    words: str | None,
    **apart: Any,
) -> facts.Alert:
    """What somebody wrote or chose says that somebody may be in danger: told at once, at any hour. ``apart`` are the columns
    of a case that the consultant does not see."""
    day = app.clock().astimezone(app.desk.zone).date().isoformat()
    reasons = [{"code": f"safety.{topic}", "weight": 0.0, "values": {"on": day}} for topic in topics]
    row = app.policy.row("safety")
    _raise(app, tx, placement, cause, row, reasons, person_id=person.id, words=words, **apart)
    return alerts.by_cause(tx, cause)


def raise_wish(app: App, tx: Session, person: facts.Person, placement: facts.Placement, *, cause: str, of: str) -> None:
    """A hire chose an offer of help in a check-in."""
    day = app.clock().astimezone(app.desk.zone).date().isoformat()
    reasons = [{"code": "help.wish", "weight": 0.0, "values": {"on": day, "of": of}}]
    _raise(app, tx, placement, cause, app.policy.row("help"), reasons, person_id=person.id)


def placement_of(tx: Session, person: facts.Person) -> facts.Placement | None:
    """The placement about which a hire or a manager writes outside a check-in: the newest that is running."""
    side = {"hire_id": person.id} if person.kind == "hire" else {"manager_id": person.id}
    wanted = placements.everyone(tx, **side)
    running = [one for one in wanted if one.left_on is None] or wanted
    return running[-1] if running else None


def raise_unreachable(
    app: App, tx: Session, placement: facts.Placement, cause: str, code: str, values: Mapping[str, object]
) -> None:
    """A chat, or a whole workspace, takes no messages any more: ``code`` says which, ``values`` when and who is concerned."""
    reasons = [{"code": code, "weight": 0.0, "values": dict(values)}]
    _raise(app, tx, placement, cause, app.policy.row("unreachable"), reasons)


def raise_deadline(app: App, tx: Session, placement: facts.Placement, cause: str, *, name: str, on: date) -> None:
    """A contract or a status of residence ends soon."""
    reasons = [{"code": f"deadline.{name}", "weight": 0.0, "values": {"on": on.isoformat()}}]
    _raise(app, tx, placement, cause, app.policy.row("deadline"), reasons)


def raise_unlinked(
    app: App, tx: Session, placement: facts.Placement, cause: str, side: str, name: str, since: datetime
) -> None:
    """The hire or the manager (``side``) of a placement has not connected since then, when they were waited for."""
    on = since.astimezone(app.desk.zone).date().isoformat()
    values = {"on": on} if side == "hire" else {"on": on, "name": name}
    reasons = [{"code": f"unlinked.{side}", "weight": 0.0, "values": values}]
    _raise(app, tx, placement, cause, app.policy.row("unreachable"), reasons)


def _raise(
    app: App,
    tx: Session,
    placement: facts.Placement,
    cause: str,
    row: PolicyRow,
    reasons: Sequence[Mapping[str, object]],
    **values: Any,
) -> None:
    now = app.clock()
    raised = alerts.raise_once(
        tx,
        cause,
        placement_id=placement.id,
        kind=row.kind,
        level=row.level.value if row.level else None,
        reasons=list(reasons),
        policy=row.as_dict(),
        opened_at=now,
        **{"owner_id": placement.consultant.id, "deliver_at": deliver_at(row, now, app.desk), **values},
    )
    if raised:
        log.info("alert.raised", placement=placement.id, kind=row.kind, risk_level=row.level)


def deliver_due(app: App) -> None:
    """Hand over to delivery what is due: each urgent alert by itself, the others together in the consultant's digest, with
    the topics that hires let them bring up."""
    now = app.clock()
    with app.store.read() as tx:
        if not alerts.to_deliver(tx, now) and not shared.due(tx, now):
            return
    with app.store.begin() as tx:
        digests: dict[int, list[facts.Alert]] = {}
        topics = sharing.take_due(app, tx, now)
        for one in capacity.fitting(app, tx, _still_open(tx, alerts.to_deliver(tx, now)), now):
            row = PolicyRow.from_dict(one.policy)
            if one.hidden_from is not None and not one.contact.get("about"):
                # Nobody said with whom the trouble is, so it goes to the consultant after all.
                alerts.change(tx, one.id, hidden_from=None)
                one = replace(one, hidden_from=None)
            if one.queued_at is not None and one.hidden_from is None and alerts.told(tx, one.id):
                _tell_who_is_back(app, tx, one, digests, now)
                continue
            told = readers(app, tx, one, now)
            for reader_id in told:
                if row.delivered == "digest":
                    digests.setdefault(reader_id, []).append(one)
                else:
                    whose = "owner" if reader_id == one.owner_id else f"stand_in:{reader_id}"
                    outbox.promise(app, tx, reader_id, key=f"alert:{one.id}:{whose}", kind="alert", subject=one.id)
            later = None if one.owner_id in told else _when_back(app, tx, one, now)
            alerts.change(tx, one.id, deliver_at=later, queued_at=now, due_at=acknowledge_by(row, now, app.desk))
        for reader_id in sorted({*digests, *topics}):
            _promise_digest(app, tx, reader_id, digests.get(reader_id, []), topics.get(reader_id, []), now)


def _promise_digest(
    app: App, tx: Session, reader_id: int, due: Sequence[facts.Alert], said: Sequence[int], now: datetime
) -> None:
    """The morning's list of one reader."""
    day, listed = now.astimezone(app.desk.zone).date().isoformat(), [one.id for one in due]
    first = f"{listed[0]}" if listed else f"topic{said[0]}"
    key, detail = f"digest:{reader_id}:{day}:{first}", {"alerts": listed, "topics": list(said), "day": day}
    outbox.promise(app, tx, reader_id, key=key, kind="digest", subject=reader_id, detail=detail)


def readers(app: App, tx: Session, one: facts.Alert, now: datetime) -> list[int]:
    """Who is told: the consultant, or on a day away whoever stands in, who sees the case from then on."""
    if one.hidden_from is not None:
        return [one.owner_id]
    placement = placements.get(tx, one.placement_id)
    instead = agency.stand_ins(app, tx, placement, now.astimezone(app.desk.zone).date())
    for person in instead:
        alerts.add_entry(tx, placement_id=placement.id, alert_id=one.id, author_id=person.id, kind="stands_in", at=now)
    return [person.id for person in instead] or [one.owner_id]


def _when_back(app: App, tx: Session, one: facts.Alert, now: datetime) -> datetime | None:
    """The first digest of a consultant who is away, in which they find what nobody has taken meanwhile."""
    day = agency.back_on(app, placements.get(tx, one.placement_id).consultant, now.astimezone(app.desk.zone).date())
    return None if day is None else next_digest(local_time(day, time(0), app.desk.zone), app.desk)


def _tell_who_is_back(
    app: App, tx: Session, one: facts.Alert, digests: dict[int, list[facts.Alert]], now: datetime
) -> None:
    """Whoever stood in was told, and the time to acknowledge runs from then; the consultant hears of it in the digest."""
    consultant = placements.get(tx, one.placement_id).consultant
    away = agency.is_away(app, consultant, now.astimezone(app.desk.zone).date())
    if not away:
        digests.setdefault(one.owner_id, []).append(one)
    alerts.change(tx, one.id, deliver_at=_when_back(app, tx, one, now) if away else None)


def _still_open(tx: Session, due: list[facts.Alert]) -> list[facts.Alert]:
    """Without those that somebody has taken from the list already."""
    for one in due:
        if one.state != "open":
            alerts.change(tx, one.id, deliver_at=None)
    return [one for one in due if one.state == "open"]
