"""Check-in: the plan becomes rows, and a row that is due opens, reminds or expires."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import Session

from bot.app import App
from bot.flow import linking, outbox
from bot.flow.calendar import calendar_of
from bot.text.consent import CONSENT_VERSION
from scheduler.occasions import triggers
from scheduler.plan import (
    ROUTINE,
    CheckInFacts,
    Drop,
    Expire,
    HourChoice,
    Open,
    Opening,
    PlacementFacts,
    Remind,
    late_entry,
    openings,
    plan,
)
from scheduler.workdays import WorkCalendar, local_time, next_allowed, whole_months
from store import facts
from store.queries import alerts, answers, checkins, people, placements
from surveys.model import Respondent

log = structlog.get_logger()

HORIZON = timedelta(days=62)
REFRESH = timedelta(days=31)
LOOK_BACK = timedelta(days=40)
DAY = timedelta(hours=24)
QUESTIONS_A_MANAGER = 12
"""More than this nobody answers in one sitting; a manager of many is asked fewer questions about each."""


def placement_facts(row: placements.ToPlan, calendar: WorkCalendar) -> PlacementFacts:
    """A stored placement as the plan takes it."""
    return PlacementFacts(
        placement=row.id,
        company=row.company_id,
        manager=row.manager_id,
        start_date=row.start_date,
        calendar=calendar,
        zone=row.timezone,
        ends_on=row.ends_on,
        pauses=row.pauses,
        hire_hour=HourChoice(row.hour),
        last_due={Respondent(who): day for who, day in row.last_due.items()},
        contract_ends=row.contract_ends,
        residence_expires=row.residence_expires,
        exits_on=row.exits_on,
    )


def nominal(app: App, tx: Session, company_id: int | None, first: date, last: date) -> list[Opening]:
    """The nominal plan of one company, or of all, between two local days."""
    rows = placements.to_plan(tx, company_id)
    years = tuple(range(first.year - 1, last.year + 2))
    calendars = {
        company: calendar_of(placements.company_days(tx, company), app, years)
        for company in {row.company_id for row in rows}
    }
    return openings(
        [placement_facts(row, calendars[row.company_id]) for row in rows], app.cadence, first=first, last=last
    )


def plan_ahead(app: App) -> None:
    """Write the future check-ins of every company whose plan is missing, changed or about to end."""
    now = app.clock()
    with app.store.read() as tx:
        stale = placements.stale_companies(tx, now.date() + REFRESH)
    for company_id in stale:
        with app.store.begin() as tx:
            _plan_company(app, tx, company_id, now)


def _plan_company(app: App, tx: Session, company_id: int, now: datetime) -> None:
    rows = placements.to_plan(tx, company_id)
    first, last = now.date() - LOOK_BACK, now.date() + HORIZON
    years = tuple(range(first.year - 1, last.year + 2))
    calendar = calendar_of(placements.company_days(tx, company_id), app, years)
    inputs = {row.id: placement_facts(row, calendar) for row in rows}
    wanted = openings(inputs.values(), app.cadence, first=first, last=last)

    planned = []
    for row in rows:
        own = [opening for opening in wanted if opening.placement == row.id]
        for opening in late_entry(own, inputs[row.id], app.cadence, known_since=row.known_since, now=now):
            who = row.hire_id if opening.respondent is Respondent.HIRE else row.manager_id
            planned.append(
                checkins.Planned(
                    placement_id=row.id,
                    person_id=who,
                    respondent=opening.respondent.value,
                    survey=opening.survey,
                    period=opening.period,
                    due_on=opening.due_on,
                    opens_at=opening.opens_at,
                    remind_at=opening.remind_at,
                    expires_at=opening.expires_at,
                )
            )

    checkins.write_plan(tx, [row.id for row in rows], planned)
    placements.set_planned(tx, company_id, last)
    log.info("checkins.planned", company=company_id, count=len(planned))


def open_due(app: App) -> None:
    """Open, remind or expire every check-in whose time has come."""
    now = app.clock()
    with app.store.read() as tx:
        if not checkins.due_ids(tx, now):
            return
    with app.store.begin() as tx:
        # Asked again inside the writing transaction: another process may have done some of it meanwhile.
        rows = {row.id: row for row in checkins.by_ids(tx, checkins.due_ids(tx, now))}
        known = {row.id: _facts(app, tx, row, now) for row in rows.values()}

        actions = {action.checkin: action for action in plan(known.values(), app.cadence, now)}

        for row in rows.values():
            match actions.get(row.id):
                case Open(drops=drops):
                    _open(app, tx, row, drops, now)
                case Remind(uses=uses):
                    _remind(app, tx, row, uses)
                case Expire() | Drop():
                    checkins.change(tx, row.id, state="expired", closed_at=now, wakes_at=None)
                case None:
                    _wait(app, tx, row, known[row.id], now)


def _facts(app: App, tx: Session, row: facts.CheckIn, now: datetime) -> CheckInFacts:
    placement = placements.get(tx, row.placement_id)
    person = people.get(tx, row.person_id)
    answered = answers.last_at(tx, row.person_id)
    is_hire = row.respondent == Respondent.HIRE
    years = (now.year - 1, now.year, now.year + 1)
    return CheckInFacts(
        id=row.id,
        placement=row.placement_id,
        respondent=Respondent(row.respondent),
        state="open" if row.state == "open" else "planned",
        opens_at=row.opens_at,
        remind_at=row.remind_at,
        expires_at=row.expires_at,
        reachable=_resumes(tx, row, now) is None and _reachable(tx, person, placement.id),
        delivered=row.delivered_at is not None,
        busy_until=None if answered is None else answered + DAY,
        calendar=calendar_of(placements.company_days(tx, placement.company_id), app, years),
        zone=placement.timezone,
        working_window=app.cadence.hire_window if is_hire else app.cadence.manager_window,
        any_day=is_hire and person.hour == HourChoice.DAY_OFF,
    )


def _reachable(tx: Session, person: facts.Person, placement_id: int) -> bool:
    """Linked, and decided: somebody who declined is not asked either, but their check-in is opened as declined."""
    if people.address_of(tx, person.id) is None:
        return False
    return people.decision(tx, person, placement_id, version=CONSENT_VERSION) is not None


def _resumes(tx: Session, row: facts.CheckIn, now: datetime) -> datetime | None:
    """When a pause of the placement that holds now is over; None without one."""
    zone = ZoneInfo(placements.get(tx, row.placement_id).timezone)
    today = now.astimezone(zone).date()
    ends = [last for first, last in placements.pauses(tx, row.placement_id) if first <= today <= last]
    return local_time(max(ends) + timedelta(days=1), time.min, zone) if ends else None


def _open(app: App, tx: Session, row: facts.CheckIn, drops: tuple[datetime, ...], now: datetime) -> None:
    person = people.get(tx, row.person_id)
    declined = people.decision(tx, person, row.placement_id, version=CONSENT_VERSION) == "declined"
    if declined or person.stopped:
        checkins.change(tx, row.id, state="declined", opened_at=now, closed_at=now, wakes_at=None)
        return
    limit = _manager_limit(tx, row) if row.survey == "manager_monthly" else None
    survey = app.surveys.get(row.survey)
    if limit == 0 or survey is None:  # A survey of one's own may have been taken away since it was planned.
        checkins.change(tx, row.id, state="cancelled", closed_at=now, wakes_at=None)
        return
    waiting = [at for at in row.remind_at if at not in drops]
    checkins.change(
        tx,
        row.id,
        state="open",
        opened_at=now,
        version=survey.version,
        context=_context(tx, row),
        question_limit=limit,
        remind_at=waiting,
        wakes_at=min([*waiting, row.expires_at]),
    )
    day = now.astimezone(ZoneInfo(placements.get(tx, row.placement_id).timezone)).date()
    outbox.promise(app, tx, row.person_id, key=f"opening:{row.person_id}:{day}", kind="opening", subject=row.id)


def _context(tx: Session, row: facts.CheckIn) -> dict[str, str | int]:
    """The hidden facts of the conversation: the month, what happens at this time, what ends, and the promise that is
    asked about. They are kept, so that a conversation does not change while somebody answers."""
    placement = placements.get(tx, row.placement_id)
    month = int(row.period[1:]) if row.period.startswith("m") else whole_months(placement.start_date, row.due_on)
    current = triggers(placement.start_date, on=row.due_on)
    context: dict[str, str | int] = {
        "month": max(0, month),
        "promised_topic": "",
        "occasions": " ".join(one.id for one in current),
        "ends": row.period.partition("_")[0] if row.survey.endswith("_renewal") else "",
    }
    if row.respondent == Respondent.HIRE:
        promise = alerts.promise_to_ask(tx, row.placement_id)
        if promise is not None and promise.topic and row.survey in ROUTINE and month:
            alerts.fill_entry(tx, promise.id, checkin_id=row.id)
            context["promised_topic"] = promise.topic
    return context


def _manager_limit(tx: Session, row: facts.CheckIn) -> int:
    """How many questions this check-in may ask, so that a manager is asked twelve in all on their day.

    With more than twelve hires the turn goes round from month to month; who is not asked about is asked about next time.
    """
    together = sorted(checkins.same_day(tx, row.person_id, row.survey, row.due_on))
    count = len(together)
    if count <= QUESTIONS_A_MANAGER:
        return QUESTIONS_A_MANAGER // max(count, 1)
    months = row.due_on.year * 12 + row.due_on.month
    turn = (together.index(row.id) + months * QUESTIONS_A_MANAGER) % count
    return 1 if turn < QUESTIONS_A_MANAGER else 0


def _remind(app: App, tx: Session, row: facts.CheckIn, uses: tuple[datetime, ...]) -> None:
    waiting = [at for at in row.remind_at if at not in uses]
    checkins.change(tx, row.id, remind_at=waiting, later_at=None, wakes_at=min([*waiting, row.expires_at]))
    _ask_again(app, tx, row, f"reminder:{row.id}:{uses[-1].isoformat()}")


def _ask_again(app: App, tx: Session, row: facts.CheckIn, key: str) -> None:
    current = checkins.current(tx, row.person_id)
    if current is not None and current.id == row.id:  # With several open check-ins one message is enough: the oldest's.
        outbox.promise(app, tx, row.person_id, key=key, kind="reminder", subject=row.id)


def _wait(app: App, tx: Session, row: facts.CheckIn, known: CheckInFacts, now: datetime) -> None:
    """Nothing to do by the plan: note when something can have changed, so that an idle tick finds nothing."""
    if row.state == "planned":
        wakes_at = _wait_to_open(app, tx, row, known, now)
    elif row.later_at is not None and row.later_at <= now:
        wakes_at = _ask_at_the_named_time(app, tx, row, known, now)
    else:
        wakes_at = _wait_for_an_answer(tx, row, known, now)
    checkins.change(tx, row.id, wakes_at=min(wakes_at, row.expires_at))


def _wait_to_open(app: App, tx: Session, row: facts.CheckIn, known: CheckInFacts, now: datetime) -> datetime:
    """A link, a consent, or the first message of somebody who could not be reached wakes the row by itself.

    Who is linked already and has a new placement, or a new text to agree to, is asked before the first question.
    """
    person = people.get(tx, row.person_id)
    undecided = linking.undecided(tx, person, row.placement_id)
    resumes, allowed = _resumes(tx, row, now), _allowed(known, now)
    if resumes is not None:
        return resumes
    if allowed > now:
        return allowed if known.reachable or undecided else row.expires_at
    if undecided:
        linking.ask_consent(app, tx, person, key=f"due{row.id}")
    return row.expires_at


def _ask_at_the_named_time(app: App, tx: Session, row: facts.CheckIn, known: CheckInFacts, now: datetime) -> datetime:
    ahead = [at for at in row.remind_at if at > now]
    checkins.change(tx, row.id, later_at=None, remind_at=ahead)
    if known.reachable:
        _ask_again(app, tx, row, f"later:{row.id}:{now.isoformat()}")
    return min([*ahead, row.expires_at])


def _wait_for_an_answer(tx: Session, row: facts.CheckIn, known: CheckInFacts, now: datetime) -> datetime:
    """A past reminder waits for the hours, for the end of a pause, or until the last answer is a day old."""
    ahead = min(at for at in (*row.remind_at, row.expires_at) if at > now)
    if not known.reachable:
        return min(ahead, _resumes(tx, row, now) or ahead)
    allowed = _allowed(known, max(now, known.busy_until or now))
    return allowed if allowed > now else ahead


def _allowed(known: CheckInFacts, moment: datetime) -> datetime:
    """The moment itself, or the next one at which this person may be written to."""
    return next_allowed(moment, known.working_window, known.calendar, ZoneInfo(known.zone), any_day=known.any_day)
