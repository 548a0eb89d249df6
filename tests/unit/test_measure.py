"""Measuring, learning and the simulation in small: figures by hand, and what learning must never do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks.simulate import featured_all, neutral, world
from risk.assess import assess, intercept
from risk.backtest import Erased, Leaver, PersonMonth, backtest, erased
from risk.learn import Month, learn, log_loss, turnover_of
from risk.measure import Estimate, auprc, auroc, auroc_within, bootstrap, brier, in_the_large, slope, standard_error
from risk.rules import changed, load, weight_of

RULES = load()
DAY = date(2026, 5, 1)


def test_the_figures_of_four_people_by_hand() -> None:
    left = np.array([True, False, True, False])
    score = np.array([0.9, 0.5, 0.5, 0.1])
    # Pairs: .9 beats both, .5 ties one and beats one: (2 + .5 + 1)/4.
    assert auroc(left, score) == pytest.approx(3.5 / 4)
    # Thresholds .9, .5 (two at once), .1: precision 1, 2/3; recall 1/2, 1.
    assert auprc(left, score) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert auroc_within(left, score, np.array([0, 0, 1, 1])) == 1.0
    assert brier(left, score) == pytest.approx((0.01 + 0.25 + 0.25 + 0.01) / 4)
    assert in_the_large(left, score) == pytest.approx(1.0)
    assert auroc(np.array([True]), np.array([1.0])) is None
    assert auroc_within(left, score, np.array([0, 1, 0, 1])) is None


def test_the_standard_error_is_the_one_of_the_design() -> None:
    assert [round(standard_error(0.65, n, 40 * n), 2) for n in (8, 20, 40, 100)] == [0.11, 0.07, 0.05, 0.03]


def test_people_are_resampled_whole() -> None:
    # Twelve rows of one person are one observation, so that there is no interval narrower than that.
    values = np.array([0.0] * 12 + [1.0])
    found = bootstrap(["a"] * 12 + ["b"], lambda rows: float(values[rows].mean()), times=200)
    assert (found.low, found.high) == (0.0, 1.0)


def test_a_probability_that_is_right_has_the_slope_one() -> None:
    draw = np.random.default_rng(1)
    probability = draw.uniform(0.02, 0.5, 20_000)
    left = draw.random(20_000) < probability
    assert slope(left, probability) == pytest.approx(1, abs=0.06)


def test_neutral_people_raise_no_level_in_their_first_year() -> None:
    assert [check.found for check in neutral(people=60)] == [0.0]


@pytest.fixture(scope="module")
def months() -> list[Month]:
    """Two hundred invented people with a client rate that the engine does not know, about seventy of whom leave."""
    one = world(3, people=160, months=10, rate=0.3)
    rows = zip(one.points, one.companies, featured_all(one, RULES), one.left, strict=True)
    return [Month(point.person, company, None, found, bool(left)) for point, company, found, left in rows]


def test_a_cold_start_ranks_invented_people_nearly_as_well_as_the_truth() -> None:
    one = world(3, people=160, months=10, rate=0.3)
    score = np.array([assess(found, RULES).score for found in featured_all(one, RULES)])
    codes = np.unique(one.companies, return_inverse=True)[1].astype(np.int64)
    best, found = auroc_within(one.within_90, one.truth, codes), auroc_within(one.within_90, score, codes)
    assert best is not None
    assert found is not None
    assert found > best - 0.05
    shuffled = [auroc(np.random.default_rng(n).permutation(one.within_90), score) or 0 for n in range(20)]
    assert np.mean(shuffled) == pytest.approx(0.5, abs=0.02)


def test_nothing_moves_before_there_are_leavers_enough(months: list[Month]) -> None:
    stayed = [replace(month, left=False) for month in months]
    assert not learn(stayed, RULES).weights
    assert not learn(stayed, RULES).turnover
    four = [replace(month, left=n < 4, company="one") for n, month in enumerate(months)]
    assert not learn(four, RULES).turnover


def test_the_clients_rate_moves_first_then_the_slope_then_single_weights(months: list[Month]) -> None:
    def with_leavers(count: int) -> list[Month]:
        leavers = [month for month in months if month.left][:count]
        return [*leavers, *(month for month in months if not month.left)]

    five = learn([replace(month, company="one") for month in with_leavers(5)], RULES)
    assert set(five.turnover) == {"one"}
    assert (five.slope, five.weights) == (1.0, {})
    # Five leavers in so many months are fewer than the default rate says.
    assert five.turnover["one"] < RULES.turnover.default
    twenty = learn(with_leavers(20), RULES)
    assert twenty.slope != 1.0
    assert {round(weight / weight_of(RULES, path), 6) for path, weight in twenty.weights.items()} == {
        round(twenty.slope, 6)
    }
    fifty = learn(with_leavers(50), RULES)
    ratios = {round(weight / weight_of(RULES, path), 3) for path, weight in fifty.weights.items()}
    assert len(ratios) > 1


def test_what_was_learned_is_not_worse_on_what_it_learned_from(months: list[Month]) -> None:
    found = learn(months, RULES)
    assert log_loss(months, changed(RULES, found.weights, 2), found.turnover) < log_loss(months, RULES)


def test_a_turnover_and_its_intercept_are_one_thing() -> None:
    for yearly in (0.05, 0.15, 0.6):
        assert turnover_of(intercept(yearly, RULES), RULES) == pytest.approx(yearly)


def month_of(person: int, *, left: bool, score: float, **values: object) -> PersonMonth:
    known = {"client_rate": 0.15, "elevated": score > 0, "acted": False, "language": "vi", "size": 6, "last": 0.5}
    chance = 1 / (1 + np.exp(-score + 3))
    made = known | values
    return PersonMonth(f"p{person}", "c", DAY + timedelta(days=person % 90), score, float(chance), left=left, **made)  # type: ignore[arg-type]


def test_a_backtest_says_what_it_knows_and_how_little_that_is() -> None:
    rows = [month_of(n, left=n < 6, score=1.0 if n < 4 else -1.0, language="vi" if n % 2 else "ne") for n in range(60)]
    notice = DAY + timedelta(weeks=8)
    leavers = [Leaver(f"p{n}", notice, DAY + timedelta(weeks=2 * n) if n < 4 else None) for n in range(6)]
    found = backtest(rows, leavers, capacity=2, told=6, assessed=60, repeats=2, times=50)
    assert (found.months, found.people, found.leavers, found.never_alerted, found.enough) == (60, 60, 6, 2, False)
    assert found.lead_weeks == (2, 4, 6, 8)
    assert (found.lead_median, found.lead_four_weeks) == (5, 0.5)
    assert (found.alerts_per_100, found.repeats) == (10, pytest.approx(1 / 3))
    assert found.rows["teichaku"].auroc.value == pytest.approx((4 + 2 * 0.5) / 6)
    assert found.rows["last_answer"].auroc.value == found.rows["client_rate"].auroc.value == 0.5
    # Chance is .50, and not what one draw of numbers happens to give.
    assert found.rows["random"].auroc == Estimate(0.5, 0.5, 0.5)
    assert found.rows["random"].auprc.value == found.base_rate == 0.1
    assert found.shuffled == pytest.approx(0.5, abs=0.1)
    languages = {name: (one.months, one.people, one.elevated.value) for name, one in found.by_language.items()}
    assert languages == {"ne": (30, 30, pytest.approx(2 / 30)), "vi": (30, 30, pytest.approx(2 / 30))}
    assert found.by_size["5-19"].elevated.value == pytest.approx(4 / 60)
    sizes = [replace(one, size=size) for one, size in zip(rows, (30, 3, 7), strict=False)]
    mixed = backtest(sizes, [], capacity=2, told=0, assessed=3, repeats=0, times=1)
    assert list(mixed.by_size) == ["1-4", "5-19", "20+"]
    # The order of rows changes nothing.
    assert backtest(rows[::-1], leavers, capacity=2, told=6, assessed=60, repeats=2, times=50) == found


def test_of_equals_each_is_called_with_the_same_chance() -> None:
    rows = [replace(month_of(n, left=n == 5, score=0.0), at=DAY) for n in range(6)]
    found = backtest(rows, [], capacity=2, told=0, assessed=6, repeats=0, times=5)
    # Two of six equals are called, whatever their numbers are: a third of a leaver.
    # And they are one point of the picture.
    assert [(observed, count) for _, observed, count in found.bins] == [(pytest.approx(1 / 6), 6)]
    assert (found.rows["teichaku"].precision, found.rows["teichaku"].recall) == (
        pytest.approx(1 / 6),
        pytest.approx(1 / 3),
    )


def test_with_fewer_than_five_leavers_nothing_pretends_to_be_certain() -> None:
    rows = [month_of(n, left=n < 4, score=1.0 if n < 4 else -1.0, language="vi" if n < 4 else "ne") for n in range(30)]
    found = backtest(rows, [], capacity=2, told=0, assessed=30, repeats=0, times=20)
    assert found.rows["teichaku"].auroc == Estimate(1.0)
    assert found.by_language["vi"].elevated == Estimate(1.0)
    assert found.by_language["ne"].elevated == Estimate(0.0, 0.0, 0.0)
    # No slope is steep enough for whom everybody above a line leaves and nobody below.
    assert found.slope == Estimate(None)
    assert found.seen == 4
    everybody = backtest(rows[:4], [], capacity=2, told=0, assessed=4, repeats=0, times=20)
    assert (everybody.error_of_65, everybody.enough, everybody.shuffled) == (None, False, None)


def test_a_backtest_of_nothing_says_nothing() -> None:
    found = backtest([], [], capacity=6, told=0, assessed=0, repeats=0, times=10)
    assert (found.months, found.base_rate, found.lead_median, found.error_of_65) == (0, None, None, None)
    assert found.rows["teichaku"].auroc.value is None


def test_numbers_of_the_erased_count_from_the_months_of_which_the_end_is_known() -> None:
    leaver = [(1, "probability", 0.1), (4, "probability", 0.2), (4, "probability", 0.4), (5, "overall", 0.0)]
    stayer = [(1, "probability", 0.05), (5, "probability", 0.3), (6, "until", 1.0)]
    gone = [*leaver, (6, "left", 1.0)]
    found = erased({"a": [*gone, (12, "until", 1.0)], "b": stayer})
    # Month 1 of both is decided: neither left within three months of it. Month 5 of who was erased in month 6 is not.
    assert found == Erased(
        people=2, months=3, expected=pytest.approx((0.1 + 0.4 + 0.05) / 3), left=pytest.approx(1 / 3)
    )
    # A leaver's last months wait for what would be known of a stayer too.
    assert erased({"a": [*gone, (6, "until", 1.0)], "b": stayer}) == Erased(2, 2, pytest.approx(0.15 / 2), 0.0)
    # Two stays under one sign are two: the months of the second have nothing to do with the notice of the first.
    again = erased({"a": [*gone, (12, "until", 1.0), (8, "probability", 0.1), (11, "until", 1.0)]})
    assert again == Erased(1, 3, pytest.approx((0.1 + 0.4 + 0.1) / 3), pytest.approx(1 / 3))
    assert erased({"c": [(5, "probability", 0.3), (6, "until", 1.0)]}) is None
    assert erased({}) is None
