"""Outcomes: what became of the people who were assessed, and how well it was foreseen.

Notice that somebody gave on their own counts as leaving, from the day of the notice. Dismissal, the end of a contract, a move
within the agency and what is unclear end the observation instead.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.app import App
from bot.flow.assessment import gather, turnover_of
from risk.backtest import Leaver, PersonMonth, Report, backtest, erased
from risk.model import Case, Level
from store import facts
from store.queries import outcomes, people, placements

HORIZON = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Followed:
    """Everything of one placement that a backtest or learning needs."""

    placement: facts.Placement
    left_on: date | None  # notice given by themselves
    gone: bool
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
    known, today = followed(app, tx), app.clock().astimezone(app.desk.zone).date()
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
        told=sum(alert.known for alert in elevated),
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
        repeats += alert.known and bool(earlier & {month, month - 1})
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


def rate(app: App, placement: facts.Placement, learned: Mapping[int, float] | None = None) -> float:
    """The client's yearly turnover as it was learned or stated, or what stands for it."""
    stated = turnover_of(app, placement, learned or {})
    return app.rules.turnover.default if stated is None else stated


def _decided(one: Followed, day: date, today: date) -> bool:
    """Whether it is known what came within the horizon: it is over, and notice came or all of it was observed. The last months
    of a leaver wait like those of everybody else; else nobody but leavers would be found in them.
    """
    return day + HORIZON <= (today if one.left_on is not None else min(one.until, today))


def _person_month(
    app: App,
    one: Followed,
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
        client_rate=rate(app, placement),
        elevated=Level(believed.level).rank >= Level.ELEVATED.rank,
        acted=first is not None and first <= believed.assessed_at,
        left=one.left_on is not None and one.left_on - day <= HORIZON,
        language=spoken[-1] if spoken else placement.hire.languages[0],
        size=bisect_right(begun, day) - bisect_right(ended, day),
    )


def followed(app: App, tx: Session) -> list[Followed]:
    """Everybody who was ever placed, but for those who do not wish to be estimated."""
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
        found.append(Followed(one, own, gone is not None, gone or today, kept, len(months)))
    return found
