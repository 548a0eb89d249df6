"""Assessment: a check-in that is over becomes a level with its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import Session

from bot.app import App
from risk.assess import assess
from risk.cohort import Cohort
from risk.features import features, prepare
from risk.model import Assessment, Case, Closed, Level, Reading, Reason, Signal
from store import facts
from store.queries import assessments, checkins, placements
from store.queries import people as people_queries

log = structlog.get_logger()

MANAGER = "manager"


def assess_closed(app: App) -> None:
    """Assess every placement whose check-in closed, each with what its whole company answered until then."""
    with app.store.read() as tx:
        if not checkins.unassessed(tx, limit=1):
            return
    now = app.clock()
    with app.store.begin() as tx:
        closed = checkins.unassessed(tx)
        by_company: dict[int, list[facts.CheckIn]] = {}
        for checkin in closed:
            placement = placements.get(tx, checkin.placement_id)
            by_company.setdefault(placement.company_id, []).append(checkin)
        for company_id, rows in by_company.items():
            _assess_company(app, tx, company_id, rows)
    log.info("checkins.assessed", count=len(closed), at=now.isoformat())


def _assess_company(app: App, tx: Session, company_id: int, closed: Sequence[facts.CheckIn]) -> None:
    now = app.clock()
    people = {placement.id: placement for placement in placements.everyone(tx, company_id=company_id)}
    cases = gather(tx, list(people.values()))
    cohorts: dict[date, Cohort] = {}
    for checkin in closed:
        placement = people[checkin.placement_id]
        if not _counts(checkin) or not people_queries.may_score(tx, placement.hire, placement.id):
            assessments.skip(tx, checkin.id, now=now)
            continue
        at = _day(checkin.closed_at or now, placement)
        cohort = cohorts.setdefault(at, prepare(list(cases.values()), at=at, rules=app.rules))

        found = features(cases[checkin.placement_id], cohort, at=at, rules=app.rules)
        earlier = _monthly(assessments.history(tx, checkin.placement_id), checkin)
        turnover = placement.yearly_turnover or app.settings.company(placement.company).yearly_turnover
        assessed = assess(found, app.rules, yearly_turnover=turnover, previous=earlier)

        assessments.add(tx, checkin.id, now=now, **_columns(checkin, assessed))


def _counts(checkin: facts.CheckIn) -> bool:
    """What was never delivered, or withdrawn, says nothing about anybody."""
    return checkin.state == "completed" or (checkin.state == "expired" and checkin.delivered_at is not None)


def _columns(checkin: facts.CheckIn, assessed: Assessment) -> dict[str, object]:
    return {
        "placement_id": checkin.placement_id,
        "period": checkin.due_on,
        "level": assessed.level.value,
        "score": assessed.score,
        "probability": assessed.probability,
        "neutral": assessed.neutral,
        "reasons": [
            {"code": reason.code, "weight": reason.weight, "values": dict(reason.values)} for reason in assessed.reasons
        ],
        "rules_version": assessed.rules_version,
    }


def _monthly(history: Sequence[assessments.Assessed], checkin: facts.CheckIn) -> list[Assessment]:
    """The last assessment of each earlier month, oldest first: a level goes down only after two lower months."""
    months: dict[tuple[int, int], Assessment] = {}
    for one in history:
        if one.checkin_id != checkin.id and (one.period.year, one.period.month) < (
            checkin.due_on.year,
            checkin.due_on.month,
        ):
            months[one.period.year, one.period.month] = as_assessment(one)
    return [months[month] for month in sorted(months)]


def as_assessment(stored: assessments.Assessed) -> Assessment:
    """A stored assessment as the engine's own value."""
    return Assessment(
        level=Level(stored.level),
        score=stored.score,
        probability=stored.probability,
        neutral=stored.neutral,
        reasons=tuple(Reason(one["code"], one["weight"], one["values"]) for one in stored.reasons),
        rules_version=stored.rules_version,
    )


def gather(tx: Session, wanted: Sequence[facts.Placement]) -> dict[int, Case]:
    """What the engine may see of these placements: answers, silence, tenure and dates, and nothing else of anybody."""
    asked: dict[int, list[tuple[facts.CheckIn, list[facts.Answered]]]] = {one.id: [] for one in wanted}
    for checkin, given in checkins.answers_about(tx, list(asked)):
        asked[checkin.placement_id].append((checkin, given))
    return {one.id: _case(one, asked[one.id], placements.pauses(tx, one.id)) for one in wanted}


def _day(moment: datetime, placement: facts.Placement) -> date:
    """The day at the placement: in Japan, what is said before nine in the morning is of the day before in UTC."""
    return moment.astimezone(ZoneInfo(placement.timezone)).date()


def _case(
    placement: facts.Placement,
    asked: Sequence[tuple[facts.CheckIn, list[facts.Answered]]],
    pauses: Sequence[tuple[date, date]],
) -> Case:
    own = [(checkin, given) for checkin, given in asked if checkin.respondent != MANAGER]
    managers = [(checkin, given) for checkin, given in asked if checkin.respondent == MANAGER]
    signals = tuple(
        Signal(answer.signal, _day(answer.answered_at, placement))
        for _, given in asked
        for answer in given
        if answer.signal
    )
    return Case(
        placement=str(placement.id),
        company=str(placement.company_id),
        started_on=placement.start_date,
        readings=_readings(own, placement),
        manager_readings=_readings(managers, placement),
        checkins=tuple(
            _closed(checkin, given, placement, pauses) for checkin, given in own if checkin.closed_at is not None
        ),
        signals=signals,
        contract_ends=placement.contract_ends,
        status_expires=placement.residence_expires,
    )


def _readings(
    asked: Sequence[tuple[facts.CheckIn, list[facts.Answered]]], placement: facts.Placement
) -> tuple[Reading, ...]:
    return tuple(
        Reading(
            item=answer.driver,
            period=checkin.due_on,
            answered_on=_day(answer.answered_at, placement),
            value=(int(answer.value) - 1) / (answer.points - 1),
            question=answer.question,
        )
        for checkin, given in asked
        for answer in given
        if answer.driver and answer.value and answer.points
    )


def _closed(
    checkin: facts.CheckIn,
    given: Sequence[facts.Answered],
    placement: facts.Placement,
    pauses: Sequence[tuple[date, date]],
) -> Closed:
    """Silence is a delivered check-in that ran out without any answer; "prefer not to say" is an answer of its own.

    What could not be delivered, was declined or withdrawn, or ran into a leave is excused.
    """
    assert checkin.closed_at is not None
    opened, closed = _day(checkin.opened_at or checkin.opens_at, placement), _day(checkin.closed_at, placement)
    paused = any(first <= closed and opened <= last for first, last in pauses)
    missed = checkin.state == "expired" and checkin.delivered_at is not None and not given
    excused = checkin.delivered_at is None or checkin.state in ("declined", "cancelled")
    return Closed(period=checkin.due_on, closed_on=closed, missed=missed, excused=excused or (missed and paused))
