"""What was known when: the one order in which answers, silence and the moment of an assessment are compared.

A moment is an integer, so that a list of them can be searched. An answer counts for an assessment that is taken later,
and for one of the same day, since an assessment is taken when a check-in closes, unless both carry an hour.
"""

from __future__ import annotations

from datetime import date, datetime

_DAY = 86_400_000_000  # microseconds
_TWO_DAYS = 2 * _DAY


def known_from(on: date, at: datetime | None = None) -> int:
    """When something of that day (at that hour, where it is known) became known; see ``until``."""
    return _TWO_DAYS * on.toordinal() - 1 if at is None else 2 * _clock(at)


def until(on: date, at: datetime | None = None) -> int:
    """The moment of an assessment on that day: something counts when its ``known_from`` is smaller."""
    return _TWO_DAYS * (on.toordinal() + 1) - 1 if at is None else 2 * _clock(at)


def _clock(at: datetime) -> int:
    seconds = at.hour * 3600 + at.minute * 60 + at.second
    return at.toordinal() * _DAY + seconds * 1_000_000 + at.microsecond
