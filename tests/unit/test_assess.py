"""The assessment: numbers by hand, levels with reasons, and what must hold for every history."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk.assess import assess, assess_case, by_probability, intercept, within_90_days
from risk.features import Cohort, features, prepare
from risk.model import Assessment, Case, Closed, Level, Reading, Reason, Signal
from risk.rules import load, reason_codes
from risk.why import why
from scheduler.workdays import add_months

RULES = load()
START = date(2026, 4, 1)
NOBODY = prepare([], at=START, rules=RULES)  # A company without answers: mean .65, sd .27, nothing missed.
FIVE_POINTS = (0.0, 0.25, 0.5, 0.75, 1.0)
SCORED = ("intention", "overall", "growth", "pay", "recognition", "supervisor", "stress", "clarity", "promise", "peer")


def month(n: int) -> date:
    return add_months(START, n)


def close(n: int) -> date:
    """The day on which month n's check-in is closed."""
    return month(n) + timedelta(days=14)


def answered(item: str, *values: float, first: int = 1) -> tuple[Reading, ...]:
    return tuple(Reading(item, month(n), month(n) + timedelta(days=2), v) for n, v in enumerate(values, start=first))


def person(**answers: Sequence[float]) -> Case:
    return Case("P1", "Aoi", START, sum((answered(item, *values) for item, values in answers.items()), ()))


def judge(
    case: Case, at: date, *, cohort: Cohort = NOBODY, previous: Sequence[Assessment] = (), turnover: float | None = None
) -> Assessment:
    return assess(features(case, cohort, at=at, rules=RULES), RULES, yearly_turnover=turnover, previous=previous)


def codes(assessment: Assessment) -> list[str]:
    return [reason.code for reason in assessment.reasons]


def test_a_client_that_loses_fifteen_percent_a_year() -> None:
    # 1 - .85^(1/12) = .0134519 a month, logit = -4.295088; a newcomer + .4: h = .0199345, p0 = 1 - (1 - h)³ = .058624
    assert intercept(None, RULES) == pytest.approx(-4.295088, abs=1e-6)
    assert intercept(0.15, RULES) == intercept(None, RULES)
    assert within_90_days(-4.295088 + 0.4) == pytest.approx(0.058624, abs=1e-6)
    assert judge(person(), close(1)).usual == pytest.approx(0.058624, abs=1e-6)
    assert judge(replace(person(), started_on=None), close(1)).usual == pytest.approx(0.039815, abs=1e-6)


def test_a_turnover_is_held_within_reason_and_nonsense_is_refused() -> None:
    assert intercept(0.0, RULES) == intercept(0.01, RULES)
    assert intercept(1.0, RULES) == intercept(0.9, RULES)
    for wrong in (-0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match="between 0 and 1"):
            intercept(wrong, RULES)


def test_one_mood_answer_alone_weighs_forty_five_hundredths() -> None:
    # The worst answer, alone in its company: z = 2.407407, level 1.203704, term .45 · 1.203704 = .541667.
    # Score -4.295088 + .4 + .541667 = -3.353421, p90 = .097965, p0 = .060373, p90/p0 = 1.62; the lowest answer lifts it.
    found = assess_case(person(overall=[0.0]), [], at=close(1), rules=RULES)
    assert found.score == pytest.approx(-3.353421, abs=1e-6)
    assert found.probability == pytest.approx(0.097965, abs=1e-6)
    assert found.level is Level.ELEVATED
    assert codes(found) == ["lowest.overall", "level.overall", "uncertain"]
    assert found.reasons[1].weight == pytest.approx(0.541667, abs=1e-6)
    assert found.reasons[1].values["times"] == 1.7


def test_the_weights_depend_on_whether_staying_was_ever_asked() -> None:
    # All with z = 2.407407 and level 1.203704 (mean .65, sd .27, answer 0); growth is alone in its construct.
    # not answered: .25 overall + .25 growth + .20 supervisor + .10 stress + .05 clarity + .05 peer = .90
    # answered:     .12 + .15 + .10 + .05 + .05 + .05 = .52, and .60 for staying
    others = {d: [0.0] for d in ("overall", "growth", "supervisor", "stress", "clarity", "peer", "workload", "life")}
    neutral = judge(person(), close(1)).score
    assert judge(person(**others), close(1)).score - neutral == pytest.approx(0.90 * 1.203704, abs=1e-5)
    both = person(**others, intention=[0.0])
    assert judge(both, close(1)).score - neutral == pytest.approx((0.52 + 0.60) * 1.203704, abs=1e-5)
    # Asked once, in month 1, and never again: the column stays.
    later = replace(person(intention=[0.65]), readings=answered("intention", 0.65) + answered("pay", 0.0, first=5))
    assert judge(later, close(5)).score - neutral == pytest.approx(0.15 * 1.203704, abs=1e-5)


