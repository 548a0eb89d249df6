"""Inbound: one thing that a person did, recorded once, before anybody is told that it arrived.

Seen id, answer and the next deliveries share one transaction (rule 4 of docs/architecture.md); then the answer to this person is
sent, and the loop is woken for the rest. What cannot be recorded is rolled back and handed over again by the platform; what
fails three times is set aside, so that it holds up nothing.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from enum import Enum

import structlog
from sqlmodel import Session

from bot.app import App
from bot.flow import (
    accounts,
    answer,
    delivery,
    follow_up,
    linking,
    matching,
    outbox,
    privacy,
    reach,
    wishes,
    workspace,
)
from bot.flow.privacy import Goodbye
from bot.flow.reply import Heard, say, send
from bot.messages import HOME, Inbound, NotRecorded, Outbound, Payload, SendError, is_surface
from bot.text import privacy as privacy_words
from bot.text import prompts, replies
from bot.text.catalog import Voice, locale_of
from store.facts import Delivery, Person
from store.faults import of_the_place
from store.queries import checkins, inbounds, people

log = structlog.get_logger()

TRIES = 3
"""How often an update may fail before it is set aside."""

LARGEST = 2**31 - 1
"""The largest number that a row's id or a turn can have; PostgreSQL refuses to look for a larger one."""

NO_BUTTON = Payload("unknown", 0, 0, "unknown")
"""What a payload with impossible numbers is: a button of nothing that we ever sent."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL, which PostgreSQL refuses in a text, and halves of character pairs, which have no encoding."""


class Stranger(Enum):
    """Nobody is known at this address; the value is the code of the answer."""

    STRANGER = "not_linked"
    WRONG_CODE = "code_invalid"


STRANGER = Stranger.STRANGER


async def receive(app: App, inbound: Inbound) -> None:
    """Record what a person did and answer them. The same update, however often it comes, is handled once.

    Raises NotRecorded when nothing was kept: then the platform must hand the update over again.
    """
    await reply(app, inbound, await keep(app, inbound))


async def keep(app: App, inbound: Inbound) -> Delivery | Goodbye | Stranger | None:
    """Record what a person did: from then on the platform may be told that we have it. What ``reply`` has to say.

    Raises NotRecorded when nothing was kept.
    """
    inbound = storable(inbound)
    try:
        return await app.store.write(lambda tx: record(app, tx, inbound))
    except Exception as fault:
        return await _not_recorded(app, inbound, fault)


async def reply(app: App, inbound: Inbound, outcome: Delivery | Goodbye | Stranger | None) -> None:
    """Answer what was kept, and let the path go on from there."""
    try:
        if isinstance(outcome, Stranger):
            await _greet_stranger(app, inbound, outcome.value)
        elif isinstance(outcome, Goodbye):
            await _say_goodbye(app, inbound, outcome)
        elif isinstance(outcome, Delivery):
            await delivery.send_on(app, outcome)
    except Exception as fault:  # The update is recorded, so the platform must not hear of this: the sweep will.
        log.error("reply.failed", fault=type(fault).__name__)
    app.wake()


def storable(inbound: Inbound) -> Inbound:
    """The update as both databases can keep it. Nothing that a person could have meant is lost."""
    where = inbound.address
    payload, values = inbound.payload, inbound.values
    if payload is not None and not all(0 <= number <= LARGEST for number in (payload.subject, payload.turn)):
        payload = NO_BUTTON
    return Inbound(
        replace(where, team=_readable(where.team), user=_readable(where.user)),
        _readable(inbound.external_id),
        text=inbound.text and _written(inbound.text),
        payload=payload,
        account=inbound.account and _readable(inbound.account),
        message=inbound.message and _readable(inbound.message),
        values=None if values is None else {_readable(name): _written(value) for name, value in values.items()},
        email=inbound.email and _readable(inbound.email),
        language=inbound.language and _readable(inbound.language),
        gone=inbound.gone,
    )


def _readable(name: str) -> str:
    return _UNSTORABLE.sub("\ufffd", name)


