"""Who is told, when, and what happens if nobody acts. The agency works in Japan, Monday to Friday."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.model import Assessment, Closed, Level, Reason
from risk.policy import (
    AlertFacts,
    Desk,
    Escalate,
    Policy,
    PolicyRow,
    Stay,
    Waiting,
    Wake,
    acknowledge_by,
    alert_for,
    deliver_at,
    next_escalation,
    silence_for,
    within_capacity,
)
from risk.rules import RulesError, load
from scheduler.workdays import WorkCalendar

JAPAN = ZoneInfo("Asia/Tokyo")
POLICY = Policy.of(load())
DESK = Desk(JAPAN, WorkCalendar(holidays={date(2026, 4, 29): "Showa Day"}))
SAFETY, HELP = POLICY.row("safety"), POLICY.row("help")
CRITICAL, HIGH, ELEVATED, WATCH = (
    POLICY.row("risk", level) for level in (Level.CRITICAL, Level.HIGH, Level.ELEVATED, Level.WATCH)
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of April 2026 in Japan; the 1st is a Wednesday, the 29th a holiday."""
    return datetime(2026, 4, day, hour, minute, tzinfo=JAPAN)


def assessed(level: Level, *reasons: Reason) -> Assessment:
    return Assessment(level, -3.0, 0.1, 0.06, reasons, 1)


def raised(row: PolicyRow, now: datetime) -> AlertFacts:
    """An open alert that went out as its row says."""
    delivered = deliver_at(row, now, DESK)
    due = acknowledge_by(row, delivered, DESK) if delivered else None
    return AlertFacts(row.kind, row.level, "open", row, delivered, due)


@pytest.mark.parametrize(
    ("row", "now", "expected"),
    [
        (SAFETY, at(4, 3), at(4, 3)),  # A Saturday at three in the night.
        (CRITICAL, at(4, 3), at(4, 3)),
        (HELP, at(4, 8), at(4, 8)),
        (HELP, at(4, 20, 59), at(4, 20, 59)),
        (HELP, at(4, 21), at(5, 8)),
        (HELP, at(4, 7, 59), at(4, 8)),
        (HIGH, at(1, 8, 59), at(1, 9)),
        (HIGH, at(1, 9), at(1, 9)),
        (HIGH, at(1, 9, 1), at(2, 9)),
        (ELEVATED, at(3, 12), at(6, 9)),  # Friday noon: Monday.
        (POLICY.row("silence"), at(4, 8), at(6, 9)),
        (POLICY.row("unreachable"), at(28, 12), at(30, 9)),  # Over the holiday.
        (POLICY.row("deadline"), at(28, 12), at(30, 9)),
        (WATCH, at(1, 8), None),
    ],
)
def test_when_an_alert_goes_out(row: PolicyRow, now: datetime, expected: datetime | None) -> None:
    assert deliver_at(row, now, DESK) == expected
    assert deliver_at(row, now.astimezone(UTC), DESK) == expected


@pytest.mark.parametrize(
    ("row", "delivered", "due"),
    [
        (SAFETY, at(4, 23, 45), at(5, 0, 15)),
        (HELP, at(1, 10), at(1, 14)),
        (HELP, at(3, 16), at(6, 11)),  # Two hours of Friday and two of Monday.
        (HELP, at(4, 10), at(6, 13)),  # A Saturday counts from Monday's opening.
        (CRITICAL, at(1, 14), at(2, 14)),
        (CRITICAL, at(4, 3), at(7, 9)),
        (HIGH, at(1, 9), at(3, 9)),
        (HIGH, at(28, 9), datetime(2026, 5, 1, 9, tzinfo=JAPAN)),
        (ELEVATED, at(1, 9), at(8, 9)),
        (POLICY.row("silence"), at(1, 9), at(8, 9)),
        (WATCH, at(1, 9), None),
    ],
)
def test_by_when_somebody_must_have_acknowledged(row: PolicyRow, delivered: datetime, due: datetime | None) -> None:
    assert acknowledge_by(row, delivered, DESK) == due


