"""Features: what answers, silence and dates look like beside what is usual in a company, computed by hand."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from risk.features import Features, features, prepare
from risk.model import Case, Closed, Reading, Signal
from risk.rules import RulesError, load
from scheduler.workdays import add_months

RULES = load()
START = date(2026, 4, 1)
LATE = date(2020, 4, 1)  # Long past the first months: answers are compared with the whole client's.


def month(n: int, start: date = START) -> date:
    return add_months(start, n)


def answered(
    item: str, *values: float | None, first: int = 1, start: date = START, question: str = ""
) -> tuple[Reading, ...]:
    """One answer a month from month ``first`` on, two days after the question; None is a month without an answer."""
    return tuple(
        Reading(item, month(n, start), month(n, start) + timedelta(days=2), value, question)
        for n, value in enumerate(values, start=first)
        if value is not None
    )


def closed(*missed: bool, excused: tuple[int, ...] = ()) -> tuple[Closed, ...]:
    """Check-ins of month 1, 2, …; ``excused`` numbers those that do not count."""
    return tuple(
        Closed(month(n), month(n) + timedelta(days=14), was_missed, n in excused)
        for n, was_missed in enumerate(missed, start=1)
    )


def of(case: Case, *others: Case, at: date) -> Features:
    return features(case, prepare([case, *others], at=at, rules=RULES), at=at, rules=RULES)


HIRE = Case("P1", "Aoi", START)


def test_one_answer_in_an_unknown_company_is_compared_with_the_defaults() -> None:
    # n = 1: mean (1·0 + 10·.65)/11 = .590909, sd (1·0 + 10·.27)/11 = .245455
    # z = .590909/.245455 = 2.407407, and the first level is half of it: 1.203704
    found = of(replace(HIRE, readings=answered("overall", 0.0)), at=date(2026, 5, 10))
    assert found.standings["overall"].badness == pytest.approx(1.203704, abs=1e-6)
    assert (found.standings["overall"].last, found.standings["overall"].before) == (0.0, None)
    assert found.standings["overall"].lowest
    assert (found.tenure_months, found.months) == (1, 1)


def test_a_companys_own_answers_take_over_as_they_grow_in_number() -> None:
    # Thirty colleagues answer .9 and .5 in turn: n = 31 with the person's .5; client mean (15·.9 + 16·.5)/31 = .693548,
    # client sd .2·sqrt(1 - (1/31)²) = .199896; shrunken mean (31·.693548 + 6.5)/41 = .682927, sd (31·.199896 + 2.7)/41
    # = .216995; z = (.682927 - .5)/.216995 = .843
    peers = [Case(f"Q{n}", "Aoi", LATE, answered("pay", 0.9 if n % 2 else 0.5, start=LATE)) for n in range(30)]
    person = Case("P1", "Aoi", LATE, answered("pay", 0.5, start=LATE))
    cohort = prepare([person, *peers], at=date(2020, 5, 10), rules=RULES)
    assert cohort.hire["pay", False].mean == pytest.approx(0.682927, abs=1e-6)
    assert cohort.hire["pay", False].sd == pytest.approx(0.216995, abs=1e-5)
    found = features(person, cohort, at=date(2020, 5, 10), rules=RULES)
    assert found.standings["pay"].badness == pytest.approx(0.843 / 2, abs=1e-3)


def test_a_newcomer_is_compared_with_newcomers_only() -> None:
    # Ten newcomers answer 1.0 and ten old hands 0.0. Of newcomers (with the person's .65): mean (10·1 + .65 + 6.5)/21.
    newcomers = [Case(f"N{n}", "Aoi", START, answered("overall", 1.0)) for n in range(10)]
    old_hands = [Case(f"O{n}", "Aoi", LATE, answered("overall", 0.0, first=73, start=LATE)) for n in range(10)]
    person = replace(HIRE, readings=answered("overall", 0.65))
    cohort = prepare([person, *newcomers, *old_hands], at=date(2026, 5, 10), rules=RULES)
    assert cohort.hire["overall", True].mean == pytest.approx((10 + 0.65 + 6.5) / 21)
    assert cohort.hire["overall", False].mean == pytest.approx((10 + 0.65 + 6.5) / 31)
    among_newcomers = features(person, cohort, at=date(2026, 5, 10), rules=RULES).standings["overall"].badness
    unknown_start = replace(person, started_on=None)
    among_all = features(unknown_start, cohort, at=date(2026, 5, 10), rules=RULES).standings["overall"].badness
    assert among_newcomers > 0 > among_all


def test_the_comparison_with_newcomers_ends_after_month_six() -> None:
    sixth, seventh = (replace(HIRE, readings=answered("pay", 0.1, first=n)) for n in (6, 7))
    assert prepare([sixth], at=month(9), rules=RULES).hire["pay", True].mean < 0.65
    assert prepare([seventh], at=month(9), rules=RULES).hire["pay", True].mean == 0.65


def test_a_company_of_equal_answers_does_not_turn_one_step_into_a_catastrophe() -> None:
    peers = [Case(f"Q{n}", "Aoi", LATE, answered("pay", *[0.75] * 20, start=LATE)) for n in range(50)]
    assert prepare(peers, at=date(2026, 1, 1), rules=RULES).hire["pay", False].sd == RULES.scale.sd_min


def test_the_level_is_smoothed_over_answered_months() -> None:
    # With fixed mean .65 and sd .27 (a company of nobody): z = 2.407407 at 0 and 0 at .65.
    nobody = prepare([], at=month(9), rules=RULES)
    person = replace(HIRE, started_on=None, readings=answered("pay", 0.0, 0.0, 0.65))
    found = features(person, nobody, at=month(3) + timedelta(days=9), rules=RULES)
    # .5·2.407407 = 1.203704; then .5·2.407407 + .5·1.203704 = 1.805556; then .5·0 + .5·1.805556 = .902778
    assert found.standings["pay"].badness == pytest.approx(0.902778, abs=1e-6)
    assert (found.standings["pay"].last, found.standings["pay"].before) == (0.65, 0.0)


@pytest.mark.parametrize(("months_later", "left"), [(0, 1.0), (1, 1.0), (2, 1.0), (3, 0.5), (4, 0.25), (5, 0.125)])
def test_an_answer_is_carried_for_two_months_and_then_halved(months_later: int, left: float) -> None:
    nobody = prepare([], at=month(12), rules=RULES)
    person = replace(HIRE, readings=answered("pay", 0.0))
    found = features(person, nobody, at=month(1 + months_later) + timedelta(days=14), rules=RULES)
    assert found.standings["pay"].badness == pytest.approx(1.203704 * left, abs=1e-6)


def test_a_gap_between_two_answers_fades_like_a_gap_at_the_end() -> None:
    # Month 1, then months 2, 3, 4 missed: half of 1.203704 is left, and half of that stays beside half of z = 0.
    nobody = prepare([], at=month(12), rules=RULES)
    person = replace(HIRE, readings=answered("pay", 0.0, None, None, None, 0.65))
    found = features(person, nobody, at=month(5) + timedelta(days=14), rules=RULES)
    assert found.standings["pay"].badness == pytest.approx(1.203704 / 2 / 2, abs=1e-6)


def test_several_answers_within_one_period_or_month_count_as_their_mean() -> None:
    nobody = prepare([], at=month(12), rules=RULES)
    at = month(1) + timedelta(days=25)
    one = replace(HIRE, readings=answered("pay", 0.5))
    within_period = replace(HIRE, readings=answered("pay", 0.25, question="a") + answered("pay", 0.75, question="b"))
    weekly = replace(
        HIRE,
        readings=tuple(
            Reading("pay", month(1) + timedelta(weeks=week), month(1) + timedelta(weeks=week), value)
            for week, value in enumerate([0.25, 0.75, 0.75, 0.25])
        ),
    )
    badness = {features(c, nobody, at=at, rules=RULES).standings["pay"].badness for c in (one, within_period, weekly)}
    assert max(badness) == pytest.approx(min(badness))


def test_the_lowest_point_is_seen_even_where_another_answer_of_the_period_is_better() -> None:
    person = replace(HIRE, readings=answered("intention", 0.0, question="a") + answered("intention", 1.0, question="b"))
    assert of(person, at=month(2)).standings["intention"].lowest


def test_a_drop_counts_beyond_noise_and_only_after_two_earlier_answers() -> None:
    nobody = prepare([], at=month(12), rules=RULES)

    def drop(*values: float | None, at: date | None = None) -> float:
        at = at or month(len(values)) + timedelta(days=14)
        return features(replace(HIRE, readings=answered("overall", *values)), nobody, at=at, rules=RULES).drop

    assert drop(0.65, 0.0) == 0.0
    # z goes from 0, 0 to (.65 - .35)/.27 = 1.111111: 1.111111 - 0 - .8 = .311111
    assert drop(0.65, 0.65, 0.35) == pytest.approx(0.311111, abs=1e-6)
    # z from -1.296296 twice to 2.407407: 3.703704 - .8 = 2.9, capped at 2
    assert drop(1.0, 1.0, 0.0) == 2.0
    assert drop(0.65, 0.65, 0.65) == 0.0
    assert drop(0.0, 0.0, 1.0) == 0.0
    # The fall of month 3 is carried to month 5, as every answer is, and half of it is left in month 6.
    assert drop(1.0, 1.0, 0.0, at=month(5) + timedelta(days=14)) == 2.0
    assert drop(1.0, 1.0, 0.0, at=month(6) + timedelta(days=14)) == 1.0


def test_missed_check_ins_are_compared_with_the_cohort() -> None:
    # Own: 3 of the last 4 missed. Cohort: 3 of 4 own and 0 of 6 of a colleague, 3/(10 + 10) = .15; (.75 - .15)/.3 = 2.
    person = replace(HIRE, checkins=closed(False, True, True, True))
    peer = Case("P2", "Aoi", START, checkins=closed(*[False] * 6))
    found = of(person, peer, at=month(8))
    assert found.silence.q == pytest.approx(2.0)
    assert (found.silence.missed, found.silence.closed, found.silence.run) == (3, 4, 2)  # The run is capped at 2.


def test_only_the_last_six_check_ins_count_and_excused_ones_never() -> None:
    person = replace(HIRE, checkins=closed(True, True, True, *[False] * 6))
    assert of(person, at=month(12)).silence.missed == 0
    on_leave = replace(HIRE, checkins=closed(False, True, True, excused=(2, 3)))
    assert (of(on_leave, at=month(12)).silence.missed, of(on_leave, at=month(12)).silence.closed) == (0, 1)
    nothing_closed = of(replace(HIRE, checkins=closed(True)), at=month(1))
    assert (nothing_closed.silence.q, nothing_closed.silence.closed) == (0.0, 0)


def test_the_managers_view_counts_when_it_is_there() -> None:
    # n = 1 among managers' answers: as for one hire's answer, z = 2.407407.
    seen = replace(HIRE, manager_readings=answered("intention", 0.0) + answered("clarity", 0.0))
    found = of(seen, at=month(2))
    assert found.manager is not None
    assert found.manager.badness == pytest.approx(2.407407, abs=1e-6)
    assert of(HIRE, at=month(2)).manager is None
    assert found.standings == {}


def test_dates_without_a_decision_are_seen_in_time() -> None:
    at = date(2026, 9, 1)
    case = replace(HIRE, contract_ends=at + timedelta(days=120), status_expires=at + timedelta(days=121))
    assert [(fact.name, fact.days) for fact in of(case, at=at).context] == [("contract", 120)]
    over = replace(HIRE, contract_ends=at - timedelta(days=1), transfer_from=at + timedelta(days=92))
    assert [fact.name for fact in of(over, at=at).context] == ["transfer"]


@pytest.mark.parametrize(
    ("at", "is_it"),
    [
        *((date(2026, 6, 15), False), (date(2027, 5, 31), False), (date(2027, 6, 1), True)),
        *((date(2027, 7, 31), True), (date(2027, 8, 1), False), (date(2028, 6, 15), False)),
    ],
)
def test_resident_tax_starts_in_the_june_after_the_year_of_the_start(at: date, is_it: bool) -> None:
    assert [fact.name for fact in of(HIRE, at=at).context] == (["second_june"] if is_it else [])


def test_a_stated_fact_counts_for_ninety_days() -> None:
    case = replace(
        HIRE, signals=(Signal("offer", month(3)), Signal("interviewing", month(2)), Signal("offer", month(2)))
    )
    assert [(s.code, s.stated_on) for s in of(case, at=month(4)).signals] == [
        ("offer", month(3)),
        ("interviewing", month(2)),
    ]
    assert of(case, at=month(3) + timedelta(days=91)).signals == ()


def test_nothing_after_the_day_matters() -> None:
    at = month(3) + timedelta(days=5)
    past = replace(
        HIRE,
        readings=answered("overall", 0.5, 0.75, 0.25),
        manager_readings=answered("intention", 0.5),
        checkins=closed(False, True),
    )
    future = replace(
        past,
        readings=past.readings
        + answered("overall", 0.0, first=4)
        + (Reading("pay", month(2), at + timedelta(days=1), 0.0),),
        manager_readings=past.manager_readings + answered("intention", 0.0, first=4),
        checkins=(*past.checkins, Closed(month(3), at + timedelta(days=1), True)),
        signals=(Signal("offer", at + timedelta(days=1)),),
    )
    assert of(future, at=at) == of(past, at=at)


def test_the_order_in_which_answers_are_listed_changes_nothing() -> None:
    shuffle = random.Random(7).shuffle
    readings = list(answered("overall", 0.1, 0.9, 0.3, 0.7) + answered("pay", 0.2, 0.4) + answered("overall", 0.6))
    checkins = list(closed(True, False, True, True))
    case = replace(HIRE, readings=tuple(readings), checkins=tuple(checkins))
    peers = [replace(case, placement=f"Q{n}", readings=answered("overall", 0.1 * n, 0.33)) for n in range(7)]
    expected = of(case, *peers, at=month(6))
    for _ in range(20):
        shuffle(readings)
        shuffle(checkins)
        shuffle(peers)
        shuffled = replace(case, readings=tuple(readings), checkins=tuple(checkins))
        assert of(shuffled, *peers, at=month(6)) == expected


def test_bad_input_is_refused() -> None:
    with pytest.raises(RulesError) as forbidden:
        of(replace(HIRE, readings=answered("religion", 0.5)), at=month(6))
    assert forbidden.value.code == "rules.forbidden"
    with pytest.raises(RulesError) as by_manager:
        of(replace(HIRE, manager_readings=answered("health", 0.5)), at=month(6))
    assert by_manager.value.code == "rules.forbidden"
    for value in (1.2, -0.1, float("nan")):
        with pytest.raises(ValueError, match="between 0 and 1"):
            of(replace(HIRE, readings=answered("pay", value)), at=month(6))
    with pytest.raises(ValueError, match="one company"):
        of(HIRE, replace(HIRE, company="Midori"), at=month(6))


def test_a_start_in_the_future_is_no_negative_tenure() -> None:
    assert of(HIRE, at=START - timedelta(days=40)).tenure_months == 0
    assert of(replace(HIRE, started_on=None), at=START).tenure_months is None
