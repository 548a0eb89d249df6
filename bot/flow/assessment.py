"""Assessment: a check-in that is over becomes a level with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import Session

from bot.app import App
from risk.assess import assess
from risk.cohort import Cohort, Company
from risk.features import Features, History
from risk.model import Assessment, Case, Closed, Level, Reading, Reason, Signal
from risk.rules import Rules, changed
from scheduler.plan import EXIT
from store import facts
from store.queries import assessments, checkins, outcomes, placements
from store.queries import people as people_queries
from surveys.loader import LEAVING

log = structlog.get_logger()

MANAGER = "manager"


BATCH = 500
"""So many placements at once, company by company; a company is never divided, since its people are each other's measure."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """The check-ins that were looked at, and the assessment of each that counts."""

    asked: Sequence[checkins.Asked]
    unopened: Sequence[int]
    found: Mapping[int, Mapping[str, Any]]


async def assess_closed(app: App) -> None:
    """Assess every placement whose check-in closed, each with what its whole company answered until then.

    What cannot wait for the end, such as "I have resigned", is assessed as soon as it was said, and once more at the end.
    Nobody's answer waits meanwhile: the writer's thread only keeps what a reader's thread has found.
    """
    looked = await app.store.look(_look, app)
    if looked is not None:
        await app.store.run(_keep, app, looked)
        app.wake()  # There may be more.


def _look(app: App) -> _Looked | None:
    """Gather and decide for the most urgent companies with something to assess, about a batch of placements."""
    now = app.clock()
    with app.store.read() as tx:
        waiting = checkins.unassessed(tx, BATCH)
        if not waiting.companies:
            return None
        people = _of_next(tx, waiting.companies)
        cases, asked = _gathered(tx, people)
        return _Looked(asked, waiting.unopened, _assessed(app, tx, people, cases, asked, now))


def _keep(app: App, looked: _Looked) -> None:
    """Record it. What has changed since it was read is left for the next look."""
    now = app.clock()
    with app.store.begin() as tx:
        still = assessments.unchanged(tx, looked.asked)
        assessments.add(tx, {one: values for one, values in looked.found.items() if one in still}, now=now)
        assessments.done(tx, [*still, *looked.unopened], now=now)
    log.info("checkins.assessed", count=len(still), at=now.isoformat())


def _of_next(tx: Session, companies: Sequence[int]) -> list[facts.Placement]:
    """The placements of the first of these companies, until there are enough for a batch."""
    counted = placements.counted(tx, companies)
    before = accumulate((counted[one] for one in companies), initial=0)
    return placements.of_companies(tx, [one for one, so_far in zip(companies, before, strict=False) if so_far < BATCH])


def _assessed(
    app: App,
    tx: Session,
    people: Sequence[facts.Placement],
    cases: Mapping[int, Case],
    asked: Sequence[checkins.Asked],
    now: datetime,
) -> dict[int, Mapping[str, Any]]:
    """The assessment of each check-in that counts, by its id."""
    by_id = {one.id: one for one in people}
    refused = people_queries.unscored(tx, list(by_id))
    companies: dict[int, list[Case]] = {one.company_id: [] for one in people}
    for one in people:
        if one.id not in refused:  # Who wants no estimate is nobody's measure either.
            companies[one.company_id].append(cases[one.id])
    earlier = assessments.histories(tx, sorted({checkin.placement_id for checkin in asked}))
    rules, learned = in_force(app, tx)
    usual = {company: Company(listed, rules) for company, listed in companies.items()}
    cohorts: dict[tuple[int, date], Cohort] = {}
    found: dict[int, Mapping[str, Any]] = {}
    for checkin in sorted(asked, key=lambda one: (one.closed_at or now, one.id)):
        placement = by_id[checkin.placement_id]
        if not _counts(checkin) or placement.id in refused:
            continue
        at = _day(checkin.closed_at or now, ZoneInfo(placement.timezone))
        if (placement.company_id, at) not in cohorts:
            cohorts[placement.company_id, at] = usual[placement.company_id].at(at)
        features = History(cases[placement.id], rules).at(at, cohorts[placement.company_id, at])
        turnover = turnover_of(app, placement, learned)
        assessed = _within_its_month(features, rules, turnover, *_monthly(earlier[placement.id], checkin))
        found[checkin.id] = _columns(checkin, assessed)
        # What comes later in this batch finds it as if it were stored.
        stored = {**found[checkin.id], "reasons": tuple(found[checkin.id]["reasons"])}
        earlier[placement.id].append(assessments.Assessed(id=0, checkin_id=checkin.id, assessed_at=now, **stored))
    return found


