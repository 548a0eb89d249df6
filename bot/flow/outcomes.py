"""Outcomes: what became of the people who were assessed, and what of it is in force for the next assessment.

Notice that somebody gave on their own counts as leaving, from the day of the notice. Dismissal, the end of a contract, a move
within the agency and what is unclear end the observation instead.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.app import App
from bot.flow.assessment import gather, turnover_of
from risk.backtest import Leaver, PersonMonth, Report, backtest, erased
from risk.cohort import Company
from risk.features import History
from risk.learn import Learned, Month, Proposal, learn, log_loss
from risk.model import Case, Level
from risk.rules import changed, weight_of
from scheduler.workdays import add_months
from store import facts
from store.queries import outcomes, people, placements

HORIZON = timedelta(days=90)
LEARNED_FROM = 1_000_000
"""The first version number of what was learned; files of a consultancy's own stay below it."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything of one placement that a backtest or learning needs."""

    placement: facts.Placement
    left_on: date | None  # notice given by themselves
    until: date  # the last day on which it is known whether they had left
    believed: tuple[tuple[date, outcomes.Believed], ...]  # the last assessment of each month, by its day
    assessed: int  # months, those after the notice among them


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a person-month needs beside its assessment, all of it by placement but the sizes, which are by company."""

    cases: Mapping[int, Case]
    acted: Mapping[int, datetime]
    spoken: Mapping[int, Sequence[tuple[date, str]]]
    sizes: Mapping[int, tuple[list[date], list[date]]]


def measured(app: App, tx: Session, *, times: int = 200) -> Report:
    """The backtest of everything that was assessed and is known by now."""
    known, today = _known(app, tx), app.clock().astimezone(app.desk.zone).date()
    beside = _Beside(gather(tx, [one.placement for one in known]), outcomes.acted(tx), outcomes.spoken(tx), _sizes(tx))
    months = [
        _person_month(app, one, day, believed, beside)
        for one in known
        for day, believed in one.believed
        if _decided(one, day, today)
    ]
    among = {one.placement.id for one in known}
    elevated = [
        one for one in outcomes.told(tx) if one.placement_id in among and Level(one.level).rank >= Level.ELEVATED.rank
    ]
    first: dict[int, date] = {}
    for alert in elevated:
        first.setdefault(alert.placement_id, alert.at.astimezone(app.desk.zone).date())
    leavers = [
        Leaver(str(one.placement.id), one.left_on, _before(first.get(one.placement.id), one.left_on))
        for one in known
        if one.left_on is not None
    ]
    consultants = len({one.placement.consultant.id for one in known}) or 1
    report = backtest(
        months,
        leavers,
        capacity=app.policy.capacity * consultants,
        told=len(elevated),
        assessed=sum(one.assessed for one in known),
        repeats=_repeats(elevated, app.desk.zone),
        times=times,
    )
    return replace(report, erased=erased(outcomes.kept(tx)))


def _repeats(alerts: Sequence[outcomes.Told], zone: ZoneInfo) -> int:
    """How many of these tell again of somebody of whom the same month or the one before told already."""
    repeats, by_person = 0, defaultdict[int, set[int]](set)
    for alert in alerts:
        day = alert.at.astimezone(zone)
        month, earlier = 12 * day.year + day.month, by_person[alert.placement_id]
        repeats += bool(earlier & {month, month - 1})
        earlier.add(month)
    return repeats


def _sizes(tx: Session) -> Mapping[int, tuple[list[date], list[date]]]:
    """The days on which each company's hires began, and on which they went, in order."""
    gone = {one.placement_id: one for one in outcomes.ended(tx)}
    found: dict[int, tuple[list[date], list[date]]] = defaultdict(lambda: ([], []))
    for one in placements.everyone(tx):
        begun, ended = found[one.company_id]
        insort(begun, one.start_date)
        if one.id in gone:
            insort(ended, gone[one.id].left_on or gone[one.id].notice_on or date.max)
    return found


def _before(alerted: date | None, notice: date) -> date | None:
    return alerted if alerted is not None and alerted < notice else None


def _rate(app: App, placement: facts.Placement) -> float:
    """The client's yearly turnover as it was stated, or what stands for it."""
    stated = turnover_of(app, placement, {})
    return app.rules.turnover.default if stated is None else stated


def _decided(one: _Known, day: date, today: date) -> bool:
    """Whether it is known what came within the horizon: it is over, and notice came or all of it was observed. The last months
    of a leaver wait like those of everybody else; else nobody but leavers would be found in them.
    """
    return day + HORIZON <= (today if one.left_on is not None else min(one.until, today))


