"""The values that the risk engine takes and gives: frozen, without names, words or nationality.

Source of every formula over them: docs/risk.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Level(StrEnum):
    """How likely an early resignation is, in the order of urgency."""

    NONE = "none"
    WATCH = "watch"
    ELEVATED = "elevated"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for none … 4 for critical."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer on a scale: ``item`` is a driver, ``value`` runs from 0 (bad) to 1 (good).

    ``period`` is the day the check-in was nominally due; it orders months and joins the two sides' answers.
    ``answered_at`` is the hour of the answer where it is known, on the day ``answered_on``. ``question`` tells several
    questions about one driver apart: of two answers to one question in one period the later counts, then the better.
    ``by_other`` marks what somebody else wrote down for the hire.
    """

    item: str
    period: date
    answered_on: date
    value: float
    question: str = ""
    answered_at: datetime | None = None
    by_other: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """A check-in of the hire that is over. ``missed`` is delivered without an answer; leave, pause, "not delivered" and
    "declined" are excused and do not count as silence.

    A check-in that was missed and answered late is ``missed`` until ``answered_on`` (``answered_at``, where the hour is
    known), and from then on it is not: what was believed in between stays what it was.
    """

    period: date
    closed_on: date
    missed: bool
    excused: bool = False
    answered_on: date | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """A fact that somebody stated: ``resigned``, ``offer``, ``interviewing`` (hire) or ``notice`` (manager)."""

    code: str
    stated_on: date


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that is known of one placement, as the engine may see it. ``contract_ends`` and ``status_expires`` are
    dates without an employer's decision yet; from ``transfer_from`` on the status allows a change of employer.
    """

    placement: str
    company: str
    started_on: date | None
    readings: tuple[Reading, ...] = ()
    manager_readings: tuple[Reading, ...] = ()
    checkins: tuple[Closed, ...] = ()
    signals: tuple[Signal, ...] = ()
    contract_ends: date | None = None
    status_expires: date | None = None
    transfer_from: date | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a level is what it is: a code (its sentence stands in ``rules.yaml``) and the values to put into it.

    ``weight`` is the term's part of the log-odds; reasons are ordered by it, largest first. What somebody stated
    outright is no part of the log-odds: its weight (50 or 100) only puts it in front.
    """

    code: str
    weight: float
    values: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Assessment:
    """A level with its reasons, at the close of a check-in.

    ``score`` is the log-odds of leaving within a month, ``probability`` the chance within 90 days (p90), ``usual`` its
    average over people of this client and tenure who answered as much (p0). A level informs a person who decides; it decides
    nothing.
    """

    level: Level
    score: float
    probability: float
    usual: float
    reasons: tuple[Reason, ...]
    rules_version: int
