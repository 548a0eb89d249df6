"""The words for the agency beside a case's own page: lists, the steps of a follow-up, short sentences and changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import Session

from bot.app import App
from bot.flow import cases, sharing
from bot.flow.names import told_apart
from bot.flow.render.reader import is_brief, local_day, naming_of, staff_of, told_in
from bot.flow.sight import may_see_alert
from bot.messages import Limits, Paragraph
from bot.text import alerts as alert_words
from bot.text import case_page as case_page_words
from bot.text import cases as case_words
from bot.text import changes as change_words
from bot.text import digest as digest_words
from bot.text import follow_up as follow_up_words
from bot.text.catalog import Voice
from bot.text.dates import day
from bot.text.fitting import brief
from bot.text.prompts import Content, Page, press
from bot.text.reasons import TOPICS
from store import facts
from store.queries import alerts, people, placements
from surveys.model import Message


def digest(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """The morning's cases and the topics to bring up."""
    person, voice = staff_of(tx, one)
    naming = naming_of(app, one)
    shown: list[tuple[facts.Alert, facts.Placement]] = []
    for alert_id in one.detail.get("alerts", []):
        found = alerts.get(tx, alert_id)
        if found is not None and found.state != "resolved":
            placement = placements.get(tx, found.placement_id)
            if may_see_alert(person, placement, found, alerts.told(tx, found.id)):
                shown.append((found, placement))
    names = told_apart(list({placement.id: placement for _, placement in shown}.values()), naming)
    listed: dict[str, list[tuple[int, str, str, str | None]]] = {}
    for found, placement in shown:
        line = (found.id, names[placement.id], alert_words.matter(found.kind, found.reasons), found.level)
        listed.setdefault(placement.company, []).append(line)
    topics = sharing.to_say(app, tx, person, one.detail.get("topics", []), naming)
    if not listed and not topics:
        return None
    return digest_words.digest(voice, limits, name=person.name, cases=listed, topics=topics)


def caseload(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """The cases that the reader may see."""
    person, voice = staff_of(tx, one)
    listed = cases.caseload(app, tx, person, naming_of(app, one))
    said = _said_above(app, tx, one, voice)
    return case_words.caseload(
        voice, limits, listed, company=int(one.detail.get("company", 0)), page=one.turn, said=said
    )


def _said_above(app: App, tx: Session, one: facts.Delivery, voice: Voice) -> str | None:
    return _spoken(app, tx, one, voice, one.detail["said"]) if "said" in one.detail else None


def staff_help(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """What can be done here."""
    person, voice = staff_of(tx, one)
    return case_words.guide(voice, limits, cases.caseload(app, tx, person, naming_of(app, one)), person=person.id)


def ask(kind: str, options: dict[str, Message], ask: str) -> Callable[[App, Session, facts.Delivery, Limits], Content]:
    """What one step of a follow-up offers to choose from."""

    def render(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content:
        _, voice = staff_of(tx, one)
        found = alerts.get(tx, one.subject) if kind == "alert" else alerts.entry(tx, one.subject)
        hire = naming_of(app, one)(placements.get(tx, found.placement_id)) if found else "–"
        return follow_up_words.choices(
            voice, limits, kind=kind, subject=one.subject, ask=ask, hire=hire, options=options
        )

    return render


def form(make: Callable[..., Page]) -> Callable[[App, Session, facts.Delivery, Limits], Page | None]:
    """A form about an alert; ``detail`` holds what was filled in before and what is missing."""

    def render(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Page | None:
        _, voice = staff_of(tx, one)
        found = alerts.get(tx, one.subject)
        if found is None:
            return None
        today = local_day(app, app.clock())
        hire = naming_of(app, one)(placements.get(tx, found.placement_id))
        return make(
            voice, limits, alert=found.id, hire=hire, today=today, desk=app.desk, missing=one.detail.get("missing")
        )

    return render


def staff_say(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """One short sentence."""
    return (Paragraph(_spoken(app, tx, one, staff_of(tx, one)[1], one.detail)),), ()


def _spoken(app: App, tx: Session, one: facts.Delivery, voice: Voice, said: Mapping[str, Any]) -> str:
    """One short sentence to somebody of the agency."""
    values = {name: str(value) for name, value in said.items() if name not in ("code", "placement")}
    for name in {"day", "first"} & values.keys():
        values[name] = day(voice, values[name])
    if "placement" in said:
        values["hire"] = naming_of(app, one)(placements.get(tx, int(said["placement"])))
    code = str(said["code"])
    return voice.one(follow_up_words.SAYS.get(code) or case_page_words.PROBLEMS[code], **values)


def action_due(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """An action that was noted for today."""
    action = alerts.entry(tx, one.subject)
    if action is None or action.due_on is None:
        return None
    _, voice = staff_of(tx, one)
    placement = placements.get(tx, action.placement_id)
    topic = voice.one(TOPICS[action.topic]) if action.topic in TOPICS else "…"
    text = voice.one(
        follow_up_words.ACTION_DUE,
        hire=naming_of(app, one)(placement),
        topic=topic,
        day=day(voice, action.due_on),
        note=action.note or "…",
    )
    found = alerts.get(tx, action.alert_id) if action.alert_id else None
    rows = alert_words.alert_buttons(voice, limits, found.id, found.state, found.kind) if found else ()
    done = press("follow_up", action.id, 0, "done", voice.label(follow_up_words.DONE, limits.button))
    return (Paragraph(text),), ((done,), *rows)


def change(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """What has changed for the reader's cases."""
    person, voice = staff_of(tx, one)
    code, days, values = told_in(one)
    if is_brief(app, one):
        for name in {"hire", "hires"} & values.keys():
            values[name] = ", ".join(brief(part) for part in values[name].split(", "))
    reason = values.pop("reason", None)
    return change_words.say(voice, code=code, days=days, reason=reason, **{"name": person.name, **values})


def linked(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """An account that was linked by itself, to be looked at."""
    _, voice = staff_of(tx, one)
    address, person = people.address(tx, one.subject), people.get(tx, int(one.detail["person"]))
    if address is None or address.state == "closed" or address.person_id != person.id:
        return None
    return change_words.linked(
        voice,
        limits,
        address=address.id,
        person_id=person.id,
        person=brief(person.name) if is_brief(app, one) and person.kind != "staff" else person.name,
        role=person.role or "consultant" if person.kind == "staff" else person.kind,
        platform=address.platform,
        account=str(one.detail["account"]),
    )
