"""Sharing: what a hire lets the consultant bring up with the company. Without a choice of the hire nothing is said.

The consultant hears of it in a digest, never in a message of its own, so that the time at which something is said to the
company tells nobody when, or after which check-in, it was chosen.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from bot.app import App
from bot.flow import agency, cases, notices, outbox
from bot.flow.names import Naming
from bot.flow.reply import Heard, say, send
from bot.flow.sight import may_see
from bot.messages import Payload
from bot.text.said import ToSay
from bot.text.sharing import SENTENCES, Shared
from risk.policy import next_digest
from scheduler.workdays import local_time
from store import facts
from store.queries import alerts, answers, audit, checkins, people, placements
from store.queries import sharing as shared

LOW = 0.25
"""An answer this far up its scale, or lower, is a low one: 1 or 2 of 5."""


def low_topics(tx: Session, checkin: facts.CheckIn) -> tuple[str, ...]:
    """The topics of a hire's low answers that the hire may let be said, the lowest first; none once one was chosen."""
    if checkin.respondent != "hire" or checkin.state != "completed":
        return ()
    known = shared.of_placement(tx, checkin.placement_id)
    if any(one.checkin_id == checkin.id for one in known):
        return ()
    waiting = {one.topic for one in known if one.pending}
    lowest: dict[str, float] = {}
    for given in answers.of(tx, checkin.id):
        if (
            given.driver in SENTENCES
            and given.driver not in waiting
            and given.points
            and (given.value or "").isdecimal()
        ):
            lowest[given.driver] = min((int(given.value or 0) - 1) / (given.points - 1), lowest.get(given.driver, 1.0))
    return tuple(sorted((topic for topic in lowest if lowest[topic] <= LOW), key=lambda topic: lowest[topic]))


def record(tx: Session, payload: Payload, heard: Heard) -> None:
    """Handle what a hire chose: a topic, how it may be said, nothing, or to take it back."""
    if payload.choice == "undo":
        _take_back(tx, payload, heard)
        return
    checkin = checkins.get(tx, payload.subject)
    if checkin is None or checkin.person_id != heard.person.id:
        say(tx, heard, "not_yours" if checkin else "old_button")
        return
    how, _, topic = payload.choice.partition(".")
    if how == "nothing" or topic not in low_topics(tx, checkin):
        send(tx, heard, "thanks", checkin.id, detail={"asked": True})
    elif how == "topic":
        send(tx, heard, "share", checkin.id, detail={"topic": topic})
    elif how == "not_now":
        send(tx, heard, "thanks", checkin.id, detail={"asked": True, "kept": how})
    elif how in ("name", "general", "after"):
        _allow(tx, heard, checkin, topic, how)
        send(tx, heard, "thanks", checkin.id, detail={"asked": True, "kept": how})
    else:
        say(tx, heard, "old_button")


def _allow(tx: Session, heard: Heard, checkin: facts.CheckIn, topic: str, how: str) -> None:
    placement = placements.get(tx, checkin.placement_id)
    today = heard.now.astimezone(heard.app.desk.zone).date()
    from_day = placement.left_on if how == "after" else today
    shared.allow(
        tx,
        placement_id=placement.id,
        checkin_id=checkin.id,
        topic=topic,
        mode=how,
        chosen_at=heard.now,
        deliver_at=None if from_day is None else _digest_after(heard.app, max(from_day, today)),
    )


def _digest_after(app: App, day: date) -> datetime:
    """The first digest after a day."""
    return next_digest(local_time(day + timedelta(days=1), time(0), app.desk.zone), app.desk)


def hire_leaves(app: App, tx: Session, placement_id: int, left_on: date) -> None:
    """What is to be said only once a hire has left waits for the digest after their last day."""
    today = app.clock().astimezone(app.desk.zone).date()
    for one in shared.of_placement(tx, placement_id):
        if one.mode == "after" and one.told_at is None:
            shared.change(tx, one.id, deliver_at=_digest_after(app, max(left_on, today)))


