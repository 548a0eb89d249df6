"""Which desk is open when, and when a number gives way to the official page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.flow.hotlines import calendar
from bot.text import plain
from scheduler import hotlines
from tests.house import tokyo


def open_ids(language: str, at: str) -> list[str]:
    moment = tokyo(at)
    return [one.id for one in hotlines.open_now(language, moment, calendar(moment.date()), hotlines.shipped())]


@pytest.mark.parametrize(
    ("language", "at", "expected"),
    [
        ("ja", "2026-11-27 18:00", ["labour_standards"]),  # Friday evening
        ("ja@simple", "2026-11-28 10:00", ["labour_standards"]),  # Saturday
        ("ja", "2026-11-23 10:00", ["labour_standards"]),  # a public holiday on a Monday counts as a weekend
        ("ja", "2026-12-30 18:00", []),  # closed over New Year
        ("ja", "2027-01-03 18:00", []),
        ("vi", "2026-11-27 08:29", []),
        ("vi", "2026-11-27 08:30", ["residents_information"]),
        ("vi", "2026-11-27 09:00", ["residents_information", "fresc", "human_rights"]),
        ("vi", "2026-11-27 17:15", []),
        ("en", "2026-11-27 15:00", ["residents_information", "fresc", "human_rights", "tokyo_labour_english"]),
        ("my", "2026-11-29 15:00", []),  # Sunday
    ],
)
def test_what_is_open(language: str, at: str, expected: list[str]) -> None:
    assert open_ids(language, at) == expected


def test_what_is_not_verified_is_shown_as_its_page() -> None:
    today = date(2026, 12, 1)
    for one in hotlines.shipped():
        assert one.page.startswith("https://")
        if one.confidence != "high":
            assert one.shown_number(today) is None


def test_an_old_entry_falls_back_to_the_page_until_somebody_confirms_it() -> None:
    one = next(one for one in hotlines.shipped() if one.id == "fresc")
    old = one.verified_on + timedelta(days=181)

    assert one.shown_number(one.verified_on + timedelta(days=180)) == "0570-011000"
    assert one.shown_number(old) is None
    (again,) = hotlines.confirmed([one], {"fresc": old})
    assert again.shown_number(old) == "0570-011000"


def test_a_desk_has_a_name_in_every_language_that_is_spoken_there_and_in_plain_japanese_with_readings() -> None:
    for one in hotlines.shipped():
        assert {*one.languages, "en", "ja"} <= one.name.keys()
        if "ja" in one.languages:
            assert [rule.words for rule in plain.broken(one.name["ja@simple"]) if rule.rule is plain.UNREAD] == []
