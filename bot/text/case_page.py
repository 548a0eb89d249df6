"""A case's own page for somebody of the agency, and what can be noted about it: in a window, or step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.messages import FORM, Button, Field, Form, Limits, Paragraph, Style
from bot.text import said
from bot.text.alerts import DONE_SO_FAR, EXPLAIN
from bot.text.catalog import Voice
from bot.text.changes import LEAVE_REASONS
from bot.text.dates import day
from bot.text.fitting import fitted
from bot.text.follow_up import Entry, entry_line
from bot.text.levels import level_word
from bot.text.prompts import Content, Page, press
from bot.text.staff_forms import SAVE
from surveys.model import Message

TITLE = Message("case.page.title", "%(hire)s, %(company)s")
ABOUT = Message("case.page.about", "Case %(key)s, since %(start)s, now: %(level)s")
LEAVES = Message("case.page.leaves", "Leaves on %(day)s.")
UNLINKED = Message("case.page.unlinked", "Not connected: %(names)s")
BACK = Message("case.page.back", "Back to the list")
LOG = Message("case.page.log", "Log a visit or a call")
INVITE_HIRE = Message("case.page.invite_hire", "Invite the hire anew")
INVITE_MANAGER = Message("case.page.invite_manager", "Invite the manager anew")
PAUSE = Message("case.page.pause", "Pause the check-ins")
LEAVE = Message("case.page.leave", "Record notice")
START = Message("case.page.start", "Correct the start date")
INVITES = {"hire": INVITE_HIRE, "manager": INVITE_MANAGER}
ACTIONS = {"log": LOG, "pause": PAUSE, "leave": LEAVE, "start": START}

LOGS = {"visit": Message("case.log.visit", "A visit"), "call": Message("case.log.call", "A call")}
KIND = Message("case.field.kind", "What it was")
NOTE = Message("case.field.note", "What you learned (only the agency reads it)")
FIRST = Message("case.field.first", "First day without check-ins")
LAST = Message("case.field.last", "Last day without check-ins")
NOTICE = Message("case.field.notice", "Day of the notice")
LAST_DAY = Message("case.field.last_day", "Last day of work")
REASON = Message("case.field.reason", "Why")
BEGAN = Message("case.field.start", "First day of work")

ASKS = {
    "log": Message("case.ask.log", "%(hire)s: was it a visit or a call?"),
    "visit": Message("case.ask.note", "What did you learn? Please write it in one message. Only the agency reads it."),
    "pause": Message(
        "case.ask.pause",
        "%(hire)s: please write the first and the last day without check-ins, like this: %(first)s %(last)s",
    ),
    "leave": Message("case.ask.leave", "%(hire)s: why do they leave?"),
    "left": Message(
        "case.ask.left", "%(hire)s: please write the day of the notice and the last day, like this: %(first)s %(last)s"
    ),
    "start": Message("case.ask.start", "%(hire)s: please write the right first day of work, like this: %(first)s"),
}
ASKS["call"] = ASKS["visit"]

PROBLEMS = {
    "choice": Message("case.problem.choice", "Please choose one of the list."),
    "note": Message("case.problem.note", "Please write one sentence about what you learned."),
    "days": Message("case.problem.days", "I could not read the days. Please write each like this: 2026-04-01"),
    "far": Message("case.problem.far", "That day is too far away. Please look at the year."),
    "past": Message("case.problem.past", "These days are over already. Please write days that are still to come."),
    "days_reversed": Message("case.problem.days_reversed", "The first day comes after the last one."),
    "placement_left": Message("case.problem.placement_left", "They have left by then, so there is nothing to pause."),
    "notice_late": Message("case.problem.notice_late", "The notice comes after the last day."),
    "left_early": Message("case.problem.left_early", "The last day comes before the first day of work."),
    "start_late": Message(
        "case.problem.start_late", "That day comes after the notice, the last day or the end of the contract."
    ),
}
"""Why something was not noted, by code; nothing has changed then."""

INVITATION = Message(
    "case.invitation",
    "For %(name)s, and nobody else. It works once, until %(day)s, and what was sent before does not work any more. If they "
    "are connected already, their old chat is disconnected when they use it.",
)
SCAN = Message("case.invitation.scan", "The same as a code to scan with a phone")
BY_LINK = Message("case.invitation.link", "They open this link: %(link)s")
BY_CODE = Message("case.invitation.code", "They send this code to the bot: %(code)s")


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as its page shows it; ``unlinked`` are the names of those who are not connected, ``topics`` what the hire lets
    the reader bring up with the company."""

    placement: int
    hire: str
    company: str
    key: str
    start: date
    level: str | None
    left_on: date | None
    unlinked: tuple[str, ...]
    timeline: tuple[Entry, ...]
    topics: tuple[said.ToSay, ...] = ()


