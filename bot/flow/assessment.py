"""Assessment: a check-in that is over becomes a level with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import Session

from bot.app import App
from risk.assess import assess
from risk.cohort import Company
from risk.features import History
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


def assess_closed(app: App) -> None:
    """Assess every placement whose check-in closed, each with what its whole company answered until then.

    What cannot wait for the end, such as "I have resigned", is assessed as soon as it was said, and once more at the end.
    """
    now = app.clock()
    with app.store.read() as tx:
        if not (closed := checkins.unassessed(tx, limit=BATCH)):
            return
        found = _assessed(app, tx, closed, now)
    with app.store.begin() as tx:
        assessments.add(tx, {checkin.id: _columns(checkin, assessed) for checkin, assessed in found}, now=now)
        assessments.done(tx, [checkin.id for checkin in closed], now=now)
    log.info("checkins.assessed", count=len(closed), at=now.isoformat())


def _assessed(
    app: App, tx: Session, closed: Sequence[facts.CheckIn], now: datetime
) -> list[tuple[facts.CheckIn, Assessment]]:
    """The assessment of each check-in that counts, company by company."""
    wanted = sorted({checkin.placement_id for checkin in closed})
    people = {one.id: one for one in placements.of_companies(tx, placements.companies_of(tx, wanted))}
    cases = gather(tx, list(people.values()))
    companies: dict[int, list[Case]] = {}
    for one in people.values():
        companies.setdefault(one.company_id, []).append(cases[one.id])
    earlier, refused = assessments.histories(tx, wanted), people_queries.unscored(tx, wanted)
    rules, learned = in_force(app, tx)
    usual: dict[int, Company] = {}
    found = []
    for checkin in closed:
        placement = people[checkin.placement_id]
        if not _counts(checkin) or placement.id in refused:
            continue
        if placement.company_id not in usual:
            usual[placement.company_id] = Company(companies[placement.company_id], rules)
        at = _day(checkin.closed_at or now, placement)
        features = History(cases[placement.id], rules).at(at, usual[placement.company_id].at(at))
        assessed = assess(
            features,
            rules,
            yearly_turnover=turnover_of(app, placement, learned),
            previous=_monthly(earlier[placement.id], checkin),
        )
        found.append((checkin, assessed))
    return found


def in_force(app: App, tx: Session) -> tuple[Rules, Mapping[int, float]]:
    """The rules for an assessment now, and the learned yearly turnover by company."""
    adopted = outcomes.in_force(tx)
    if adopted is None:
        return app.rules, {}
    return changed(app.rules, adopted.weights, adopted.version), adopted.turnover


def turnover_of(app: App, placement: facts.Placement, learned: Mapping[int, float]) -> float | None:
    """A client's yearly turnover: learned, else as the roster or the settings say it, else None for the default."""
    stated = placement.yearly_turnover or app.settings.company(placement.company).yearly_turnover
    return learned.get(placement.company_id, stated)


def _counts(checkin: facts.CheckIn) -> bool:
    """What was never delivered, or withdrawn, says nothing about anybody, and who leaves is asked, not estimated. What is
    still open is here for what was said."""
    if checkin.period == EXIT:
        return False
    return checkin.state in ("completed", "open") or (checkin.state == "expired" and checkin.delivered_at is not None)


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
    asked: dict[int, list[tuple[checkins.Asked, list[checkins.Given]]]] = {one.id: [] for one in wanted}
    for checkin, given in checkins.evidence(tx, list(asked)):
        asked[checkin.placement_id].append((checkin, given))
    pauses = placements.all_pauses(tx, list(asked))
    return {one.id: _case(one, asked[one.id], pauses.get(one.id, ())) for one in wanted}


def _day(moment: datetime, placement: facts.Placement) -> date:
    """The day at the placement: in Japan, what is said before nine in the morning is of the day before in UTC."""
    return moment.astimezone(ZoneInfo(placement.timezone)).date()


def _case(
    placement: facts.Placement,
    asked: Sequence[tuple[checkins.Asked, list[checkins.Given]]],
    pauses: Sequence[tuple[date, date]],
) -> Case:
    own = [(checkin, given) for checkin, given in asked if checkin.respondent != MANAGER]
    managers = [(checkin, given) for checkin, given in asked if checkin.respondent == MANAGER]
    signals = tuple(
        Signal(answer.signal, _day(answer.answered_at, placement))
        for _, given in asked
        for answer in given
        if answer.signal in LEAVING
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
    asked: Sequence[tuple[checkins.Asked, list[checkins.Given]]], placement: facts.Placement
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
    checkin: checkins.Asked,
    given: Sequence[checkins.Given],
    placement: facts.Placement,
    pauses: Sequence[tuple[date, date]],
) -> Closed:
    """Silence is a delivered check-in that ran out without any answer; "prefer not to say" is an answer of its own.

    What could not be delivered, was declined or withdrawn, or ran into a leave is excused.
    """
    assert checkin.closed_at is not None
    opened, closed = _day(checkin.opened_at or checkin.opens_at, placement), _day(checkin.closed_at, placement)
    paused = any(first <= closed and opened <= last for first, last in pauses)
    ran_out = checkin.state == "expired" and checkin.delivered_at is not None
    first = min((answer.answered_at for answer in given), default=None)
    # Answered after its end, it counted as missed until then.
    missed = ran_out and (first is None or all(answer.late for answer in given))
    excused = checkin.delivered_at is None or checkin.state in ("declined", "cancelled")
    return Closed(
        period=checkin.due_on,
        closed_on=_day(min(checkin.closed_at, checkin.expires_at) if missed else checkin.closed_at, placement),
        missed=missed,
        excused=excused or (missed and paused),
        answered_on=None if first is None else _day(first, placement),
    )
