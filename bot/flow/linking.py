"""Linking: a person gets an address, reads the promise, agrees or not, and says how and when to be asked."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot.app import App
from bot.flow import accounts, outbox, reach, unlinked
from bot.flow.conversation import placements_of
from bot.flow.reply import Heard, say, send
from bot.messages import HOME, AddressKey, Payload
from bot.text.catalog import KNOWN_LOCALES, Voice, locale_of
from bot.text.consent import CONSENT_VERSION, HOURS, call_names
from store import facts
from store.queries import audit, checkins, deliveries, invitations, people

log = structlog.get_logger()

MAX_NAME = 60
MAX_GUESSES = 5
GUESSES_WITHIN = timedelta(hours=1)
OWN_PAUSE = timedelta(days=30)
CODE = r"(?<![\w-])[\w-]{32}(?![\w-])"
"""What an invitation code looks like: ``secrets.token_urlsafe(24)``."""


def link(app: App, person_id: int, platform: str, team: str, user: str, *, account: str | None = None) -> None:
    """Let a person be reached at an address, and ask them for their consent if nobody has yet.

    Where the platform's name of the ``account`` is given, those who look after the person are told whom they got.
    """
    with app.store.begin() as tx:
        link_in(app, tx, person_id, AddressKey(platform, team, user), account)


def link_in(
    app: App,
    tx: Session,
    person_id: int,
    where: AddressKey,
    account: str | None,
    *,
    language: str | None = None,
) -> facts.Address:
    """``link`` in a transaction that is going on. ``language`` is what the person's own app is set to: a first guess for
    somebody of whom nobody has named a language."""
    now = app.clock()
    guess = locale_of(language) if language else None
    if guess is not None and not people.get(tx, person_id).languages:
        people.set_languages(tx, person_id, [guess], stacked=False)
    before, person = people.address_of(tx, person_id), people.get(tx, person_id)
    address = people.link(tx, person_id, where.platform, where.team, where.user, now=now)
    invitations.withdraw(tx, person_id, now)
    reach.back(app, tx, person)
    audit.write(
        tx,
        actor=f"person:{person_id}",
        action="linked",
        subject=f"person:{person_id}",
        now=now,
        platform=where.platform,
    )
    unlinked.connected(app, tx, person_id)
    key = f"link{address.id}:{now.isoformat()}"
    if before is not None and before.id != address.id:
        accounts.take_leave(app, tx, before, "moved", key=f"{key}:moved")
    if person.kind != "staff":
        asked = ask_consent(app, tx, person, key=key)
        checkins.wake(tx, person_id)
        if account is not None and not asked:
            _greet(app, tx, person, key=f"{key}:connected")
        _show_open(app, tx, person_id, key=key)
    elif account is not None:
        _greet(app, tx, person, key=f"{key}:connected")
    if account is not None:
        accounts.tell_linked(app, tx, person, address, account, key=key)
    return address


def link_by_code(
    app: App, platform: str, team: str, user: str, code: str, *, account: str | None = None
) -> facts.Address | None:
    """Link whoever this code was issued to, to an address at which nobody is known; the address, or None for a code that
    was used, is too old, was withdrawn or never issued. ``account`` is what the platform calls the account."""
    with app.store.begin() as tx:
        return try_code(app, tx, AddressKey(platform, team, user), code, account=account)


def try_code(
    app: App, tx: Session, where: AddressKey, code: str, *, account: str | None, language: str | None = None
) -> facts.Address | None:
    """``link_by_code`` in a transaction that is going on.

    After five wrong codes from an address within an hour none is looked at any more, so that nobody can go on guessing.
    """
    now, real = app.clock(), app.real()
    place = (where.platform, where.team, where.user)
    if invitations.wrong_codes(tx, *place, since=real - GUESSES_WITHIN) >= MAX_GUESSES:
        return None
    found = invitations.find(tx, code)
    if found is None or not found.open or now >= found.expires_at:
        invitations.note_wrong_code(tx, *place, now=real, since=real - GUESSES_WITHIN)
        log.info("code.refused", platform=where.platform)
        return None
    invitations.use(tx, found, now)
    return link_in(app, tx, found.person_id, where, account or where.user, language=language)


def code_in(text: str) -> str | None:
    """The invitation code in what somebody wrote: alone, after ``/start``, or inside the link; None without one."""
    started = re.fullmatch(r"/start(?:@\w+)?\s+(\S+)", text.strip())
    found = re.search(CODE, started[1] if started else text, re.ASCII)
    return found[0] if found else started[1] if started else None


def takes_code(tx: Session, text: str, heard: Heard) -> bool:
    """True when somebody who is known sent a code: they are connected already, and nobody else's code is for them."""
    code = code_in(text)
    if code is None or not (text.strip().startswith("/start") or invitations.find(tx, code)):
        return False
    if heard.person.kind == "staff":
        send(tx, heard, "change", heard.person.id, detail={"code": "already_linked"})
    else:
        say(tx, heard, "already_linked")
    return True