def page(voice: Voice, limits: Limits, view: CaseView, *, both: Sequence[str] = ()) -> Content:
    """Who, since when, both views (lines of bot.text.mirror), what was done, and what can be noted."""
    paragraphs = [Paragraph(voice.one(TITLE, hire=view.hire, company=view.company), Style.TITLE)]
    about = voice.one(ABOUT, key=view.key, start=day(voice, view.start), level=level_word(voice, view.level))
    paragraphs.append(Paragraph(about, Style.QUIET))
    if view.left_on is not None:
        paragraphs.append(Paragraph(voice.one(LEAVES, day=day(voice, view.left_on))))
    if view.unlinked:
        paragraphs.append(Paragraph(voice.one(UNLINKED, names=", ".join(view.unlinked))))
    if both:
        paragraphs.append(Paragraph("\n".join(both)))
    if view.timeline:
        lines = [voice.one(DONE_SO_FAR), *(f"• {entry_line(voice, one)}" for one in view.timeline[-6:])]
        paragraphs.append(Paragraph("\n".join(lines)))
    paragraphs += said.paragraphs(voice, view.topics)

    def button(choice: str, message: Message, subject: int = view.placement) -> tuple[Button, ...]:
        return (press("case", subject, 0, choice, voice.label(message, limits.button)),)

    rows = said.rows(voice, limits, view.topics)
    rows += [button(f"{FORM}{step}", message) for step, message in ACTIONS.items()]
    rows.append(button("why", EXPLAIN))
    rows += [(invite(voice, limits, side, view.placement),) for side in INVITES]
    rows.append(button("list", BACK, 0))
    return fitted(paragraphs, limits), tuple(rows)


def invite(voice: Voice, limits: Limits, side: str, placement: int) -> Button:
    """Invites the ``hire`` or the ``manager`` of a placement anew."""
    return press("case", placement, 0, f"invite-{side}", voice.label(INVITES[side], limits.button))


def form(
    voice: Voice, limits: Limits, *, step: str, placement: int, hire: str, start: date, today: date, missing: str | None
) -> Page:
    """The window of one of the ACTIONS."""
    paragraphs = [Paragraph(f"{hire}: {voice.one(ACTIONS[step])}", Style.TITLE)]
    if missing in PROBLEMS:
        paragraphs.append(Paragraph(voice.one(PROBLEMS[missing])))
    submit = press("case", placement, 0, f"{step}.save", voice.label(SAVE, limits.button))
    return Page(tuple(paragraphs), form=Form(_fields(voice, step, start, today), submit))


def _fields(voice: Voice, step: str, start: date, today: date) -> tuple[Field, ...]:
    now = today.isoformat()
    match step:
        case "log":
            kinds = tuple((name, voice.one(one)) for name, one in LOGS.items())
            return (Field("kind", voice.one(KIND), kinds), Field("note", voice.one(NOTE)))
        case "pause":
            return (
                Field("first", voice.one(FIRST), date=True, initial=now),
                Field("last", voice.one(LAST), date=True, initial=now),
            )
        case "leave":
            reasons = tuple((str(name), voice.one(one)) for name, one in LEAVE_REASONS.items())
            return (
                Field("first", voice.one(NOTICE), date=True, initial=now),
                Field("last", voice.one(LAST_DAY), date=True, initial=now),
                Field("reason", voice.one(REASON), reasons),
            )
        case _:
            return (Field("first", voice.one(BEGAN), date=True, initial=start.isoformat()),)


def ask(voice: Voice, limits: Limits, *, step: str, placement: int, hire: str, first: date, last: date) -> Content:
    """One step where there are no windows: a choice, or words that are written."""
    options = {"log": LOGS, "leave": LEAVE_REASONS}.get(step, {})
    text = voice.one(ASKS[step], hire=hire, first=first.isoformat(), last=last.isoformat())
    rows = tuple(
        (press("case", placement, 0, f"{step}.{name}", voice.label(message, limits.button)),)
        for name, message in options.items()
    )
    return (Paragraph(text),), rows


def invitation(voice: Voice, *, name: str, code: str, link: str | None, until: datetime) -> Content:
    """A new code for somebody, which is read here once and stored nowhere."""
    how = voice.one(BY_LINK, link=link) if link else voice.one(BY_CODE, code=code)
    said: Sequence[str] = (voice.one(INVITATION, name=name, day=day(voice, until.date())), how)
    return tuple(Paragraph(one) for one in said), ()