def _written(text: str) -> str:
    """A person's own words. NUL is no sign that anybody meant; half of a pair stands for one that got lost."""
    return _readable(text.replace("\x00", ""))


async def _not_recorded(app: App, inbound: Inbound, fault: Exception) -> Delivery | None:
    """Count what failed and raise NotRecorded, or set it aside: then the sentence for this person, claimed.

    A fault of the place says nothing about the update, which waits on its platform until the place is put right.
    """
    kind, reference = type(fault).__name__, secrets.token_hex(4)
    if (place := of_the_place(fault)) is not None:
        log.error("inbound.not_recorded", reference=reference, fault=place)
        raise NotRecorded(reference) from None
    try:
        tries, reference = await app.store.run(_count, app, inbound, kind, reference)
    except Exception as second:
        log.error("inbound.not_recorded", reference=reference, fault=type(second).__name__)
        raise NotRecorded(reference) from None
    log.error("inbound.not_recorded", reference=reference, fault=kind, tries=tries)
    if tries < TRIES:
        raise NotRecorded(reference) from None
    try:
        return await app.store.run(_apologise, app, inbound, reference)
    except Exception as second:
        log.error("inbound.unanswered", reference=reference, fault=type(second).__name__)
        return None


def _count(app: App, inbound: Inbound, fault: str, reference: str) -> tuple[int, str]:
    """Count a failure in a transaction of its own; after the last one the update counts as handled."""
    platform, external_id = inbound.address.platform, inbound.external_id
    with app.store.begin() as tx:
        tries, reference = inbounds.count_failure(
            tx, platform, external_id, fault=fault, reference=reference, now=app.real()
        )
        if tries >= TRIES:
            inbounds.set_aside(tx, platform, external_id)
            inbounds.first_time(tx, platform, external_id, address_id=None, now=app.real())
    return tries, reference


def _apologise(app: App, inbound: Inbound, reference: str) -> Delivery | None:
    where = inbound.address
    with app.store.begin() as tx:
        known = people.at_address(tx, where.platform, where.team, where.user)
        if known is None:
            return None
        address, person = known
        detail = {"code": "error", "reference": reference}
        place = inbound.message if is_surface(inbound.message) else None
        outbox.promise(
            app,
            tx,
            person.id,
            key=f"set_aside:{reference}",
            kind="say",
            subject=person.id,
            detail=detail,
            place=place,
        )
        return delivery.claim_for(app, tx, address.id)


def record(app: App, tx: Session, inbound: Inbound) -> Delivery | Goodbye | Stranger | None:
    """The short part: one transaction, no network call in it.

    Gives the answer to this person, claimed, so that it never queues behind a monthly burst; STRANGER when nobody is
    known at this address; a Goodbye when nobody is any more; None when there is nothing to say.
    """
    where = inbound.address
    known = people.at_address(tx, where.platform, where.team, where.user)
    address_id = known[0].id if known else None
    inbound_id = inbounds.first_time(tx, where.platform, inbound.external_id, address_id=address_id, now=app.real())
    if inbound_id is None:
        log.info("inbound.seen_before", platform=where.platform)
        return None
    if inbound.gone:
        workspace.lose(app, tx, where)
        return None
    if known is None:
        return _let_in(app, tx, inbound)
    if inbound.email is not None:
        return None  # They are linked already, and have done nothing.
    address, person = known
    if address.state == "unreachable":
        people.set_address_state(tx, address.id, "linked")
        address = replace(address, state="linked")
        checkins.wake(tx, person.id)
        reach.back(app, tx, person)
    heard = Heard(app, inbound_id, address, person, app.clock(), _place(inbound, person))
    if inbound.payload is not None and inbound.payload.kind == "privacy" and person.kind != "staff":
        gone = privacy.record(tx, inbound.payload, heard)
        if gone is not None:
            return gone
    else:
        _route(tx, inbound, heard)
    return delivery.claim_for(app, tx, address.id, inbound.message if inbound.payload is not None else None)