def test_mood_loses_its_lonely_weight_with_the_first_other_answer() -> None:
    neutral = judge(person(), close(1)).score
    alone, with_life = person(overall=[0.25]), person(overall=[0.25], life=[0.65])
    # z = (.65 - .25)/.27 = 1.481481, level .740741
    assert judge(alone, close(1)).score - neutral == pytest.approx(0.45 * 0.740741, abs=1e-5)
    assert judge(with_life, close(1)).score - neutral == pytest.approx(0.25 * 0.740741, abs=1e-5)


def test_several_questions_on_one_thing_share_its_weight() -> None:
    neutral = judge(person(), close(1)).score
    one = judge(person(pay=[0.0]), close(1)).score - neutral
    three = judge(person(pay=[0.0], growth=[0.0], recognition=[0.0]), close(1)).score - neutral
    mixed = judge(person(pay=[0.0], growth=[0.65]), close(1)).score - neutral
    assert one == pytest.approx(0.25 * 1.203704, abs=1e-5)
    assert three == pytest.approx(one)
    assert mixed == pytest.approx(one / 2)


def test_a_full_case_by_hand() -> None:
    # Months 1-3, mean .65, sd .27. Staying .75 .5 .25: z -.370370 .555556 1.481481, level -.185185 .185185 .833333.
    # Overall .75 .75 .25: z -.370370 -.370370 1.481481, level -.185185 -.277778 .601852; fall 1.851852 - .8 = 1.051852.
    # Supervisor .25 in month 3: level .740741. One of three missed: q = (1/3 - 0)/.3 = 1.111111. Manager .5: z .555556.
    # .60·.833333 + .12·.601852 + .10·.740741 + .15·1.051852 + .25·1.111111 + .35·.555556
    # = .5 + .072222 + .074074 + .157778 + .277778 + .194444 = 1.276296
    case = replace(
        person(intention=[0.75, 0.5, 0.25], overall=[0.75, 0.75, 0.25]),
        manager_readings=answered("intention", 0.5, first=3),
        checkins=tuple(Closed(month(n), close(n), n == 2) for n in (1, 2, 3)),
    )
    case = replace(case, readings=case.readings + answered("supervisor", 0.25, first=3))
    found = judge(case, close(3))
    assert found.score == pytest.approx(-4.295088 + 0.4 + 1.276296, abs=1e-5)
    # h = 1/(1 + e^2.618792) = .067938; p90 = 1 - .932062³ = .190284
    assert found.probability == pytest.approx(0.190284, abs=1e-5)
    # Weights in play: .60 + .12 + .10 + .35 = 1.17, sd .55·1.17 = .6435, half its square .207046: what is usual is
    # h = 1/(1 + e^3.688042) = .024410; p0 = .071458; p90/p0 = 2.66: elevated
    assert found.usual == pytest.approx(0.071458, abs=1e-6)
    assert found.level is Level.ELEVATED
    assert codes(found) == ["level.intention", "missed", "manager", "drop", "level.supervisor", "level.overall"]
    assert [reason.values["times"] for reason in found.reasons] == [1.6, 1.3, 1.2, 1.2, 1.1, 1.1]
    assert found.reasons[0].values == {
        **{"times": 1.6, "driver": "intention", "last": 0.25, "last_on": "2026-07-03"},
        **{"before": 0.5, "before_on": "2026-06-03"},
    }
    assert found.reasons[1].values == {"times": 1.3, "missed": 1, "closed": 3, "run": 0}
    assert found.reasons[3].values["usual"] == 0.75


def test_what_has_no_weight_is_shown_and_never_scored() -> None:
    neutral = judge(person(), close(1))
    low = judge(person(hours=[0.0], language=[0.25], life=[0.5], workload=[1.0]), close(1))
    assert low.score == neutral.score
    assert low.level is Level.NONE
    assert sorted(codes(low)) == ["level.hours", "level.language"]
    assert {reason.weight for reason in low.reasons} == {0.0}


