"""Clocks: one of the machine, one for tests and the demo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import FixedClock, real_now, system_clock

NOON = datetime(2026, 4, 1, 12, 10, tzinfo=ZoneInfo("Asia/Tokyo"))


def test_the_machine_tells_the_time_in_utc() -> None:
    before = system_clock()
    assert before.tzinfo is UTC
    assert before <= real_now() <= before + timedelta(minutes=1)


def test_a_fixed_clock_stands_still_until_it_is_moved() -> None:
    clock = FixedClock(NOON)
    assert clock() == clock() == NOON
    clock.advance(timedelta(days=1, minutes=5))
    assert clock() == datetime(2026, 4, 2, 3, 15, tzinfo=UTC)
    clock.move_to(NOON)
    assert clock() == NOON
    assert clock().tzinfo is UTC


def test_a_day_is_24_hours_also_when_summer_time_begins() -> None:
    clock = FixedClock(datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin")))
    clock.advance(timedelta(days=1))
    assert clock() == datetime(2026, 3, 29, 11, tzinfo=UTC)


def test_a_time_without_a_zone_is_refused() -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(ValueError, match="without a zone"):
        FixedClock(naive)
    with pytest.raises(ValueError, match="without a zone"):
        FixedClock(NOON).move_to(naive)
