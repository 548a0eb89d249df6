"""An alert as a consultant reads it: who, why, what was done so far, a first step, and what can be done below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.messages import FORM, Button, Limits, Paragraph, Style
from bot.text.catalog import Voice
from bot.text.dates import day, month_name
from bot.text.fitting import fitted, fitting
from bot.text.follow_up import Entry, entry_line
from bot.text.levels import LEVELS
from bot.text.prompts import Content, press
from bot.text.reasons import LEAVING, reason
from risk.rules import Rules
from surveys.model import Message

TITLES = {
    "risk": Message("alert.title.risk", "%(hire)s, %(company)s: risk of resignation %(level)s"),
    "help": Message("alert.title.help", "%(hire)s, %(company)s: asks for help"),
    "silence": Message("alert.title.silence", "%(hire)s, %(company)s: no answer"),
    "safety": Message("alert.title.safety", "%(hire)s, %(company)s: safety"),
    "unreachable": Message("alert.title.unreachable", "%(hire)s, %(company)s: cannot be reached"),
    "deadline": Message("alert.title.deadline", "%(hire)s, %(company)s: a deadline is near"),
    "unlinked": Message("alert.title.unlinked", "%(hire)s, %(company)s: not connected yet"),
    "unreachable.manager": Message(
        "alert.title.unreachable_manager", "%(hire)s, %(company)s: the manager cannot be reached"
    ),
    "unlinked.manager": Message(
        "alert.title.unlinked_manager", "%(hire)s, %(company)s: the manager is not connected yet"
    ),
}
SHORT_KINDS = {
    "risk": Message("desk.kind.risk", "risk"),
    "help": Message("desk.kind.help", "help"),
    "silence": Message("desk.kind.silence", "no answer"),
    "safety": Message("desk.kind.safety", "safety"),
    "unreachable": Message("desk.kind.unreachable", "cannot be reached"),
    "unlinked": Message("desk.kind.unlinked", "not connected"),
    "unreachable.manager": Message("desk.kind.unreachable_manager", "manager cannot be reached"),
    "unlinked.manager": Message("desk.kind.unlinked_manager", "manager not connected"),
    "deadline": Message("desk.kind.deadline", "deadline"),
}
INFORMS = Message("alert.informs", "This level informs you; it decides nothing. Do not show it to the company.")
WHY = Message("alert.why", "Why:")
MONTHS = Message("alert.months", "Last months: %(months)s")
SAID = Message("alert.said", "Said on %(day)s:")
SAID_BY_MANAGER = Message("alert.said_by_manager", "The manager said on %(day)s:")
DONE_SO_FAR = Message("alert.done_so_far", "Done so far:")
FIRST_STEP = Message("alert.first_step", "A first step: %(step)s")
DUE = Message("alert.due", "Please acknowledge by %(day)s.")
CASE = Message("alert.case", "Case %(key)s, since %(start)s, month %(month)s")
ESCALATED = Message("alert.escalated", "Nobody has acknowledged this alert in time, so it comes to you.")
PREFERRED_NOT = Message("alert.preferred_not", "preferred not to say")
QUOTED = Message("alert.quoted", "“%(words)s”")
WROTE = Message("alert.wrote", "They wrote: “%(words)s”")
CONTACT = Message("alert.contact", "Safe to reach them: %(how)s, %(when)s")
CONTACT_UNKNOWN = Message(
    "alert.contact_unknown",
    "They have not said yet whether a call is safe. Ask in writing, and write nothing about the matter.",
)
CONTACT_HOW = {
    "phone": Message("alert.contact.phone", "by phone"),
    "chat": Message("alert.contact.chat", "only in writing"),
    "wait": Message("alert.contact.wait", "not yet, please wait for them"),
}
CONTACT_WHEN = {
    "now": Message("alert.contact.now", "at any time"),
    "noon": Message("alert.contact.noon", "at lunch time"),
    "evening": Message("alert.contact.evening", "in the evening"),
    "day_off": Message("alert.contact.day_off", "on a day off"),
    "": Message("alert.contact.no_time", "time not said"),
}
COMPLAINT = Message(
    "alert.complaint",
    "The trouble is with the agency or the consultant. The consultant does not see this case; please take it yourself.",
)
HELP_STEP = Message(
    "alert.help_step", "Do not contact the company first. Ask what the hire wants, and when it is safe to talk."
)
ACKNOWLEDGE = Message("desk.acknowledge", "I take care of it")
EXPLAIN = Message("desk.explain", "Why this level?")
SNOOZE = Message("desk.snooze", "Remind me later")
ACTION = Message("desk.action", "Note an action")
RESOLVE = Message("desk.resolve", "Close the case")
NOW = Message("desk.now", "Now: %(state)s")
GONE = Message(
    "desk.gone",
    "What stood here is not shown any more: the case is with somebody else now, was erased, or the hire wants no estimate.",
)
OPEN = Message("desk.open", "Open: %(hire)s")
STATES = {
    "open": Message("desk.state.open", "open"),
    "acknowledged": Message("desk.state.acknowledged", "in hand"),
    "snoozed": Message("desk.state.snoozed", "put off"),
    "resolved": Message("desk.state.resolved", "closed"),
}
REPEATED = Message("desk.repeated", "(Repeated, because the first one perhaps did not reach you.)")
REHEARSAL = Message("desk.rehearsal", "This is a rehearsal. The time is played, and nothing of this is real.")


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said in one check-in, as the consultant may read it: pairs of question and answer."""

    on: date
    by_manager: bool
    lines: tuple[tuple[Message, Message | str | None], ...]
    hire: str = ""


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert as the agency may see it. ``months`` are (period, level), oldest first."""

    id: int
    kind: str
    level: str | None
    state: str
    hire: str
    company: str
    key: str
    start: date
    month: int
    reasons: tuple[Mapping[str, Any], ...]
    months: tuple[tuple[date, str], ...]
    said: tuple[Said, ...]
    timeline: tuple[Entry, ...]
    due_on: date | None
    escalated: bool
    contact: Mapping[str, Any] = field(default_factory=dict)
    words: str | None = None


def alert(voice: Voice, limits: Limits, view: AlertView, rules: Rules, *, both: Sequence[str] = ()) -> Content:
    """Who, level, reasons with answers and dates, the last months, a first step, and what can be done. ``both`` are the lines
    of what hire and manager see differently (bot.text.mirror)."""
    level = voice.one(LEVELS[view.level]) if view.level else ""
    title = voice.one(TITLES[matter(view.kind, view.reasons)], hire=view.hire, company=view.company, level=level)
    urgent = view.kind in ("help", "safety")
    # What must not be done stands above everything else: somebody may be in danger from the one who would be called.
    paragraphs = [Paragraph(voice.one(HELP_STEP), Style.TITLE)] if urgent else []
    paragraphs += [Paragraph(voice.one(ESCALATED))] if view.escalated else []
    paragraphs.append(Paragraph(title, Style.TITLE))
    case = voice.one(CASE, key=view.key, start=day(voice, view.start), month=view.month)
    paragraphs.append(Paragraph(case, Style.QUIET))
    why = [voice.one(WHY), *(f"• {reason(voice, one, rules)}" for one in view.reasons[:5])]
    paragraphs.append(Paragraph("\n".join(why)))
    if urgent:
        paragraphs += _private(voice, view)
    paragraphs += [Paragraph("\n".join(both))] if both else []
    paragraphs += [_said(voice, said) for said in view.said if said.lines]
    if view.months:
        shown = " → ".join(f"{month_name(voice, on)} {voice.one(LEVELS[level])}" for on, level in view.months[-6:])
        paragraphs.append(Paragraph(voice.one(MONTHS, months=shown), Style.QUIET))
    if view.timeline:
        lines = [voice.one(DONE_SO_FAR), *(f"• {entry_line(voice, one)}" for one in view.timeline[-6:])]
        paragraphs.append(Paragraph("\n".join(lines)))
    step = first_step(voice, view, rules)
    if step:
        paragraphs.append(Paragraph(voice.one(FIRST_STEP, step=step)))
    paragraphs.append(Paragraph(_closing(voice, view, rules), Style.QUIET))
    return fitted(paragraphs, limits), alert_buttons(voice, limits, view.id, view.state, view.kind)


def matter(kind: str, reasons: Sequence[Mapping[str, Any]]) -> str:
    """What an alert is about, in the words of TITLES and SHORT_KINDS: its kind, but who cannot be reached was perhaps never
    connected, and is perhaps the manager."""
    for one in reasons:
        what, _, whom = str(one["code"]).partition(".")
        if what in ("unlinked", "unreachable"):
            return f"{what}.manager" if whom == "manager" else what
    return kind


def _private(voice: Voice, view: AlertView) -> list[Paragraph]:
    """The words, and how the person can be reached without putting them at risk."""
    how = CONTACT_HOW.get(str(view.contact.get("safe")))
    when = CONTACT_WHEN.get(str(view.contact.get("when", "")), CONTACT_WHEN[""])
    reach = voice.one(CONTACT, how=voice.one(how), when=voice.one(when)) if how else voice.one(CONTACT_UNKNOWN)
    found = [Paragraph(voice.one(COMPLAINT))] if view.contact.get("about") in ("agency", "consultant") else []
    found += [Paragraph(voice.one(WROTE, words=view.words))] if view.words else []
    return [*found, Paragraph(reach)]


def _closing(voice: Voice, view: AlertView, rules: Rules) -> str:
    lines = []
    # Of somebody who has resigned nobody wants to read how many leave.
    leaving = any(one["code"] in LEAVING for one in view.reasons)
    if view.kind == "risk" and view.level in ("watch", "elevated", "high", "critical") and not leaving:
        band = getattr(rules.levels, view.level)
        lines.append(voice.one(Message("risk.expectation", rules.expectation.text), one_in=band.one_in))
    if view.kind == "risk":
        lines.append(voice.one(INFORMS))
    if view.due_on and view.state == "open":
        lines.append(voice.one(DUE, day=day(voice, view.due_on)))
    if view.state != "open" or not lines:
        lines.append(voice.one(NOW, state=voice.one(STATES[view.state])))
    return "\n".join(lines)


def gone(voice: Voice) -> Content:
    """What is left of a message in the chat of somebody who may not read it any more."""
    return (Paragraph(voice.one(GONE), Style.QUIET),), ()


def _said(voice: Voice, said: Said) -> Paragraph:
    head = voice.one(SAID_BY_MANAGER if said.by_manager else SAID, day=day(voice, said.on))
    hire = Voice(voice.locales, "hire")
    lines = []
    for asked, given in said.lines:
        match given:
            case None:
                answer = voice.one(PREFERRED_NOT)
            case str():
                answer = voice.one(QUOTED, words=given)
            case _:
                answer = hire.one(given)
        lines.append(f"• {hire.one(asked, hire=said.hire, promise='…')} {answer}")
    return Paragraph("\n".join([head, *lines]))


def first_step(voice: Voice, view: AlertView, rules: Rules) -> str | None:
    """One concrete thing to do first, by the strongest reason that has one."""
    if view.kind in ("help", "safety", "unreachable"):
        return None  # It stands in the first line, or with the reason: the steps are about what somebody answered.
    codes = ["missed"] if view.kind == "silence" else [str(one["code"]) for one in view.reasons]
    step = next((found for found in map(rules.first_step, codes) if found), None)
    return voice.one(step) if step else None


def alert_buttons(voice: Voice, limits: Limits, alert_id: int, state: str, kind: str) -> tuple[tuple[Button, ...], ...]:
    """What can be done about an alert in this state."""
    if state == "resolved":
        return ()
    known = {"ack": ACKNOWLEDGE, "snooze": SNOOZE, f"{FORM}action": ACTION, f"{FORM}resolve": RESOLVE}
    if state == "acknowledged":
        del known["ack"]
    buttons = [
        press("alert", alert_id, 0, choice, voice.label(message, limits.button)) for choice, message in known.items()
    ]
    rows = (tuple(buttons[:2]), tuple(buttons[2:])) if len(buttons) > 2 else (tuple(buttons),)
    if kind != "risk":
        return rows
    return (*rows, (press("alert", alert_id, 0, "why", voice.label(EXPLAIN, limits.button)),))


def open_label(voice: Voice, limits: Limits, hire: str) -> str:
    """What stands on the button that opens somebody's alert."""
    return fitting(voice.one(OPEN, hire=hire), limits)
