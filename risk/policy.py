"""Who is told, when, and what happens if nobody acts: the alert table of ``risk/rules.yaml`` put to work.

A row of the table is copied onto each alert when it is raised, so that a later edit never changes a running escalation.
Times are aware; send windows of check-ins do not apply here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal, assert_never
from zoneinfo import ZoneInfo

from risk.model import Assessment, Closed, Level
from risk.rules import Rules, RulesError
from risk.schema import AlertRule
from scheduler.workdays import (
    OFFICE_HOURS,
    Window,
    WorkCalendar,
    add_months,
    add_working_time,
    local_time,
    next_allowed,
    next_working_day,
    working_days_later,
)


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """What happens with one kind of alert (and for ``risk`` one level).

    ``delivered``: ``now`` at any hour; ``window`` at once within the desk's window, else when it opens; ``digest`` with
    the next digest of a working day; ``list`` never sent. ``acknowledge_within`` counts minutes of the clock
    (``clock``), or the agency's working ``hours`` or ``days``. ``then`` names who is told one after the other when
    nobody has acknowledged; ``second_after`` are the minutes from delivery to the second of them.
    """

    kind: str
    level: Level | None
    delivered: Literal["now", "window", "digest", "list"]
    acknowledge_within: int | None = None
    unit: Literal["clock", "hours", "days"] | None = None
    then: tuple[str, ...] = ()
    second_after: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON can hold it, to be stored on an alert."""
        return asdict(self) | {"level": self.level and self.level.value, "then": list(self.then)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> PolicyRow:
        """The row back from ``as_dict``. Raises ValueError for what is no row."""
        return cls.of(AlertRule.model_validate(dict(stored)))

    @classmethod
    def of(cls, rule: AlertRule) -> PolicyRow:
        """A checked row of the rules file."""
        level = None if rule.level is None else Level(rule.level)
        return cls(
            rule.kind, level, rule.delivered, rule.acknowledge_within, rule.unit, tuple(rule.then), rule.second_after
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """The alert table in force and how many elevated alerts a month one consultant can take."""

    rows: tuple[PolicyRow, ...]
    capacity: int

    @classmethod
    def of(
        cls, rules: Rules, *, capacity: int | None = None, acknowledge_within: Mapping[str, int] | None = None
    ) -> Policy:
        """The policy of these rules with the changes of ``[alerts]``.

        ``acknowledge_within`` is keyed by the kind, for ``risk`` by the level, and keeps the row's unit. Raises
        RulesError ``rules.unknown_time`` for a key without a time to acknowledge.
        """
        rows = {row.level or row.kind: row for row in map(PolicyRow.of, rules.alerts)}
        for name, within in (acknowledge_within or {}).items():
            if name not in rows or rows[name].unit is None:
                raise RulesError("rules.unknown_time", name=name)
            rows[name] = replace(rows[name], acknowledge_within=within)
        return cls(tuple(rows.values()), rules.capacity if capacity is None else capacity)

    def row(self, kind: str, level: Level | None = None) -> PolicyRow:
        """The row for a kind and, for ``risk``, a level; KeyError when the table has none."""
        for row in self.rows:
            if (row.kind, row.level) == (kind, level):
                return row
        raise KeyError((kind, level))


@dataclass(frozen=True, slots=True)
class Desk:
    """When the agency works (``[alerts]`` and its calendar): everything that a time to acknowledge counts in."""

    zone: ZoneInfo
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    hours: Window = OFFICE_HOURS
    digest: time = time(9)
    window: Window = (time(8), time(21))


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """An alert as the policy sees it. ``escalations`` counts who was told; ``due_at`` is when the next would be."""

    kind: str
    level: Level | None
    state: Literal["open", "acknowledged", "snoozed", "resolved"]
    row: PolicyRow
    delivered_at: datetime | None
    due_at: datetime | None
    escalations: int = 0
    snoozed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Escalate:
    """Tell ``to`` (``lead`` or ``on_call``) now; ``next_due_at`` is when the next person would be told, or None."""

    to: str
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wake:
    """The alert was put off until now: it is open again, and must be acknowledged by ``next_due_at``."""

    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stay:
    """The time is over and nobody else is to be told: the alert stays on the list, its ``due_at`` is cleared."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An elevated alert that waits for its digest."""

    alert: int
    score: float
    since: datetime


def alert_for(
    assessment: Assessment,
    *,
    previous_level: Level,
    open_alert_level: Level | None,
    previous: Assessment | None = None,
) -> Level | None:
    """The level to alert, or None: upward crossings only, and never what an open alert says already.

    With ``previous`` given, a newly stated fact or a new lowest answer alerts also where the level was as high before
    and its alert is closed: such an answer always gets a human look.
    """
    level = assessment.level
    if open_alert_level is not None and level.rank <= open_alert_level.rank:
        return None
    if level.rank > previous_level.rank:
        return level
    stated = _stated(assessment)
    return level if previous is not None and stated - _stated(previous) else None


def _stated(assessment: Assessment) -> set[tuple[str, object]]:
    """What was said outright, with its day. A lowest answer that became the second in a row is a new one."""
    kinds = {"explicit", "lowest", "lowest_twice"}
    found = [reason for reason in assessment.reasons if reason.code.partition(".")[0] in kinds]
    return {
        (reason.code.partition(".")[2], reason.values.get("on") or reason.values.get("last_on")) for reason in found
    }


def deliver_at(row: PolicyRow, now: datetime, desk: Desk) -> datetime | None:
    """When an alert raised ``now`` is sent, in the desk's zone; None when it only stands on the list."""
    match row.delivered:
        case "now":
            return now.astimezone(desk.zone)
        case "window":
            return next_allowed(now, desk.window, desk.calendar, desk.zone, any_day=True)
        case "digest":
            return next_digest(now, desk)
        case "list":
            return None
        case _:
            assert_never(row.delivered)


def next_digest(now: datetime, desk: Desk) -> datetime:
    """The next digest of a working day of the agency; ``now`` itself when it is that moment."""
    today = now.astimezone(desk.zone).date()
    over = local_time(today, desk.digest, desk.zone) < now
    day = next_working_day(today + timedelta(days=over), desk.calendar)
    return local_time(day, desk.digest, desk.zone)


def next_months_digest(now: datetime, desk: Desk) -> datetime:
    """The first digest of the agency's next month, in which its consultants' capacity counts anew."""
    today = now.astimezone(desk.zone).date()
    first = add_months(today.replace(day=1), 1)
    return next_digest(local_time(first, time(0), desk.zone), desk)


def acknowledge_by(row: PolicyRow, delivered_at: datetime, desk: Desk) -> datetime | None:
    """When somebody must have acknowledged, in the desk's zone; None for what is only listed.

    A working day ends at the same hour of the next one: told on Monday at 09:00, one day is over on Tuesday at 09:00.
    """
    if row.acknowledge_within is None or row.unit is None:
        return None
    match row.unit:
        case "clock":
            return _later(delivered_at, row.acknowledge_within, desk)
        case "hours":
            amount = timedelta(hours=row.acknowledge_within)
            return add_working_time(delivered_at, amount, hours=desk.hours, calendar=desk.calendar, zone=desk.zone)
        case "days":
            days = row.acknowledge_within
            return working_days_later(delivered_at, days, hours=desk.hours, calendar=desk.calendar, zone=desk.zone)
        case _:
            assert_never(row.unit)


@dataclass(frozen=True, slots=True)
class ReadingTime:
    """When somebody will honestly have read a call: ``by`` then, ``on_call`` by then, ``not_before`` then although it is sent
    now, or ``later`` where it is not even sent before."""

    kind: Literal["by", "on_call", "not_before", "later"]
    at: datetime


def reading_of(row: PolicyRow, now: datetime, desk: Desk, *, on_call: bool) -> ReadingTime:
    """When an urgent alert that is raised ``now`` is read, as far as anybody can promise.

    In the agency's hours the time to acknowledge counts. Outside them nobody has to look, unless somebody is ``on_call``.
    """
    opening = next_allowed(now, desk.hours, desk.calendar, desk.zone)
    due = acknowledge_by(row, now, desk) or opening
    if opening <= now:
        return ReadingTime("by", due)
    if on_call:
        return ReadingTime("on_call", due)
    sent = deliver_at(row, now, desk)
    return ReadingTime("later" if sent is None or sent > now else "not_before", opening)


def next_escalation(alert: AlertFacts, now: datetime, desk: Desk) -> Escalate | Wake | Stay | None:
    """What is due for an alert at ``now``; None when nothing is. Safe to ask again once its answer is recorded."""
    match alert.state:
        case "acknowledged" | "resolved":
            return None
        case "snoozed":
            over = alert.snoozed_until is not None and alert.snoozed_until <= now
            return Wake(acknowledge_by(alert.row, now, desk)) if over else None
        case "open":
            if alert.delivered_at is None or alert.due_at is None or now < alert.due_at:
                return None
            return _pass_on(alert, alert.delivered_at, desk)
        case _:
            assert_never(alert.state)


def _pass_on(alert: AlertFacts, delivered_at: datetime, desk: Desk) -> Escalate | Stay:
    then = alert.row.then
    if alert.escalations >= len(then):
        return Stay()
    more = alert.escalations + 1 < len(then) and alert.row.second_after is not None
    second = _later(delivered_at, alert.row.second_after or 0, desk) if more else None
    return Escalate(to=then[alert.escalations], next_due_at=second)


def _later(moment: datetime, minutes: int, desk: Desk) -> datetime:
    # Python adds to the clock face; over a change of clocks only UTC counts the minutes that pass.
    return (moment.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(desk.zone)


def within_capacity(waiting: Sequence[Waiting], sent_this_month: int, capacity: int) -> tuple[Waiting, ...]:
    """Which elevated alerts of one consultant go out now, worst first; the rest wait on the list."""
    worst_first = sorted(waiting, key=lambda one: (-one.score, one.since, one.alert))
    return tuple(worst_first[: max(0, capacity - sent_this_month)])


def silence_for(checkins: Sequence[Closed]) -> int | None:
    """How many check-ins in a row were missed, if that wants an alert: two and more, or the very first; else None.

    Excused ones (leave, pause, not delivered, declined) neither count nor break a run.
    """
    counted = sorted((checkin for checkin in checkins if not checkin.excused), key=lambda one: one.period)
    run = next((n for n, checkin in enumerate(reversed(counted)) if not checkin.missed), len(counted))
    return run if run >= 2 or (run == 1 and len(counted) == 1) else None