def test_dates_raise_the_risk_a_little_and_never_more_than_their_cap() -> None:
    at = date(2027, 6, 10)
    one = replace(person(), contract_ends=at + timedelta(days=30))
    everything = replace(one, status_expires=at, transfer_from=at)
    june, august = judge(person(), at), judge(person(), date(2027, 8, 10))
    assert june.score - august.score == pytest.approx(0.10)
    assert codes(june) == ["context.second_june"]
    assert judge(one, at).score - august.score == pytest.approx(0.25)
    capped = judge(everything, at)
    # .15 + .15 + .15 + .10 = .55 is shrunk to .25, each by the same share: .068 and .045, which is too little to name.
    assert capped.score - august.score == pytest.approx(0.25)
    assert codes(capped) == ["context.contract", "context.status", "context.transfer"]
    assert capped.level is Level.NONE


@pytest.mark.parametrize(
    ("p90", "p0", "level"),
    [
        (0.0899, 0.06, Level.NONE),
        (0.0901, 0.06, Level.WATCH),
        (0.059, 0.01, Level.NONE),
        (0.06, 0.01, Level.WATCH),
        (0.12, 0.048, Level.ELEVATED),
        (0.119, 0.01, Level.WATCH),
        (0.1999, 0.05, Level.ELEVATED),
        (0.20, 0.05, Level.HIGH),
        (0.40, 0.05, Level.CRITICAL),
        (0.40, 0.051, Level.HIGH),
        (0.39, 0.01, Level.HIGH),
        (0.50, 0.45, Level.NONE),
    ],
)
def test_a_level_needs_both_its_ratio_and_its_floor(p90: float, p0: float, level: Level) -> None:
    assert by_probability(p90, p0, RULES) is level


@pytest.mark.parametrize("code", ["resigned", "offer", "interviewing", "notice"])
def test_what_was_said_outright_is_critical_whatever_the_figures_say(code: str) -> None:
    happy = replace(person(overall=[1.0], intention=[1.0]), signals=(Signal(code, close(1)),))
    found = judge(happy, close(1))
    assert found.level is Level.CRITICAL
    assert codes(found)[0] == f"explicit.{code}"
    assert found.reasons[0].values == {"on": close(1).isoformat()}


def test_the_lowest_answer_always_gets_a_human_look() -> None:
    good = {"pay": [1.0, 1.0], "supervisor": [1.0, 1.0]}
    for driver in ("overall", "intention"):
        found = judge(person(**good, **{driver: [1.0, 0.0]}), close(2))
        assert (found.level, codes(found)[0]) == (Level.ELEVATED, f"lowest.{driver}")
    twice = judge(person(**good, intention=[0.0, 0.0]), close(2))
    assert (twice.level, codes(twice)[0]) == (Level.CRITICAL, "lowest_twice.intention")
    assert judge(person(**good, overall=[0.0, 0.0]), close(2)).level is Level.ELEVATED
    assert judge(person(**good), close(2)).level is Level.NONE
    # Not forever: after two more months without an answer it has faded.
    assert "lowest.intention" in codes(judge(person(intention=[0.0]), close(3)))
    assert "lowest.intention" not in codes(judge(person(intention=[0.0]), close(4)))


def test_a_level_goes_down_only_after_two_lower_months() -> None:
    case = person(intention=[0.0, 1.0, 1.0, 1.0])
    story: list[Assessment] = []
    for n in (1, 2, 3, 4):
        story.append(judge(case, close(n), previous=story))
    assert [one.level for one in story] == [Level.ELEVATED, Level.ELEVATED, Level.NONE, Level.NONE]
    assert codes(story[1]) == ["held"]
    assert story[1].reasons[0].values == {"level": "elevated"}


def test_no_reason_alone_keeps_up_a_level_that_waits_for_a_second_lower_month() -> None:
    case = person(intention=[0.0, 0.5], pay=[1.0, 1.0])
    first = judge(case, close(1))
    held = judge(case, close(2), previous=[first])
    assert (first.level, held.level, codes(held)[-1]) == (Level.ELEVATED, Level.ELEVATED, "held")
    around = why(held, features(case, NOBODY, at=close(2), rules=RULES), RULES)
    assert around.without
    assert {one.level for one in around.without} == {Level.ELEVATED}


@pytest.mark.parametrize(("level", "one_in"), [("none", 17), ("watch", 8), ("elevated", 5), ("high", 3)])
def test_what_the_next_level_would_take_is_never_told_as_more_than_it_is(level: str, one_in: int) -> None:
    found = Assessment(Level(level), -3.0, 0.1, 0.05, (), 1)
    assert why(found, features(person(), NOBODY, at=close(1), rules=RULES), RULES).next_one_in == one_in


