"""Many points at once: the same features and the same assessment as for one placement, for histories of any source.

The result of a point depends on what was known then and on nothing else: not on the order of cases, answers or points, nor
on which other points are asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from risk.assess import assess
from risk.cohort import Cohort, Company
from risk.features import Features, History
from risk.model import Assessment, Case
from risk.rules import Rules


@dataclass(frozen=True, slots=True)
class Point:
    """A moment at which a person is assessed: a day and, where it is known, the hour."""

    person: str
    at: date
    hour: datetime | None = None


def score(
    cases: Iterable[Case], points: Sequence[Point], rules: Rules, *, turnover: Mapping[str, float] | None = None
) -> list[Assessment]:
    """The assessment of each point, in the order of ``points``; a person without a case is scored as a neutral one.

    ``turnover`` is the yearly voluntary turnover by company, where it is known. Each point stands for itself: a level is
    not held up by the month before. Raises RulesError and ValueError like ``risk.cohort.Company``.
    """
    known = list(cases)
    companies = {case.placement: case.company for case in known}
    found: list[Assessment | None] = [None] * len(points)
    for place, features in featured(known, points, rules):
        company = companies.get(points[place].person)
        yearly = (turnover or {}).get(company) if company is not None else None
        found[place] = assess(features, rules, yearly_turnover=yearly)
    return [one for one in found if one is not None]


def featured(cases: Iterable[Case], points: Sequence[Point], rules: Rules) -> Iterator[tuple[int, Features]]:
    """The features of each point with its place in ``points``, company by company."""
    by_company: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_company[case.company].append(case)
    wanted: dict[str, list[int]] = defaultdict(list)
    for place, point in enumerate(points):
        wanted[point.person].append(place)
    for listed in by_company.values():
        if any(case.placement in wanted for case in listed):
            yield from _of_company(listed, points, wanted, rules)
    known = {case.placement for listed in by_company.values() for case in listed}
    nobody = Company((), rules)
    for person, places in wanted.items():
        if person not in known:
            history = History(Case(person, "", None), rules)
            for place in places:
                day = points[place].at
                yield place, history.at(day, nobody.at(day))


def _of_company(
    cases: Sequence[Case], points: Sequence[Point], wanted: Mapping[str, Sequence[int]], rules: Rules
) -> Iterator[tuple[int, Features]]:
    company, cohorts = Company(cases, rules), dict[tuple[date, datetime | None], Cohort]()
    for case in cases:
        if case.placement not in wanted:
            continue
        history = History(case, rules)
        for place in wanted[case.placement]:
            day, hour = points[place].at, points[place].hour
            if (day, hour) not in cohorts:
                cohorts[day, hour] = company.at(day, hour)
            yield place, history.at(day, cohorts[day, hour], hour)
