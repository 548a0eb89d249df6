"""“Later”: the time that a person named themselves, which outranks the hours of the cadence."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler.workdays import local_time

TONIGHT = time(19, 30)
LATE_TONIGHT = time(21, 30)
TOMORROW = time(12, 10)
SUNDAY = time(11)
SUNDAY_WEEKDAY = 6


def later_time(choice: str, now: datetime, zone_name: str) -> datetime | None:
    """When to ask again after "tonight", "tomorrow" or "sunday" in the person's zone; None for another word.

    Tonight is 19:30, or 21:30 for somebody who asks after that; later still it is tomorrow. Sunday is the next one, never today.
    """
    zone = ZoneInfo(zone_name)
    local = now.astimezone(zone)
    match choice:
        case "tonight":
            for at in (TONIGHT, LATE_TONIGHT):
                if local.time() < at:
                    return local_time(local.date(), at, zone)
            return local_time(local.date() + timedelta(days=1), TOMORROW, zone)
        case "tomorrow":
            return local_time(local.date() + timedelta(days=1), TOMORROW, zone)
        case "sunday":
            ahead = (SUNDAY_WEEKDAY - local.weekday()) % 7 or 7
            return local_time(local.date() + timedelta(days=ahead), SUNDAY, zone)
        case _:
            return None
