"""How well the alerts foresaw what happened: every figure beside chance, the last answer alone and the client's rate alone.

One row is a person at the close of a month's check-in, with what was believed then and what came of it within 90 days. The
figures take the stored assessments as they were made; nothing is computed anew, so that later knowledge cannot leak in. Which
months count must not hang on what came of them: a month of which the 90 days are not over is left out for leavers too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

import numpy as np

from risk.measure import (
    Estimate,
    Flags,
    Floats,
    Ints,
    auprc,
    auroc,
    auroc_within,
    bootstrap,
    brier,
    in_the_large,
    slope,
    standard_error,
)

SIZES = ((5, "1-4"), (20, "5-19"), (None, "20+"))
ENOUGH = 20
"""Leavers below which the sample ranks no methods: the standard error of an AUROC of .65 is then above .07."""
FEW = 5
"""Leavers below which no interval is given: resampling knows only the people it has, so that one would always look certain."""


@dataclass(frozen=True, slots=True)
class PersonMonth:
    """What was believed of a person at the close of a check-in, and what came of it.

    ``left`` is notice within 90 days. ``last`` is the latest answer on the work as a whole (0-1), None without one.
    ``client_rate`` is the client's yearly turnover as it was known. ``acted`` says that a consultant had noted an action or
    closed an alert before: a saved person looks like a false alarm. ``language`` is the one in which the person was last asked,
    ``size`` how many hires the company had on that day.
    """

    person: str
    company: str
    at: date
    score: float
    probability: float
    last: float | None
    client_rate: float
    elevated: bool
    acted: bool
    left: bool
    language: str
    size: int


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who gave notice, and when their consultant was first told that the risk was elevated or more."""

    person: str
    notice_on: date
    alerted_on: date | None


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one way to rank people. Probabilities only where the way gives one. Equals count as if it were decided by
    lot which of them is called."""

    auroc: Estimate
    auroc_within: Estimate
    auprc: Estimate
    precision: float | None
    recall: float | None
    brier: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """Person-months of one language or size of company, of how many people, and the share of them at elevated or above."""

    months: int
    people: int
    elevated: Estimate


@dataclass(frozen=True, slots=True)
class Erased:
    """Of people who were erased and let their numbers be kept: how many were expected to give notice within three months of a
    person-month (the mean probability), and how many did (the share). Months are counted, since no date was kept."""

    people: int
    months: int
    expected: float
    left: float


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a backtest says. Rates are shares of person-months; lead times are in weeks.

    ``leavers`` is everybody who ever gave notice, ``seen`` how many of them did within 90 days of a person-month that counts:
    only these can be ranked. ``capacity`` is how many people can be called in a month.
    """

    months: int
    people: int
    leavers: int
    seen: int
    capacity: int
    base_rate: float | None
    rows: Mapping[str, Row]
    shuffled: float | None
    in_the_large: Estimate
    slope: Estimate
    bins: tuple[tuple[float, float, int], ...]
    lead_weeks: tuple[float, ...]
    lead_median: float | None
    lead_four_weeks: float | None
    never_alerted: int
    alerts_per_100: float | None
    repeats: float | None
    acted: int
    acted_left: int
    auroc_unacted: float | None
    by_language: Mapping[str, Group]
    by_size: Mapping[str, Group]
    error_of_65: float | None
    erased: Erased | None = None

    @property
    def enough(self) -> bool:
        """Whether there are leavers enough to compare methods at all."""
        return self.seen >= ENOUGH and self.error_of_65 is not None


def backtest(
    months: Sequence[PersonMonth],
    leavers: Sequence[Leaver],
    *,
    capacity: int,
    told: int,
    assessed: int,
    repeats: int,
    times: int = 200,
    seed: int = 8,
) -> Report:
    """The figures of these person-months. ``capacity`` is how many people a month can be called. ``told`` alerts came of all
    ``assessed`` person-months, those of which nothing is known yet among them; ``repeats`` of them told again of somebody of
    that month or the one before.
    """
    ordered = sorted(months, key=lambda one: (one.at, one.company, one.person))
    left = np.array([one.left for one in ordered], dtype=bool)
    people = [one.person for one in ordered]
    company = np.unique([one.company for one in ordered], return_inverse=True)[1].astype(np.int64)
    probability = np.array([one.probability for one in ordered])
    rate = _three_months(np.array([one.client_rate for one in ordered]))
    rank = _Ranking(ordered, left, company, capacity, times, seed)
    lead = tuple(sorted((one.notice_on - one.alerted_on).days / 7 for one in leavers if one.alerted_on is not None))
    unacted = np.array([not one.acted for one in ordered], dtype=bool)
    stayed, seen = len(left) - int(left.sum()), len({one.person for one in ordered if one.left})
    return Report(
        months=len(ordered),
        people=len(set(people)),
        leavers=len(leavers),
        seen=seen,
        capacity=capacity,
        base_rate=float(left.mean()) if len(left) else None,
        rows={
            "teichaku": rank.row(np.array([one.score for one in ordered]), probability),
            "last_answer": rank.row(np.array([0.5 if one.last is None else 1 - one.last for one in ordered])),
            "client_rate": rank.row(rate, rate),
            "random": rank.row(np.zeros(len(ordered))),
        },
        shuffled=_shuffled(left, np.array([one.score for one in ordered]), company, seed),
        in_the_large=rank.estimate(lambda rows: in_the_large(left[rows], probability[rows])),
        slope=rank.estimate(lambda rows: slope(left[rows], probability[rows])),
        bins=_bins(left, probability),
        lead_weeks=lead,
        lead_median=median(lead) if lead else None,
        lead_four_weeks=sum(weeks >= 4 for weeks in lead) / len(leavers) if leavers else None,
        never_alerted=sum(one.alerted_on is None for one in leavers),
        alerts_per_100=100 * told / assessed if assessed else None,
        repeats=repeats / told if told else None,
        acted=int((~unacted).sum()),
        acted_left=int(left[~unacted].sum()) if len(left) else 0,
        auroc_unacted=auroc(left[unacted], rank.score[unacted]) if len(left) else None,
        by_language=_rates(ordered, lambda one: one.language, times),
        by_size=_rates(ordered, lambda one: _size(one.size), times),
        error_of_65=standard_error(0.65, seen, stayed) if seen and stayed else None,
    )


