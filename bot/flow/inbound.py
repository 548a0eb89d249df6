"""Inbound: one thing that a person did, recorded once, before anybody is told that it arrived.

Seen id, answer and the next deliveries share one transaction (rule 4 of docs/architecture.md); then the answer to this person is
sent, and the loop is woken for the rest.
"""

from __future__ import annotations

from enum import Enum

import structlog
from sqlmodel import Session

from bot.app import App
from bot.flow import answer, delivery, follow_up, linking
from bot.flow.reply import Heard
from bot.messages import Inbound, Outbound, SendError
from bot.text import replies
from bot.text.catalog import Voice
from store.facts import Delivery
from store.queries import checkins, inbounds, people

log = structlog.get_logger()


class Stranger(Enum):
    """Nobody is known at this address."""

    STRANGER = "stranger"


STRANGER = Stranger.STRANGER


async def receive(app: App, inbound: Inbound) -> None:
    """Record what a person did and answer them. The same update, however often it comes, is handled once."""
    outcome = await app.store.run(record, app, inbound)
    if outcome is STRANGER:
        await _greet_stranger(app, inbound)
    elif isinstance(outcome, Delivery):
        await delivery.send_on(app, outcome)
    app.wake()


def record(app: App, inbound: Inbound) -> Delivery | Stranger | None:
    """The short part: one transaction, no network call in it.

    Gives the answer to this person, claimed, so that it never queues behind a monthly burst; STRANGER when nobody is
    known at this address; None when there is nothing to say.
    """
    where = inbound.address
    with app.store.begin() as tx:
        known = people.at_address(tx, where.platform, where.team, where.user)
        address_id = known[0].id if known else None
        inbound_id = inbounds.first_time(tx, where.platform, inbound.external_id, address_id=address_id, now=app.real())
        if inbound_id is None:
            log.info("inbound.seen_before", platform=where.platform)
            return None
        if known is None:
            return STRANGER
        address, person = known
        if address.state == "unreachable":
            people.set_address_state(tx, address.id, "linked")
            checkins.wake(tx, person.id)
        _route(tx, inbound, Heard(app, inbound_id, person, app.clock()))
        tx.flush()
        return delivery.claim_for(app, tx, address.id)


def _route(tx: Session, inbound: Inbound, heard: Heard) -> None:
    if heard.person.kind == "staff":
        follow_up.record(tx, inbound, heard)
    elif inbound.payload is not None and inbound.payload.kind in ("consent", "setting"):
        linking.record(tx, inbound.payload, heard)
    else:
        answer.record(tx, inbound, heard)


async def _greet_stranger(app: App, inbound: Inbound) -> None:
    """A kind answer and no data. It is not tracked: there is no person to whom it could be promised."""
    voice = Voice.of(("ja", "en"), "hire")
    channel = app.channels[inbound.address.platform]
    paragraphs, rows = replies.reply(voice, channel.limits, code="not_linked", person=0)
    try:
        await channel.send(Outbound(inbound.address, f"stranger:{inbound.external_id}", paragraphs, rows))
    except SendError as fault:
        log.info("stranger.unanswered", platform=inbound.address.platform, code=fault.code)