def test_a_level_falls_no_further_than_to_the_higher_of_the_two_lower_months() -> None:
    def month_of(level: Level, probability: float, *reasons: Reason) -> Assessment:
        return Assessment(level, 0.0, probability, 0.05, reasons, 1)

    held = month_of(Level.HIGH, 0.09)  # Measured watch (.09 is 1.8 times .05), held at high.
    calm = person(overall=[0.65])
    assert judge(calm, close(1), previous=[held]).level is Level.WATCH
    assert judge(calm, close(1), previous=[month_of(Level.HIGH, 0.30)]).level is Level.HIGH
    stated = month_of(Level.CRITICAL, 0.05, Reason("explicit.offer", 100.0, {"on": "2026-04-20"}))
    assert judge(calm, close(1), previous=[stated]).level is Level.CRITICAL
    # Up goes at once, also from a held level.
    worst = replace(calm, signals=(Signal("offer", close(1)),))
    assert judge(worst, close(1), previous=[held]).level is Level.CRITICAL


def test_what_is_usual_is_the_average_person_who_answered_as_much() -> None:
    # -4.295088 + .4 = -3.895088. Mood alone: (.55·.45)²/2 = .030628, p0 = .060373. Six constructs without staying:
    # (.55·.90)²/2 = .122512, p0 = .065924. Drivers without weight change nothing, nor do several of one construct.
    alone, content = person(overall=[0.65]), ("overall", "growth", "supervisor", "stress", "clarity", "peer")
    assert judge(alone, close(1)).usual == pytest.approx(0.060373, abs=1e-6)
    six = person(**{driver: [0.65] for driver in content})
    assert judge(six, close(1)).usual == pytest.approx(0.065924, abs=1e-6)
    more = person(**{driver: [0.65] for driver in (*content, "pay", "promise", "hours", "life")})
    assert judge(more, close(1)).usual == pytest.approx(0.065924, abs=1e-6)
    # Who answers as everybody does is a neutral person, and a little better off than the average.
    assert judge(six, close(1)).probability == pytest.approx(0.058624, abs=1e-6)
    # A consultancy that wants it measures against the neutral person.
    found = features(six, NOBODY, at=close(1), rules=RULES)
    assert assess(found, RULES.model_copy(update={"spread": 0.0})).usual == pytest.approx(0.058624, abs=1e-6)


@given(st.dictionaries(st.sampled_from(SCORED), st.sampled_from(FIVE_POINTS), min_size=1))
@settings(max_examples=30)
def test_what_is_usual_never_depends_on_what_was_answered(answers: dict[str, float]) -> None:
    said = judge(person(**{driver: [value] for driver, value in answers.items()}), close(1))
    other = judge(person(**{driver: [1 - value] for driver, value in answers.items()}), close(1))
    assert said.usual == other.usual > judge(person(), close(1)).usual


def test_a_person_without_any_answer_is_neutral() -> None:
    found = judge(person(), close(1))
    assert (found.level, found.reasons, found.rules_version) == (Level.NONE, (), 1)
    assert found.probability == found.usual


def test_a_company_of_content_people_raises_no_level_in_its_first_year() -> None:
    drivers = (*SCORED, "workload", "hours", "language", "life")
    people = [
        Case(
            f"P{n}",
            "Aoi",
            START,
            sum((answered(driver, *[0.65] * 12) for driver in drivers), ()),
            manager_readings=answered("intention", *[0.65] * 12),
            checkins=tuple(Closed(month(m), close(m), False) for m in range(1, 13)),
        )
        for n in range(12)
    ]
    for m in range(1, 13):
        cohort = prepare(people, at=close(m), rules=RULES)
        for one in people:
            found = judge(one, close(m), cohort=cohort)
            assert (found.level, found.reasons) == (Level.NONE, ())
            assert found.probability < found.usual


def test_ordinary_noise_raises_few_levels() -> None:
    # Answers that scatter around the usual (five points, sd about .27) and mean nothing: of 600 person-months few
    # are on watch, and hardly any is elevated or more.
    dice = random.Random(20260401)
    items = ("intention", "overall", "growth", "supervisor", "clarity", "peer")

    def scattered(name: str) -> Case:
        values = {item: [dice.choice([0.25, 0.5, 0.75, 0.75, 1.0]) for _ in range(12)] for item in items}
        return replace(person(**values), placement=name)

    people = [scattered(f"P{n}") for n in range(50)]
    found = [
        judge(one, close(m), cohort=cohort).level
        for m in range(1, 13)
        for cohort in [prepare(people, at=close(m), rules=RULES)]
        for one in people
    ]
    assert sum(level.rank >= Level.WATCH.rank for level in found) < len(found) / 4
    assert sum(level.rank >= Level.ELEVATED.rank for level in found) < len(found) / 20


