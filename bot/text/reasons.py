"""Why there is an alert: each reason as a sentence with its answers and dates, and what it is about in a word or two.

The sentences for what answers show stand in ``risk/rules.yaml``, beside their weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.text.catalog import Voice
from bot.text.dates import day
from bot.text.levels import LEVELS
from risk.rules import Rules
from surveys.model import Message

LEAVING = frozenset({"explicit.resigned", "explicit.notice"})
"""Reasons after which it is no question any more whether somebody leaves."""
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
    "silence.first": Message("alert.reason.silence_first", "The very first check-in was delivered and not answered."),
    "help.hire": Message(
        "alert.reason.help_hire", "The hire pressed “I need help” on %(on)s. Please call, and ask what they want."
    ),
    "help.wish": Message("alert.reason.help_wish", "On %(on)s the hire chose an offer of help: %(wish)s."),
    "help.manager": Message("alert.reason.help_manager", "The manager pressed “I need help” on %(on)s. Please call."),
}
SAFETY = {
    "self_harm": Message("alert.safety.self_harm", "Words about dying or hurting oneself, on %(on)s."),
    "violence": Message("alert.safety.violence", "Words about violence, on %(on)s."),
    "threat": Message("alert.safety.threat", "Words about threats, fear or a call for help, on %(on)s."),
    "confinement": Message(
        "alert.safety.confinement", "Words about being locked in, watched or not allowed out, on %(on)s."
    ),
    "papers": Message("alert.safety.papers", "Words about a passport or residence card that others hold, on %(on)s."),
    "care": Message(
        "alert.safety.care", "Words about a doctor or rest that was refused, or a hidden injury, on %(on)s."
    ),
    "private_life": Message(
        "alert.safety.private_life", "Words about a phone, visits, love or faith that others restrict, on %(on)s."
    ),
    "deportation": Message("alert.safety.deportation", "Words about being sent home, on %(on)s."),
    "unpaid": Message("alert.safety.unpaid", "Words about wages that are not paid, or too little, on %(on)s."),
    "savings": Message("alert.safety.savings", "Words about savings or a bank book that others hold, on %(on)s."),
    "penalty": Message(
        "alert.safety.penalty", "Words about a fine, a penalty for leaving, or not being let go, on %(on)s."
    ),
    "debt": Message("alert.safety.debt", "Words about a debt, a deposit or a payment for the job, on %(on)s."),
    "harassment": Message("alert.safety.harassment", "Words about harassment or humiliation, on %(on)s."),
    "forced": Message(
        "alert.safety.forced", "Words about forced work, work without rest, or a forced signature or lie, on %(on)s."
    ),
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
    "change": Message("desk.subject.change", "What was promised"),
    "gap": Message("desk.subject.gap", "Views far apart"),
    "gap_below": Message("desk.subject.gap", "Views far apart"),
}
COMMA = Message("desk.comma", ", ")
ANSWER = Message("alert.answer", "%(value)s of 5 on %(day)s")
ANSWER_BEFORE = Message(
    "alert.answer_before", "%(value)s of 5 on %(day)s, before that %(before)s of 5 on %(before_day)s"
)
ANSWER_USUAL = Message("alert.answer_usual", "%(value)s of 5 on %(day)s, usually %(usual)s of 5")


def reason(voice: Voice, one: Mapping[str, Any], rules: Rules) -> str:
    """One reason as a sentence, with the answers and dates behind it."""
    code, values = one["code"], dict(one["values"])
    if code == "silence" and values["run"] == 1:
        code = "silence.first"  # One alone is told only where it is the first.
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
        values |= {on: day(voice, str(values[on])) for on in ("hire_on", "manager_on")}
    if "last_on" in values:
        values["day"] = day(voice, str(values["last_on"]))
    if "on" in values:
        values["on"] = day(voice, str(values["on"]))
    if "level" in values:
        values["level"] = voice.one(LEVELS[str(values["level"])])
    return voice.one(message, **values)


def subject(voice: Voice, code: str) -> str:
    """What a reason is about, in a word or two; nothing for what only tells how sure a level is."""
    kind, _, driver = code.partition(".")
    message = SUBJECTS.get(code) or SUBJECTS.get(kind) or TOPICS.get(driver) or SUBJECTS.get(driver)
    return voice.one(message) if message else ""


def listed(voice: Voice, names: Iterable[str]) -> str:
    """Names one after the other, each once."""
    return voice.one(COMMA).join(dict.fromkeys(names))


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