def test_minutes_are_minutes_when_the_clocks_change() -> None:
    berlin = replace(DESK, zone=ZoneInfo("Europe/Berlin"))
    before_the_gap = datetime(2026, 3, 29, 0, 45, tzinfo=UTC)  # 01:45 in Berlin; at 02:00 it becomes 03:00.
    due = acknowledge_by(SAFETY, before_the_gap, berlin)
    assert due == before_the_gap + timedelta(minutes=30)


def test_a_safety_report_goes_to_the_lead_and_after_two_hours_on_call() -> None:
    alert = raised(SAFETY, at(4, 3))
    assert next_escalation(alert, at(4, 3, 29), DESK) is None
    first = next_escalation(alert, at(4, 3, 30), DESK)
    assert first == Escalate("lead", at(4, 5))
    alert = replace(alert, escalations=1, due_at=at(4, 5))
    assert next_escalation(alert, at(4, 4, 59), DESK) is None
    assert next_escalation(alert, at(4, 5), DESK) == Escalate("on_call", None)
    assert next_escalation(replace(alert, escalations=2, due_at=None), at(9, 5), DESK) is None


@pytest.mark.parametrize(("row", "now", "due"), [(HELP, at(1, 10), at(1, 14)), (HIGH, at(1, 8), at(3, 9))])
def test_what_nobody_acknowledges_goes_to_the_lead_once(row: PolicyRow, now: datetime, due: datetime) -> None:
    alert = raised(row, now)
    assert next_escalation(alert, due - timedelta(minutes=1), DESK) is None
    assert next_escalation(alert, due, DESK) == Escalate("lead", None)
    assert next_escalation(replace(alert, escalations=1, due_at=None), due + timedelta(days=9), DESK) is None


@pytest.mark.parametrize("row", [ELEVATED, POLICY.row("silence"), POLICY.row("unreachable"), POLICY.row("deadline")])
def test_the_milder_ones_stay_on_the_list(row: PolicyRow) -> None:
    alert = raised(row, at(1, 8))
    assert next_escalation(alert, at(8, 8, 59), DESK) is None
    assert next_escalation(alert, at(8, 9), DESK) == Stay()
    assert next_escalation(raised(WATCH, at(1, 8)), at(30, 9), DESK) is None


@pytest.mark.parametrize("state", ["acknowledged", "resolved"])
def test_once_somebody_acts_nobody_else_is_told(state: str) -> None:
    alert = replace(raised(SAFETY, at(1, 8)), state=state)  # type: ignore[arg-type]
    assert next_escalation(alert, at(30, 9), DESK) is None


def test_an_alert_that_was_put_off_wakes_and_counts_anew() -> None:
    alert = replace(raised(HIGH, at(1, 8)), state="snoozed", snoozed_until=at(7, 9))
    assert next_escalation(alert, at(6, 9), DESK) is None
    assert next_escalation(alert, at(7, 9), DESK) == Wake(at(9, 9))


def test_an_alert_that_was_not_delivered_yet_escalates_to_nobody() -> None:
    alert = AlertFacts("safety", None, "open", SAFETY, delivered_at=None, due_at=None)
    assert next_escalation(alert, at(30, 9), DESK) is None


@pytest.mark.parametrize(
    ("level", "before", "open_level", "expected"),
    [
        (Level.ELEVATED, Level.NONE, None, Level.ELEVATED),
        (Level.WATCH, Level.NONE, None, Level.WATCH),
        (Level.ELEVATED, Level.ELEVATED, None, None),
        (Level.ELEVATED, Level.HIGH, None, None),
        (Level.HIGH, Level.ELEVATED, Level.ELEVATED, Level.HIGH),
        (Level.HIGH, Level.ELEVATED, Level.HIGH, None),
        (Level.ELEVATED, Level.WATCH, Level.CRITICAL, None),
        (Level.NONE, Level.WATCH, None, None),
        (Level.NONE, Level.NONE, None, None),
    ],
)
def test_only_a_rise_alerts(level: Level, before: Level, open_level: Level | None, expected: Level | None) -> None:
    assert alert_for(assessed(level), previous_level=before, open_alert_level=open_level) == expected


