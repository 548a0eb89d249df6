"""Follow-up: what a consultant does about an alert, and what happens when nobody does anything."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlmodel import Session

from bot.app import App
from bot.flow import agency, alert, case_page, cases, copies, outbox, sharing
from bot.flow.cases import say
from bot.flow.follow_up.actions import record_draft
from bot.flow.follow_up.handling import record_alert
from bot.flow.reply import Heard, send
from bot.flow.sight import may_see, may_see_alert
from bot.messages import Inbound
from bot.text import cases as words
from bot.text.catalog import KNOWN_LOCALES, translate
from risk.model import Level
from risk.policy import AlertFacts, Escalate, PolicyRow, Stay, Wake, next_escalation
from store import facts
from store.queries import alerts, people, placements
from surveys.parse import clean

log = structlog.get_logger()

SCREENS = {
    "home": "caseload",
    "start": "caseload",
    "checkin": "caseload",
    "help": "staff_help",
    "help_alone": "staff_help",
}
"""What somebody of the agency is shown for a platform's commands, which everybody finds in the same menu: of a check-in
there is nothing to answer for them, so that they see their cases."""


def escalate_overdue(app: App) -> None:
    """Tell the next person where nobody acknowledged in time, wake what was put off, and recall actions that are due."""
    now = app.clock()
    with app.store.read() as tx:
        today = now.astimezone(app.desk.zone)
        work = alerts.overdue(tx, now)
        recall = today.time() >= app.desk.digest and alerts.actions_to_recall(tx, today.date())
        if not work and not recall:
            return
    with app.store.begin() as tx:
        for one in alerts.overdue(tx, now):
            _escalate(app, tx, one, now)
        if recall:
            for action in alerts.actions_to_recall(tx, today.date()):
                _recall(app, tx, action)


def _escalate(app: App, tx: Session, one: facts.Alert, now: datetime) -> None:
    known = AlertFacts(
        kind=one.kind,
        level=Level(one.level) if one.level else None,
        state="snoozed" if one.state == "snoozed" else "open",
        row=PolicyRow.from_dict(one.policy),
        delivered_at=one.queued_at,
        due_at=one.due_at,
        escalations=one.escalations,
        snoozed_until=one.snoozed_until,
    )

    action = next_escalation(known, now, app.desk)

    match action:
        case Escalate(to=to, next_due_at=next_due_at):
            _tell_next(app, tx, one, to, now)
            alerts.change(tx, one.id, escalations=one.escalations + 1, due_at=next_due_at)
        case Wake(next_due_at=next_due_at):
            alerts.change(tx, one.id, state="open", snoozed_until=None, due_at=next_due_at)
            key = f"alert:{one.id}:woken:{now.isoformat()}"
            for reader_id in _who_put_it_off(app, tx, one, now):
                outbox.promise(app, tx, reader_id, key=f"{key}:{reader_id}", kind="alert", subject=one.id)
            copies.refresh(app, tx, one.id, key=key)
        case Stay():
            alerts.change(tx, one.id, due_at=None)
        case None:
            pass
    log.info("alert.overdue", alert=one.id, action=type(action).__name__)


def _who_put_it_off(app: App, tx: Session, one: facts.Alert, now: datetime) -> list[int]:
    """Who wanted to be reminded; where they see the case no more, or are away, who would be told of it today."""
    placement, day = placements.get(tx, one.placement_id), now.astimezone(app.desk.zone).date()
    put_off = [row for row in alerts.timeline(tx, one.placement_id) if (row.alert_id, row.kind) == (one.id, "snoozed")]
    if put_off and put_off[-1].author_id is not None:
        author = people.get(tx, put_off[-1].author_id)
        if may_see_alert(author, placement, one, alerts.told(tx, one.id)) and not agency.is_away(app, author, day):
            return [author.id]
    return alert.readers(app, tx, one, now)


def _tell_next(app: App, tx: Session, one: facts.Alert, to: str, now: datetime) -> None:
    placement = placements.get(tx, one.placement_id)
    for person in agency.next_in_line(app, tx, placement, to, now.astimezone(app.desk.zone).date()):
        if one.hidden_from is not None and (person.role != "lead" or person.id == one.owner_id):
            continue  # A complaint goes up, never sideways.
        key = f"alert:{one.id}:{to}:{person.id}"
        if outbox.promise(app, tx, person.id, key=key, kind="alert", subject=one.id, detail={"escalated": True}):
            alerts.add_entry(
                tx, placement_id=placement.id, alert_id=one.id, author_id=person.id, kind="escalated", at=now
            )


def _recall(app: App, tx: Session, action: facts.FollowUp) -> None:
    alerts.fill_entry(tx, action.id, state="recalled")
    if action.author_id is not None:
        # A promise goes with its placement: where the author may not see it any more, whoever looks after it is reminded.
        author, placement = people.get(tx, action.author_id), placements.get(tx, action.placement_id)
        told = alerts.told(tx, action.alert_id) if action.alert_id else frozenset()
        owner = author if may_see(author, placement, told) else placement.consultant
        outbox.promise(app, tx, owner.id, key=f"action:{action.id}:due", kind="action_due", subject=action.id)


def record(tx: Session, inbound: Inbound, heard: Heard) -> None:
    """Handle what somebody of the agency pressed or wrote."""
    payload = inbound.payload
    if payload is None:
        _record_text(tx, inbound.text or "", heard)
    elif payload.kind == "menu" and payload.choice in SCREENS:
        send(tx, heard, SCREENS[payload.choice], heard.person.id)
        return
    elif payload.kind == "case":
        if not case_page.record(tx, payload, inbound.values or {}, heard):
            return
    elif payload.kind == "alert":
        record_alert(tx, payload, inbound.values or {}, heard)
    elif payload.kind == "follow_up":
        record_draft(tx, payload, heard)
    elif payload.kind == "share" and payload.choice == "said":
        sharing.record_said(tx, payload, heard)
    else:
        say(tx, heard, "unknown")
    cases.refresh_home(tx, heard)


def _record_text(tx: Session, text: str, heard: Heard) -> None:
    draft = alerts.draft_of(tx, heard.person.id)
    plain = " ".join(text.split()).removeprefix("/")
    screen = _screen(plain.casefold())
    if screen is not None:
        send(tx, heard, screen, heard.person.id)
    elif draft is not None and draft.kind in case_page.STEPS:
        case_page.take_text(tx, heard, draft, text)
    elif draft is not None and draft.topic is not None and draft.note is None:
        note, _ = clean(text)
        if not note:
            say(tx, heard, "empty")
            return
        alerts.fill_entry(tx, draft.id, note=note)
        send(tx, heard, "ask_due", draft.id)
    else:
        say(tx, heard, "unknown")


def _screen(word: str) -> str | None:
    """What is shown for a word, in any language: the cases, or what can be done here."""
    for message, kind in ((words.LIST_WORDS, "caseload"), (words.HELP_WORDS, "staff_help")):
        for locale in KNOWN_LOCALES:
            if word in {one.strip() for one in translate(message, locale, "staff").casefold().split(",")}:
                return kind
    return SCREENS.get(word)