def _greet(app: App, tx: Session, person: facts.Person, *, key: str) -> None:
    kind, code = ("change", "welcome") if person.kind == "staff" else ("notice", "connected")
    outbox.promise(app, tx, person.id, key=key, kind=kind, subject=person.id, detail={"code": code})


def _show_open(app: App, tx: Session, person_id: int, *, key: str) -> None:
    """In a new chat stands nothing of the check-in that was opened in the old one."""
    current = checkins.current(tx, person_id)
    if current is not None:
        kind = "reminder" if current.delivered_at else "opening"
        outbox.promise(app, tx, person_id, key=f"{key}:{kind}", kind=kind, subject=current.id)


def ask_consent(app: App, tx: Session, person: facts.Person, *, key: str, again: bool = False) -> bool:
    """Promise the consent text for what nobody has decided yet (``again``: also for what was declined); False if nothing."""
    asked = False
    for placement in placements_of(tx, person):
        known = people.decision(tx, person, placement.id, version=CONSENT_VERSION)
        if placement.left_on is None and (known is None or (again and known == "declined")):
            outbox.promise(
                app,
                tx,
                person.id,
                key=f"{key}:consent:{placement.id}",
                kind="consent",
                subject=placement.id,
                turn=CONSENT_VERSION,
            )
            asked = True
            if person.kind == "manager":
                break
    return asked


def undecided(tx: Session, person: facts.Person, placement_id: int) -> bool:
    """True for somebody who can be reached and was never asked for their consent to this text: a known hire at a new
    company, or everybody when the text has changed."""
    if people.address_of(tx, person.id) is None:
        return False
    if people.decision(tx, person, placement_id, version=CONSENT_VERSION) is not None:
        return False
    subject = placement_id if person.kind == "hire" else None
    return not deliveries.was_promised(tx, person.id, kind="consent", turn=CONSENT_VERSION, subject=subject)


def record(tx: Session, payload: Payload, heard: Heard) -> None:
    """Handle a press on a consent or a setting."""
    match payload.kind, payload.choice.partition("."):
        case "consent", ("agree" | "unscored" | "decline" as decision, _, _):
            _record_decision(tx, payload, decision, heard)
        case "setting", _ if payload.subject != heard.person.id:
            say(tx, heard, "not_yours")
        case "setting", ("lang", _, locale):
            _record_language(tx, locale, heard)
        case "setting", ("name", _, place):
            names = call_names(heard.person.name)
            _record_name(tx, names[min(int(place), len(names) - 1)] if place.isdecimal() else names[0], heard)
        case "setting", ("hour", _, hour) if hour in HOURS:
            people.set_hour(tx, heard.person.id, hour)
            if heard.place == HOME:
                say(tx, heard, "saved")
            else:
                send(tx, heard, "ready", heard.person.id)
        case _:
            say(tx, heard, "old_button")


def _record_decision(tx: Session, payload: Payload, decision: str, heard: Heard) -> None:
    person, now = heard.person, heard.now
    if payload.subject not in {placement.id for placement in placements_of(tx, person)}:
        say(tx, heard, "not_yours")
        return
    if payload.turn != CONSENT_VERSION:
        ask_consent(heard.app, tx, person, key=f"in{heard.inbound_id}", again=True)
        return
    agreed = "declined" if decision == "decline" else "agreed"
    scored = decision == "agree"
    language = Voice.of(person.languages, "hire", stacked=person.stacked).first
    people.decide(
        tx,
        person.id,
        payload.subject,
        version=CONSENT_VERSION,
        language=language,
        decision=agreed,
        scored=scored,
        now=now,
    )
    audit.write(
        tx,
        actor=f"person:{person.id}",
        action=f"consent_{agreed}",
        subject=f"placement:{payload.subject}",
        now=now,
        version=CONSENT_VERSION,
        scored=scored,
    )
    if agreed == "declined":
        _decline_open(tx, person, payload.subject, now)
        send(tx, heard, "declined", person.id)
        return
    if person.stopped and person.paused_until is None:
        people.set_stopped(tx, person.id, None)  # Whoever agrees after "stop" expects to be asked; a break goes on.
    checkins.wake(tx, person.id)
    next_setting(tx, heard)