def _take_back(tx: Session, payload: Payload, heard: Heard) -> None:
    """What was not said yet is not said; whoever has heard of it already is asked at once not to bring it up."""
    one = shared.get(tx, payload.subject)
    placement = placements.get(tx, one.placement_id) if one else None
    if one is None or placement is None or placement.hire.id != heard.person.id:
        say(tx, heard, "not_yours" if one else "old_button")
        return
    if one.pending:
        shared.change(tx, one.id, withdrawn_at=heard.now, deliver_at=None)
        if one.told_at is not None:
            detail = {"code": "share_back", "placement": placement.id}
            key = f"share:{one.id}:back"
            outbox.promise(
                heard.app,
                tx,
                placement.consultant.id,
                key=key,
                kind="staff_say",
                subject=placement.consultant.id,
                detail=detail,
            )
    send(tx, heard, "privacy", heard.person.id)


def take_due(app: App, tx: Session, now: datetime) -> dict[int, list[int]]:
    """What consultants hear of in the digest of this moment, by consultant. Who is away, or cannot be reached, hears of it in
    a later one, and nobody else instead."""
    found: dict[int, list[int]] = {}
    today = now.astimezone(app.desk.zone).date()
    for one in shared.due(tx, now):
        consultant = placements.get(tx, one.placement_id).consultant
        if agency.is_away(app, consultant, today) or people.address_of(tx, consultant.id) is None:
            shared.change(tx, one.id, deliver_at=_digest_after(app, today))
            continue
        shared.change(tx, one.id, deliver_at=None, told_at=now)
        found.setdefault(consultant.id, []).append(one.id)
    return found


def to_say(app: App, tx: Session, reader: facts.Person, ids: Iterable[int], naming: Naming) -> list[ToSay]:
    """What of these a consultant may still bring up, with how many of their hires work in that company today."""
    found, today = [], app.clock().astimezone(app.desk.zone).date()
    for one in (shared.get(tx, each) for each in ids):
        if one is None or not one.pending or one.told_at is None:
            continue
        placement = placements.get(tx, one.placement_id)
        if may_see(reader, placement):
            here = placements.everyone(tx, company_id=placement.company_id)
            there = sum(each.start_date <= today and (each.left_on is None or today <= each.left_on) for each in here)
            found.append(ToSay(one.id, naming(placement), placement.company, one.topic, one.mode, there))
    return found


def of_case(app: App, tx: Session, reader: facts.Person, placement: facts.Placement, naming: Naming) -> list[ToSay]:
    """The same of one placement, for its page."""
    return to_say(app, tx, reader, [one.id for one in shared.of_placement(tx, placement.id)], naming)


def record_said(tx: Session, payload: Payload, heard: Heard) -> None:
    """A consultant has brought a topic up: the hire reads when, in the hours in which they may be written to."""
    one = shared.get(tx, payload.subject)
    placement = placements.get(tx, one.placement_id) if one else None
    if one is None or placement is None or one.told_at is None or not may_see(heard.person, placement):
        cases.say(tx, heard, "not_yours")
        return
    if one.withdrawn_at is not None:
        cases.say(tx, heard, "share_back", placement=placement.id)
        return
    if one.said_on is None:
        day = heard.now.astimezone(heard.app.desk.zone).date()
        shared.change(tx, one.id, said_on=day)
        actor, subject = f"person:{heard.person.id}", f"placement:{placement.key}"
        audit.write(tx, actor=actor, action="topic_said", subject=subject, now=heard.now, topic=one.topic)
        alerts.add_entry(
            tx, placement_id=placement.id, author_id=heard.person.id, kind="said", topic=one.topic, at=heard.now
        )
        notices.tell_later(heard.app, tx, placement.hire, placement, kind="share_said", subject=one.id)
    cases.say(tx, heard, "share_said", placement=placement.id)


def of_hire(tx: Session, person: facts.Person) -> list[Shared]:
    """Everything that a hire has shared and not taken back, oldest first."""
    return [
        Shared(one.id, one.topic, one.mode, placements.names(tx, one.placement_id).consultant, one.said_on)
        for one in shared.of_hire(tx, person.id)
    ]
