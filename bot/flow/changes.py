"""Changes: a placement is paused or ends, or goes to another consultant, and everybody concerned is told.

What somebody of the agency decides is recorded at once; a hire or a manager is told in their hours (``bot.flow.notices``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import Session

from bot.app import App
from bot.flow import agency, copies, notices, outbox, sharing
from bot.flow.conversation import placements_of
from bot.flow.names import told_apart
from bot.refusal import Refusal
from bot.text.consent import CONSENT_VERSION
from store import facts
from store.queries import alerts, audit, changes, checkins, people, placements

log = structlog.get_logger()

MOST_NAMED = 12
"""Hires that one message names; of more, the rest is a number."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of one placement: whether anything is new, and how many open check-ins were taken back."""

    placement: facts.Placement
    changed: bool
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What went from one consultant to another; ``changed`` is False when nothing is new."""

    before: facts.Person
    after: facts.Person
    placements: tuple[facts.Placement, ...]
    changed: bool


def pause(app: App, key: str, first: date, last: date, *, reason: str = "home_leave") -> Changed:
    """``pause_in`` for the placement with that number. Raises Refusal("placement_unknown") besides."""
    with app.store.begin() as tx:
        return pause_in(app, tx, _placement(tx, key), first, last, reason=reason)


def pause_in(
    app: App,
    tx: Session,
    placement: facts.Placement,
    first: date,
    last: date,
    *,
    reason: str = "home_leave",
    by: facts.Person | None = None,
) -> Changed:
    """Ask nothing about a placement from ``first`` to ``last``; afterwards the check-ins start again by themselves.

    What is open is taken back when the pause has begun; a pause that begins later lets it be answered until then. ``by``
    is who did it in the chat, and is not told of it once more. Raises Refusal("placement_left") or ("days_reversed").
    """
    if first > last:
        raise Refusal("days_reversed")
    if placement.left_on is not None and placement.left_on <= first:
        raise Refusal("placement_left", key=placement.key, day=placement.left_on.isoformat())
    if not changes.set_pause(tx, placement.id, first, last, reason):
        return Changed(placement, changed=False)
    return after_pause(app, tx, placement, first, last, reason=reason, by=by)


def after_pause(
    app: App,
    tx: Session,
    placement: facts.Placement,
    first: date,
    last: date,
    *,
    reason: str,
    by: facts.Person | None = None,
    tell: bool = True,
) -> Changed:
    """What follows from a pause that is stored: it is recorded, what is open is taken back, and everybody is told; the
    consultant only with ``tell``."""
    now, days = app.clock(), {"first": first.isoformat(), "last": last.isoformat()}
    subject = f"placement:{placement.key}"
    audit.write(tx, actor=_actor(by), action="paused", subject=subject, now=now, reason=reason, **days)

    today = now.astimezone(ZoneInfo(placement.timezone)).date()
    withdrawn = changes.withdraw_open(tx, placement.id, now) if first <= today <= last else []
    tell_withdrawn(app, tx, placement, [one for one in withdrawn if one.person_id != placement.hire.id])
    if last >= today and _takes_part(tx, placement.hire, placement):
        notices.tell_later(app, tx, placement.hire, placement, detail={"code": "paused", **days})
    if tell:
        tell_consultant(app, tx, placement, {"code": "paused", **days}, by)
    log.info("placement.paused", placement=placement.id, withdrawn=len(withdrawn))
    return Changed(placement, changed=True, withdrawn=len(withdrawn))


def leave(app: App, key: str, *, notice_on: date, left_on: date, reason: str) -> Changed:
    """``leave_in`` for the placement with that number. Raises Refusal("placement_unknown") besides."""
    with app.store.begin() as tx:
        return leave_in(app, tx, _placement(tx, key), notice_on=notice_on, left_on=left_on, reason=reason)


def leave_in(
    app: App,
    tx: Session,
    before: facts.Placement,
    *,
    notice_on: date,
    left_on: date,
    reason: str,
    by: facts.Person | None = None,
) -> Changed:
    """Note that a hire leaves: from the notice on only the questions about leaving are asked, and alerts about the risk
    are closed.

    ``by`` is as in ``pause_in``. Raises Refusal("notice_late") or ("left_early").
    """
    if notice_on > left_on:
        raise Refusal("notice_late", notice=notice_on.isoformat(), day=left_on.isoformat())
    now, key = app.clock(), before.key
    if left_on < before.start_date:
        raise Refusal("left_early", day=left_on.isoformat(), start=before.start_date.isoformat())
    today = now.astimezone(ZoneInfo(before.timezone)).date()
    if not changes.set_left(tx, before.id, notice_on, left_on, reason, today=today):
        return Changed(before, changed=False)
    days = {"notice": notice_on.isoformat(), "day": left_on.isoformat()}
    audit.write(tx, actor=_actor(by), action="left", subject=f"placement:{key}", now=now, reason=reason, **days)

    withdrawn = changes.withdraw_open(tx, before.id, now)
    sharing.hire_leaves(app, tx, before.id, left_on)
    for alert_id in changes.close_risk(tx, before.id, now):
        audit.write(tx, actor=_actor(by), action="resolved", subject=f"alert:{alert_id}", now=now)
        copies.refresh(app, tx, alert_id, key=f"left:{before.id}:{now.isoformat()}")
    ends = before.left_on is None and _takes_part(tx, before.hire, before) and not _works_elsewhere(tx, before)
    tell_withdrawn(app, tx, before, [one for one in withdrawn if not (ends and one.person_id == before.hire.id)])
    if ends:
        notices.tell_later(app, tx, before.hire, before, detail={"code": "ended"})
    told = {"code": "left", "day": left_on.isoformat(), "reason": reason}
    tell_consultant(app, tx, before, told, by)
    log.info("placement.left", placement=before.id, withdrawn=len(withdrawn))
    return Changed(before, changed=True, withdrawn=len(withdrawn))


def correct_start(app: App, tx: Session, before: facts.Placement, start: date, *, by: facts.Person) -> Changed:
    """Correct the day on which a hire began; what is planned moves, and nothing is asked belatedly.

    Raises Refusal("start_late") for a day after the notice, the last day or the end of the contract.
    """
    ends = [day for day in (before.notice_on, before.left_on, before.contract_ends) if day is not None]
    if ends and start > min(ends):
        raise Refusal("start_late", day=start.isoformat())
    if not changes.set_start(tx, before.id, start, app.clock()):
        return Changed(before, changed=False)
    return after_start(app, tx, before, before.start_date, start, by=by)


def after_start(
    app: App,
    tx: Session,
    placement: facts.Placement,
    before: date,
    start: date,
    *,
    by: facts.Person | None = None,
    tell: bool = True,
) -> Changed:
    """What follows from another start date that is stored: it is recorded, and the consultant is told."""
    days = {"before": before.isoformat(), "day": start.isoformat()}
    subject = f"placement:{placement.key}"
    audit.write(tx, actor=_actor(by), action="start_corrected", subject=subject, now=app.clock(), **days)
    told = {"code": "start_corrected", "day": start.isoformat()}
    if tell:
        tell_consultant(app, tx, placement, told, by)
    log.info("placement.start_corrected", placement=placement.id)
    return Changed(placement, changed=True)


def hand_over(app: App, before: str, after: str, *, until: date | None = None) -> HandedOver:
    """Let another consultant look after everything that one looks after; with ``until`` it comes back on that day.

    Alerts that are not resolved go along, and promises go with their placement; whoever had them sees them no more. Raises
    Refusal("staff_unknown"), ("person_ambiguous"), ("staff_same"), ("staff_admin") or ("until_past").
    """
    now = app.clock()
    if until is not None and until <= _today(app):
        raise Refusal("until_past", day=until.isoformat())
    with app.store.begin() as tx:
        agency.enrol(app, tx, now)
        giver, taker = staff_called(tx, before), staff_called(tx, after)
        if giver.id == taker.id:
            raise Refusal("staff_same", name=giver.name)
        if taker.role == "admin":
            raise Refusal("staff_admin", name=taker.name)
        moved = placements.everyone(tx, consultant_id=giver.id)
        ids = [one.id for one in moved]
        noted = changes.note_handover(tx, giver.id, taker.id, ids, until=until, now=now)
        if noted and not moved:
            audit.write(tx, actor="cli", action="handover_changed", subject=f"person:{giver.id}", now=now, to=taker.id)
        give(app, tx, moved, giver, taker, until=until, actor="cli")
    return HandedOver(giver, taker, tuple(moved), changed=noted)


def give_back_due(app: App) -> None:
    """Give back what somebody else looked after until today."""
    today = _today(app)
    with app.store.read() as tx:
        if not changes.to_give_back(tx, today):
            return
    with app.store.begin() as tx:
        for one in changes.to_give_back(tx, today):
            taker, giver = people.get(tx, one.after), people.get(tx, one.before)
            held = [row for row in placements.everyone(tx, consultant_id=taker.id) if row.id in one.placements]
            changes.given_back(tx, one.id, app.clock())
            give(app, tx, held, taker, giver, until=None, actor="handover")


def _today(app: App) -> date:
    return app.clock().astimezone(app.desk.zone).date()


def _placement(tx: Session, key: str) -> facts.Placement:
    found = placements.by_key(tx, key.strip())
    if found is None:
        raise Refusal("placement_unknown", key=key)
    return found


def staff_called(tx: Session, wanted: str) -> facts.Person:
    """Somebody of the agency by name or e-mail. Raises Refusal("staff_unknown") or ("person_ambiguous")."""
    found = people.staff_named(tx, wanted)
    if not found:
        raise Refusal("staff_unknown", name=wanted, known=", ".join(one.name for one in people.staff(tx)) or "–")
    if len(found) > 1:
        raise Refusal("person_ambiguous", name=wanted, known="; ".join(one.name for one in found))
    return found[0]


def give(
    app: App,
    tx: Session,
    moved: Sequence[facts.Placement],
    giver: facts.Person,
    taker: facts.Person,
    *,
    until: date | None = None,
    actor: str,
) -> None:
    """Move placements with everything that belongs to them, and tell both consultants and each hire and manager."""
    if not moved:
        return
    now = app.clock()
    changes.give(tx, [one.id for one in moved], giver.id, taker.id)
    for waiting in alerts.unresolved(tx, [one.id for one in moved]):
        copies.refresh(app, tx, waiting.id, key=f"given:{giver.id}:{taker.id}:{now.isoformat()}")
    for one in moved:
        audit.write(
            tx,
            actor=actor,
            action="handed_over",
            subject=f"placement:{one.key}",
            now=now,
            before=giver.id,
            after=taker.id,
        )
    suffix, day = ("_until", {"day": until.isoformat()}) if until else ("", {})
    told = {"consultant": taker.name, "before": giver.name, **day}
    # “Mori instead of Mori” tells nobody anything: another address under the same name.
    stay = [one for one in moved if one.left_on is None and giver.name != taker.name]
    readers = {person.id: (person, one) for one in stay for person in (one.hire, one.manager)}
    for person, placement in readers.values():
        if people.decision(tx, person, placement.id, version=CONSENT_VERSION) != "declined":
            notices.tell_later(app, tx, person, placement, detail={"code": f"handover{suffix}", **told})

    hires = some_names([one for one in moved if one.left_on is None])
    case = {"count": len(moved), "hires": hires, "before": giver.name, "after": taker.name, **day}
    key = f"handover:{giver.id}:{taker.id}:{now.isoformat()}"
    for person, code in ((taker, f"handover_to{suffix}"), (giver, f"handover_from{suffix}")):
        detail = {"code": code, **case}
        outbox.promise(app, tx, person.id, key=f"{key}:{person.id}", kind="change", subject=person.id, detail=detail)
    log.info("placements.handed_over", count=len(moved))


def some_names(of: Sequence[facts.Placement]) -> str:
    """The hires of placements, as far as one message names them."""
    names = list(told_apart(of).values())
    return ", ".join(names[:MOST_NAMED]) + (f" … ({len(names)})" if len(names) > MOST_NAMED else "") or "–"


def _actor(by: facts.Person | None) -> str:
    return "cli" if by is None else f"person:{by.id}"


def tell_consultant(
    app: App, tx: Session, placement: facts.Placement, detail: dict[str, Any], by: facts.Person | None
) -> None:
    """Tell the consultant of a placement what was changed about it, unless it was the consultant who did it."""
    if by is not None and by.id == placement.consultant.id:
        return
    consultant, key = placement.consultant.id, f"change:{placement.id}:{app.clock().isoformat()}:{detail['code']}"
    detail = {"hire": placement.hire.name, "company": placement.company, **detail}
    outbox.promise(app, tx, consultant, key=key, kind="change", subject=consultant, detail=detail)


def _takes_part(tx: Session, person: facts.Person, placement: facts.Placement) -> bool:
    """Who said no, or was never asked, was promised that nothing comes."""
    agreed = people.decision(tx, person, placement.id, version=CONSENT_VERSION) == "agreed"
    return agreed and not person.stopped


def _works_elsewhere(tx: Session, left: facts.Placement) -> bool:
    return any(one.id != left.id and one.left_on is None for one in placements_of(tx, left.hire))


def tell_withdrawn(app: App, tx: Session, placement: facts.Placement, withdrawn: Sequence[facts.CheckIn]) -> None:
    """Thank for what was asked for and is taken back. Whoever was in the middle of it goes on with the next one instead;
    whoever has others open, and had not begun, notices nothing."""
    for one in withdrawn:
        person = people.get(tx, one.person_id)
        following = checkins.current(tx, person.id)
        if one.delivered_at is None:
            continue
        if following is None:
            notices.tell_later(app, tx, person, placement, detail={"code": "withdrawn"})
        elif one.started_at is not None:
            notices.tell_later(app, tx, person, placement, kind="reminder", subject=following.id)
