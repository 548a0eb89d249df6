"""Time. Nothing else in the project asks for it: it is an argument everywhere, and these are what is passed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from store.queries.timekeeping import Rehearsal

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


class RehearsalClock:
    """The clock of a rehearsal in a running process; ``follow`` gives it what the shared row says since the last tick."""

    def __init__(self, rehearsal: Rehearsal, real: Clock, grace: timedelta) -> None:
        self.rehearsal, self.real, self.grace = rehearsal, real, grace

    def __call__(self) -> datetime:
        """The played time, in UTC."""
        return played(self.rehearsal, self.real(), self.grace)

    def follow(self, rehearsal: Rehearsal) -> None:
        """Go on from the shared row."""
        self.rehearsal = rehearsal


def played(kept: Rehearsal, real: datetime, grace: timedelta) -> datetime:
    """The domain time at a real time. It never falls behind the last tick, and at most ``grace`` of real time runs
    after it: where nobody ticks, because nothing runs or the machine slept, a rehearsal stands still."""
    return kept.last_tick + min(max(_since_tick(kept, real), timedelta()), grace) * kept.speed


def ticked(kept: Rehearsal, real: datetime, grace: timedelta) -> Rehearsal:
    """The row after a tick. Where the clock stood still, or the machine's own jumped, it is anchored anew."""
    now = played(kept, real, grace)
    if timedelta() <= _since_tick(kept, real) <= grace:
        return replace(kept, last_tick=now)
    return replace(kept, domain_anchor=now, real_anchor=real, last_tick=now)


def resumed(kept: Rehearsal, real: datetime, grace: timedelta, *, alone: bool) -> Rehearsal:
    """The row when a process starts: the clock goes on from the last tick, unless another process moves it just now."""
    if not alone and timedelta() <= _since_tick(kept, real) <= grace:
        return kept
    return replace(kept, domain_anchor=kept.last_tick, real_anchor=real)


def _since_tick(kept: Rehearsal, real: datetime) -> timedelta:
    """Real time since the last tick; negative when the machine's clock was set back."""
    return real - kept.real_anchor - (kept.last_tick - kept.domain_anchor) / kept.speed


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {at}")
    return at.astimezone(UTC)
