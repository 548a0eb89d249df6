"""A case's own page: what somebody of the agency notes about a placement that they look after.

In a window everything is said at once; elsewhere a draft of the timeline keeps what was chosen until the rest is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlmodel import Session

from bot.app import App
from bot.flow import cases, changes, why
from bot.flow.cases import say
from bot.flow.reply import Heard, send
from bot.flow.sight import may_see
from bot.messages import FORM, Payload
from bot.refusal import Refusal
from bot.text import case_page as words
from bot.text.changes import LEAVE_REASONS
from bot.text.follow_up import Entry
from bot.text.said import ToSay
from store import facts
from store.queries import alerts, assessments, audit, people, placements
from surveys.parse import clean

STEPS = frozenset({"visit", "call", "pause", "left", "start"})
"""The kinds of a draft that waits for words."""

FAR = timedelta(days=3660)
DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")


def record(tx: Session, payload: Payload, values: Mapping[str, str], heard: Heard) -> bool:
    """Handle a press on the list of cases, on a case's page or in its window; True when something was done about a case."""
    if payload.choice == "list":
        cases.turn_page(tx, payload, heard)
        return False
    placement = _own(tx, heard, payload.subject)
    if placement is None:
        say(tx, heard, "not_yours")
        return True
    _forget_draft(tx, heard)
    step, _, choice = payload.choice.removeprefix(FORM).partition(".")
    if step == "open":
        send(tx, heard, "case", placement.id)
        return False
    if step == "why":
        why.tell(tx, heard, placement, int(choice) if choice.isdecimal() else None)
    elif step in ("invite-hire", "invite-manager"):
        person = placement.hire if step == "invite-hire" else placement.manager
        send(tx, heard, "invitation", placement.id, detail={"person": person.id})
    elif step in words.ACTIONS and choice == "save":
        _take_form(tx, heard, placement, step, values)
    elif step in words.ACTIONS and not choice:
        _begin(tx, heard, placement, step)
    elif step == "log" and choice in words.LOGS:
        _await_words(tx, heard, placement, choice)
    elif step == "leave" and choice in LEAVE_REASONS:
        _await_words(tx, heard, placement, "left", topic=choice)
    else:
        say(tx, heard, "unknown")
    return True


def _own(tx: Session, heard: Heard, placement_id: int) -> facts.Placement | None:
    try:
        placement = placements.get(tx, placement_id)
    except KeyError:
        return None
    return placement if may_see(heard.person, placement) else None


def _forget_draft(tx: Session, heard: Heard) -> None:
    """Whoever goes on to something else has given up what they began to write here."""
    draft = alerts.draft_of(tx, heard.person.id)
    if draft is not None and draft.kind in STEPS:
        alerts.drop_draft(tx, draft.id)


def _begin(tx: Session, heard: Heard, placement: facts.Placement, step: str) -> None:
    if heard.surface:
        send(tx, heard, "case_form", placement.id, detail={"step": step})
    elif step in ("log", "leave"):
        send(tx, heard, "case_ask", placement.id, detail={"step": step})
    else:
        _await_words(tx, heard, placement, step)


def _await_words(tx: Session, heard: Heard, placement: facts.Placement, kind: str, topic: str | None = None) -> None:
    alerts.add_entry(
        tx,
        placement_id=placement.id,
        author_id=heard.person.id,
        kind=kind,
        state="draft",
        topic=topic,
        at=heard.now,
    )
    send(tx, heard, "case_ask", placement.id, detail={"step": kind})


def _take_form(tx: Session, heard: Heard, placement: facts.Placement, step: str, values: Mapping[str, str]) -> None:
    if step == "log":
        problem = _log(tx, heard, placement, values.get("kind", ""), values.get("note", ""))
    else:
        found = [_days(values[name]) for name in ("first", "last") if name in values]
        days = [day for one in found for day in one]
        problem = _change(tx, heard, placement, step, days, values.get("reason"))
    if problem is not None:
        send(tx, heard, "case_form", placement.id, detail={"step": step, "missing": problem})


def take_text(tx: Session, heard: Heard, draft: facts.FollowUp, text: str) -> None:
    """The words for which a draft waited; it goes on waiting where they cannot be used."""
    placement = _own(tx, heard, draft.placement_id)
    if placement is None:
        alerts.drop_draft(tx, draft.id)
        say(tx, heard, "not_yours")
        return
    if draft.kind in words.LOGS:
        problem = _log(tx, heard, placement, draft.kind, text)
    else:
        step = "leave" if draft.kind == "left" else draft.kind
        problem = _change(tx, heard, placement, step, _days(text), draft.topic)
    if problem is None:
        alerts.drop_draft(tx, draft.id)
    else:
        say(tx, heard, problem)


def _days(text: str) -> list[date]:
    """The days in what somebody wrote, full-width digits and 年月日 included; a day that no calendar has is left out."""
    found = []
    for year, month, day in DAY.findall(unicodedata.normalize("NFKC", text)):
        try:
            found.append(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return found


def _log(tx: Session, heard: Heard, placement: facts.Placement, kind: str, text: str) -> str | None:
    """Note a visit or a call on the timeline; else why not."""
    note, _ = clean(text)
    if kind not in words.LOGS:
        return "choice"
    if not note:
        return "note"
    alerts.add_entry(tx, placement_id=placement.id, author_id=heard.person.id, kind=kind, note=note, at=heard.now)
    actor, subject = f"person:{heard.person.id}", f"placement:{placement.key}"
    audit.write(tx, actor=actor, action=f"{kind}_logged", subject=subject, now=heard.now)
    say(tx, heard, "logged", placement=placement.id)
    return None


def _change(
    tx: Session, heard: Heard, placement: facts.Placement, step: str, days: list[date], reason: str | None
) -> str | None:
    """Pause, record notice or correct the start; else why not, and then nothing has changed."""
    today = _today(heard.app)
    if len(days) != (1 if step == "start" else 2):
        return "days"
    if any(abs(day - today) > FAR for day in days):
        return "far"
    if step == "pause" and days[0] <= days[1] < today:
        return "past"
    if step == "leave" and reason not in LEAVE_REASONS:
        return "choice"
    told: dict[str, str | int] = {"day": days[-1].isoformat(), "first": days[0].isoformat(), "placement": placement.id}
    try:
        match step:
            case "pause":
                changes.pause_in(heard.app, tx, placement, days[0], days[1], by=heard.person)
            case "leave":
                changes.leave_in(
                    heard.app,
                    tx,
                    placement,
                    notice_on=days[0],
                    left_on=days[1],
                    reason=str(reason),
                    by=heard.person,
                )
            case _:
                changes.correct_start(heard.app, tx, placement, days[0], by=heard.person)
    except Refusal as refusal:
        return refusal.code
    say(tx, heard, f"noted_{step}", **told)
    return None


def _today(app: App) -> date:
    return app.clock().astimezone(app.desk.zone).date()


def view(
    app: App,
    tx: Session,
    placement: facts.Placement,
    hire: str,
    timeline: tuple[Entry, ...],
    topics: Sequence[ToSay],
) -> words.CaseView:
    """What a case's page shows."""
    level = assessments.latest(tx, [placement.id]).get(placement.id)
    named = ((placement.hire, hire), (placement.manager, placement.manager.called))
    return words.CaseView(
        placement=placement.id,
        hire=hire,
        company=placement.company,
        key=placement.key,
        start=placement.start_date,
        level=level.level if level else None,
        left_on=placement.left_on,
        unlinked=tuple(name for person, name in named if people.address_of(tx, person.id) is None),
        timeline=timeline,
        topics=tuple(topics),
    )