def _decline_open(tx: Session, person: facts.Person, placement_id: int, now: datetime) -> None:
    for one in checkins.open_of(tx, person.id):
        if person.kind == "manager" or one.placement_id == placement_id:
            checkins.change(tx, one.id, state="declined", closed_at=now, wakes_at=None)


def stop(tx: Session, heard: Heard, *, until: datetime | None = None, code: str = "paused") -> None:
    """Ask this person nothing any more, from this moment on; with ``until`` nothing until then, which ``code`` says."""
    person = heard.person
    people.set_stopped(tx, person.id, heard.now, until=until)
    action = "stopped" if until is None else "took_a_pause"
    audit.write(tx, actor=f"person:{person.id}", action=action, subject=f"person:{person.id}", now=heard.now)
    for one in checkins.open_of(tx, person.id):
        checkins.change(tx, one.id, state="declined", closed_at=heard.now, wakes_at=None)
    say(tx, heard, "stopped" if until is None else code)


def end_pauses(app: App) -> None:
    """Whoever wanted a pause is asked again when it is over: the next check-in comes by itself."""
    now = app.clock()
    with app.store.read() as tx:
        if not people.pauses_over(tx, now):
            return
    with app.store.begin() as tx:
        for person_id in people.pauses_over(tx, now):
            people.set_stopped(tx, person_id, None)


def next_setting(tx: Session, heard: Heard) -> None:
    """The two taps after a "yes": how to be called, and (a hire's) good hour."""
    person = heard.person
    if not person.named:
        send(tx, heard, "call_name", person.id)
    elif person.kind == "hire" and person.hour is None:
        send(tx, heard, "hour", person.id)
    else:
        send(tx, heard, "ready", person.id)


def takes_text(tx: Session, text: str, heard: Heard) -> bool:
    """Words that come while the set-up is not finished: the consent is shown again, a name may be written instead of
    tapped, and the hour is asked again. False once everything is settled, or a check-in has begun."""
    person = heard.person
    current = checkins.current(tx, person.id)
    if person.stopped or (current is not None and current.started_at is not None):
        return False
    if ask_consent(heard.app, tx, person, key=f"in{heard.inbound_id}"):
        return True
    agreed = (people.decision(tx, person, one.id, version=CONSENT_VERSION) for one in placements_of(tx, person))
    if "agreed" not in agreed or (person.named and (person.kind != "hire" or person.hour is not None)):
        return False
    name = " ".join("".join(sign for sign in text if sign.isprintable() or sign.isspace()).split())
    if not person.named and len(name) > MAX_NAME:
        return False  # Nobody is called by so many words: they want to be heard.
    if person.named or not any(sign.isalpha() for sign in name):
        next_setting(tx, heard)  # A name has a letter; a sign that could not be read has none.
    else:
        _record_name(tx, name, heard)
    return True


def _record_name(tx: Session, name: str, heard: Heard) -> None:
    people.set_call_name(tx, heard.person.id, name)
    person = people.get(tx, heard.person.id)
    next_setting(tx, replace(heard, person=person))


def _record_language(tx: Session, locale: str, heard: Heard) -> None:
    person = heard.person
    if locale == "both":
        people.set_languages(tx, person.id, person.languages, stacked=True)
    elif locale in KNOWN_LOCALES:
        others = [language for language in person.languages if language != locale]
        people.set_languages(tx, person.id, [locale, *others], stacked=False)
    else:
        say(tx, heard, "old_button")
        return
    current = checkins.current(tx, person.id)
    if current is not None and current.started_at is not None and heard.place != HOME:
        send(tx, heard, "question", current.id, turn=current.turn, detail={"lead": "language"})
    else:
        say(tx, heard, "saved")
