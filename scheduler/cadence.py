"""The numbers of the rhythm ("The default cadence" in docs/interfaces.md), and the dates of a placement that it starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum

from scheduler.workdays import Window, WorkCalendar
from surveys.model import Respondent

ROUTINE = frozenset({"hire_first_week", "hire_monthly", "manager_monthly"})
"""The surveys of the months. The others come besides, and neither move nor end what the months ask."""

EXIT = "exit"
"""The period of the questions about leaving."""

DAY = timedelta(days=1)

DAY_OFF_WITHIN = timedelta(days=6)
"""How long a check-in waits for the day off that a hire chose."""


class HourChoice(StrEnum):
    """When a hire likes to be asked; a manager is always asked at the manager's hour."""

    NOON = "noon"
    EVENING = "evening"
    DAY_OFF = "day_off"


@dataclass(frozen=True, slots=True)
class OwnSurvey:
    """A survey of a consultancy's own: whom it asks, and so many (months, days) after the start."""

    survey: str
    respondent: Respondent
    after_start: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Cadence:
    """Every number of the rhythm, and what a consultancy asks besides (``own``).

    ``first_week_offset_days``, ``min_gap_days`` and ``renewal_days`` (before a contract or a status ends) are calendar
    days, all other days are working days; hours are local to the placement.
    """

    first_week_offset_days: int = 5
    hire_hour: time = time(12, 10)
    hire_evening: time = time(19)
    manager_hour: time = time(10)
    remind_after: tuple[int, ...] = (2, 5)
    expire_after: int = 10
    hire_expires_at: time = time(21)
    manager_expires_at: time = time(18)
    hire_window: Window = (time(8), time(21))
    manager_window: Window = (time(9), time(18))
    min_days_left: int = 2
    min_gap_days: int = 21
    renewal_days: tuple[int, ...] = (60, 120)
    own: tuple[OwnSurvey, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacementFacts:
    """What the plan needs to know of a placement.

    ``ends_on`` is the first day without the hire, ``pauses`` are pairs of days with both ends included, ``zone`` is an
    IANA name. ``last_due`` holds, for the hire and for the present manager, the due day of the last ROUTINE check-in
    opened. ``exits_on`` is the day on which the questions about leaving are due, once notice is known.
    """

    placement: int
    company: int
    manager: int | None
    start_date: date
    calendar: WorkCalendar
    zone: str = "Asia/Tokyo"
    ends_on: date | None = None
    pauses: tuple[tuple[date, date], ...] = ()
    hire_hour: HourChoice = HourChoice.NOON
    last_due: Mapping[Respondent, date] = field(default_factory=dict)
    contract_ends: date | None = None
    residence_expires: date | None = None
    exits_on: date | None = None

    def active_on(self, day: date) -> bool:
        """True when the hire has started, has not left and is not paused on that day."""
        if day < self.start_date or (self.ends_on is not None and day >= self.ends_on):
            return False
        return not (self.pauses and any(first <= day <= last for first, last in self.pauses))
