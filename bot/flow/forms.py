"""Forms: a question is answered on a page of our own, where a platform must not see the words (``[privacy.free_text]``).

A link is for one turn of a check-in and works once. Looking at a page changes nothing, because chats fetch previews; only what
is sent uses it up, in the transaction that keeps the answer.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from bot.app import App
from bot.flow.conversation import load, reading
from bot.messages import AddressKey, Inbound, Limits, Payload
from bot.text.catalog import Voice
from store import facts
from store.queries import checkins, forms, people, placements
from surveys.conversation import next_question
from surveys.model import Question

PATH = "/form"
TOKEN_BYTES = 24
VALID = timedelta(days=14)
"""As long as a check-in is open, and a little: what is past can still be answered in the chat."""


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on a page: the question, in whose languages, and who reads the answer."""

    voice: Voice
    asked: Question
    hire: str
    consultant: str


def is_private(asked: Question) -> bool:
    """True for what a chat had better not hear: one's own words, and a choice that tells of danger."""
    return asked.is_text or any(choice.signal == "safety" for choice in asked.choices)


def wanted(app: App, one: facts.Delivery, asked: Question, limits: Limits) -> bool:
    """True where this question is answered on a page: it is private, the platform's setting says so, and the platform has no
    windows of its own."""
    setting = getattr(app.settings.privacy.free_text, one.address.platform, "chat")
    return is_private(asked) and not limits.forms and setting == "form" and app.settings.public_url is not None


def address(app: App, tx: Session, checkin: facts.CheckIn) -> str:
    """The address of a new page for the question that is asked now; one that was given before is not valid any more."""
    token, now = secrets.token_urlsafe(TOKEN_BYTES), app.real()
    forms.issue(tx, checkin.id, checkin.turn, token, now=now, expires_at=now + VALID)
    return f"{(app.settings.public_url or '').rstrip('/')}{PATH}/{token}"


def look(app: App, token: str) -> Page | None:
    """The page behind a link; None where it has been used, or its question is not the one that is asked."""
    with app.store.read() as tx:
        found = _open(app, tx, token)
        if found is None:
            return None
        _, checkin = found
        asked = next_question(load(app, tx, checkin))
        if asked is None or not is_private(asked):
            return None
        person, placement = people.get(tx, checkin.person_id), placements.get(tx, checkin.placement_id)
        return Page(reading(person), asked, placement.hire.called, placement.consultant.name)


def _open(app: App, tx: Session, token: str) -> tuple[forms.Link, facts.CheckIn] | None:
    link = forms.find(tx, token, app.real())
    checkin = checkins.get(tx, link.checkin_id) if link is not None else None
    if link is None or checkin is None or checkin.turn != link.turn or checkin.state not in ("open", "expired"):
        return None
    if checkin.state == "expired" and checkins.superseded(tx, checkin):
        return None  # Who was the manager is shown nothing more of the hire.
    return link, checkin


def answer(app: App, token: str, given: str) -> Inbound | None:
    """What was written or chosen there, as if it had come from the person's chat; None where the link opens nothing any more."""
    with app.store.begin() as tx:
        found = _open(app, tx, token)
        if found is None:
            return None
        link, checkin = found
        where = people.address_of(tx, checkin.person_id)
        if where is None:
            return None
        asked = next_question(load(app, tx, checkin))
        key, name = AddressKey(where.platform, where.team, where.user), f"form:{link.name}"
        if asked is not None and asked.choice(given) is not None:
            return Inbound(key, name, payload=Payload("question", checkin.id, link.turn, given))
        return Inbound(key, name, payload=Payload("question", checkin.id, link.turn, "words"), values={"words": given})


def close(app: App, token: str) -> None:
    """The answer is kept: the link opens nothing from now on."""
    with app.store.begin() as tx:
        link = forms.find(tx, token, app.real())
        if link is not None:
            forms.use(tx, link.id, app.real())
