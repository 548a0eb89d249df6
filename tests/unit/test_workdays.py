"""Working days, months and hours, checked against a paper calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.workdays import (
    CalendarError,
    Closed,
    Closure,
    DatedClosure,
    WorkCalendar,
    add_months,
    add_working_time,
    last_working_day_before,
    local_time,
    next_allowed,
    next_working_day,
    nth_working_day_after,
    whole_months,
    within_window,
    working_days_between,
    working_days_later,
)

TOKYO = ZoneInfo("Asia/Tokyo")
NEW_YORK = ZoneInfo("America/New_York")
LONDON = ZoneInfo("Europe/London")
SEPTEMBER_2026 = {date(2026, 9, 21): "敬老の日", date(2026, 9, 22): "国民の休日", date(2026, 9, 23): "秋分の日"}
JAPAN = WorkCalendar(holidays=SEPTEMBER_2026)
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def tokyo(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def test_a_company_says_why_it_is_closed() -> None:
    assert JAPAN.closed(date(2026, 9, 19)) == Closed("weekday")
    assert JAPAN.closed(date(2026, 9, 22)) == Closed("holiday", "国民の休日")
    assert JAPAN.closed(date(2026, 8, 13)) == Closed("closure")
    assert JAPAN.closed(date(2026, 9, 24)) is None


def test_silver_week_is_passed_over_in_one_step() -> None:
    assert next_working_day(date(2026, 9, 19), JAPAN) == date(2026, 9, 24)
    assert last_working_day_before(date(2026, 9, 24), JAPAN) == date(2026, 9, 18)


def test_an_inn_works_at_weekends_and_on_public_holidays() -> None:
    inn = WorkCalendar(frozenset({0, 3, 4, 5, 6}), SEPTEMBER_2026, works_on_public_holidays=True, closures=())

    assert inn.is_working(date(2026, 9, 20))
    assert inn.is_working(date(2026, 9, 21))
    assert inn.closed(date(2026, 9, 22)) == Closed("weekday")
    assert inn.is_working(date(2026, 12, 31))


@pytest.mark.parametrize(
    ("day", "closed"),
    [
        ((2026, 12, 28), False),
        ((2026, 12, 29), True),
        ((2026, 12, 31), True),
        ((2027, 1, 1), True),
        ((2027, 1, 4), False),
    ],
)
def test_the_new_year_closure_wraps_the_year(day: tuple[int, int, int], closed: bool) -> None:
    assert (not JAPAN.is_working(date(*day))) == closed


def test_a_dated_closure_holds_in_its_year_only() -> None:
    calendar = WorkCalendar(closures=(DatedClosure(date(2026, 8, 10), date(2026, 8, 17)),))

    assert calendar.closed(date(2026, 8, 17)) == Closed("closure")
    assert calendar.is_working(date(2027, 8, 10))


def test_impossible_closures_are_refused() -> None:
    with pytest.raises(CalendarError, match="closure_reversed"):
        DatedClosure(date(2026, 8, 17), date(2026, 8, 10))
    with pytest.raises(ValueError, match="day"):
        Closure((2, 30), (3, 1))


@pytest.mark.parametrize("never", [WorkCalendar(frozenset()), WorkCalendar(closures=(Closure((1, 1), (12, 31)),))])
def test_a_company_that_never_works_is_an_error_and_no_endless_search(never: WorkCalendar) -> None:
    with pytest.raises(CalendarError, match="no_working_day"):
        next_working_day(date(2026, 4, 1), never)
    with pytest.raises(CalendarError, match="no_working_day"):
        last_working_day_before(date(2026, 4, 1), never)


def test_equal_calendars_are_interchangeable_also_after_use() -> None:
    one, other = WorkCalendar(holidays=dict(SEPTEMBER_2026)), WorkCalendar(holidays=dict(SEPTEMBER_2026))
    one.is_working(date(2026, 9, 21))

    assert one == other
    assert hash(one) == hash(other)
    assert one != WorkCalendar()


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-08-31", 7, "2027-03-31"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-12-31", 12, "2027-12-31"),
        ("2026-03-31", -1, "2026-02-28"),
    ],
)
def test_months_are_counted_from_the_start(start: str, n: int, expected: str) -> None:
    assert add_months(date.fromisoformat(start), n) == date.fromisoformat(expected)


@given(DAYS, st.integers(-60, 60))
def test_whole_months_are_the_most_that_fit(start: date, n: int) -> None:
    day = add_months(start, n)

    assert whole_months(start, day) == n
    assert whole_months(start, day - timedelta(days=1)) == n - 1


@given(DAYS, st.integers(0, 30))
def test_the_nth_working_day_is_n_working_days_away(day: date, n: int) -> None:
    found = nth_working_day_after(day, n, JAPAN)

    assert working_days_between(day, found, JAPAN) == n
    assert n == 0 or JAPAN.is_working(found)


def test_working_days_between_counts_the_last_and_not_the_first() -> None:
    assert working_days_between(date(2026, 9, 18), date(2026, 9, 25), JAPAN) == 2
    assert working_days_between(date(2026, 9, 25), date(2026, 9, 18), JAPAN) == 0


def test_an_hour_that_the_clocks_skip_becomes_the_first_minute_that_exists() -> None:
    # New York goes from 02:00 to 03:00 on 8 March 2026, London from 01:00 to 02:00 on 29 March.
    assert local_time(date(2026, 3, 8), time(2, 30), NEW_YORK).isoformat() == "2026-03-08T03:00:00-04:00"
    assert local_time(date(2026, 3, 8), time(2), NEW_YORK).isoformat() == "2026-03-08T03:00:00-04:00"
    assert local_time(date(2026, 3, 8), time(1, 59), NEW_YORK).isoformat() == "2026-03-08T01:59:00-05:00"
    assert local_time(date(2026, 3, 29), time(1, 10), LONDON).isoformat() == "2026-03-29T02:00:00+01:00"


def test_a_zone_that_skips_midnight_or_half_an_hour_is_no_exception() -> None:
    cairo, lord_howe = ZoneInfo("Africa/Cairo"), ZoneInfo("Australia/Lord_Howe")

    assert local_time(date(2026, 4, 24), time(0, 20), cairo).isoformat() == "2026-04-24T01:00:00+03:00"
    assert local_time(date(2026, 10, 4), time(2, 10), lord_howe).isoformat() == "2026-10-04T02:30:00+11:00"


def test_of_an_hour_that_comes_twice_the_first_counts() -> None:
    assert local_time(date(2026, 11, 1), time(1, 30), NEW_YORK).isoformat() == "2026-11-01T01:30:00-04:00"
    assert local_time(date(2026, 10, 25), time(1, 30), LONDON).isoformat() == "2026-10-25T01:30:00+01:00"


@given(DAYS, st.times().map(lambda at: at.replace(second=0, microsecond=0)), st.sampled_from([NEW_YORK, LONDON, TOKYO]))
def test_a_local_time_exists_and_is_never_early(day: date, at: time, zone: ZoneInfo) -> None:
    moment = local_time(day, at, zone)

    assert moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment.replace(tzinfo=None)
    late = moment.replace(tzinfo=None) - datetime.combine(day, at)
    assert timedelta(0) <= late <= timedelta(hours=1)


def test_the_window_is_open_from_its_first_minute_to_the_last_before_its_end() -> None:
    window = (time(9), time(18))

    assert within_window(tokyo("2026-09-18T09:00"), window, JAPAN, TOKYO)
    assert within_window(tokyo("2026-09-18T17:59:59"), window, JAPAN, TOKYO)
    assert not within_window(tokyo("2026-09-18T18:00"), window, JAPAN, TOKYO)
    assert not within_window(tokyo("2026-09-21T12:00"), window, JAPAN, TOKYO)
    assert within_window(tokyo("2026-09-21T12:00"), window, JAPAN, TOKYO, any_day=True)


@pytest.mark.parametrize(
    ("moment", "any_day", "expected"),
    [
        ("2026-09-18T07:59", False, "2026-09-18T08:00"),
        ("2026-09-18T13:37", False, "2026-09-18T13:37"),
        ("2026-09-18T21:00", False, "2026-09-24T08:00"),
        ("2026-09-20T12:00", False, "2026-09-24T08:00"),
        ("2026-09-20T06:00", True, "2026-09-20T08:00"),
        ("2026-09-18T21:00", True, "2026-09-19T08:00"),
    ],
)
def test_what_is_due_outside_waits_for_the_next_allowed_minute(moment: str, any_day: bool, expected: str) -> None:
    assert next_allowed(tokyo(moment), (time(8), time(21)), JAPAN, TOKYO, any_day=any_day) == tokyo(expected)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-09-18T10:00", 4, "2026-09-18T14:00"),
        ("2026-09-18T14:00", 4, "2026-09-18T18:00"),
        ("2026-09-18T16:00", 4, "2026-09-24T11:00"),
        ("2026-09-18T20:00", 4, "2026-09-24T13:00"),
        ("2026-09-18T06:00", 4, "2026-09-18T13:00"),
        ("2026-09-20T12:00", 20, "2026-09-28T11:00"),
        ("2026-09-20T12:00", 0, "2026-09-24T09:00"),
    ],
)
def test_only_working_hours_count_towards_an_acknowledgement(start: str, hours: int, expected: str) -> None:
    deadline = add_working_time(tokyo(start), timedelta(hours=hours), calendar=JAPAN, zone=TOKYO)

    assert deadline == tokyo(expected)


def test_working_time_passes_by_the_clock_of_the_world_when_the_local_clock_jumps() -> None:
    every_day = WorkCalendar(frozenset(range(7)), closures=())
    start = datetime(2026, 3, 8, 1, tzinfo=NEW_YORK)  # Only ten hours are left until noon.

    def later(amount: timedelta) -> str:
        morning = (time(0), time(12))
        return add_working_time(start, amount, hours=morning, calendar=every_day, zone=NEW_YORK).isoformat()

    assert later(timedelta(hours=2)) == "2026-03-08T04:00:00-04:00"
    assert later(timedelta(hours=11)) == "2026-03-09T01:00:00-04:00"


def test_office_hours_that_end_before_they_begin_are_an_error() -> None:
    with pytest.raises(CalendarError, match="hours_reversed"):
        add_working_time(
            tokyo("2026-09-18T10:00"), timedelta(hours=1), hours=(time(18), time(9)), calendar=JAPAN, zone=TOKYO
        )


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-09-17T15:20", 1, "2026-09-18T15:20"),
        ("2026-09-18T15:20", 1, "2026-09-24T15:20"),
        ("2026-09-18T18:00", 1, "2026-09-25T09:00"),
        ("2026-09-18T05:00", 2, "2026-09-25T09:00"),
        ("2026-09-19T12:00", 5, "2026-10-01T09:00"),
    ],
)
def test_a_deadline_in_days_keeps_the_clock_time(start: str, days: int, expected: str) -> None:
    assert working_days_later(tokyo(start), days, calendar=JAPAN, zone=TOKYO) == tokyo(expected)
