"""Privacy: what is stored about a person is shown to them and erased when they say so, and what has had its time goes by
itself."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import Session

from bot.app import App
from bot.flow import copies, outbox
from bot.flow.conversation import placements_of, voice_of
from bot.flow.reply import Heard, say, send
from bot.messages import HOME, Payload
from bot.text.catalog import Voice
from scheduler.workdays import add_months, local_time, whole_months
from store import facts
from store.queries import alerts, assessments, audit, chats, checkins, erasure, outcomes, people

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Goodbye:
    """What is left of somebody who was erased: how to say so once. Nothing of it is stored."""

    voice: Voice
    sign: str | None
    clears: tuple[str, ...]


def record(tx: Session, payload: Payload, heard: Heard) -> Goodbye | None:
    """Handle a press on the page of what is stored; a Goodbye when the person was erased by it."""
    person = heard.person
    if payload.subject != person.id:
        say(tx, heard, "not_yours")
        return None
    match payload.choice:
        case "show":
            send(tx, heard, "stored", person.id, turn=payload.turn)
        case "erase":
            send(tx, heard, "privacy", person.id, detail={"step": "sure"})
        case "yes":
            return _erase_oneself(tx, heard)
        case "no" if heard.place == HOME:
            send(tx, heard, "home", person.id)
        case "no":
            send(tx, heard, "privacy", person.id)
        case ("keep" | "unkeep") as choice if person.kind == "hire":
            people.set_keeps_numbers(tx, person.id, choice == "keep")
            _note(tx, heard, f"numbers_{choice}")
            send(tx, heard, "privacy", person.id, detail={"step": choice})
        case ("score_on" | "score_off") as choice if person.kind == "hire":
            people.set_scored(tx, person.id, scored=choice == "score_on")
            if choice == "score_off":
                _forget_estimates(heard.app, tx, person, now=heard.now)
            _note(tx, heard, choice)
            send(tx, heard, "privacy", person.id)
        case _:
            say(tx, heard, "old_button")
    return None


def _note(tx: Session, heard: Heard, action: str) -> None:
    actor = f"person:{heard.person.id}"
    audit.write(tx, actor=actor, action=action, subject=actor, now=heard.now)


def _forget_estimates(app: App, tx: Session, person: facts.Person, *, now: datetime) -> None:
    """What was estimated of a hire goes, from the database and from the chats, and the alerts about it are over."""
    for placement in placements_of(tx, person):
        listed, key = alerts.listed(tx, [placement.id]), f"unscored:{person.id}:{now.isoformat()}"
        _take_away(app, tx, placement.id, [one.id for one in listed if one.kind == "risk"], key=key)
        erasure.forget_estimates(tx, placement.id, now)
        for one in listed:
            if one.kind != "risk":  # Below each alert stand the levels of the last months.
                copies.refresh(app, tx, one.id, key=key)


def _take_away(app: App, tx: Session, placement_id: int, alert_ids: Iterable[int], *, key: str) -> None:
    """Take these alerts, the case's page and every "why" of it out of the chats of the agency."""
    copies.take_away(app, tx, "case", placement_id, key=key)
    for level in assessments.history(tx, placement_id):
        copies.take_away(app, tx, "why", level.id, key=key)
    for one in alert_ids:
        copies.take_away(app, tx, "alert", one, key=key)


def _erase_oneself(tx: Session, heard: Heard) -> Goodbye:
    """Nothing is left by which the chat could be found, so what is to be said there is handed over."""
    standing, _ = chats.standing(tx, heard.address.id)
    clears = tuple(dict.fromkeys(one.reference for one in standing if one.reference != heard.place))
    voice = voice_of(heard.person)
    return Goodbye(voice, erase(heard.app, tx, heard.person, actor="self"), clears)


def erase(app: App, tx: Session, person: facts.Person, *, actor: str) -> str | None:
    """Erase a hire or a manager from the database; the sign of their numbers, where they agreed to leave them.

    Whoever looks after them hears that the case is gone, and nobody in the company does.
    """
    now, sign = app.clock(), secrets.token_hex(8)
    kept: str | None = None
    own = placements_of(tx, person)
    for placement in own:
        # The cases of a manager's people go on; what the manager told of danger goes.
        listed = alerts.listed(tx, [placement.id])
        raised = [one.id for one in listed if person.kind == "hire" or one.person_id == person.id]
        _take_away(app, tx, placement.id, raised, key=f"erased:{sign}")
    if person.kind == "hire":
        if people.keeps_numbers(tx, person.id):
            numbers = [one for placement in own for one in _numbers(tx, placement, now)]
            erasure.keep(tx, sign, numbers)
            kept = sign if numbers else None
        keys = erasure.hire(tx, person.id)
        for placement in own:
            key, consultant = f"erased:{sign}:{placement.id}", placement.consultant.id
            detail = {"code": "erased", "key": placement.key}
            outbox.promise(app, tx, consultant, key=key, kind="change", subject=consultant, detail=detail)
    else:
        keys = []
        for alert_id in erasure.manager(tx, person.id, sign, now):
            copies.refresh(app, tx, alert_id, key=f"erased:{sign}")
    audit.write(
        tx, actor=actor, action="erased", subject=f"person:{person.id}", now=now, role=person.kind, placements=keys
    )
    log.info("person.erased", role=person.kind)
    return kept


def _numbers(tx: Session, placement: facts.Placement, now: datetime) -> list[tuple[int, str, float]]:
    """What is needed to check an estimate: answers on scales, probabilities, the month of a notice of one's own (``left``), and
    last the month up to which it is known whether there was one (``until``)."""
    zone = ZoneInfo(placement.timezone)

    def month(day: date) -> int:
        return max(0, whole_months(placement.start_date, day))

    found = []
    for asked, given in checkins.evidence(tx, [placement.id]):
        for one in given:
            if asked.respondent == "hire" and one.driver and one.points and (one.value or "").isdecimal():
                value = (int(one.value or 0) - 1) / (one.points - 1)
                found.append((month(one.answered_at.astimezone(zone).date()), one.driver, value))
    for level in assessments.history(tx, placement.id):
        found.append((month(level.assessed_at.astimezone(zone).date()), "probability", level.probability))
    end = next(iter(outcomes.ended(tx, placement.id)), None)
    today, gone = now.astimezone(zone).date(), end.on if end else None
    own = gone is not None and end is not None and end.voluntary
    if gone is not None and own:
        found.append((month(gone), "left", 1.0))
    return [*found, (month(today if own or gone is None else gone), "until", 1.0)] if found else []


def obey_retention(app: App) -> None:
    """Erase what has been kept for as long as ``[privacy.retention]`` says: words, and later the answers and levels. Then
    nothing is left in the database's log of what was erased in the last hour, by this or by somebody's own choice."""
    _erase_old(app)
    app.store.empty_log()


def _erase_old(app: App) -> None:
    kept, zone = app.settings.privacy.retention, app.desk.zone
    today = app.clock().astimezone(zone).date()
    words = local_time(add_months(today, -kept.free_text), app.desk.digest, zone)
    answers = local_time(add_months(today, -kept.scores), app.desk.digest, zone)
    with app.store.read() as tx:
        if not erasure.has_words(tx, words) and not erasure.has_answers(tx, answers):
            return
    with app.store.begin() as tx:
        counts = {"words": erasure.forget_words(tx, words), "answers": erasure.forget_answers(tx, answers)}
        audit.write(tx, actor="retention", action="retention", subject="database", now=app.clock(), **counts)
    log.info("retention.obeyed", **counts)
