"""Answer: a reply in a check-in becomes a stored answer, and the next question is promised.

The state of a conversation is its answers; the pure ``surveys.conversation`` decides what a reply means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.flow import alert, chat, linking, outbox, safety, sharing
from bot.flow.conversation import load_from, reading, voice_of
from bot.flow.reply import Heard, say, send
from bot.messages import Inbound, Payload
from bot.text import prompts, replies
from scheduler.later import later_time
from store import facts
from store.queries import alerts, chats, checkins, people, placements
from surveys import danger, wording
from surveys.conversation import (
    Answered,
    Asked,
    Back,
    Chose,
    Conversation,
    Late,
    Rejected,
    Reply,
    Said,
    Skip,
    Turn,
    next_question,
    resume,
)
from surveys.model import Answer, Question


def record(tx: Session, inbound: Inbound, heard: Heard) -> None:
    """Handle one reply of a hire or a manager."""
    payload = inbound.payload
    if payload is None:
        _record_text(tx, inbound.text or "", heard)
        return
    match payload.kind, payload.choice:
        case "opening", choice:
            _record_opening(tx, payload, choice, heard)
        case "question", "write":
            _record_write(tx, payload, heard)
        case "question", "words":
            _record_words(tx, payload, (inbound.values or {}).get("words", ""), heard)
        case "question", choice:
            _record_press(tx, payload, Chose(payload.turn, choice), heard)
        case "answers", choice:
            _record_own_answers(tx, payload, choice, heard)
        case "share", _:
            sharing.record(tx, payload, heard)
        case "menu", "skip":
            _record_press(tx, payload, Skip(payload.turn), heard)
        case "menu", "back":
            _record_press(tx, payload, Back(payload.turn), heard)
        case "safety", "go_on":
            # What was said about help stays readable; the question goes on below it.
            going_on = heard if heard.surface else replace(heard, place=None)
            _record_opening(tx, payload, "start", going_on)
        case "safety", _:
            safety.record(tx, payload, heard)
        case "menu", "start":
            _record_text(tx, "start", heard)
        case "menu", choice:
            _record_command(tx, choice, heard)
        case _:
            say(tx, heard, "old_button")


def _record_text(tx: Session, text: str, heard: Heard) -> None:
    # What expired halfway is still the conversation that the person has on the screen.
    checkin = checkins.current(tx, heard.person.id) or checkins.unfinished(tx, heard.person.id)
    command = replies.command(text)
    if command is not None and not (command in ("skip", "back", "start") and checkin is not None):
        _record_command(tx, command, heard)
        return
    if (checkin is None or checkin.started_at is None) and safety.notice(tx, heard, text):
        return  # Whatever else it might have been for: it is not to be overheard.
    if command is None and linking.takes_text(tx, text, heard):
        return
    if checkin is None:
        say(tx, heard, "nothing_open")
    elif checkin.started_at is None or command == "start":
        _ask(tx, heard, checkin)
    else:
        rows = checkins.answers(tx, checkin.id)
        conversation = load_from(heard.app, checkin, rows)
        _apply(tx, heard, checkin, rows, _reply(heard, conversation, command, text))


def _reply(heard: Heard, conversation: Conversation, command: str | None, text: str) -> Reply:
    match command:
        case "skip":
            return Skip(None)
        case "back":
            return Back(None)
        case _:
            asked = next_question(conversation)
            return Said(text, prompts.labels_of(reading(heard.person), asked)) if asked else Said(text)


def _record_press(tx: Session, payload: Payload, reply: Reply, heard: Heard) -> None:
    checkin = _answerable(tx, payload, heard)
    if checkin is not None:
        _apply(tx, heard, checkin, checkins.answers(tx, checkin.id), reply)


def _answerable(tx: Session, payload: Payload, heard: Heard) -> facts.CheckIn | None:
    """The check-in of a button, where it can be answered still; else it is said why not."""
    checkin = checkins.get(tx, payload.subject)
    if checkin is None or checkin.person_id != heard.person.id:
        say(tx, heard, "not_yours" if checkin else "old_button")
    elif checkin.state == "completed":
        say(tx, heard, "finished")
    elif checkin.state == "open" or (checkin.state == "expired" and not checkins.superseded(tx, checkin)):
        return checkin
    else:
        say(tx, heard, "closed")
    return None


def _record_write(tx: Session, payload: Payload, heard: Heard) -> None:
    """Somebody wants to write an answer: the question comes into the window that has opened, with a field."""
    checkin = _answerable(tx, payload, heard)
    if checkin is not None:
        _promise_question(tx, heard, checkin, lead=None if checkin.turn == payload.turn else "late")


def _record_words(tx: Session, payload: Payload, words: str, heard: Heard) -> None:
    """What was written into a window, or on a page of its own; for a question that is answered meanwhile it comes too late."""
    checkin = _answerable(tx, payload, heard)
    if checkin is None:
        return
    rows = checkins.answers(tx, checkin.id)
    late = checkin.turn != payload.turn
    if late and safety.notice(tx, heard, words, placements.get(tx, checkin.placement_id)):
        return
    reply = Chose(payload.turn, "words") if late else _reply(heard, load_from(heard.app, checkin, rows), None, words)
    _apply(tx, heard, checkin, rows, reply)


def _record_own_answers(tx: Session, payload: Payload, choice: str, heard: Heard) -> None:
    """Somebody wants to see what they answered, or to see it no more."""
    checkin = checkins.get(tx, payload.subject)
    if checkin is None or checkin.person_id != heard.person.id:
        say(tx, heard, "not_yours" if checkin else "old_button")
    elif choice == "show":
        send(tx, heard, "own_answers", checkin.id)
    elif choice == "hide" and checkin.state == "completed":
        send(tx, heard, "thanks", checkin.id)
    elif choice == "hide":
        send(tx, heard, "home", heard.person.id)
    else:
        say(tx, heard, "old_button")


def _record_opening(tx: Session, payload: Payload, choice: str, heard: Heard) -> None:
    checkin = checkins.get(tx, payload.subject)
    if checkin is None or checkin.person_id != heard.person.id:
        say(tx, heard, "not_yours" if checkin else "old_button")
        return
    if checkin.state != "open":
        checkin = checkins.current(tx, heard.person.id) or checkin
    late = checkin.state == "expired" and not checkins.superseded(tx, checkin)
    if checkin.state != "open" and not late:
        say(tx, heard, "finished" if checkin.state == "completed" else "closed")
    elif choice == "start":
        current = checkins.current(tx, heard.person.id)
        _ask(tx, heard, current or checkin)
    elif choice == "later":
        send(tx, heard, "later", checkin.id)
    else:
        _postpone(tx, heard, choice)


def _record_command(tx: Session, command: str, heard: Heard) -> None:
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
        case "pause":
            linking.stop(tx, heard, until=heard.now + linking.OWN_PAUSE)
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
        _promise_question(tx, heard, asked, lead="help")
        return
    say(tx, heard, "help")
    if asked is not None:
        _promise_question(tx, heard, asked, lead=None)


def _ask(tx: Session, heard: Heard, checkin: facts.CheckIn) -> None:
    """Begin, or go on where the person stopped."""
    if checkin.started_at is None:
        checkins.change(tx, checkin.id, started_at=heard.now)
    _promise_question(tx, heard, checkin, lead=None)


def _promise_question(tx: Session, heard: Heard, checkin: facts.CheckIn, *, lead: str | None) -> None:
    detail = {"lead": lead} if lead else {}
    send(tx, heard, "question", checkin.id, turn=checkin.turn, detail=detail)


def _apply(tx: Session, heard: Heard, checkin: facts.CheckIn, rows: Sequence[facts.Answered], reply: Reply) -> None:
    """Gather is done; decide, then record."""
    conversation = load_from(heard.app, checkin, rows)

    turn = resume(conversation, reply)

    _store(tx, heard, checkin, rows, conversation, turn)
    over = next_question(turn.conversation) is None
    if over:
        _finish(tx, heard, checkin, quietly=_tells_danger(tx, heard, checkin, turn, reply))
    elif _tells_danger(tx, heard, checkin, turn, reply):
        return  # The next question waits until the person wants it.
    else:
        lead = _lead(turn, reply)
        send(tx, heard, "question", checkin.id, turn=turn.conversation.turn, detail={"lead": lead} if lead else {})


def _tells_danger(tx: Session, heard: Heard, checkin: facts.CheckIn, turn: Turn, reply: Reply) -> bool:
    """A choice or words that tell of danger open a private case at once; an offer of help that is taken opens one too."""
    given = [event.answer for event in turn.events if isinstance(event, Answered)]
    known = {question.name: question for question in turn.conversation.survey.questions}
    for answer in given:
        question = known.get(answer.question)
        choice = question.choice(answer.value) if question and answer.value and not question.is_text else None
        if choice is not None and choice.signal == "safety":
            safety.chosen(tx, heard, placements.get(tx, checkin.placement_id), answer.question, choice.name)
            return True
        if choice is not None and choice.signal == "help":
            placement, cause = placements.get(tx, checkin.placement_id), f"wish:{checkin.id}:{answer.question}"
            alert.raise_wish(heard.app, tx, heard.person, placement, cause=cause, of=choice.name)
    if not isinstance(reply, Said):
        return False
    return safety.notice(tx, heard, reply.text, placements.get(tx, checkin.placement_id))


def _signal(question: Question, given: Answer) -> str | None:
    """The fact that an answer states by itself."""
    choice = question.choice(given.value) if given.value and not question.is_text else None
    return choice.signal if choice else None


def _lead(turn: Turn, reply: Reply) -> str | None:
    """What has to be said above the next question."""
    for event in turn.events:
        match event:
            case Rejected(reason=reason):
                return reason if reason in prompts.LEADS else "empty"
            case Late():
                return "late"
            case Answered(cut=True):
                return "cut"
            case Answered(answer=given) if _signal(turn.conversation.survey.question(given.question), given) == "help":
                return "wish"
            case Asked() if isinstance(reply, Back):
                return "back"
            case Asked(question=asked) if asked.follow_up_of is not None:
                return "follow_up"
            case _:
                pass
    return None


def _store(
    tx: Session,
    heard: Heard,
    checkin: facts.CheckIn,
    stored: Sequence[facts.Answered],
    before: Conversation,
    turn: Turn,
) -> None:
    after = turn.conversation
    if after.answers == before.answers and after.turn == before.turn:
        return
    known = {row.question: row for row in stored}
    late = checkin.state == "expired"
    language = ",".join(voice_of(heard.person).locales)
    wanted: list[dict[str, Any]] = []
    for place, given in enumerate(after.answers):
        old = known.get(given.question)
        wanted.append(
            _row(after, given, place, language, old.answered_at if old else heard.now, late=old.late if old else late)
        )
    checkins.replace_answers(tx, checkin.id, wanted, stored=stored)
    asked = sum(1 for given in after.answers if not given.question.endswith(".note"))
    checkins.change(tx, checkin.id, turn=after.turn, asked=asked, started_at=checkin.started_at or heard.now)
    new = {given["signal"] for given in wanted} - {given.signal for given in stored}
    if new - {None}:
        # Somebody who says that they leave may never press the last button, so this does not wait for the end.
        checkins.change(tx, checkin.id, stated_at=heard.now, assessed_at=None)
    if late:
        # What is said after the end counts from now on: the check-in is assessed once more.
        checkins.change(tx, checkin.id, closed_at=heard.now, assessed_at=None)
    if any(isinstance(event, Answered) for event in turn.events):
        _note_effect(tx, checkin, after, heard.now)


def _row(
    conversation: Conversation, given: Answer, place: int, language: str, at: datetime, *, late: bool
) -> dict[str, Any]:
    survey = conversation.survey
    known = {question.name: question for question in survey.questions}
    question: Question | None = known.get(given.question)
    is_text = question is None or question.is_text
    choice = question.choice(given.value) if question and given.value else None
    # What tells of danger is a human's matter: nothing of that answer enters an estimate.
    told = bool(given.note and danger.topics_of(given.note))
    signal = choice.signal if choice and not told and choice.signal not in ("safety", "help") else None
    return {
        "question": given.question,
        "driver": question.driver if question and not told else None,
        "value": None if is_text else given.value,
        "points": len(question.choices) if question and question.scale and not told else None,
        "signal": signal,
        "words": given.value if is_text else given.note,
        "is_text": is_text,
        "language": language,
        "form": survey.form_id,
        "version": survey.version,
        "wording": wording.of_question(question) if question else None,
        "turn": place,
        "answered_at": at,
        "late": late,
    }


def _note_effect(tx: Session, checkin: facts.CheckIn, conversation: Conversation, now: datetime) -> None:
    """What the hire says about a promise stands on the case's timeline, once for this check-in."""
    given = next((a for a in conversation.answers if a.question == "promise_changed" and a.value), None)
    promise = alerts.promise_asked_in(tx, checkin.id) if given is not None else None
    if given is None or promise is None or promise.outcome == given.value:
        return
    alerts.fill_entry(tx, promise.id, outcome=given.value)
    alerts.add_entry(
        tx,
        placement_id=checkin.placement_id,
        alert_id=promise.alert_id,
        kind="effect",
        topic=promise.topic,
        outcome=given.value,
        checkin_id=checkin.id,
        at=now,
    )


def _finish(tx: Session, heard: Heard, checkin: facts.CheckIn, *, quietly: bool = False) -> None:
    """Close the check-in; the next open one of this person begins at once, without a second opening. ``quietly``: something
    else is to be read first."""
    checkins.change(
        tx, checkin.id, state="completed", completed_at=heard.now, closed_at=heard.now, wakes_at=None, assessed_at=None
    )
    if quietly:
        return
    following = checkins.current(tx, heard.person.id)
    if following is not None:
        _ask(tx, heard, following)
        return
    send(tx, heard, "thanks", checkin.id)
    if heard.surface:
        _thank_in_chat(tx, heard, checkin)


def _thank_in_chat(tx: Session, heard: Heard, checkin: facts.CheckIn) -> None:
    """Whoever answered on a surface has the opening in the chat still: it becomes the one "Done" that stays."""
    standing, _ = chats.standing(tx, heard.address.id)
    opening = next((one for one in reversed(standing) if one.kind in chat.CONVERSATION), None)
    if opening is not None:
        outbox.promise(
            heard.app,
            tx,
            heard.person.id,
            key=f"in{heard.inbound_id}:thanks:{checkin.id}:chat",
            kind="thanks",
            subject=checkin.id,
            place=opening.reference,
        )


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
