"""What a consultant reads: an alert with its reasons, the morning's digest, the caseload, and the steps of a follow-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from babel.dates import format_date

from bot.charts import Chart
from bot.messages import FORM, Button, Limits, Paragraph, Style
from bot.text import said
from bot.text.catalog import Voice
from bot.text.prompts import Content, press
from risk.rules import Rules
from surveys.model import Message

LEVELS = {
    "none": Message("level.none", "no sign"),
    "watch": Message("level.watch", "watch"),
    "elevated": Message("level.elevated", "elevated"),
    "high": Message("level.high", "high"),
    "critical": Message("level.critical", "critical"),
}
LEAVING = frozenset({"explicit.resigned", "explicit.notice"})
"""Reasons after which it is no question any more whether somebody leaves."""

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
INFORMS = Message("alert.informs", "This level informs you; it decides nothing. Do not show it to the company.")
WHY = Message("alert.why", "Why:")
MONTHS = Message("alert.months", "Last months: %(months)s")
TREND = Message("alert.trend", "The level month by month")
TREND_ALT = Message("alert.trend_alt", "The level month by month: %(months)s")
SAID = Message("alert.said", "Said on %(day)s:")
SAID_BY_MANAGER = Message("alert.said_by_manager", "The manager said on %(day)s:")
DONE_SO_FAR = Message("alert.done_so_far", "Done so far:")
FIRST_STEP = Message("alert.first_step", "A first step: %(step)s")
DUE = Message("alert.due", "Please acknowledge by %(day)s.")
CASE = Message("alert.case", "Case %(key)s, since %(start)s, month %(month)s")
ESCALATED = Message("alert.escalated", "Nobody has acknowledged this alert in time, so it comes to you.")
ANSWER = Message("alert.answer", "%(value)s of 5 on %(day)s")
ANSWER_BEFORE = Message(
    "alert.answer_before", "%(value)s of 5 on %(day)s, before that %(before)s of 5 on %(before_day)s"
)
ANSWER_USUAL = Message("alert.answer_usual", "%(value)s of 5 on %(day)s, usually %(usual)s of 5")
PREFERRED_NOT = Message("alert.preferred_not", "preferred not to say")

REASONS = {
    "unreachable.team": Message(
        "alert.reason.unreachable_team",
        "On %(on)s the chat workspace of %(company)s stopped taking our messages: the app was removed there, or its permission "
        "withdrawn. Not reached any more (%(count)s): %(names)s. Please ask the company to install it again, or invite these "
        'people anew: teichaku invite --company "%(company)s"',
    ),
    "unreachable.hire": Message(
        "alert.reason.unreachable_hire",
        "On %(on)s the hire's chat stopped taking our messages: the bot was blocked there, or the account is gone. This is no "
        "silence, and says nothing by itself. Please call. For a new phone: teichaku invite --person NAME --relink",
    ),
    "unreachable.manager": Message(
        "alert.reason.unreachable_manager",
        "On %(on)s the manager's chat stopped taking our messages: the bot was blocked there, or the account is gone. Please "
        "call. For a new phone: teichaku invite --person NAME --relink",
    ),
    "deadline.contract": Message(
        "alert.reason.deadline_contract", "The contract ends on %(on)s and no decision is known."
    ),
    "deadline.status": Message(
        "alert.reason.deadline_status", "The status of residence ends on %(on)s and no renewal is known."
    ),
    "unlinked.hire": Message(
        "alert.reason.unlinked_hire",
        "The hire is waited for since %(on)s and has not connected a chat yet. Below you can invite them anew: please hand the code over "
        "yourself, and ask whether they could use it.",
    ),
    "unlinked.manager": Message(
        "alert.reason.unlinked_manager",
        "%(name)s, the manager, is waited for since %(on)s and has not connected a chat yet. Below you can invite them anew.",
    ),
    "silence": Message("alert.reason.silence", "%(run)s check-ins in a row were delivered and not answered."),
    "help.hire": Message(
        "alert.reason.help_hire", "The hire pressed “I need help” on %(on)s. Please call, and ask what they want."
    ),
    "help.wish": Message("alert.reason.help_wish", "On %(on)s the hire chose an offer of help: %(wish)s."),
    "help.manager": Message("alert.reason.help_manager", "The manager pressed “I need help” on %(on)s. Please call."),
}
SAFETY = {
    "self_harm": Message("alert.safety.self_harm", "Words about dying or hurting oneself, on %(on)s."),
    "violence": Message("alert.safety.violence", "Words about violence, on %(on)s."),
    "threat": Message("alert.safety.threat", "Words about threats or fear, on %(on)s."),
    "confinement": Message("alert.safety.confinement", "Words about being locked in or not allowed out, on %(on)s."),
    "papers": Message("alert.safety.papers", "Words about a passport or residence card that others hold, on %(on)s."),
    "private_life": Message("alert.safety.private_life", "Words about a restricted private life, on %(on)s."),
    "deportation": Message("alert.safety.deportation", "Words about being sent home, on %(on)s."),
    "unpaid": Message("alert.safety.unpaid", "Words about wages that are not paid, on %(on)s."),
    "savings": Message("alert.safety.savings", "Words about savings or bank papers that others hold, on %(on)s."),
    "penalty": Message("alert.safety.penalty", "Words about a penalty for leaving, on %(on)s."),
    "debt": Message("alert.safety.debt", "Words about a debt or deposit to a broker, on %(on)s."),
    "harassment": Message("alert.safety.harassment", "Words about harassment, on %(on)s."),
    "forced": Message("alert.safety.forced", "Words about force, on %(on)s."),
}
CHOSE = {
    "papers": Message("alert.chose.papers", "The answer “others keep my passport”, on %(on)s."),
    "violence": Message("alert.chose.violence", "The answer “I was hit or threatened”, on %(on)s."),
    "money": Message("alert.chose.money", "The answer “my pay is kept back”, on %(on)s."),
    "penalty": Message("alert.chose.penalty", "The answer “I must pay if I leave”, on %(on)s."),
    "freedom": Message("alert.chose.freedom", "The answer “I may not go out freely”, on %(on)s."),
}
CHOSE_OTHER = Message("alert.chose.other", "An answer about danger, on %(on)s.")
REASONS |= {f"safety.{topic}": message for topic, message in SAFETY.items()}
REASONS |= {f"safety.choice.{choice}": message for choice, message in CHOSE.items()}
WISHES = {
    "papers": Message("alert.wish.papers", "visa or papers"),
    "yes": Message("alert.wish.status_papers", "papers for the status of residence"),
    "status": Message("alert.wish.status", "status of residence after leaving"),
    "insurance": Message("alert.wish.insurance", "insurance and tax after leaving"),
    "job": Message("alert.wish.job", "finding other work"),
    "talk": Message("alert.wish.talk", "help with a talk"),
    "money": Message("alert.wish.money", "bank or tax"),
    "doctor": Message("alert.wish.doctor", "going to a doctor"),
    "home": Message("alert.wish.home", "home or phone"),
    "other": Message("alert.wish.other", "something else"),
}
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
DONE = Message("desk.done", "It is done")
NOW = Message("desk.now", "Now: %(state)s")
GONE = Message("desk.gone", "This case is with somebody else now.")
OPEN = Message("desk.open", "Open: %(hire)s")
STATES = {
    "open": Message("desk.state.open", "open"),
    "acknowledged": Message("desk.state.acknowledged", "in hand"),
    "snoozed": Message("desk.state.snoozed", "put off"),
    "resolved": Message("desk.state.resolved", "closed"),
}
SNOOZES = {
    "1d": Message("desk.snooze.1d", "Tomorrow"),
    "3d": Message("desk.snooze.3d", "In 3 days"),
    "1w": Message("desk.snooze.1w", "Next week"),
}
DUES = {
    "3d": Message("desk.due.3d", "Within 3 days"),
    "1w": Message("desk.due.1w", "Within a week"),
    "2w": Message("desk.due.2w", "Within two weeks"),
}
OUTCOMES = {
    "stays_solved": Message("desk.outcome.stays_solved", "Stays, the matter is solved"),
    "stays_open": Message("desk.outcome.stays_open", "Stays, the matter goes on"),
    "leaves": Message("desk.outcome.leaves", "Leaves"),
    "false_alarm": Message("desk.outcome.false_alarm", "There was nothing"),
    "other": Message("desk.outcome.other", "Something else"),
}
TOPICS = {
    "supervisor": Message("desk.topic.supervisor", "Supervisor"),
    "promise": Message("desk.topic.promise", "Work as promised"),
    "pay": Message("desk.topic.pay", "Pay"),
    "growth": Message("desk.topic.growth", "Learning and growth"),
    "peer": Message("desk.topic.peer", "Colleagues"),
    "hours": Message("desk.topic.hours", "Hours and days off"),
    "language": Message("desk.topic.language", "Language"),
    "life": Message("desk.topic.life", "Daily life"),
    "overall": Message("desk.topic.overall", "Work as a whole"),
}
SUBJECTS = {
    "intention": Message("desk.subject.intention", "Wish to stay"),
    "drop": Message("desk.subject.drop", "A fall in satisfaction"),
    "missed": Message("desk.subject.missed", "Check-ins not answered"),
    "manager": Message("desk.subject.manager", "The manager's view"),
    "context": Message("desk.subject.context", "Dates"),
    "explicit.offer": Message("desk.subject.offer", "Has another offer"),
    "explicit.resigned": Message("desk.subject.resigned", "Says they leave"),
    "explicit.interviewing": Message("desk.subject.interviewing", "Is in interviews"),
    "explicit.notice": Message("desk.subject.notice", "Has given notice"),
    "recognition": Message("desk.subject.recognition", "Recognition"),
    "clarity": Message("desk.subject.clarity", "Clear work"),
    "stress": Message("desk.subject.stress", "Strain"),
    "workload": Message("desk.subject.workload", "Amount of work"),
}
EFFECTS = {
    "1": Message("desk.effect.1", "worse"),
    "2": Message("desk.effect.2", "no change"),
    "3": Message("desk.effect.3", "a little better"),
    "4": Message("desk.effect.4", "much better"),
}
ENTRIES = {
    "acknowledged": Message("desk.entry.acknowledged", "%(day)s: %(author)s takes care of it"),
    "snoozed": Message("desk.entry.snoozed", "%(day)s: %(author)s put it off"),
    "action": Message("desk.entry.action", "%(day)s: %(author)s, %(topic)s: %(note)s (by %(due)s)"),
    "visit": Message("desk.entry.visit", "%(day)s: %(author)s visited: %(note)s"),
    "call": Message("desk.entry.call", "%(day)s: %(author)s called: %(note)s"),
    "done": Message("desk.entry.done", "%(day)s: %(author)s has done it: %(topic)s"),
    "resolved": Message("desk.entry.resolved", "%(day)s: %(author)s closed the case: %(outcome)s"),
    "resolved_note": Message("desk.entry.resolved_note", "%(day)s: %(author)s closed the case: %(outcome)s. %(note)s"),
    "escalated": Message("desk.entry.escalated", "%(day)s: nobody had acknowledged it, so %(author)s was told"),
    "stands_in": Message("desk.entry.stands_in", "%(day)s: the consultant is away, so %(author)s was told"),
    "said": Message("desk.entry.said", "%(day)s: %(author)s brought up what the hire had allowed: %(topic)s"),
    "effect": Message("desk.entry.effect", "%(day)s: did %(topic)s change? The hire says: %(outcome)s"),
}
ASKS = {
    "topic": Message("desk.ask.topic", "%(hire)s: what is the action about?"),
    "note": Message("desk.ask.note", "What will you do? Please write one sentence. Only the agency reads it."),
    "due": Message("desk.ask.due", "By when?"),
    "promised": Message(
        "desk.ask.promised", "Have you promised it to %(hire)s? Then the next check-in asks whether it changed."
    ),
    "snooze": Message("desk.ask.snooze", "%(hire)s: when shall I remind you?"),
    "outcome": Message("desk.ask.outcome", "%(hire)s: how did it end?"),
}
YES = Message("desk.yes", "Yes, promised")
NO = Message("desk.no", "No")
REPEATED = Message("desk.repeated", "(Repeated, because the first one perhaps did not reach you.)")
REHEARSAL = Message("desk.rehearsal", "This is a rehearsal. The time is played, and nothing of this is real.")
SAYS = {
    "acknowledged": Message("desk.say.acknowledged", "%(hire)s: noted, you take care of it. Nobody else is told."),
    "snoozed": Message("desk.say.snoozed", "%(hire)s: all right, I will remind you on %(day)s."),
    "action": Message("desk.say.action", "%(hire)s: noted, due on %(day)s."),
    "action_promised": Message(
        "desk.say.action_promised", "%(hire)s: noted, due on %(day)s. The next check-in asks whether it changed."
    ),
    "resolved": Message("desk.say.resolved", "%(hire)s: the case is closed. The check-ins go on as before."),
    "done": Message("desk.say.done", "%(hire)s: noted as done."),
    "share_said": Message("desk.say.share_said", "%(hire)s: noted as brought up. They read that you did."),
    "share_back": Message("desk.say.share_back", "%(hire)s has taken a topic back: please do not bring it up."),
    "logged": Message("desk.say.logged", "%(hire)s: noted in the case's history."),
    "noted_pause": Message(
        "desk.say.noted_pause",
        "%(hire)s: nothing is asked from %(first)s to %(day)s. The hire is told if they take part, and the check-ins start "
        "again by themselves.",
    ),
    "noted_leave": Message(
        "desk.say.noted_leave",
        "%(hire)s: noted as leaving on %(day)s. The check-ins end, and open alerts about the risk are closed.",
    ),
    "noted_start": Message(
        "desk.say.noted_start", "%(hire)s: the first day of work is %(day)s now. Please correct the roster too."
    ),
    "not_explained": Message(
        "desk.say.not_explained",
        "%(hire)s: there is nothing to explain. Nothing was estimated yet, or this person does not wish it any more.",
    ),
    "already": Message("desk.say.already", "%(hire)s: this case is closed already; nothing has changed."),
    "not_yours": Message("desk.say.not_yours", "This case is not with you, so nothing has changed."),
    "unknown": Message(
        "desk.say.unknown", "I did not understand that. Write “list” for your cases, or “help” for what I can do."
    ),
    "unreadable": Message(
        "desk.say.unreadable", "I can read only text and buttons, and no edits. Please write it anew."
    ),
    "empty": Message("desk.say.empty", "Please write one sentence about what you will do."),
    "no_cases": Message("desk.say.no_cases", "No open alert. Write “list” for your cases."),
}
ACTION_DUE = Message("desk.action_due", "%(hire)s, %(topic)s: you wanted to have this done by %(day)s: %(note)s")
DIGEST = Message("desk.digest", "Good morning, %(name)s. Cases that need a look: %(count)s")
DIGEST_TOPICS = Message("desk.digest_topics", "Good morning, %(name)s.")
DIGEST_LINE = Message("desk.digest_line", "%(company)s: %(cases)s")
DIGEST_CASE = Message("desk.digest_case", "%(hire)s (%(level)s)")
CASELOAD = Message("desk.caseload", "Your cases: %(count)s, the most urgent first")
LIST_WORDS = Message("desk.words.list", "list, cases, caseload")
HELP_WORDS = Message("desk.words.help", "help, what can you do")


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said in one check-in, as the consultant may read it: pairs of question and answer."""

    on: date
    by_manager: bool
    lines: tuple[tuple[Message, Message | str | None], ...]
    hire: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's timeline."""

    kind: str
    on: date
    author: str
    topic: str | None
    note: str | None
    due_on: date | None
    outcome: str | None


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


