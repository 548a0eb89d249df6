"""Time. Nothing else in the project asks for it: it is an argument everywhere, and these are what is passed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Called without arguments, it tells the time, aware and in UTC."""


def system_clock() -> datetime:
    """The machine's time. Leases, pacing and rate limits use it even in a rehearsal."""
    return datetime.now(UTC)


real_now: Clock = system_clock
"""The same clock, under the name that says why a rehearsal does not replace it."""


class FixedClock:
    """A clock that stands still until it is moved: for tests and for the demo."""

    def __init__(self, at: datetime) -> None:
        self._now = _utc(at)

    def __call__(self) -> datetime:
        """The time to which the clock was set last, in UTC."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move forward; a negative span moves back, as a machine's clock does when it is corrected."""
        self._now += by

    def move_to(self, at: datetime) -> None:
        """Set the clock. Raises ValueError for a time without a zone."""
        self._now = _utc(at)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {at}")
    return at.astimezone(UTC)