def test_a_new_lowest_answer_gets_a_look_though_the_level_was_as_high_before() -> None:
    def lowest(day: str) -> Assessment:
        return assessed(
            Level.ELEVATED, Reason("lowest.overall", 50.0, {"driver": "overall", "last": 0, "last_on": day})
        )

    known, new = lowest("2026-04-03"), lowest("2026-05-03")
    elevated = Level.ELEVATED
    assert alert_for(new, previous_level=elevated, open_alert_level=None, previous=known) is elevated
    assert alert_for(known, previous_level=elevated, open_alert_level=None, previous=known) is None
    assert alert_for(new, previous_level=elevated, open_alert_level=elevated, previous=known) is None


def test_a_consultant_is_sent_the_worst_and_no_more_than_they_can_take() -> None:
    waiting = [
        Waiting(1, -3.0, at(1, 9)),
        Waiting(2, -1.0, at(3, 9)),
        Waiting(3, -2.0, at(2, 9)),
        Waiting(4, -2.0, at(1, 9)),
    ]
    assert [one.alert for one in within_capacity(waiting, 3, 6)] == [2, 4, 3]
    assert within_capacity(waiting, 6, 6) == ()
    assert within_capacity(waiting, 9, 6) == ()
    assert len(within_capacity(waiting, 0, 6)) == 4


@given(
    scores=st.lists(st.floats(-9, 9), max_size=12),
    sent=st.integers(0, 12),
    capacity=st.integers(0, 12),
)
def test_nobody_waits_for_somebody_who_is_better_off(scores: list[float], sent: int, capacity: int) -> None:
    waiting = [Waiting(n, score, at(1, 9)) for n, score in enumerate(scores)]
    chosen = within_capacity(waiting, sent, capacity)
    assert len(chosen) == min(len(waiting), max(0, capacity - sent))
    rest = {one.score for one in waiting if one not in chosen}
    assert not chosen or not rest or min(one.score for one in chosen) >= max(rest)


def checkins(*states: str) -> tuple[Closed, ...]:
    """Months from April 2026: ``a`` answered, ``m`` missed, ``e`` excused."""
    return tuple(
        Closed(date(2026, 4 + n, 1), date(2026, 4 + n, 15), state != "a", state == "e")
        for n, state in enumerate(states)
    )


@pytest.mark.parametrize(
    ("story", "run"),
    [
        ("", None),
        ("a", None),
        ("m", 1),
        ("am", None),
        ("amm", 2),
        ("mm", 2),
        ("mma", None),
        ("amem", 2),
        ("em", 1),
        ("e", None),
        ("ammm", 3),
    ],
)
def test_silence_is_two_in_a_row_or_the_very_first(story: str, run: int | None) -> None:
    assert silence_for(checkins(*story)) == run
    assert silence_for(checkins(*story)[::-1]) == run


def test_a_row_survives_being_stored_on_an_alert() -> None:
    for row in POLICY.rows:
        assert PolicyRow.from_dict(json.loads(json.dumps(row.as_dict()))) == row


@pytest.mark.parametrize("stored", [{}, {"kind": "gossip", "delivered": "now"}, {**SAFETY.as_dict(), "unit": "moons"}])
def test_what_is_no_row_is_refused(stored: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        PolicyRow.from_dict(stored)


def test_settings_change_times_and_capacity_and_nothing_else() -> None:
    own = Policy.of(load(), capacity=3, acknowledge_within={"safety": 15, "high": 1})
    assert own.capacity == 3
    assert own.row("safety") == replace(SAFETY, acknowledge_within=15)
    assert own.row("risk", Level.HIGH) == replace(HIGH, acknowledge_within=1)
    assert own.row("help") == HELP
    for unknown in ("watch", "gossip"):
        with pytest.raises(RulesError) as caught:
            Policy.of(load(), acknowledge_within={unknown: 1})
        assert (caught.value.code, caught.value.values) == ("rules.unknown_time", {"name": unknown})


def test_a_desk_with_hours_of_its_own() -> None:
    late = replace(DESK, hours=(time(12), time(20)), digest=time(13))
    assert deliver_at(HIGH, at(1, 12), late) == at(1, 13)
    assert acknowledge_by(HELP, at(1, 18), late) == at(2, 14)


def test_a_table_without_a_row_says_so() -> None:
    with pytest.raises(KeyError):
        POLICY.row("risk", Level.NONE)