def _person_month(
    app: App,
    one: _Known,
    day: date,
    believed: outcomes.Believed,
    beside: _Beside,
) -> PersonMonth:
    placement, case = one.placement, beside.cases[one.placement.id]
    mood = [reading for reading in case.readings if reading.item == "overall" and reading.answered_on <= day]
    spoken = [language for due_on, language in beside.spoken.get(placement.id, ()) if due_on <= believed.period]
    begun, ended = beside.sizes[placement.company_id]
    first = beside.acted.get(placement.id)
    return PersonMonth(
        person=str(placement.hire.id),
        company=str(placement.company_id),
        at=day,
        score=believed.score,
        probability=believed.probability,
        last=max(mood, key=lambda reading: (reading.answered_on, reading.period)).value if mood else None,
        client_rate=_rate(app, placement),
        elevated=Level(believed.level).rank >= Level.ELEVATED.rank,
        acted=first is not None and first <= believed.assessed_at,
        left=one.left_on is not None and one.left_on - day <= HORIZON,
        language=spoken[-1] if spoken else placement.hire.languages[0],
        size=bisect_right(begun, day) - bisect_right(ended, day),
    )


def _known(app: App, tx: Session) -> list[_Known]:
    today = app.clock().astimezone(app.desk.zone).date()
    ended = {one.placement_id: one for one in outcomes.ended(tx)}
    everyone = placements.everyone(tx)
    unscored = people.unscored(tx, [one.id for one in everyone])
    # Whoever does not wish to be estimated is not learned from either.
    everyone = [one for one in everyone if one.id not in unscored]
    zones = {one.id: ZoneInfo(one.timezone) for one in everyone}
    believed: dict[int, dict[tuple[int, int], tuple[date, outcomes.Believed]]] = defaultdict(dict)
    for row in outcomes.believed(tx):
        if row.placement_id not in zones:
            continue
        day = row.assessed_at.astimezone(zones[row.placement_id]).date()
        believed[row.placement_id][row.period.year, row.period.month] = (day, row)
    found = []
    for one in everyone:
        end = ended.get(one.id)
        gone = end.on if end else None
        own = gone if end is not None and end.voluntary else None
        months = [believed[one.id][month] for month in sorted(believed[one.id])]
        # What was said on the day of the notice itself foresaw nothing.
        kept = tuple((day, row) for day, row in months if gone is None or day < gone)
        found.append(_Known(one, own, gone or today, kept, len(months)))
    return found


def months_of(app: App, tx: Session) -> list[tuple[date, Month]]:
    """The person-months to learn from with their day, oldest first: features as they were then, and whether notice came
    before the next month's. The last month of somebody who left without deciding it, or of whom nothing is known yet, is
    left out.
    """
    known = _known(app, tx)
    cases = gather(tx, [one.placement for one in known])
    by_company: dict[int, list[_Known]] = defaultdict(list)
    for one in known:
        by_company[one.placement.company_id].append(one)
    found = [month for listed in by_company.values() for month in _months(app, listed, cases)]
    return sorted(found, key=lambda pair: (pair[0], pair[1].company, pair[1].person))


def _months(app: App, listed: Sequence[_Known], cases: Mapping[int, Case]) -> Iterator[tuple[date, Month]]:
    company = Company([cases[one.placement.id] for one in listed], app.rules)
    for one in listed:
        history = History(cases[one.placement.id], app.rules)
        days = sorted({day for day, _ in one.believed})
        for day, following in zip_longest(days, days[1:], fillvalue=date.max):
            # Check-ins close when they are answered, so a month may be shorter than one or run into the next, of which the
            # question may still be open when somebody goes. Nobody leaves in two months, and none who leaves is lost.
            left = one.left_on is not None and one.left_on <= min(following, add_months(day, 2))
            if not left and min(following, add_months(day, 1)) > one.until:
                continue
            yield (
                day,
                Month(
                    person=str(one.placement.hire.id),
                    company=str(one.placement.company_id),
                    yearly_turnover=turnover_of(app, one.placement, {}),
                    features=history.at(day, company.at(day)),
                    left=left,
                ),
            )


def proposal(app: App, tx: Session) -> Proposal:
    """Learn from everything recorded so far, always from the prior and never from what was adopted."""
    months, adopted = months_of(app, tx), outcomes.in_force(tx)
    everyone = placements.everyone(tx)
    before = {str(one.company_id): _rate(app, one) for one in everyone}
    names = {str(one.company_id): one.company for one in everyone}
    learned = learn([month for _, month in months], app.rules)
    weights = tuple((path, weight_of(app.rules, path)) for path in sorted(learned.weights))
    found = Proposal(learned, before, names, weights, adopted.version if adopted else None, None, None, 0)
    if adopted is None:
        return found
    # The months that began after the adoption: it has not learned from them.
    begin = adopted.adopted_at.astimezone(app.desk.zone).date()
    later = [month for day, month in months if day > begin]
    if not later:
        return found
    rules = changed(app.rules, adopted.weights, adopted.version)
    rates = {str(company): rate for company, rate in adopted.turnover.items()}
    return replace(
        found,
        loss_in_force=log_loss(later, rules, rates),
        loss_prior=log_loss(later, app.rules),
        later_leavers=sum(month.left for month in later),
    )


def adopt(app: App, tx: Session, learned: Learned) -> int:
    """Put what was learned in force from the next assessment on; its version."""
    return outcomes.adopt(
        tx,
        now=app.clock(),
        version=LEARNED_FROM,
        weights=learned.weights,
        turnover=dict(learned.turnover),
        slope=learned.slope,
        leavers=learned.leavers,
        months=learned.months,
    )
