"""On which days whom is asked what, by occasion: the months, a renewal, leaving, and what a consultancy asks besides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache, partial
from itertools import product
from typing import NamedTuple

from scheduler.cadence import DAY, DAY_OFF_WITHIN, EXIT, Cadence, PlacementFacts
from scheduler.workdays import WorkCalendar, add_months, last_working_day_before, whole_months
from surveys.model import Respondent


class Due(NamedTuple):
    """What is asked of whom about a placement on that day, before any move to a working day."""

    facts: PlacementFacts
    respondent: Respondent
    survey: str
    period: str
    day: date


def dues(placements: Iterable[PlacementFacts], cadence: Cadence, *, first: date, last: date) -> Iterator[Due]:
    """Every day on which something is due, that can open from ``first`` to ``last``; each occasion has a function below."""
    placements = list(placements)
    since = cache(partial(_earliest_due, first))
    yield from _hire_dues(placements, cadence, since, last)
    yield from _manager_dues(placements, cadence, since, last)
    yield from _renewal_dues(placements, cadence, since, last)
    yield from _exit_dues(placements, since, last)
    yield from _own_dues(placements, cadence, since, last)


def _earliest_due(first: date, calendar: WorkCalendar) -> date:
    """The earliest due day that can still open on ``first``: after the last working day, or a day off waited for."""
    return min(last_working_day_before(first, calendar) + DAY, first - DAY_OFF_WITHIN)


def _hire_dues(
    placements: Iterable[PlacementFacts], cadence: Cadence, since: Callable[[WorkCalendar], date], last: date
) -> Iterator[Due]:
    for facts in placements:
        start, low = facts.start_date, since(facts.calendar)
        first_week = start + DAY * cadence.first_week_offset_days
        opened = facts.last_due.get(Respondent.HIRE)
        if opened is not None and opened != first_week and not _is_anniversary(start, opened):
            low = max(low, _after_gap(opened, cadence))
        if low <= first_week <= last:
            yield Due(facts, Respondent.HIRE, "hire_first_week", "first_week", first_week)
        n = max(1, whole_months(start, low))
        while (day := add_months(start, n)) <= last:
            if day >= low:
                yield Due(facts, Respondent.HIRE, "hire_monthly", f"m{n}", day)
            n += 1


def _is_anniversary(start: date, day: date) -> bool:
    n = whole_months(start, day)
    return n >= 1 and add_months(start, n) == day


def _after_gap(opened: date, cadence: Cadence) -> date:
    """The first day that may be due after a corrected start date.

    Only a correction leaves a last opening that is no due day of the present plan; everything before it belongs to the
    old dates and is over. Without a correction the plan needs no gap, and stays the one that was shown beforehand.
    """
    return opened + DAY * cadence.min_gap_days


def _manager_dues(
    placements: Iterable[PlacementFacts], cadence: Cadence, since: Callable[[WorkCalendar], date], last: date
) -> Iterator[Due]:
    teams: dict[tuple[int, int], list[PlacementFacts]] = {}
    for facts in placements:
        if facts.manager is not None:
            teams.setdefault((facts.company, facts.manager), []).append(facts)

    for team in teams.values():
        team.sort(key=lambda facts: facts.start_date)
        lows = [_manager_low(facts, team, cadence, since(facts.calendar)) for facts in team]
        month = min(lows).replace(day=1)
        while month <= last:
            day = _manager_day(team, month)
            for facts, low in zip(team, lows, strict=True):
                if day is not None and low <= day <= last and (n := whole_months(facts.start_date, day)) >= 1:
                    yield Due(facts, Respondent.MANAGER, "manager_monthly", f"m{n}", day)
            month = add_months(month, 1)


def _manager_low(facts: PlacementFacts, team: list[PlacementFacts], cadence: Cadence, low: date) -> date:
    opened = facts.last_due.get(Respondent.MANAGER)
    if opened is None or (opened == _manager_day(team, opened) and whole_months(facts.start_date, opened) >= 1):
        return low
    return max(low, _after_gap(opened, cadence))


def _manager_day(team: list[PlacementFacts], month: date) -> date | None:
    """The manager's day in that month: the day of month of the earliest start among the hires active on that day."""
    for facts in team:
        day = add_months(
            facts.start_date, (month.year - facts.start_date.year) * 12 + month.month - facts.start_date.month
        )
        if facts.active_on(day):
            return day
    return None


def _renewal_dues(
    placements: Iterable[PlacementFacts], cadence: Cadence, since: Callable[[WorkCalendar], date], last: date
) -> Iterator[Due]:
    """Before the contract or the status of residence ends; two ends that are close to each other are asked about once."""
    for facts in placements:
        low, contract, status = since(facts.calendar), facts.contract_ends, facts.residence_expires
        if contract and status and abs((contract - status).days) < cadence.min_gap_days:
            status = None
        for what, end in (("contract", contract), ("status", status)):
            days = [] if end is None else [(before, end - DAY * before) for before in cadence.renewal_days]
            for before, day in days:
                if low <= day <= last:
                    yield Due(facts, Respondent.HIRE, "hire_renewal", f"{what}_{before}", day)
                    if facts.manager is not None:
                        yield Due(facts, Respondent.MANAGER, "manager_renewal", f"{what}_{before}", day)


def _exit_dues(
    placements: Iterable[PlacementFacts], since: Callable[[WorkCalendar], date], last: date
) -> Iterator[Due]:
    """After notice, both sides are asked once more."""
    for facts in placements:
        day = facts.exits_on
        if day is not None and since(facts.calendar) <= day <= last:
            yield Due(facts, Respondent.HIRE, "hire_exit", EXIT, day)
            if facts.manager is not None:
                yield Due(facts, Respondent.MANAGER, "manager_exit", EXIT, day)


def _own_dues(
    placements: Iterable[PlacementFacts], cadence: Cadence, since: Callable[[WorkCalendar], date], last: date
) -> Iterator[Due]:
    """What a consultancy asks besides."""
    for facts, own in product(placements, cadence.own):
        if own.respondent is Respondent.MANAGER and facts.manager is None:
            continue
        for months, days in own.after_start:
            day = add_months(facts.start_date, months) + DAY * days
            if since(facts.calendar) <= day <= last:
                yield Due(facts, own.respondent, own.survey, f"after_{months}m" if months else f"after_{days}d", day)