def erased(kept: Mapping[str, Sequence[tuple[int, str, float]]]) -> Erased | None:
    """What the numbers kept under each sign tell, as (month of the stay, item, value); None where nothing is decided by now.

    ``left`` is the month of a notice of one's own, ``until`` the month up to which that is known: the last number of each stay,
    since somebody may have had two. A month counts when the three after it are known, for leavers too. Of several
    probabilities in a month the highest counts, as it does for a consultant.
    """
    expected: list[float] = []
    left: list[bool] = []
    people = set()
    for sign, numbers in kept.items():
        notice, believed = None, dict[int, float]()
        for month, item, value in numbers:
            if item == "probability":
                believed[month] = max(value, believed.get(month, 0.0))
            elif item == "left":
                notice = month
            elif item == "until":
                for begun, probability in believed.items():
                    if begun + 3 <= month and (notice is None or begun <= notice):
                        expected.append(probability)
                        left.append(notice is not None and notice - begun < 3)
                        people.add(sign)
                notice, believed = None, {}
    return Erased(len(people), len(left), float(np.mean(expected)), float(np.mean(left))) if left else None


class _Ranking:
    """The figures that every way of ranking shares."""

    def __init__(
        self, months: Sequence[PersonMonth], left: Flags, company: Ints, capacity: int, times: int, seed: int
    ) -> None:
        self.score = np.array([one.score for one in months])
        self._left, self._company, self._capacity = left, company, capacity
        self._people = [one.person for one in months]
        leavers = len({one.person for one in months if one.left})
        self._times, self._seed = times if leavers >= FEW else 0, seed
        self._months: dict[tuple[int, int], list[int]] = defaultdict(list)
        for place, one in enumerate(months):
            self._months[one.at.year, one.at.month].append(place)

    def estimate(self, figure: Callable[[Ints], float | None]) -> Estimate:
        """A figure with the interval over resampled people, where there are leavers enough for one."""
        return bootstrap(self._people, figure, times=self._times, seed=self._seed)

    def row(self, score: Floats, probability: Floats | None = None) -> Row:
        """One way of ranking, and of saying a probability where it does."""
        left, company = self._left, self._company
        hits, called = self._called(score)
        return Row(
            auroc=self.estimate(lambda rows: auroc(left[rows], score[rows])),
            auroc_within=self.estimate(lambda rows: auroc_within(left[rows], score[rows], company[rows])),
            auprc=self.estimate(lambda rows: auprc(left[rows], score[rows])),
            precision=hits / called if called else None,
            recall=hits / int(left.sum()) if left.any() else None,
            brier=None if probability is None else brier(left, probability),
        )

    def _called(self, score: Floats) -> tuple[float, int]:
        """If the worst of each month were called, as many as there is capacity for: how many of them left, and how many calls.

        Of those who are equal at the last place, each is called with the same chance.
        """
        hits, called = 0.0, 0
        for places in self._months.values():
            scores, left, calls = score[places], self._left[places], min(self._capacity, len(places))
            edge = np.sort(scores)[-calls]
            sure, equal = scores > edge, scores == edge
            hits += float(left[sure].sum() + (calls - sure.sum()) * left[equal].mean())
            called += calls
        return hits, called


def _three_months(yearly: Floats) -> Floats:
    found: Floats = 1 - (1 - yearly) ** 0.25
    return found


def _shuffled(left: Flags, score: Floats, company: Ints, seed: int, times: int = 200) -> float | None:
    """The AUROC within companies against labels dealt out anew: .50, or something leaks."""
    draw = np.random.default_rng(seed)
    found = [auroc_within(draw.permutation(left), score, company) for _ in range(times)]
    known = [one for one in found if one is not None]
    return float(np.mean(known)) if known else None


def _bins(left: Flags, probability: Floats, most: int = 5) -> tuple[tuple[float, float, int], ...]:
    """Calibration: groups of about equal size by probability, equals together, each (expected share, observed share,
    person-months)."""
    if len(left) == 0:
        return ()
    group = np.searchsorted(np.quantile(probability, np.arange(1, most) / most), probability)
    chosen = (group == one for one in np.unique(group))
    return tuple((float(probability[g].mean()), float(left[g].mean()), int(g.sum())) for g in chosen)


def _rates(months: Sequence[PersonMonth], of: Callable[[PersonMonth], str], times: int) -> dict[str, Group]:
    """By group: the share of its person-months at elevated or above. A few people have no interval, as with few leavers."""
    grouped: dict[str, list[PersonMonth]] = defaultdict(list)
    for one in months:
        grouped[of(one)].append(one)
    sizes = [name for _, name in SIZES]
    order = sorted(grouped, key=lambda name: (sizes.index(name) if name in sizes else 0, name))
    return {name: _group(grouped[name], times) for name in order}


def _group(months: Sequence[PersonMonth], times: int) -> Group:
    raised, people = np.array([one.elevated for one in months]), [one.person for one in months]
    count = len(set(people))
    share = bootstrap(people, lambda rows: float(raised[rows].mean()), times=times if count >= FEW else 0)
    return Group(len(months), count, share)


def _size(placements: int) -> str:
    return next(name for below, name in SIZES if below is None or placements < below)
