"""What every audience's words need: who reads, and how people are called for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlmodel import Session

from bot.app import App
from bot.flow.conversation import voice_of
from bot.text import fitting
from bot.text.catalog import Voice
from store import facts
from store.queries import people


def person_of(tx: Session, one: facts.Delivery) -> tuple[facts.Person, Voice]:
    """Who reads this, and their languages."""
    person = _reader(tx, one)
    return person, voice_of(person)


def staff_of(tx: Session, one: facts.Delivery) -> tuple[facts.Person, Voice]:
    """Somebody of the agency, and the one language that they read."""
    person = _reader(tx, one)
    return person, Voice.of(person.languages, "staff", stacked=False)


def _reader(tx: Session, one: facts.Delivery) -> facts.Person:
    return one.reader or people.get(tx, one.person_id)


def is_brief(app: App, one: facts.Delivery) -> bool:
    """True where people are named by their initials: a phone can be looked at over a shoulder, and Telegram gives no
    contract about what it may do with a chat (``[privacy] consultant_telegram``)."""
    return one.address.platform == "telegram" and app.settings.privacy.consultant_telegram == "brief"


def naming_of(app: App, one: facts.Delivery) -> Callable[[facts.Placement], str]:
    """How the hire of a placement is called in this message."""
    brief = is_brief(app, one)
    return lambda placement: fitting.brief(placement.hire.name, placement.key) if brief else placement.hire.name


def local_day(app: App, moment: datetime) -> date:
    """The day of a moment where the agency is."""
    return moment.astimezone(app.desk.zone).date()


def told_in(one: facts.Delivery) -> tuple[str, dict[str, date], dict[str, str]]:
    """What a notice says: its code, its days and the other words of its sentence."""
    days = {name: date.fromisoformat(str(one.detail[name])) for name in ("first", "last", "day") if name in one.detail}
    values = {name: str(value) for name, value in one.detail.items() if name not in ("code", *days)}
    return str(one.detail["code"]), days, values
