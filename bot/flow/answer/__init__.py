"""Answer: a reply in a check-in becomes a stored answer, and the next question is promised.

The state of a conversation is its answers; the pure ``surveys.conversation`` decides what a reply means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session

from bot.flow import alert, chat, linking, outbox, safety, sharing
from bot.flow.answer.commands import record_command
from bot.flow.answer.openings import ask, own_checkin, promise_question, record_opening, record_own_answers
from bot.flow.answer.rows import store_answers
from bot.flow.conversation import load_from, reading
from bot.flow.reply import Heard, say, send
from bot.messages import Inbound, Payload
from bot.text import prompts, replies
from store import facts
from store.queries import answers, chats, checkins, placements
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
from surveys.model import Answer, Choice


def record(tx: Session, inbound: Inbound, heard: Heard) -> None:
    """Handle one reply of a hire or a manager."""
    payload = inbound.payload
    if payload is None:
        _record_text(tx, inbound.text or "", heard)
        return
    match payload.kind, payload.choice:
        case "opening", choice:
            record_opening(tx, payload, choice, heard)
        case "question", "write":
            _record_write(tx, payload, heard)
        case "question", "words":
            _record_words(tx, payload, (inbound.values or {}).get("words", ""), heard)
        case "question", choice:
            _record_press(tx, payload, Chose(payload.turn, choice), heard)
        case "answers", choice:
            record_own_answers(tx, payload, choice, heard)
        case "share", _:
            sharing.record(tx, payload, heard)
        case "menu", "skip":
            _record_press(tx, payload, Skip(payload.turn), heard)
        case "menu", "back":
            _record_press(tx, payload, Back(payload.turn), heard)
        case "safety", "go_on":
            # What was said about help stays readable; the question goes on below it.
            going_on = heard if heard.surface else replace(heard, place=None)
            record_opening(tx, payload, "start", going_on)
        case "safety", _:
            safety.record(tx, payload, heard)
        case "menu", "start":
            _record_text(tx, "start", heard)
        case "menu", choice:
            record_command(tx, choice, heard)
        case _:
            say(tx, heard, "old_button")


def _record_text(tx: Session, text: str, heard: Heard) -> None:
    # What expired halfway is still the conversation that the person has on the screen.
    checkin = checkins.current(tx, heard.person.id) or checkins.unfinished(tx, heard.person.id)
    command = replies.command(text)
    if command is not None and not (command in ("skip", "back", "start") and checkin is not None):
        record_command(tx, command, heard)
        return
    if (checkin is None or checkin.started_at is None) and safety.notice(tx, heard, text):
        return  # Whatever else it might have been for: it is not to be overheard.
    if command is None and linking.takes_text(tx, text, heard):
        return
    if checkin is None:
        say(tx, heard, "nothing_open")
    elif checkin.started_at is None or command == "start":
        ask(tx, heard, checkin)
    else:
        rows = answers.of(tx, checkin.id)
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
        _apply(tx, heard, checkin, answers.of(tx, checkin.id), reply)


def _answerable(tx: Session, payload: Payload, heard: Heard) -> facts.CheckIn | None:
    """The check-in of a button, where it can be answered still; else it is said why not."""
    checkin = own_checkin(tx, payload, heard)
    if checkin is None:
        return None
    if checkin.state == "completed":
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
        promise_question(tx, heard, checkin, lead=None if checkin.turn == payload.turn else "late")


def _record_words(tx: Session, payload: Payload, words: str, heard: Heard) -> None:
    """What was written into a window, or on a page of its own; for a question that is answered meanwhile it comes too late."""
    checkin = _answerable(tx, payload, heard)
    if checkin is None:
        return
    rows = answers.of(tx, checkin.id)
    late = checkin.turn != payload.turn
    if late and safety.notice(tx, heard, words, placements.get(tx, checkin.placement_id)):
        return
    reply = Chose(payload.turn, "words") if late else _reply(heard, load_from(heard.app, checkin, rows), None, words)
    _apply(tx, heard, checkin, rows, reply)


def _apply(tx: Session, heard: Heard, checkin: facts.CheckIn, rows: Sequence[facts.Answered], reply: Reply) -> None:
    """Gather is done; decide, then record."""
    conversation = load_from(heard.app, checkin, rows)

    turn = resume(conversation, reply)

    store_answers(tx, heard, checkin, rows, conversation, turn)
    over = next_question(turn.conversation) is None
    if over:
        _finish(tx, heard, checkin, quietly=_tells_danger(tx, heard, checkin, turn, reply))
    elif _tells_danger(tx, heard, checkin, turn, reply):
        return  # The next question waits until the person wants it.
    else:
        promise_question(tx, heard, replace(checkin, turn=turn.conversation.turn), lead=_lead(turn, reply))


def _tells_danger(tx: Session, heard: Heard, checkin: facts.CheckIn, turn: Turn, reply: Reply) -> bool:
    """A choice or words that tell of danger open a private case at once; an offer of help that is taken opens one too."""
    for answer in [event.answer for event in turn.events if isinstance(event, Answered)]:
        choice = _choice(turn, answer)
        if choice is not None and choice.signal == "safety":
            safety.chosen(tx, heard, placements.get(tx, checkin.placement_id), answer.question, choice.name)
            return True
        if choice is not None and choice.signal == "help":
            placement, cause = placements.get(tx, checkin.placement_id), f"wish:{checkin.id}:{answer.question}"
            alert.raise_wish(heard.app, tx, heard.person, placement, cause=cause, of=choice.name)
    if not isinstance(reply, Said):
        return False
    return safety.notice(tx, heard, reply.text, placements.get(tx, checkin.placement_id))


def _choice(turn: Turn, given: Answer) -> Choice | None:
    """What was chosen, where an answer is a choice."""
    return turn.conversation.survey.question(given.question).choice(given.value) if given.value else None


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
            case Answered(answer=given) if (choice := _choice(turn, given)) and choice.signal == "help":
                return "wish"
            case Asked() if isinstance(reply, Back):
                return "back"
            case Asked(question=asked) if asked.follow_up_of is not None:
                return "follow_up"
            case _:
                pass
    return None


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
        ask(tx, heard, following)
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