def _within_its_month(
    features: Features,
    rules: Rules,
    turnover: float | None,
    before: Sequence[Assessment],
    highest: Assessment | None,
) -> Assessment:
    """The assessment after those of earlier months. In a month in which one side's check-in raised the level (``highest``) the
    other side's makes no lower one."""
    assessed = assess(features, rules, yearly_turnover=turnover, previous=before)
    if highest is None or highest.level.rank <= assessed.level.rank:
        return assessed
    return assess(features, rules, yearly_turnover=turnover, previous=[*before, highest])


def in_force(app: App, tx: Session) -> tuple[Rules, Mapping[int, float]]:
    """The rules for an assessment now, and the learned yearly turnover by company."""
    return with_learned(app, outcomes.in_force(tx, app.rules.version))


def with_learned(app: App, adopted: outcomes.Adopted | None) -> tuple[Rules, Mapping[int, float]]:
    """The rules and the learned yearly turnover by company, with what was adopted."""
    if adopted is None:
        return app.rules, {}
    return changed(app.rules, adopted.weights, adopted.version), adopted.turnover


def turnover_of(app: App, placement: facts.Placement, learned: Mapping[int, float]) -> float | None:
    """A client's yearly turnover: learned, else as the roster or the settings say it, else None for the default."""
    # A client of whom nobody ever left has said 0, which is not the same as nothing.
    own = placement.yearly_turnover
    stated = app.settings.company(placement.company).yearly_turnover if own is None else own
    return learned.get(placement.company_id, stated)


def _counts(checkin: checkins.Asked) -> bool:
    """What was never delivered, or withdrawn, says nothing about anybody, and who leaves is asked, not estimated. What is
    still open is here for what was said."""
    if checkin.period == EXIT:
        return False
    return checkin.state in ("completed", "open") or (checkin.state == "expired" and checkin.delivered_at is not None)


def _columns(checkin: checkins.Asked, assessed: Assessment) -> dict[str, Any]:
    return {
        "placement_id": checkin.placement_id,
        "period": checkin.due_on,
        "level": assessed.level.value,
        "score": assessed.score,
        "probability": assessed.probability,
        "usual": assessed.usual,
        "reasons": [
            {"code": reason.code, "weight": reason.weight, "values": dict(reason.values)} for reason in assessed.reasons
        ],
        "rules_version": assessed.rules_version,
    }


def _monthly(
    history: Sequence[assessments.Assessed], checkin: checkins.Asked
) -> tuple[list[Assessment], Assessment | None]:
    """The last assessment of each earlier month, oldest first, since a level goes down only after two lower months; and the
    highest of other check-ins of this month."""
    months: dict[tuple[int, int], Assessment] = {}
    this = (checkin.due_on.year, checkin.due_on.month)
    within: list[Assessment] = []
    for one in history:
        month = (one.period.year, one.period.month)
        if one.checkin_id != checkin.id and month < this:
            months[month] = as_assessment(one)
        elif one.checkin_id != checkin.id and month == this:
            within.append(as_assessment(one))
    highest = max(within, key=lambda one: one.level.rank, default=None)
    return [months[month] for month in sorted(months)], highest


def as_assessment(stored: assessments.Assessed) -> Assessment:
    """A stored assessment as the engine's own value."""
    return Assessment(
        level=Level(stored.level),
        score=stored.score,
        probability=stored.probability,
        usual=stored.usual,
        reasons=tuple(Reason(one["code"], one["weight"], one["values"]) for one in stored.reasons),
        rules_version=stored.rules_version,
    )


