"""Holidays that the Cabinet Office announced, and closures as people type them."""

from __future__ import annotations

from datetime import date

import pytest

from bot.calendars import company_calendar, parse_closures, public_holidays
from bot.refusal import Refusal
from scheduler.workdays import NEW_YEAR, OBON, Closed, Closure, DatedClosure


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 5, 6), "振替休日"),
        (date(2026, 9, 21), "敬老の日"),
        (date(2026, 9, 22), "国民の休日"),
        (date(2026, 9, 23), "秋分の日"),
        (date(2027, 3, 21), "春分の日"),
        (date(2027, 3, 22), "振替休日"),
    ],
)
def test_substitute_and_in_between_holidays_of_japan_are_known_by_their_japanese_names(day: date, name: str) -> None:
    assert name in public_holidays("JP", (2026, 2027))[day]


def test_days_between_are_no_holidays_and_other_years_are_not_known() -> None:
    holidays = public_holidays("jp", range(2026, 2028))

    assert date(2026, 5, 7) not in holidays
    assert {day.year for day in holidays} == {2026, 2027}


def test_names_do_not_depend_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "th")

    assert public_holidays("JP", (2031,))[date(2031, 1, 1)] == "元日"
    assert public_holidays("VN", (2031,))[date(2031, 1, 1)] == "New Year's Day"


def test_a_country_nobody_knows_is_refused_by_its_code() -> None:
    with pytest.raises(Refusal, match="country_unknown") as refusal:
        public_holidays("XX", (2026,))

    assert refusal.value.values == {"value": "XX"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12-29..01-03", (NEW_YEAR,)),
        ("12-29..01-03, 08-13..08-16", (NEW_YEAR, OBON)),
        ("12/29〜1/3、8/13～8/16", (NEW_YEAR, OBON)),
        ("12月29日〜1月3日\n8月13日〜8月16日", (NEW_YEAR, OBON)),
        ("12－29..01－03", (NEW_YEAR,)),
        ("05-01", (Closure((5, 1), (5, 1)),)),
        ("2026-08-10..2026-08-17", (DatedClosure(date(2026, 8, 10), date(2026, 8, 17)),)),
        ("2026年8月10日〜8月17日", (DatedClosure(date(2026, 8, 10), date(2026, 8, 17)),)),
        ("2026-12-26..01-05", (DatedClosure(date(2026, 12, 26), date(2027, 1, 5)),)),
        ("2026-11-13", (DatedClosure(date(2026, 11, 13), date(2026, 11, 13)),)),
        ("02-29", (Closure((2, 29), (2, 29)),)),
        ("", ()),
        (" なし ", ()),
        ("None", ()),
    ],
)
def test_closures_are_read_as_people_write_them(text: str, expected: tuple[Closure | DatedClosure, ...]) -> None:
    assert parse_closures(text) == expected


@pytest.mark.parametrize(
    "written",
    [
        "Obon",
        "13-01..13-05",
        "02-30",
        "2026-02-29",
        "2026-08-17..2026-08-10",
        "08-10..2026-08-17",
        "08-10..08-12..08-14",
        "08-10..",
        "12-29 01-03",
    ],
)
def test_a_closure_that_cannot_be_read_is_refused_as_written(written: str) -> None:
    with pytest.raises(Refusal, match="closure_unreadable") as refusal:
        parse_closures(f"05-01, {written}")

    assert refusal.value.values == {"value": written}


def test_a_company_keeps_its_own_days() -> None:
    usual = company_calendar(years=(2026,))
    inn = company_calendar(years=(2026,), weekdays=(3, 4, 5, 6), works_on_public_holidays=True, closures="01-10..01-20")

    assert usual.closed(date(2026, 5, 6)) == Closed("holiday", "振替休日")
    assert usual.closed(date(2026, 8, 13)) == Closed("closure")
    assert inn.is_working(date(2026, 1, 1))
    assert inn.closed(date(2026, 1, 15)) == Closed("closure")
    assert inn.closed(date(2026, 1, 5)) == Closed("weekday")


@pytest.mark.parametrize(
    ("weekdays", "closures"), [((), ""), (range(5), "01-01..12-31"), (range(5), "2026-03-01..2027-06-30")]
)
def test_a_company_that_never_works_is_refused_before_it_is_planned(weekdays: range, closures: str) -> None:
    with pytest.raises(Refusal, match="calendar_without_working_day"):
        company_calendar(years=(2026, 2027), weekdays=weekdays, closures=closures)


def test_an_eighth_weekday_is_refused() -> None:
    with pytest.raises(Refusal, match="weekday_unknown") as refusal:
        company_calendar(years=(2026,), weekdays=(0, 7))

    assert refusal.value.values == {"value": 7}