def test_a_case_among_its_own_peers_counts_once() -> None:
    case = person(overall=[0.25])
    peer = replace(person(overall=[0.75]), placement="P2")
    alone = assess_case(case, [peer], at=close(1), rules=RULES)
    assert assess_case(case, [case, peer], at=close(1), rules=RULES) == alone


values = st.lists(st.sampled_from(FIVE_POINTS), min_size=1, max_size=8)
histories = st.dictionaries(st.sampled_from((*SCORED, "hours", "language")), values, min_size=1, max_size=6)
signals = st.lists(st.sampled_from(["offer", "interviewing"]), max_size=1)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A history of up to eight months with gaps, a manager's view and missed check-ins."""
    readings = tuple(
        reading
        for item, found in draw(histories).items()
        for reading in answered(item, *found)
        if draw(st.integers(0, 4))  # One in five is missing.
    )
    misses = draw(st.lists(st.booleans(), max_size=8))
    return Case(
        "P1",
        "Aoi",
        draw(st.sampled_from([START, None, date(2020, 1, 15)])),
        readings,
        manager_readings=answered("intention", *draw(st.lists(st.sampled_from(FIVE_POINTS), max_size=2))),
        checkins=tuple(Closed(month(n), close(n), missed) for n, missed in enumerate(misses, start=1)),
        signals=tuple(Signal(code, month(2)) for code in draw(signals)),
        contract_ends=draw(st.sampled_from([None, month(10)])),
    )


days = st.integers(min_value=0, max_value=300).map(lambda n: START + timedelta(days=n))
turnovers = st.none() | st.floats(min_value=0, max_value=1)


@settings(max_examples=150, deadline=None)
@given(case=cases(), at=days, turnover=turnovers)
def test_every_assessment_is_a_probability_with_reasons(case: Case, at: date, turnover: float | None) -> None:
    found = assess_case(case, [], at=at, rules=RULES, yearly_turnover=turnover)
    assert 0 < found.probability < 1
    assert 0 < found.usual < 1
    assert found.reasons or found.level is Level.NONE
    assert set(codes(found)) <= set(reason_codes(RULES))
    weights = [reason.weight for reason in found.reasons if reason.weight > 0]
    assert weights == sorted(weights, reverse=True)
    for reason in found.reasons:
        assert all(isinstance(value, str | int | float) for value in reason.values.values())


@settings(max_examples=150, deadline=None)
@given(case=cases(), at=days, pick=st.integers(min_value=0), worse=st.sampled_from(FIVE_POINTS))
def test_a_worse_latest_answer_never_lowers_the_score(case: Case, at: date, pick: int, worse: float) -> None:
    # Of mood only the latest month: a worse answer long ago makes a fall since then smaller, and is meant to.
    known = [reading for reading in case.readings if reading.answered_on <= at]
    latest = max((r.period for r in known if r.item == "overall"), default=None)
    free = [reading for reading in known if reading.item != "overall" or reading.period == latest]
    if not free:
        return
    chosen = free[pick % len(free)]
    changed = replace(chosen, value=min(chosen.value, worse))
    swapped = replace(case, readings=tuple(changed if one is chosen else one for one in case.readings))
    assert judge(swapped, at).score >= judge(case, at).score - 1e-12
    assert judge(swapped, at).level.rank >= judge(case, at).level.rank


@settings(max_examples=100, deadline=None)
@given(case=cases(), at=days, seed=st.integers())
def test_order_and_future_change_nothing(case: Case, at: date, seed: int) -> None:
    shuffled = list(case.readings)
    random.Random(seed).shuffle(shuffled)
    tomorrow = at + timedelta(days=1)
    later = (*shuffled, Reading("overall", at, tomorrow, 0.0), Reading("pay", at, tomorrow, 1.0))
    other = replace(
        case,
        readings=later,
        manager_readings=case.manager_readings[::-1],
        checkins=(*case.checkins[::-1], Closed(at, tomorrow, True)),
        signals=(*case.signals, Signal("resigned", tomorrow)),
    )
    assert assess_case(other, [], at=at, rules=RULES) == assess_case(case, [], at=at, rules=RULES)


@settings(max_examples=60, deadline=None)
@given(case=cases())
def test_a_level_never_falls_in_the_first_lower_month(case: Case) -> None:
    story: list[Assessment] = []
    measured: list[Level] = []
    for n in range(1, 10):
        measured.append(judge(case, close(n)).level)
        story.append(judge(case, close(n), previous=story))
        if n > 1 and story[-1].level.rank < story[-2].level.rank:
            assert max(measured[-1].rank, measured[-2].rank) <= story[-1].level.rank
        assert story[-1].level.rank >= measured[-1].rank