def gather(tx: Session, wanted: Sequence[facts.Placement], until: datetime | None = None) -> dict[int, Case]:
    """What the engine may see of these placements: answers, silence, tenure and dates, and nothing else of anybody; with
    ``until`` what was known then."""
    return _gathered(tx, wanted, until)[0]


def _gathered(
    tx: Session, wanted: Sequence[facts.Placement], until: datetime | None = None
) -> tuple[dict[int, Case], list[checkins.Asked]]:
    """The cases of these placements, and their check-ins that are to be assessed."""
    asked: dict[int, list[tuple[checkins.Asked, list[checkins.Given]]]] = {one.id: [] for one in wanted}
    waiting = []
    for checkin, given in checkins.evidence(tx, list(asked)):
        if until is not None:
            given = [one for one in given if one.answered_at <= until]
            if checkin.closed_at is not None and checkin.closed_at > until:
                checkin = checkin._replace(closed_at=None)
        asked[checkin.placement_id].append((checkin, given))
        if checkin.waits:
            waiting.append(checkin)
    pauses = placements.all_pauses(tx, list(asked))
    return {one.id: _case(one, asked[one.id], pauses.get(one.id, ())) for one in wanted}, waiting


def _day(moment: datetime, zone: ZoneInfo) -> date:
    """The day at the placement: in Japan, what is said before nine in the morning is of the day before in UTC."""
    return moment.astimezone(zone).date()


def _case(
    placement: facts.Placement,
    asked: Sequence[tuple[checkins.Asked, list[checkins.Given]]],
    pauses: Sequence[tuple[date, date]],
) -> Case:
    zone = ZoneInfo(placement.timezone)
    own = [(checkin, given) for checkin, given in asked if checkin.respondent != MANAGER]
    managers = [(checkin, given) for checkin, given in asked if checkin.respondent == MANAGER]
    signals = [
        Signal(answer.signal, _day(answer.answered_at, zone))
        for _, given in asked
        for answer in given
        if answer.signal in LEAVING
    ]
    return Case(
        placement=str(placement.id),
        company=str(placement.company_id),
        started_on=placement.start_date,
        readings=_readings(own, zone),
        manager_readings=_readings(managers, zone),
        checkins=tuple(
            _closed(checkin, given, zone, pauses) for checkin, given in own if checkin.closed_at is not None
        ),
        signals=tuple(signals),
        contract_ends=placement.contract_ends,
        status_expires=placement.residence_expires,
    )


def _readings(asked: Sequence[tuple[checkins.Asked, list[checkins.Given]]], zone: ZoneInfo) -> tuple[Reading, ...]:
    found = []
    for checkin, given in asked:
        for question, driver, value, points, _, answered_at, _ in given:
            if driver and value and points:
                day = _day(answered_at, zone)
                found.append(Reading(driver, checkin.due_on, day, (int(value) - 1) / (points - 1), question))
    return tuple(found)


def _closed(
    checkin: checkins.Asked,
    given: Sequence[checkins.Given],
    zone: ZoneInfo,
    pauses: Sequence[tuple[date, date]],
) -> Closed:
    """Silence is a delivered check-in that ran out without any answer; "prefer not to say" is an answer of its own.

    What could not be delivered, was declined or withdrawn, or ran into a leave is excused.
    """
    assert checkin.closed_at is not None
    opened, closed = _day(checkin.opened_at or checkin.opens_at, zone), _day(checkin.closed_at, zone)
    paused = any(first <= closed and opened <= last for first, last in pauses)
    ran_out = checkin.state == "expired" and checkin.delivered_at is not None
    first = min((answer.answered_at for answer in given), default=None)
    # Answered after its end, it counted as missed until then.
    missed = ran_out and (first is None or all(answer.late for answer in given))
    excused = checkin.delivered_at is None or checkin.state in ("declined", "cancelled")
    return Closed(
        period=checkin.due_on,
        closed_on=_day(min(checkin.closed_at, checkin.expires_at) if missed else checkin.closed_at, zone),
        missed=missed,
        excused=excused or (missed and paused),
        answered_on=None if first is None else _day(first, zone),
    )
