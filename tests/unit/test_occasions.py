"""The year and the placement as dated data: what happens between two days, and what counts on one."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.occasions import TOPICS, OccasionsError, occasions, parse, shipped, triggers
from surveys.loader import DRIVERS

TEXT = (files("scheduler") / "calendar.yaml").read_text(encoding="utf-8")
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def ids(first: str, last: str | None = None) -> list[str]:
    return [one.id for one in occasions(date.fromisoformat(first), date.fromisoformat(last or first))]


def counts(start: str, on: str, **dates: str | None) -> list[str]:
    status = dates.pop("status", None)
    days = {name: date.fromisoformat(text) for name, text in dates.items() if text}
    return [one.id for one in triggers(date.fromisoformat(start), on=date.fromisoformat(on), status=status, **days)]


def test_a_day_knows_what_happens_on_it() -> None:
    assert ids("2027-04-15") == ["fiscal_year_start", "ssw_annual_filing", "new_year_of_south_east_asia"]
    assert ids("2026-11-08") == ["year_end_adjustment", "diwali_and_tihar"]
    assert ids("2027-04-01")[0] == "employment_for_skill_development_starts"


def test_the_closure_of_the_new_year_is_one_occasion_on_both_sides_of_it() -> None:
    for day in ("2026-12-29", "2026-12-31", "2027-01-03"):
        (closure,) = [one for one in occasions(*[date.fromisoformat(day)] * 2) if one.id == "new_year_closure"]
        assert (closure.first, closure.last) == (date(2026, 12, 29), date(2027, 1, 3))
    assert "new_year_closure" not in ids("2027-01-04")


@pytest.mark.parametrize(
    ("year", "summer", "winter"),
    [(2026, date(2026, 7, 5), date(2026, 12, 6)), (2027, date(2027, 7, 4), date(2027, 12, 5))],
)
def test_the_language_test_is_on_the_first_sunday_of_july_and_december(year: int, summer: date, winter: date) -> None:
    found = {one.id: one.first for one in occasions(date(year, 1, 1), date(year, 12, 31))}
    assert found["japanese_test_summer"] == summer
    assert found["japanese_test_winter"] == winter


@pytest.mark.parametrize(
    ("id_", "country", "name"),
    [
        ("lunar_new_year", "VN", "Lunar New Year"),
        ("lunar_new_year", "CN", "Chinese New Year"),
        ("eid_al_fitr", "ID", "Eid al-Fitr"),
        ("eid_al_adha", "ID", "Eid al-Adha"),
        ("dashain", "NP", "Bijaya Dashami"),
        ("diwali_and_tihar", "NP", "Laxmi Pooja"),
        ("ramadan", "BN", "First Day of Ramadan"),
    ],
)
def test_the_feasts_of_the_moon_agree_with_the_library_that_is_their_source(id_: str, country: str, name: str) -> None:
    for year in shipped().years:
        known = holidays.country_holidays(country, years=year, language="en_US")
        days = [day for day, names in known.items() if any(one.startswith(name) for one in names.split("; "))]
        (own,) = [one for one in occasions(date(year, 1, 1), date(year, 12, 31)) if one.id == id_]
        assert any(own.first <= day <= own.last for day in days), (own, days)


def test_what_depends_on_the_sight_of_the_moon_says_so() -> None:
    found = {one.id: one.approximate for one in occasions(date(2027, 1, 1), date(2027, 12, 31))}
    assert {id_ for id_, vague in found.items() if vague} == {"ramadan", "eid_al_fitr", "eid_al_adha"}


def test_the_file_says_until_when_it_knows_the_feasts() -> None:
    assert shipped().known_until == date(2027, 12, 31)


def test_the_first_weeks_ask_for_the_basics_and_then_for_the_promise() -> None:
    assert counts("2026-04-01", "2026-04-01") == ["first_day", "arrival_basics", "joining_notice"]
    assert counts("2026-04-01", "2026-04-08") == ["job_as_promised", "joining_notice"]
    assert counts("2026-04-01", "2026-03-31") == []
    assert "first_payslip" in counts("2026-04-01", "2026-05-01")


def test_a_month_end_start_counts_from_the_start_and_never_drifts() -> None:
    assert "leaving_peak_late" in counts("2026-08-31", "2027-02-28")
    assert "leaving_peak_late" not in counts("2026-08-31", "2027-02-27")


def test_the_second_june_is_that_of_the_calendar_year_after_the_start() -> None:
    for start in ("2026-02-01", "2026-12-31"):
        assert "second_june" in counts(start, "2027-05-01")
        assert "second_june" in counts(start, "2027-07-01")
        assert "second_june" not in counts(start, "2026-06-15")
        assert "second_june" not in counts(start, "2028-06-15")


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2027-01-30", []),
        ("2027-01-31", ["status_intent"]),
        ("2027-03-02", ["status_window_open"]),
        ("2027-04-01", ["status_filed"]),
        ("2027-05-01", ["status_late"]),
        ("2027-05-17", ["status_urgent"]),
        ("2027-05-31", ["status_urgent"]),
        ("2027-06-01", ["status_special_period"]),
        ("2027-07-31", ["status_special_period"]),
        ("2027-08-01", []),
    ],
)
def test_the_renewal_of_a_residence_status_presses_more_from_step_to_step(on: str, expected: list[str]) -> None:
    found = counts("2020-04-01", on, residence_expires="2027-05-31")
    assert found == expected


def test_a_contract_that_ends_is_asked_about_in_time() -> None:
    assert counts("2020-04-01", "2026-12-01", contract_ends="2027-03-31") == ["contract_intent"]
    assert counts("2020-04-01", "2027-03-31", contract_ends="2027-03-31") == ["contract_told"]


def test_the_interview_of_the_skilled_worker_comes_every_three_months_and_for_nobody_else() -> None:
    assert "ssw_interview" in counts("2025-04-01", "2026-09-20", status="ssw1")
    assert "ssw_interview" not in counts("2025-04-01", "2026-09-20")
    assert "ssw_interview" not in counts("2025-04-01", "2026-09-20", status="esd")
    found = triggers(date(2025, 8, 31), on=date(2026, 2, 20), status="ssw1")
    (interview,) = [one for one in found if one.id == "ssw_interview"]
    assert (interview.due_on, interview.first, interview.last) == (
        date(2026, 2, 28),
        date(2026, 2, 14),
        date(2026, 2, 28),
    )


def test_who_has_left_has_only_what_the_leaving_causes() -> None:
    assert counts("2026-04-01", "2026-06-10", left="2026-06-01", residence_expires="2026-06-20") == ["leaving_notice"]
    assert counts("2026-04-01", "2026-06-16", left="2026-06-01") == []
    assert "leaving_peak_early" in counts("2026-01-01", "2026-05-31", left="2026-06-01")


@given(DAYS, st.integers(0, 400))
def test_an_occasion_is_found_on_each_of_its_days_and_no_other(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    found = occasions(first, last)
    assert [one.first for one in found] == sorted(one.first for one in found)
    for one in found:
        assert one.first <= one.last
        assert one.first <= last
        assert one.last >= first
        assert one in occasions(one.first, one.first)
        assert one in occasions(one.last, one.last)
        assert one not in occasions(one.last + timedelta(days=1), one.last + timedelta(days=1))


@given(DAYS, st.integers(0, 3000), st.sampled_from([None, "ssw1", "esd"]))
def test_a_trigger_counts_inside_its_window_and_once(start: date, age: int, status: str | None) -> None:
    on = start + timedelta(days=age)
    found = triggers(start, on=on, status=status)  # type: ignore[arg-type]
    assert all(one.first <= on <= one.last for one in found)
    assert len({(one.id, one.due_on) for one in found}) == len(found)


def test_every_topic_is_used_and_every_driver_of_the_bank_has_its_name_among_them() -> None:
    known = shipped()
    entries = (*known.fixed, *known.dated, *known.once, *known.relative)
    assert {entry.topic for entry in entries} == TOPICS
    assert TOPICS & set(DRIVERS) >= {
        "clarity",
        "growth",
        "hours",
        "intention",
        "language",
        "life",
        "overall",
        "pay",
        "peer",
    }


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("every: 01-01,", "every: 13-01,", "month must be in 1..12"),
        ("every: 01-01,", "every: 1 January,", "write days of every year like 12-29..01-03"),
        ("every: 01-01,", "", "write either every or nth"),
        ("id: obon,", "id: golden_week,", "the id golden_week stands twice"),
        ("topic: isolation, source: general", "topic: religion, source: general", "the topic religion is not known"),
        ("source: R14", "source: R99", "there is no source called R99"),
        ("source: R15", "source: general", "nothing is taken from the source R15"),
        ("confidence: medium", "confidence: sure", "confidence"),
        ("[2026-05-27, 2027-05-17]", "[2026-05-27]", "eid_al_adha needs one date for each of the years"),
        ("[2026-05-27, 2027-05-17]", "[2026-05-27, 2027-05-40]", "day"),
        ("2026-02-16..2026-02-20", "2026-02-20..2026-02-16", "the last day comes before the first"),
        ("first: -90d, last: -61d", "first: -61d, last: -90d", "the window ends before it begins"),
        ("first: -14d, last: 0d, for: ssw1", "first: two weeks, last: 0d, for: ssw1", "write an offset like 14d"),
        ("every: 3m", "every: 14d", "a trigger repeats in whole months"),
        ("anchor: left", "anchor: birthday", "relative"),
        ("verified_on: 2026-11-22}", "verified_on: lately}", "date"),
        ("version: 1", "version: 1\nnationality: VN", "nationality"),
        ("version: 1", "version: [", "this is no YAML"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place_and_the_fault(before: str, after: str, said: str) -> None:
    changed = TEXT.replace(before, after, 1)
    assert changed != TEXT
    with pytest.raises(OccasionsError) as caught:
        parse(changed)
    assert said in caught.value.detail
