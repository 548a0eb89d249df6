"""Render: a promised message becomes words at the moment it is sent, for its reader and in the reader's languages.

Each audience has its own functions and sees its own values: what a manager must not read is not gathered for a manager.
``respondent`` words what hires and managers read, ``case`` and ``agency`` what the agency reads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlmodel import Session

from bot.app import App
from bot.flow import home, own_data
from bot.flow.render import agency, case, respondent
from bot.flow.render.reader import person_of, staff_of
from bot.messages import Limits, Paragraph, Style
from bot.text import alerts as alert_words
from bot.text import follow_up as follow_up_words
from bot.text import prompts, staff_forms
from bot.text.prompts import Content, Page
from bot.text.reasons import TOPICS
from store import facts


def content(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Page | None:
    """The words of a delivery, or None when there is nothing to say any more.

    What is sent once more says so above, and in a rehearsal every message says so below.
    """
    marked = one.detail.get("again") and one.place is None and one.kind != "question"
    above = _repeated(tx, one) if marked else ()
    below = (_rehearsal(tx, one),) if app.rehearsal else ()
    taken = sum(len(note.text) + len("\n\n") for note in (*above, *below))
    if one.detail.get("gone"):
        return Page(*alert_words.gone(staff_of(tx, one)[1]))
    said = RENDER[one.kind](app, tx, one, replace(limits, text=limits.text - taken) if taken else limits)
    if said is None:
        return None
    page = said if isinstance(said, Page) else Page(*said)
    return replace(page, paragraphs=(*above, *page.paragraphs, *below))


def _repeated(tx: Session, one: facts.Delivery) -> tuple[Paragraph, ...]:
    person, voice = person_of(tx, one)
    if person.kind == "staff":
        return (Paragraph(staff_of(tx, one)[1].one(alert_words.REPEATED), Style.QUIET),)
    return (Paragraph(voice.say(prompts.REPEATED), Style.QUIET),)


def _rehearsal(tx: Session, one: facts.Delivery) -> Paragraph:
    person, voice = person_of(tx, one)
    if person.kind == "staff":
        return Paragraph(staff_of(tx, one)[1].one(alert_words.REHEARSAL), Style.QUIET)
    return prompts.rehearsal(voice)


RENDER: dict[str, Callable[[App, Session, facts.Delivery, Limits], Content | Page | None]] = {
    # For a hire or a manager.
    "opening": respondent.opening,
    "reminder": respondent.opening,
    "later": respondent.later,
    "question": respondent.question,
    "thanks": respondent.thanks,
    "own_answers": respondent.own_answers,
    "share": respondent.share,
    "privacy": own_data.page,
    "stored": own_data.stored,
    "share_said": respondent.share_said,
    "pause": respondent.pause,
    "home": home.page,
    "say": respondent.say,
    "language": respondent.language,
    "consent": respondent.consent,
    "declined": respondent.declined,
    "call_name": respondent.call_name,
    "hour": respondent.hour,
    "ready": respondent.ready,
    "safety": respondent.safety,
    "notice": respondent.notice,
    "farewell": respondent.notice,
    # For somebody of the agency.
    "alert": case.alert,
    "alert_update": case.alert,
    "form_action": agency.form(staff_forms.action),
    "form_resolve": agency.form(staff_forms.resolve),
    "digest": agency.digest,
    "caseload": agency.caseload,
    "staff_help": agency.staff_help,
    "case": case.case,
    "why": case.why,
    "case_form": case.case_form,
    "case_ask": case.case_ask,
    "invitation": case.invitation,
    "ask_snooze": agency.ask("alert", follow_up_words.SNOOZES, "snooze"),
    "ask_topic": agency.ask("alert", TOPICS, "topic"),
    "ask_note": agency.ask("follow_up", {}, "note"),
    "ask_due": agency.ask("follow_up", follow_up_words.DUES, "due"),
    "ask_promised": agency.ask("follow_up", {"yes": follow_up_words.YES, "no": follow_up_words.NO}, "promised"),
    "ask_outcome": agency.ask("alert", follow_up_words.OUTCOMES, "outcome"),
    "staff_say": agency.staff_say,
    "action_due": agency.action_due,
    "change": agency.change,
    "linked": agency.linked,
}
"""How each kind of delivery is worded."""
