"""The messages that the agency reads in a chat, for ``benchmarks.sheets --desk``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import chain

from benchmarks.sheet_samples import BEHIND, COMPANY, CONSULTANT, LATER, NAME, TODAY, by, placeholders
from bot.messages import Limits
from bot.text import alerts, case_page, cases, changes, digest, follow_up, levels, reasons, said
from bot.text.catalog import Voice
from bot.text.prompts import Content
from risk.rules import load, reason_codes


def to_the_agency(voice: Voice, limits: Limits) -> Iterator[Content]:
    """Alerts with every reason, the steps of a follow-up, the morning's list, the caseload and a case's page."""
    yield from _alerts(voice, limits)
    choices = {
        "topic": reasons.TOPICS,
        "due": follow_up.DUES,
        "snooze": follow_up.SNOOZES,
        "outcome": follow_up.OUTCOMES,
    }
    for ask in follow_up.ASKS:
        options = choices.get(ask, {"yes": follow_up.YES, "no": follow_up.NO} if ask == "promised" else {})
        yield follow_up.choices(voice, limits, kind="alert", subject=1, ask=ask, hire=NAME, options=options)
    topics = [said.ToSay(1, NAME, COMPANY, "pay", mode, 3) for mode in said.MODES]
    listed = {COMPANY: [(place, NAME, kind, None) for place, kind in enumerate(alerts.SHORT_KINDS)]}
    yield digest.digest(voice, limits, name=CONSULTANT, cases=listed, topics=topics)
    case = cases.Case(1, NAME, 1, COMPANY, "high", ("level.pay", "missed"), 40, 1, None)
    caseload = [case, replace(case, left_on=LATER), replace(case, silent_days=0, alert=None, reasons=())] * 5
    yield cases.caseload(voice, limits, caseload)
    yield cases.guide(voice, limits, caseload, person=1)
    view = case_page.CaseView(1, NAME, COMPANY, "A-1", TODAY, "high", LATER, (NAME,), _timeline()[-6:])
    yield case_page.page(voice, limits, view)
    for step in case_page.ASKS:
        yield case_page.ask(voice, limits, step=step, placement=1, hire=NAME, first=TODAY, last=LATER)
    account = {"role": "hire", "platform": "telegram", "account": "hoa_nguyen"}
    yield changes.linked(voice, limits, address=1, person_id=1, person=NAME, **account)


def _alerts(voice: Voice, limits: Limits) -> Iterator[Content]:
    """As many as are needed to give every reason."""
    rules = load()
    view = alerts.AlertView(
        id=1,
        kind="risk",
        level="high",
        state="open",
        hire=NAME,
        company=COMPANY,
        key="A-1",
        start=date(2026, 4, 1),
        month=6,
        reasons=(),
        months=tuple((date(2026, 4 + place, 1), level) for place, level in enumerate(levels.LEVELS)),
        said=(),
        timeline=_timeline()[:3],
        due_on=TODAY,
        escalated=True,
    )
    numbers = dict.fromkeys(chain.from_iterable(placeholders(one.text) for one in rules.reasons.values()), "3")
    values = {**numbers, "run": "3", "count": "3", "wish": "", **BEHIND}
    for some in by([*reason_codes(rules), *reasons.REASONS], 5):
        kind = next((one for one in alerts.TITLES if some[0].startswith(one)), "risk")
        given = tuple({"code": code, "values": values} for code in some)
        yield alerts.alert(voice, limits, replace(view, kind=kind, reasons=given), rules)


def _timeline() -> tuple[follow_up.Entry, ...]:
    kinds = [kind for kind in follow_up.ENTRIES if kind != "resolved_note"]
    return tuple(follow_up.Entry(kind, TODAY, CONSULTANT, "pay", "給与明細", LATER, "leaves") for kind in kinds)
