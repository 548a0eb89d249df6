"""Commands: what a hire or a manager may ask for at any time, whether a check-in is open or not."""

from __future__ import annotations

from sqlmodel import Session

from bot.flow import alert, linking, safety
from bot.flow.answer.openings import promise_question
from bot.flow.reply import Heard, say, send
from store import facts
from store.queries import checkins, people


def record_command(tx: Session, command: str, heard: Heard) -> None:
    """One command of a hire or a manager, pressed or written."""
    person = heard.person
    checkin = checkins.current(tx, person.id)
    match command:
        case "help" | "help_alone" if person.kind == "hire":
            safety.ask_for_help(tx, heard)
        case "help" | "help_alone":
            alert.raise_help(heard.app, tx, person, inbound_id=heard.inbound_id, now=heard.now)
            _answer_help(tx, heard, checkin, alone=command == "help_alone")
        case "language":
            send(tx, heard, "language", person.id)
        case "hour" if person.kind == "hire":
            send(tx, heard, "hour", person.id)
        case "hour":
            say(tx, heard, "hour_fixed")
        case "pause":
            send(tx, heard, "pause", person.id)
        case "home":
            send(tx, heard, "home", person.id)
        case "later" if checkin is not None:
            send(tx, heard, "later", checkin.id)
        case "privacy":
            send(tx, heard, "privacy", person.id)
        case "stop":
            linking.stop(tx, heard)
        case "start":
            _record_start(tx, heard)
        case _:
            say(tx, heard, "nothing_open")


def _record_start(tx: Session, heard: Heard) -> None:
    """Take part again after "stop" or after a "no": nobody is asked anything before they agreed. Whoever only looks for a
    check-in, and has none, reads when the next one comes."""
    if heard.person.stopped:
        people.set_stopped(tx, heard.person.id, None)
    if linking.ask_consent(heard.app, tx, heard.person, key=f"in{heard.inbound_id}", again=True):
        if heard.surface:
            say(tx, heard, "in_messages")  # The promise stays readable in the chat; a window would close over it.
        return
    if heard.person.stopped:
        say(tx, heard, "started")
    else:
        send(tx, heard, "home", heard.person.id)


def _answer_help(tx: Session, heard: Heard, checkin: facts.CheckIn | None, *, alone: bool) -> None:
    """The person in need reads that somebody is told, and that stays; an open question is asked again below it.

    A surface shows one thing at a time, so there the question stands with that sentence above it.
    """
    asked = checkin if checkin is not None and checkin.started_at is not None and not alone else None
    if asked is not None and heard.surface:
        promise_question(tx, heard, asked, lead="help")
        return
    say(tx, heard, "help")
    if asked is not None:
        promise_question(tx, heard, asked, lead=None)
