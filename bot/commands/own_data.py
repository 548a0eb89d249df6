"""``teichaku export`` and ``teichaku erase``: what is stored about one person, out or gone."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from bot.app import App
from bot.flow import own_data, privacy
from bot.flow import sharing as sharing_step
from bot.flow.roster.values import name_key
from bot.refusal import Refusal
from bot.text import own_data as words
from bot.text.catalog import Voice
from bot.text.privacy import Given
from store import facts
from store.queries import audit, erasure, people, placements

MOST_SHOWN = 5


def find(tx: Session, wanted: str) -> facts.Person:
    """A hire or a manager by a placement's number (its hire), e-mail or name. Raises Refusal."""
    placement, key = placements.by_key(tx, wanted.strip()), name_key(wanted)
    if placement is not None:
        return placement.hire
    known = people.asked(tx)
    by_email = [one for one in known if key and name_key(one.email or "") == key]
    found = by_email or [one for one in known if key and name_key(one.name) == key]
    if not found:
        raise Refusal("person_unknown", name=wanted)
    if len(found) > 1:
        listed = "; ".join(f"{one.name} ({one.email or _keys(tx, one)})" for one in found[:MOST_SHOWN])
        raise Refusal("person_ambiguous", name=wanted, known=listed)
    return found[0]


def _keys(tx: Session, person: facts.Person) -> str:
    own = placements.everyone(tx, **{f"{person.kind}_id": person.id})
    return ", ".join(one.key for one in own) or "–"


def export(app: App, wanted: str) -> dict[str, Any]:
    """Everything that is stored about a person and theirs to see; that it was exported is noted. Raises Refusal."""
    with app.store.begin() as tx:
        person = find(tx, wanted)
        known = own_data.of_person(app, tx, person)
        shared = sharing_step.of_hire(tx, person) if person.kind == "hire" else []
        address = people.address_of(tx, person.id)
        audit.write(tx, actor="cli", action="exported", subject=f"person:{person.id}", now=app.clock())
    voice = Voice.of(person.languages, "hire", stacked=False)
    return {
        "name": person.name,
        "call_name": person.call_name,
        "role": person.kind,
        "email": known.email,
        "phone": known.phone,
        "languages": list(known.languages),
        "chat": None if address is None else {"platform": address.platform, "team": address.team, "user": address.user},
        "work": [
            {"company": company, "start_date": start.isoformat(), "consultant": consultant}
            for company, start, consultant in known.work
        ],
        "consent": [
            {"agreed": agreed, "on": on.isoformat(), "version": version} for agreed, on, version in known.decided
        ],
        "estimated": known.scored,
        "shared": [
            {"topic": one.topic, "mode": one.mode, "said_on": one.said_on and one.said_on.isoformat()} for one in shared
        ],
        "answers": [
            {
                "survey": voice.one(one.title),
                "on": one.on.isoformat(),
                "about": one.about,
                "given": [_given(voice, each, one.about or person.name) for each in one.given],
            }
            for one in known.answers
        ],
    }


def _given(voice: Voice, one: Given, hire: str) -> dict[str, str | None]:
    return {
        "question": voice.one(one.question, hire=hire, promise="…"),
        "answer": voice.one(one.choice) if one.choice else None,
        "words": one.words,
    }


def named(app: App, wanted: str) -> str | None:
    """The name of whom ``erase`` would erase; None for the sign of kept numbers. Raises Refusal."""
    with app.store.read() as tx:
        return None if erasure.is_sign(tx, wanted.strip()) else find(tx, wanted).name


def erase(app: App, voice: Voice, wanted: str) -> list[str]:
    """Erase a person, or the numbers under a sign; what to say about it. Raises Refusal."""
    with app.store.begin() as tx:
        if erasure.is_sign(tx, wanted.strip()):
            count = erasure.forget(tx, wanted.strip())
            audit.write(tx, actor="cli", action="numbers_erased", subject="numbers", now=app.clock(), count=count)
            said = [voice.one(words.FORGOTTEN, count=count)]
        else:
            person = find(tx, wanted)
            sign = privacy.erase(app, tx, person, actor="cli")
            said = [voice.one(words.ERASED, name=person.name)]
            said += [voice.one(words.NUMBERS, sign=sign)] if sign else []
    app.store.scrub()
    return said