def _place(inbound: Inbound, person: Person) -> str | None:
    """Which message, or surface, the answer may take the place of.

    The promise before the consent stays readable, and so does what somebody of the agency is told about a case; but a menu
    or a reminder has had its time when one of its choices is taken.
    """
    payload = inbound.payload
    is_promise = payload is not None and payload.kind == "consent"
    is_menu = payload is not None and (payload.kind in ("follow_up", "case") or "." in payload.choice)
    if is_surface(inbound.message) or not (is_promise or (person.kind == "staff" and not is_menu)):
        return inbound.message
    return None


def _let_in(app: App, tx: Session, inbound: Inbound) -> Delivery | Stranger | None:
    """Somebody who is not known: whoever sends an invitation's code is linked, and reads at once what that means."""
    if inbound.email is not None:  # An account that has just appeared: who is none of ours hears nothing of us.
        linked = matching.joined(app, tx, inbound)
        return None if linked is None else delivery.claim_for(app, tx, linked.id)
    code = linking.code_in(inbound.text or "")
    if code is None:
        return STRANGER
    linked = linking.try_code(app, tx, inbound.address, code, account=inbound.account, language=inbound.language)
    if linked is None:
        return Stranger.WRONG_CODE
    return delivery.claim_for(app, tx, linked.id)


def _route(tx: Session, inbound: Inbound, heard: Heard) -> None:
    if inbound.payload is None and inbound.text is None:
        _cannot_read(tx, heard)
        return
    if inbound.payload is None and linking.takes_code(tx, inbound.text or "", heard):
        return
    if inbound.payload is not None and inbound.payload.kind == "link" and heard.person.kind == "staff":
        accounts.disown(tx, inbound.payload, heard)
    elif heard.person.kind == "staff":
        follow_up.record(tx, inbound, heard)
    elif inbound.payload is not None and wishes.about(inbound.payload):
        wishes.record(tx, inbound.payload, heard)
    elif inbound.payload is not None and inbound.payload.kind in ("consent", "setting"):
        linking.record(tx, inbound.payload, heard)
    else:
        answer.record(tx, inbound, heard)


def _cannot_read(tx: Session, heard: Heard) -> None:
    """A photo, a voice message or an edit: nothing of it is kept, and the person must know that."""
    if heard.person.kind == "staff":
        send(tx, heard, "staff_say", heard.person.id, detail={"code": "unreadable"})
    else:
        say(tx, heard, "unreadable")


async def _greet_stranger(app: App, inbound: Inbound, code: str) -> None:
    """A kind answer and no data. It is not tracked: there is no person to whom it could be promised."""
    guess = locale_of(inbound.language or "")
    voice = Voice.of((guess, "en") if guess else ("ja", "en"), "hire")
    channel = app.channels[inbound.address.platform]
    paragraphs, rows = replies.reply(voice, channel.limits, code=code, person=0)
    if app.rehearsal:
        paragraphs = (*paragraphs, prompts.rehearsal(voice))
    try:
        place = inbound.message if is_surface(inbound.message) else None
        await channel.send(Outbound(inbound.address, f"stranger:{inbound.external_id}", paragraphs, rows, place))
    except SendError as fault:
        log.info("stranger.unanswered", platform=inbound.address.platform, code=fault.code)


async def _say_goodbye(app: App, inbound: Inbound, gone: Goodbye) -> None:
    """The last message to somebody who was erased. It is not tracked, and then nothing of them is left in the database's
    file either."""
    channel = app.channels[inbound.address.platform]
    paragraphs = privacy_words.erased(gone.voice, gone.sign)
    places = [inbound.message, *([HOME] if channel.limits.home and inbound.message != HOME else [])]
    for place in places:
        clears = () if place == HOME else gone.clears
        key = f"goodbye:{inbound.external_id}:{place or ''}"
        try:
            await channel.send(Outbound(inbound.address, key, paragraphs, (), place, clears))
        except SendError as fault:
            log.info("goodbye.unsaid", platform=inbound.address.platform, code=fault.code)
    await app.store.run(app.store.scrub)
