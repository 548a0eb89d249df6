"""The cadence, computed by hand and then for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calendars import company_calendar
from scheduler.plan import (
    Action,
    Cadence,
    CheckInFacts,
    Drop,
    Expire,
    HourChoice,
    Open,
    Opening,
    OwnSurvey,
    PlacementFacts,
    Remind,
    Skipped,
    late_entry,
    openings,
    plan,
)
from scheduler.workdays import CalendarError, WorkCalendar, add_months, working_days_between
from surveys.model import Respondent

HIRE, MANAGER = Respondent.HIRE, Respondent.MANAGER
CADENCE = Cadence()
JAPAN = company_calendar(years=range(2024, 2031))
INN = company_calendar(
    years=range(2024, 2031), weekdays=(3, 4, 5, 6), works_on_public_holidays=True, closures="01-10..01-31"
)
DAY = timedelta(days=1)
STARTS = st.dates(date(2025, 1, 1), date(2028, 6, 30))


def facts(start: str | date, placement: int = 1, *, manager: int | None = None) -> PlacementFacts:
    return PlacementFacts(placement, 1, manager, date.fromisoformat(str(start)), JAPAN)


def year(*placements: PlacementFacts, first: str = "2026-01-01", last: str = "2027-12-31") -> list[Opening]:
    return openings(placements, CADENCE, first=date.fromisoformat(first), last=date.fromisoformat(last))


def of(found: Iterable[Opening], period: str, respondent: Respondent = HIRE) -> Opening:
    return next(one for one in found if one.period == period and one.respondent is respondent)


def tokyo(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Tokyo"))


# The nominal plan, by hand.


def test_the_first_months_of_a_hire() -> None:
    found = year(facts("2026-04-01"), last="2026-07-31")

    assert [(one.survey, one.period, one.due_on.isoformat()) for one in found] == [
        ("hire_first_week", "first_week", "2026-04-06"),
        ("hire_monthly", "m1", "2026-05-01"),
        ("hire_monthly", "m2", "2026-06-01"),
        ("hire_monthly", "m3", "2026-07-01"),
    ]
    assert of(found, "m1") == Opening(
        placement=1,
        respondent=HIRE,
        survey="hire_monthly",
        period="m1",
        due_on=date(2026, 5, 1),
        opens_at=tokyo("2026-05-01T12:10"),
        remind_at=(tokyo("2026-05-08T12:10"), tokyo("2026-05-13T12:10")),
        expires_at=tokyo("2026-05-20T21:00"),
    )


@pytest.mark.parametrize(
    ("start", "period", "due", "opens"),
    [
        ("2026-04-03", "m1", "2026-05-03", "2026-05-07"),  # Golden Week with the substitute of 6 May
        ("2027-04-01", "m1", "2027-05-01", "2027-05-06"),  # A Saturday, then Golden Week 2027
        ("2027-02-20", "m1", "2027-03-20", "2027-03-23"),  # The equinox on a Sunday, its substitute on Monday
        ("2026-08-19", "m1", "2026-09-19", "2026-09-24"),  # 21 to 23 September 2026 are all holidays
        ("2026-11-29", "m1", "2026-12-29", "2027-01-04"),  # The New Year closure
        ("2026-07-13", "m1", "2026-08-13", "2026-08-17"),  # Obon
        ("2026-08-31", "m6", "2027-02-28", "2027-03-01"),
        ("2026-08-31", "m7", "2027-03-31", "2027-03-31"),
    ],
)
def test_a_day_that_is_no_working_day_moves_forward(start: str, period: str, due: str, opens: str) -> None:
    one = of(year(facts(start)), period)

    assert one.due_on.isoformat() == due
    assert one.opens_at == tokyo(f"{opens}T12:10")


def test_a_move_tells_every_day_that_it_passed_over() -> None:
    assert of(year(facts("2026-04-03")), "m1").moved == (
        Skipped(date(2026, 5, 3), "weekday"),
        Skipped(date(2026, 5, 4), "holiday", "みどりの日"),
        Skipped(date(2026, 5, 5), "holiday", "こどもの日"),
        Skipped(date(2026, 5, 6), "holiday", "振替休日"),
    )


def test_reminders_and_expiry_count_the_working_days_of_the_company() -> None:
    one = of(year(facts("2026-11-24")), "m1")

    assert one.opens_at == tokyo("2026-12-24T12:10")
    assert one.remind_at == (tokyo("2026-12-28T12:10"), tokyo("2027-01-06T12:10"))
    assert one.expires_at == tokyo("2027-01-14T21:00")  # 11 January is a holiday.


def test_an_evening_hire_is_asked_and_reminded_in_the_evening() -> None:
    one = of(year(replace(facts("2026-04-01"), hire_hour=HourChoice.EVENING)), "m1")

    assert one.opens_at == tokyo("2026-05-01T19:00")
    assert one.remind_at[0] == tokyo("2026-05-08T19:00")
    assert one.expires_at == tokyo("2026-05-20T21:00")


def test_who_chose_a_day_off_is_asked_on_the_next_one_and_the_rest_stays() -> None:
    one = of(year(replace(facts("2026-05-02"), hire_hour=HourChoice.DAY_OFF)), "m1")

    assert one.due_on == date(2026, 6, 2)  # A Tuesday.
    assert one.opens_at == tokyo("2026-06-06T12:10")
    assert one.remind_at == (tokyo("2026-06-09T12:10"),)  # That of 4 June would come before the question.
    assert one.expires_at == tokyo("2026-06-16T21:00")
    assert one.moved == tuple(Skipped(date(2026, 6, day), "day_off") for day in (2, 3, 4, 5))


def test_a_due_day_that_is_a_day_off_suits_who_chose_one() -> None:
    one = of(year(replace(facts("2026-04-03"), hire_hour=HourChoice.DAY_OFF)), "m1")

    assert one.opens_at == tokyo("2026-05-03T12:10")
    assert one.expires_at == tokyo("2026-05-21T21:00")  # Counted from Thursday the 7th.
    assert one.moved == ()


def test_without_a_day_off_in_sight_or_time_to_answer_a_working_day_has_to_do() -> None:
    never_off = WorkCalendar(frozenset(range(7)), closures=())
    hire = replace(facts("2026-05-02"), hire_hour=HourChoice.DAY_OFF)

    assert of(year(replace(hire, calendar=never_off)), "m1").opens_at == tokyo("2026-06-02T12:10")
    short = openings([hire], replace(CADENCE, expire_after=4), first=date(2026, 6, 1), last=date(2026, 6, 30))
    assert of(short, "m1").opens_at == tokyo("2026-06-02T12:10")


def test_the_range_is_the_local_date_of_the_opening_with_both_ends() -> None:
    hire = facts("2026-11-29")  # m1 is due on 29 December and opens on 4 January.

    assert [one.period for one in year(hire, first="2027-01-04", last="2027-01-04")] == ["m1"]
    assert year(hire, first="2026-12-29", last="2027-01-03") == []


@given(STARTS, STARTS, st.integers(0, 40), st.sampled_from(HourChoice), st.sampled_from([JAPAN, INN]))
def test_a_short_range_shows_what_the_long_one_shows(
    start: date, first: date, days: int, hour: HourChoice, calendar: WorkCalendar
) -> None:
    team = [
        replace(facts(start, 1, manager=7), calendar=calendar, hire_hour=hour),
        replace(facts(start + 40 * DAY, 2, manager=7), calendar=calendar),
    ]
    last = first + days * DAY

    whole = openings(team, CADENCE, first=date(2025, 1, 1), last=date(2029, 12, 31))

    assert openings(team, CADENCE, first=first, last=last) == [
        one for one in whole if first <= one.opens_at.date() <= last
    ]


# A manager has one day a month.


def test_a_manager_is_asked_about_everybody_on_the_day_of_the_earliest_hire() -> None:
    team = [facts("2026-04-10", 1, manager=7), facts("2026-04-25", 2, manager=7), facts("2026-06-15", 3, manager=7)]

    asked = [(one.due_on.isoformat(), one.placement, one.period) for one in year(*team) if one.respondent is MANAGER]

    assert asked[:6] == [
        ("2026-05-10", 1, "m1"),  # The second has not been there for a month.
        ("2026-06-10", 1, "m2"),
        ("2026-06-10", 2, "m1"),
        ("2026-07-10", 1, "m3"),
        ("2026-07-10", 2, "m2"),
        ("2026-08-10", 1, "m4"),
    ]
    assert ("2026-08-10", 3, "m1") in asked
    assert of(year(*team), "m1", MANAGER).opens_at == tokyo("2026-05-11T10:00")
    assert of(year(*team), "m1", MANAGER).expires_at == tokyo("2026-05-25T18:00")


def test_managers_of_other_companies_and_other_managers_have_their_own_day() -> None:
    hires = [facts("2026-04-10", 1, manager=7), facts("2026-04-20", 2, manager=8)]
    elsewhere = replace(facts("2026-04-15", 3, manager=7), company=2)

    asked = {(one.placement, one.due_on.day) for one in year(*hires, elsewhere) if one.respondent is MANAGER}

    assert asked == {(1, 10), (2, 20), (3, 15)}
    assert all(one.respondent is HIRE for one in year(facts("2026-04-10")))


def test_the_day_of_the_manager_falls_to_the_next_hire_when_the_earliest_is_away_or_gone() -> None:
    first = replace(
        facts("2026-01-31", 1, manager=7),
        pauses=((date(2026, 4, 25), date(2026, 5, 10)),),
        ends_on=date(2026, 7, 31),
    )
    second = facts("2026-02-12", 2, manager=7)

    days = [one.due_on.isoformat() for one in year(first, second) if one.respondent is MANAGER and one.placement == 2]

    assert days[:6] == ["2026-03-31", "2026-04-12", "2026-05-31", "2026-06-30", "2026-07-12", "2026-08-12"]


# Pauses and ends.


def test_a_pause_is_quiet_and_ends_by_itself() -> None:
    hire = replace(facts("2026-04-01"), pauses=((date(2026, 6, 1), date(2026, 7, 15)),))

    assert [one.period for one in year(hire, last="2026-09-30")] == ["first_week", "m1", "m4", "m5"]


def test_a_pause_that_begins_between_due_day_and_opening_is_respected() -> None:
    hire = facts("2026-04-03")  # m1 is due on 3 May and opens on the 7th.

    for pause in ((date(2026, 5, 7), date(2026, 5, 20)), (date(2026, 4, 20), date(2026, 5, 3))):
        assert "m1" not in [one.period for one in year(replace(hire, pauses=(pause,)))]


def test_nothing_opens_from_the_day_of_leaving_on() -> None:
    hire = facts("2026-04-03")

    assert [one.period for one in year(replace(hire, ends_on=date(2026, 5, 7)))] == ["first_week"]
    assert [one.period for one in year(replace(hire, ends_on=date(2026, 5, 8)))] == ["first_week", "m1"]


def test_a_survey_of_ones_own_comes_so_long_after_the_start_and_moves_nothing_else() -> None:
    own = OwnSurvey("dormitory", HIRE, ((0, 14), (3, 0)))
    asks_managers = OwnSurvey("rooms", MANAGER, ((1, 0),))
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    people = [facts("2026-04-01", manager=7), facts("2026-04-01", placement=2)]
    plain = openings(people, CADENCE, first=first, last=last)
    found = openings(people, replace(CADENCE, own=(own, asks_managers)), first=first, last=last)
    assert [one for one in found if one in plain] == plain
    assert [(one.placement, one.survey, one.period, one.due_on) for one in found if one not in plain] == [
        (1, "dormitory", "after_14d", date(2026, 4, 15)),
        (2, "dormitory", "after_14d", date(2026, 4, 15)),
        (1, "rooms", "after_1m", date(2026, 5, 1)),
        (1, "dormitory", "after_3m", date(2026, 7, 1)),
        (2, "dormitory", "after_3m", date(2026, 7, 1)),
    ]


def test_a_company_that_never_works_is_an_error() -> None:
    with pytest.raises(CalendarError, match="no_working_day"):
        year(replace(facts("2026-04-01"), calendar=WorkCalendar(frozenset())))


# For everybody.


@given(
    STARTS,
    st.sampled_from(HourChoice),
    st.sampled_from([JAPAN, INN]),
    st.sampled_from(["Asia/Tokyo", "America/New_York", "Europe/London"]),
)
def test_every_opening_keeps_the_cadence(start: date, hour: HourChoice, calendar: WorkCalendar, zone: str) -> None:
    hire = replace(facts(start, manager=7), calendar=calendar, zone=zone, hire_hour=hour)

    found = openings([hire], CADENCE, first=start, last=start + 800 * DAY)

    assert len({(one.respondent, one.survey, one.due_on) for one in found}) == len(found)
    assert found == sorted(found, key=lambda one: one.opens_at)
    for one in found:
        opens_on = one.opens_at.date()
        if one.period != "first_week":
            assert one.due_on == add_months(start, int(one.period[1:]))
        if not (one.respondent is HIRE and hour is HourChoice.DAY_OFF):
            assert calendar.is_working(opens_on)
            assert working_days_between(opens_on, one.expires_at.date(), calendar) == 10
            assert [working_days_between(opens_on, at.date(), calendar) for at in one.remind_at] == [2, 5]
        assert [skipped.day for skipped in one.moved] == [
            one.due_on + n * DAY for n in range((opens_on - one.due_on).days)
        ]
        at, until = one.opens_at.time(), one.expires_at.time()
        if one.respondent is MANAGER:
            assert (at, until) == (time(10), time(18))
        else:
            assert (at, until) == (time(19) if hour is HourChoice.EVENING else time(12, 10), time(21))


def test_an_hour_that_the_clocks_skip_moves_to_the_first_minute_that_exists() -> None:
    night = replace(CADENCE, hire_hour=time(2, 30))
    every_day = WorkCalendar(frozenset(range(7)), closures=())
    hire = replace(facts("2026-02-08"), calendar=every_day, zone="America/New_York")

    found = openings([hire], night, first=date(2026, 3, 1), last=date(2026, 4, 30))

    assert [one.opens_at.isoformat() for one in found] == ["2026-03-08T03:00:00-04:00", "2026-04-08T02:30:00-04:00"]


# A corrected start date moves the future only.


def test_after_a_correction_the_next_opens_on_the_first_new_anniversary_after_three_weeks() -> None:
    corrected = replace(facts("2026-04-20"), last_due={HIRE: date(2026, 6, 1)})

    found = year(corrected, first="2026-06-01", last="2026-08-31")

    # 20 June is 19 days after the last opening.
    assert [(one.period, one.due_on.isoformat()) for one in found] == [("m3", "2026-07-20"), ("m4", "2026-08-20")]
    exactly = replace(corrected, start_date=date(2026, 4, 22))
    assert year(exactly, first="2026-06-01")[0].due_on == date(2026, 6, 22)


def test_without_a_correction_the_last_opening_changes_nothing() -> None:
    team = [facts("2026-01-25", 1, manager=7), facts("2026-02-05", 2, manager=7)]
    team[0] = replace(team[0], ends_on=date(2026, 6, 1))
    opened = {HIRE: date(2026, 5, 5), MANAGER: date(2026, 5, 25)}

    assert year(team[0], replace(team[1], last_due=opened)) == year(*team)


def test_a_manager_is_not_asked_twice_in_three_weeks_because_an_earlier_hire_was_entered() -> None:
    known = replace(facts("2026-01-25", 1, manager=7), last_due={MANAGER: date(2026, 5, 25)})
    earlier = facts("2026-01-05", 2, manager=7)

    asked = [one.due_on.isoformat() for one in year(known, earlier) if one.respondent is MANAGER and one.placement == 1]

    assert asked[0] == "2026-07-05"


def test_a_start_moved_into_the_future_begins_anew_there() -> None:
    moved = replace(facts("2026-09-01"), last_due={HIRE: date(2026, 5, 1)})

    assert [(one.period, one.due_on.isoformat()) for one in year(moved)][:2] == [
        ("first_week", "2026-09-06"),
        ("m1", "2026-10-01"),
    ]


class Service:
    """A placement as the service lives with it: planned, opened, corrected, planned again."""

    def __init__(self, start: date) -> None:
        self.facts = facts(start, manager=7)
        self.known_since = tokyo(f"{start}T09:00")
        self.opened: list[Opening] = []

    def live_until(self, now: datetime) -> None:
        last = {one.respondent: one.due_on for one in self.opened}
        self.facts = replace(self.facts, last_due=last)
        first = self.known_since.date() - 40 * DAY
        nominal = openings([self.facts], CADENCE, first=first, last=now.date())
        written = late_entry(nominal, self.facts, CADENCE, known_since=self.known_since, now=self.known_since)
        self.opened += [one for one in written if one.opens_at < now]

    def correct(self, start: date, now: datetime) -> None:
        self.live_until(now)
        self.facts, self.known_since = replace(self.facts, start_date=start), now

    def dues(self, respondent: Respondent) -> Iterator[date]:
        return (one.due_on for one in self.opened if one.respondent is respondent)


@settings(max_examples=300, deadline=None)
@given(STARTS, st.integers(0, 24 * 400), st.integers(-400, 400))
def test_a_correction_neither_crowds_nor_loses_a_check_in(start: date, hours: int, shift: int) -> None:
    now = tokyo(f"{start}T09:00") + timedelta(hours=hours)
    corrected = start + shift * DAY
    service = Service(start)

    service.correct(corrected, now)
    before = list(service.opened)
    service.live_until(max(now, tokyo(f"{corrected}T09:00")) + timedelta(days=200))

    assert service.opened[: len(before)] == before
    for respondent, first_after in ((HIRE, 5), (MANAGER, 31)):
        dues = list(service.dues(respondent))
        old = [one.due_on for one in before if one.respondent is respondent]
        assert all((later - earlier).days >= 21 for earlier, later in pairwise(dues))
        # Before the new start there is nobody to ask, and a manager is first asked after a month.
        quiet_until = max([corrected + first_after * DAY, *old[-1:], *([] if old else [now.date() - 21 * DAY])])
        assert (dues[len(old)] - quiet_until).days <= 52
        assert all((later - earlier).days <= 52 for earlier, later in pairwise(dues[len(old) :]))


@settings(max_examples=100, deadline=None)
@given(STARTS, st.lists(st.tuples(st.integers(1, 24 * 60), st.integers(-400, 60)), min_size=2, max_size=5))
def test_many_corrections_never_crowd(start: date, corrections: list[tuple[int, int]]) -> None:
    service, now = Service(start), tokyo(f"{start}T09:00")

    for hours, shift in corrections:
        now += timedelta(hours=hours)
        service.correct(start + shift * DAY, now)
    service.live_until(now + timedelta(days=200))

    for respondent in Respondent:
        assert all((later - earlier).days >= 21 for earlier, later in pairwise(service.dues(respondent)))


# Entered late.


def entered(start: str, now: str) -> list[str]:
    """The periods that are written for a placement entered at that moment, until the end of June 2026."""
    nominal = year(facts(start, manager=7), last="2026-06-30")
    written = late_entry(nominal, facts(start), CADENCE, known_since=tokyo(now), now=tokyo(now))
    return [f"{one.respondent} {one.period}" for one in written]


def test_a_placement_entered_late_gets_the_one_check_in_that_is_still_open_and_no_backlog() -> None:
    assert entered("2026-01-13", "2026-05-18T15:00") == ["manager m4", "hire m4", "manager m5", "hire m5"]


def test_two_working_days_must_be_left() -> None:
    # m4 opens on Wednesday 13 May and expires on Wednesday the 27th.
    assert "hire m4" in entered("2026-01-13", "2026-05-25T20:00")
    assert "hire m4" not in entered("2026-01-13", "2026-05-26T08:00")


def test_what_was_due_while_the_service_was_down_is_written_and_judged_later() -> None:
    hire = facts("2026-01-13")
    nominal = year(hire, last="2026-06-30")

    written = late_entry(nominal, hire, CADENCE, known_since=tokyo("2026-02-01T09:00"), now=tokyo("2026-06-20T09:00"))

    assert [one.period for one in written] == ["m1", "m2", "m3", "m4", "m5"]


def test_what_lies_before_the_last_opening_is_over_since_whenever_the_placement_is_known() -> None:
    hire = replace(facts("2026-01-13"), last_due={HIRE: date(2026, 5, 13)})
    now = tokyo("2026-05-18T15:00")

    for known_since in (now, tokyo("2026-01-10T09:00")):
        assert late_entry(year(hire), hire, CADENCE, known_since=known_since, now=now)[0].period == "m5"


# What is due now.


def checkin(**changes: object) -> CheckInFacts:
    """m1 of a hire who started on 1 April: Friday 1 May to 20 May, reminders on 8 and 13 May."""
    one = of(year(facts("2026-04-01")), "m1")
    planned = CheckInFacts(
        id=11,
        placement=1,
        respondent=HIRE,
        state="planned",
        opens_at=one.opens_at,
        remind_at=one.remind_at,
        expires_at=one.expires_at,
        reachable=True,
        delivered=False,
        busy_until=None,
        calendar=JAPAN,
        zone="Asia/Tokyo",
        working_window=CADENCE.hire_window,
    )
    return replace(planned, **changes)  # type: ignore[arg-type]


def opened(**changes: object) -> CheckInFacts:
    return checkin(state="open", delivered=True, **changes)


def due(one: CheckInFacts, now: str) -> list[Action]:
    return plan([one], CADENCE, tokyo(now))


FIRST, SECOND = tokyo("2026-05-08T12:10"), tokyo("2026-05-13T12:10")


def test_a_check_in_opens_at_its_minute_and_not_before() -> None:
    assert due(checkin(), "2026-05-01T12:09") == []
    assert due(checkin(), "2026-05-01T12:10") == [Open(11)]


@pytest.mark.parametrize("now", ["2026-05-01T21:00", "2026-05-02T12:10", "2026-05-06T12:10", "2026-05-07T07:59"])
def test_what_was_missed_waits_for_the_next_allowed_minute(now: str) -> None:
    assert due(checkin(), now) == []
    assert due(checkin(), "2026-05-07T08:00") == [Open(11)]


def test_a_day_off_is_an_allowed_day_for_who_chose_it() -> None:
    one = checkin(opens_at=tokyo("2026-05-02T12:10"), any_day=True)

    assert due(one, "2026-05-02T12:10") == [Open(11)]
    assert due(one, "2026-05-02T07:00") == []


def test_late_opening_drops_past_reminders_and_needs_two_working_days() -> None:
    assert due(checkin(), "2026-05-18T12:00") == [Open(11, drops=(FIRST, SECOND))]
    assert due(checkin(), "2026-05-19T12:00") == []
    assert due(checkin(), "2026-05-20T21:00") == [Drop(11)]


def test_who_cannot_be_reached_is_not_asked_and_not_called_silent() -> None:
    one = checkin(reachable=False)

    assert due(one, "2026-05-01T12:10") == []
    assert due(one, "2026-05-20T20:59") == []
    assert due(one, "2026-05-20T21:00") == [Drop(11)]


def test_reminders_come_one_by_one_and_then_the_end() -> None:
    assert due(opened(), "2026-05-08T12:09") == []
    assert due(opened(), "2026-05-08T12:10") == [Remind(11, (FIRST,))]
    assert due(opened(remind_at=(SECOND,)), "2026-05-13T12:10") == [Remind(11, (SECOND,))]
    assert due(opened(remind_at=()), "2026-05-20T20:59") == []
    assert due(opened(remind_at=()), "2026-05-20T21:00") == [Expire(11)]


def test_after_downtime_there_is_one_reminder_at_the_next_allowed_minute() -> None:
    assert due(opened(), "2026-05-16T12:10") == []  # A Saturday.
    assert due(opened(), "2026-05-18T08:00") == [Remind(11, (FIRST, SECOND))]
    assert due(opened(), "2026-05-21T12:00") == [Expire(11)]


def test_nobody_is_reminded_within_a_day_of_an_answer() -> None:
    one = opened(busy_until=tokyo("2026-05-08T20:00"))

    assert due(one, "2026-05-08T19:59") == []
    assert due(one, "2026-05-08T20:00") == [Remind(11, (FIRST,))]


def test_what_never_arrived_or_cannot_arrive_is_not_reminded_of() -> None:
    assert due(opened(reachable=False), "2026-05-08T12:10") == []
    assert due(replace(opened(), delivered=False), "2026-05-08T12:10") == []


@given(
    st.sampled_from(["planned", "open"]),
    st.booleans(),
    st.integers(0, 30 * 24 * 60),
)
def test_plan_is_settled_once_its_action_is_done(state: str, reachable: bool, minutes: int) -> None:
    one = checkin(state=state, delivered=state == "open", reachable=reachable)
    moment = tokyo("2026-04-25T00:00") + timedelta(minutes=minutes)

    for _ in range(3):
        match plan([one], CADENCE, moment):
            case [Open(drops=drops)]:
                one = replace(one, state="open", delivered=True, remind_at=_without(one.remind_at, drops))
            case [Remind(uses=uses)]:
                one = replace(one, remind_at=_without(one.remind_at, uses))
            case rest:
                assert rest in ([], [Expire(11)], [Drop(11)])
                break
    else:
        pytest.fail("The same moment asks for something again and again.")


def _without(moments: tuple[datetime, ...], used: tuple[datetime, ...]) -> tuple[datetime, ...]:
    return tuple(moment for moment in moments if moment not in used)