def day(voice: Voice, on: date | str) -> str:
    """A date as the reader writes it."""
    value = date.fromisoformat(on) if isinstance(on, str) else on
    return format_date(value, format="medium", locale=voice.first.partition("@")[0])


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


TREND_FROM = 4
"""How many months must be known before they are drawn: fewer show no course."""

TREND_MONTHS = 12


def trend(voice: Voice, months: Sequence[tuple[date, str]]) -> Chart | None:
    """The levels of the last twelve months as a chart, None where too few are known. ``months`` are (period, level), one a
    month. Levels only: a probability from so few answers is no number to be read off a curve."""
    known = {_count(on): (on, level) for on, level in months}
    if not known:
        return None
    first = max(max(known) - TREND_MONTHS + 1, min(known))
    shown = {number: known[number] for number in sorted(known) if number >= first}
    if len(shown) < TREND_FROM:
        return None
    order = list(LEVELS)
    said = " → ".join(f"{month_name(voice, on)} {voice.one(LEVELS[level])}" for on, level in shown.values())
    days = [date(number // 12, number % 12 + 1, 1) for number in range(first, max(known) + 1)]
    return Chart(
        title=voice.one(TREND),
        alt=voice.one(TREND_ALT, months=said),
        bands=tuple(voice.one(LEVELS[level]) for level in order),
        columns=tuple(
            (month_name(voice, on), _year(voice, on) if on.month == 1 or on == days[0] else "") for on in days
        ),
        points=tuple((number - first, order.index(level)) for number, (_, level) in shown.items()),
    )


def _count(on: date) -> int:
    """The number of the month since the year 0."""
    return 12 * on.year + on.month - 1


def _year(voice: Voice, on: date) -> str:
    return format_date(on, format="y" if not voice.first.startswith("ja") else "y年", locale=voice.first[:2])


def month_name(voice: Voice, on: date) -> str:
    """A month as it stands beside others of the same year."""
    return format_date(on, format="MMM" if not voice.first.startswith("ja") else "M月", locale=voice.first[:2])


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
    """What is left of an alert in the chat of somebody who sees the case no more."""
    return (Paragraph(voice.one(GONE), Style.QUIET),), ()


def brief(name: str, key: str | None = None) -> str:
    """A name by its initials, with the case's number where there is one: "N. V. A. (A-1)"."""
    initials = " ".join(f"{part[0]}." for part in name.split() if part)
    return f"{initials} ({key})" if key else initials


def fitted(paragraphs: Sequence[Paragraph], limits: Limits) -> tuple[Paragraph, ...]:
    """Within the platform's length: the longest paragraph, which holds the quoted words, gives way."""
    kept = list(paragraphs)
    while sum(len(one.text) + 2 for one in kept) > limits.text:
        longest = max(range(len(kept)), key=lambda place: len(kept[place].text))
        text = kept[longest].text
        over = sum(len(one.text) + 2 for one in kept) - limits.text
        kept[longest] = Paragraph(text[: max(20, len(text) - over - 2)] + "…", kept[longest].style)
        if len(text) <= 20:
            break
    return tuple(kept)


def reason(voice: Voice, one: Mapping[str, Any], rules: Rules) -> str:
    """One reason as a sentence, with the answers and dates behind it."""
    code, values = one["code"], dict(one["values"])
    message = REASONS.get(code) or (CHOSE_OTHER if code.startswith("safety.choice.") else None)
    if message is None:
        sentence = rules.reasons.get(code)
        if sentence is None:
            return str(code)
        message = Message(f"risk.reason.{code}", sentence.text)
    values["answers"] = _answers(voice, values)
    if "of" in values:
        values["wish"] = voice.one(WISHES.get(str(values["of"]), WISHES["other"]))
    if code in ("gap", "gap_below"):
        values |= {"subject": subject(voice, f"level.{values['driver']}")}
        values |= {side: _points(values[side]) for side in ("hire", "manager")}
    if "on" in values:
        values["on"] = day(voice, str(values["on"]))
    if "level" in values:
        values["level"] = voice.one(LEVELS[str(values["level"])])
    return voice.one(message, **values)


def subject(voice: Voice, code: str) -> str:
    """What a reason is about, in a word or two."""
    kind, _, driver = code.partition(".")
    message = SUBJECTS.get(code) or SUBJECTS.get(kind) or TOPICS.get(driver) or SUBJECTS.get(driver)
    return voice.one(message) if message else code


def _answers(voice: Voice, values: Mapping[str, Any]) -> str:
    if "last" not in values:
        return ""
    shown: dict[str, str | int] = {"value": _points(values["last"]), "day": day(voice, values["last_on"])}
    if "usual" in values:
        return voice.one(ANSWER_USUAL, usual=f"{1 + 4 * values['usual']:.1f}", **shown)
    if "before" in values:
        before = {"before": _points(values["before"]), "before_day": day(voice, values["before_on"])}
        return voice.one(ANSWER_BEFORE, **shown, **before)
    return voice.one(ANSWER, **shown)


def _points(value: float) -> str:
    """A value from 0 to 1 on the five-point scale that the reader knows; a mean of several answers keeps one decimal."""
    points = 1 + 4 * value
    return f"{points:.0f}" if abs(points - round(points)) < 0.05 else f"{points:.1f}"


def _said(voice: Voice, said: Said) -> Paragraph:
    head = voice.one(SAID_BY_MANAGER if said.by_manager else SAID, day=day(voice, said.on))
    hire = Voice(voice.locales, "hire")
    lines = []
    for asked, given in said.lines:
        answer = voice.one(PREFERRED_NOT) if given is None else given if isinstance(given, str) else hire.one(given)
        lines.append(f"• {hire.one(asked, hire=said.hire, promise='…')} {answer}")
    return Paragraph("\n".join([head, *lines]))


def entry_line(voice: Voice, entry: Entry) -> str:
    """One line of a case's timeline."""
    known = {**OUTCOMES, **EFFECTS}
    topic = voice.one(TOPICS[entry.topic]) if entry.topic in TOPICS else "…"
    outcome = voice.one(known[entry.outcome]) if entry.outcome in known else "…"
    due = day(voice, entry.due_on) if entry.due_on else "…"
    kind = "resolved_note" if entry.kind == "resolved" and entry.note else entry.kind
    return voice.one(
        ENTRIES[kind],
        day=day(voice, entry.on),
        author=entry.author,
        topic=topic,
        note=entry.note or "…",
        due=due,
        outcome=outcome,
    )


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


def choices(
    voice: Voice, limits: Limits, *, kind: str, subject: int, ask: str, hire: str, options: Mapping[str, Message]
) -> Content:
    """One step of a follow-up: a question with its choices, one a row."""
    rows = tuple(
        (press(kind, subject, 0, f"{ask}.{choice}", voice.label(message, limits.button)),)
        for choice, message in options.items()
    )
    return (Paragraph(voice.one(ASKS[ask], hire=hire)),), rows


def digest(
    voice: Voice,
    limits: Limits,
    *,
    name: str,
    cases: Mapping[str, Sequence[tuple[int, str, str, str | None]]],
    topics: Sequence[said.ToSay] = (),
) -> Content:
    """The morning's list by company; each case is (alert, hire, kind, level) and opens by its button. Below it stand the
    ``topics`` that hires let the reader bring up."""
    count = sum(len(listed) for listed in cases.values())
    title = voice.one(DIGEST, name=name, count=count) if count else voice.one(DIGEST_TOPICS, name=name)
    paragraphs, rows = [Paragraph(title, Style.TITLE)], []
    for company, listed in cases.items():
        titles = []
        for alert_id, hire, kind, level in listed:
            word = voice.one(LEVELS[level]) if level else voice.one(SHORT_KINDS[kind])
            titles.append(voice.one(DIGEST_CASE, hire=hire, level=word))
            rows.append((press("alert", alert_id, 0, "open", open_label(voice, limits, hire)),))
        paragraphs.append(Paragraph(voice.one(DIGEST_LINE, company=company, cases=" · ".join(titles))))
    paragraphs += said.paragraphs(voice, topics)
    buttons = said.rows(voice, limits, topics)
    return fitted(paragraphs, limits), (*rows[: limits.buttons - len(buttons)], *buttons)


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


def open_label(voice: Voice, limits: Limits, hire: str) -> str:
    """What stands on the button that opens somebody's alert."""
    return fitting(voice.one(OPEN, hire=hire), limits)


def fitting(label: str, limits: Limits) -> str:
    """Words on a button, cut where they are too long for it."""
    return label if len(label) <= limits.button else label[: limits.button - 1] + "…"
