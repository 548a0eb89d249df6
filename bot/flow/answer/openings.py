"""Openings: a check-in is begun, gone on with, put off, or looked at again."""

from __future__ import annotations

from sqlmodel import Session

from bot.flow.reply import Heard, say, send
from bot.messages import Payload
from scheduler.later import later_time
from store import facts
from store.queries import checkins, placements


def own_checkin(tx: Session, payload: Payload, heard: Heard) -> facts.CheckIn | None:
    """The check-in of a button, where it is this person's; else it is said why not."""
    checkin = checkins.get(tx, payload.subject)
    if checkin is not None and checkin.person_id == heard.person.id:
        return checkin
    say(tx, heard, "not_yours" if checkin else "old_button")
    return None


def record_opening(tx: Session, payload: Payload, choice: str, heard: Heard) -> None:
    """Somebody begins, goes on with, or puts off what waits for them."""
    checkin = own_checkin(tx, payload, heard)
    if checkin is None:
        return
    if checkin.state != "open":
        checkin = checkins.current(tx, heard.person.id) or checkin
    late = checkin.state == "expired" and not checkins.superseded(tx, checkin)
    if checkin.state != "open" and not late:
        say(tx, heard, "finished" if checkin.state == "completed" else "closed")
    elif choice == "start":
        current = checkins.current(tx, heard.person.id)
        ask(tx, heard, current or checkin)
    elif choice == "later":
        send(tx, heard, "later", checkin.id)
    else:
        _postpone(tx, heard, choice)


def record_own_answers(tx: Session, payload: Payload, choice: str, heard: Heard) -> None:
    """Somebody wants to see what they answered, or to see it no more."""
    checkin = own_checkin(tx, payload, heard)
    if checkin is None:
        return
    if choice == "show":
        send(tx, heard, "own_answers", checkin.id)
    elif choice == "hide" and checkin.state == "completed":
        send(tx, heard, "thanks", checkin.id)
    elif choice == "hide":
        send(tx, heard, "home", heard.person.id)
    else:
        say(tx, heard, "old_button")


def ask(tx: Session, heard: Heard, checkin: facts.CheckIn) -> None:
    """Begin, or go on where the person stopped."""
    if checkin.started_at is None:
        checkins.change(tx, checkin.id, started_at=heard.now)
    promise_question(tx, heard, checkin, lead=None)


def promise_question(tx: Session, heard: Heard, checkin: facts.CheckIn, *, lead: str | None) -> None:
    """The question that is next comes, with what has to be said above it."""
    detail = {"lead": lead} if lead else {}
    send(tx, heard, "question", checkin.id, turn=checkin.turn, detail=detail)


def _postpone(tx: Session, heard: Heard, choice: str) -> None:
    """Ask again at the time that the person named, which outranks the hours."""
    open_ones = checkins.open_of(tx, heard.person.id)
    if not open_ones:
        say(tx, heard, "closed")
        return
    for one in open_ones:
        placement = placements.get(tx, one.placement_id)
        at = later_time(choice, heard.now, placement.timezone)
        if at is None:
            say(tx, heard, "old_button")
            return
        checkins.change(tx, one.id, later_at=at, wakes_at=min(at, one.expires_at))
    say(tx, heard, f"later_{choice}")
