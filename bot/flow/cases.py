"""Cases: the caseload of somebody of the agency, worst first, page by page and by company; on a platform that has it, the
person's own page."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import Session

from bot.app import App
from bot.flow import outbox
from bot.flow.names import Naming, told_apart
from bot.flow.reply import Heard, send
from bot.flow.sight import may_see_alert, urgency, visible_placements
from bot.messages import HOME, Payload
from bot.text import cases as words
from risk.model import Level
from store import facts
from store.queries import alerts, answers, assessments, people

LISTED_AFTER = timedelta(days=30)
"""So long after the last day a case stays on the list: what somebody says at the end is read, and what they need is done."""


def caseload(app: App, tx: Session, person: facts.Person, naming: Naming) -> list[words.Case]:
    """A person's cases, the most urgent first and who leaves last, each with its most urgent alert that is not resolved."""
    today = app.clock().astimezone(app.desk.zone).date()
    own = [one for one in visible_placements(tx, person) if one.left_on is None or today <= one.left_on + LISTED_AFTER]
    ids = [one.id for one in own]
    levels = assessments.latest(tx, ids)
    waiting: dict[int, int] = {}
    by_id = {one.id: one for one in own}
    for alert in sorted(alerts.unresolved(tx, ids), key=_most_urgent):
        if may_see_alert(person, by_id[alert.placement_id], alert, alerts.told(tx, alert.id)):
            waiting.setdefault(alert.placement_id, alert.id)
    names = told_apart(own, naming)

    def level_of(one: facts.Placement) -> str | None:
        return levels[one.id].level if one.id in levels else None

    def order(one: facts.Placement) -> tuple[object, ...]:
        gone = one.left_on is not None and one.id not in waiting
        return gone, urgency(level_of(one) or "none", one.id in waiting), one.company, one.hire.name

    own.sort(key=order)
    return [
        words.Case(
            placement=one.id,
            hire=names[one.id],
            company_id=one.company_id,
            company=one.company,
            level=level_of(one),
            reasons=tuple(str(reason["code"]) for reason in levels[one.id].reasons) if one.id in levels else (),
            silent_days=_silent_days(app, tx, one, today),
            alert=waiting.get(one.id),
            left_on=one.left_on,
        )
        for one in own
    ]


def _most_urgent(one: facts.Alert) -> tuple[int, ...]:
    """First what was told and nobody has taken, then danger, a call for help, the highest risk, and of equals the newest."""
    kinds, waits = {"safety": 0, "help": 1, "risk": 2}, one.state == "open" and one.policy["delivered"] != "list"
    return (not waits, kinds.get(one.kind, 3), -Level(one.level or "none").rank, -one.id)


def _silent_days(app: App, tx: Session, one: facts.Placement, today: date) -> int | None:
    """How many days ago the hire answered last; None where they never did."""
    answered = answers.last_at(tx, one.hire.id)
    return None if answered is None else (today - answered.astimezone(app.desk.zone).date()).days


def turn_page(tx: Session, payload: Payload, heard: Heard) -> None:
    """Show another page of the list, or one company's."""
    send(tx, heard, "caseload", heard.person.id, turn=payload.turn, detail={"company": payload.subject})


def refresh_home(tx: Session, heard: Heard) -> None:
    """Whoever has a page of their own finds it as things stand now; on the page itself the answer is shown."""
    address = people.address_of(tx, heard.person.id)
    channel = heard.app.channels.get(address.platform) if address else None
    if channel is None or not channel.limits.home or heard.place == HOME:
        return
    outbox.promise(
        heard.app,
        tx,
        heard.person.id,
        key=f"in{heard.inbound_id}:own_page",
        kind="caseload",
        subject=heard.person.id,
        place=HOME,
    )


def say(tx: Session, heard: Heard, code: str, **values: str | int) -> None:
    """Promise one short answer (``bot.text.follow_up.SAYS``); on a person's own page it stands above the list."""
    if heard.place == HOME:
        send(tx, heard, "caseload", heard.person.id, detail={"said": {"code": code, **values}})
        return
    send(tx, heard, "staff_say", heard.person.id, detail={"code": code, **values})
