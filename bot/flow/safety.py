"""Safety: a call for help, a word or a choice that tells of danger opens a private case, and the person is told honestly
what follows.

Nothing of it reaches the company, and nothing of it enters an estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel import Session

from bot.app import App
from bot.flow import agency, alert, outbox
from bot.flow.reply import Heard, say, send
from bot.messages import Payload
from bot.text import safety as words
from risk.policy import PolicyRow, deliver_at
from store import facts
from store.queries import alerts, audit, people, placements
from surveys import danger

log = structlog.get_logger()

HOLD = timedelta(minutes=3)
"""For so long a call for help waits for the answer with whom the trouble is."""


def ask_for_help(tx: Session, heard: Heard) -> None:
    """A hire pressed "I need help": first with whom the trouble is, because the one who is told may be the trouble."""
    found = alert.raise_help(heard.app, tx, heard.person, inbound_id=heard.inbound_id, now=heard.now, hold=HOLD)
    if found is None:
        say(tx, heard, "help")
        return
    step = "whom" if not found.contact and found.queued_at is None and found.kind == "help" else "told"
    _show(tx, heard, found, step)


def notice(tx: Session, heard: Heard, text: str, placement: facts.Placement | None = None) -> bool:
    """Words that tell of danger open a case, or are added to the one that is open; True when they did."""
    topics = danger.topics_of(text)
    placement = placement or alert.placement_of(tx, heard.person)
    if not topics or placement is None:
        return False
    _open(tx, heard, placement, topics, text)
    return True


def chosen(tx: Session, heard: Heard, placement: facts.Placement, question: str, choice: str) -> None:
    """A choice that tells of danger (a protection item of the support interview)."""
    _open(tx, heard, placement, (f"choice.{choice}",), None)


def _open(tx: Session, heard: Heard, placement: facts.Placement, topics: Sequence[str], text: str | None) -> None:
    apart = _apart(tx, heard, placement, text)
    running = alerts.running_of(tx, heard.person.id)
    if running is not None and running.kind == "safety" and running.hidden_from == apart.get("hidden_from"):
        if text:
            alerts.add_words(tx, running.id, text)
        _tell_again(tx, heard, running)
        found = running
    else:
        found = alert.raise_safety(
            heard.app,
            tx,
            heard.person,
            placement,
            cause=f"safety:{heard.person.id}:{heard.inbound_id}",
            topics=topics,
            words=text,
            **apart,
        )
    log.info("safety.noticed", placement=placement.id, topics=list(topics))
    held = found.hidden_from is not None and not found.contact and found.queued_at is None
    _show(tx, heard, found, "whom" if held else "noticed")


def _apart(tx: Session, heard: Heard, placement: facts.Placement, text: str | None) -> dict[str, Any]:
    """Who is told instead of a consultant about whom the person complains already, or whom the words name: whoever stands
    above, at once. Where nobody does, it is asked first with whom the trouble is, as with a call for help."""
    complaint = alerts.complaint_of(tx, heard.person.id, placement.id)
    if complaint is not None:
        return {
            "owner_id": complaint.owner_id,
            "hidden_from": complaint.hidden_from,
            "contact": {"about": complaint.contact["about"]},
        }
    consultant = placement.consultant
    if text is None or not danger.names_consultant(text, consultant.name):
        return {}
    above = above_of(heard.app, tx, placement)
    if above is not None:
        return {"owner_id": above.id, "hidden_from": consultant.id, "contact": {"about": "consultant"}}
    at = deliver_at(heard.app.policy.row("safety"), heard.now + HOLD, heard.app.desk)
    return {"deliver_at": at, "hidden_from": consultant.id}


def _tell_again(tx: Session, heard: Heard, one: facts.Alert) -> None:
    """Whoever was told reads what came since."""
    if one.queued_at is None:
        return
    for reader in {one.owner_id, *alerts.told(tx, one.id)}:
        key = f"alert:{one.id}:more:{heard.inbound_id}:{reader}"
        outbox.promise(heard.app, tx, reader, key=key, kind="alert", subject=one.id)


def record(tx: Session, payload: Payload, heard: Heard) -> None:
    """Handle a press on the way: with whom the trouble is, how and when it is safe to be called."""
    found = alerts.get(tx, payload.subject)
    if found is None or found.person_id != heard.person.id:
        say(tx, heard, "not_yours" if found else "old_button")
        return
    verb, _, choice = payload.choice.partition(".")
    match verb:
        case "whom" if choice in words.WHOMS:
            _with_whom(tx, heard, found, choice)
        case "safe" if choice in words.SAFES:
            _note(tx, found, safe=choice)
            if choice == "wait":
                _noted(tx, heard, found)
            else:
                _show(tx, heard, found, "when")
        case "when" if choice in words.WHENS:
            _note(tx, found, when=choice)
            _noted(tx, heard, found)
        case _:
            say(tx, heard, "old_button")


def _note(tx: Session, one: facts.Alert, **values: str) -> None:
    alerts.change(tx, one.id, contact={**one.contact, **values})


def _noted(tx: Session, heard: Heard, one: facts.Alert) -> None:
    _tell_again(tx, heard, one)
    _show(tx, heard, one, "noted")


def _with_whom(tx: Session, heard: Heard, one: facts.Alert, about: str) -> None:
    if one.queued_at is not None or one.contact.get("about"):
        _show(tx, heard, one, "outside" if one.contact.get("outside") else "told")
        return
    placement = placements.get(tx, one.placement_id)
    _note(tx, one, about=about)
    at = deliver_at(PolicyRow.from_dict(one.policy), heard.now, heard.app.desk)
    if about not in ("agency", "consultant"):
        alerts.change(tx, one.id, hidden_from=None, deliver_at=at)
        _show(tx, heard, one, "told")
        return
    above = above_of(heard.app, tx, placement)
    if above is None:
        # Whoever would be told is the one complained about: nobody is, and the hire is told why.
        alerts.change(tx, one.id, contact={"about": about, "outside": True}, deliver_at=None, due_at=None)
        alerts.change(tx, one.id, state="resolved", resolved_at=heard.now, outcome="other")
        _show(tx, heard, one, "outside")
        return
    alerts.change(tx, one.id, owner_id=above.id, deliver_at=at)
    audit.write(tx, actor=f"person:{heard.person.id}", action="complained", subject=f"alert:{one.id}", now=heard.now)
    _show(tx, heard, one, "told")


def above_of(app: App, tx: Session, placement: facts.Placement) -> facts.Person | None:
    """Who stands above the consultant: the lead of the case, of the settings, or any; never somebody of equal rank."""
    leads = {one.id for one in people.staff(tx) if one.role == "lead"} | {placement.lead.id if placement.lead else 0}
    named = app.settings.alerts.lead
    leads |= {one.id for one in people.staff_named(tx, named)} if named else set()
    line = agency.next_in_line(app, tx, placement, "lead")
    return next((one for one in line if one.id in leads), None)


def _show(tx: Session, heard: Heard, one: facts.Alert, step: str) -> None:
    send(tx, heard, "safety", one.id, detail={"step": step}, below=step in ("whom", "noticed"))


def tell_read(app: App, tx: Session, one: facts.Alert, reader: facts.Person, now: datetime) -> None:
    """Whoever asked for help, or told of danger, hears that somebody has read it."""
    if one.person_id is not None and one.kind in ("help", "safety"):
        key = f"alert:{one.id}:read"
        outbox.promise(
            app, tx, one.person_id, key=key, kind="safety", subject=one.id, detail={"step": "read", "reader": reader.id}
        )
