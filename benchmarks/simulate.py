"""``make simulate``: the risk engine on invented people whose truth is known (docs/risk.md, "Measured in a simulation").

Every world draws its own weights from the priors' means and spreads, its own client rates (sd 1.2) and its own noise: a
person's answers of two months correlate .42 to .73, four of ten leavers leave by a shock that no answer shows, and silence
tells something in one world and nothing in another. Nothing of a world is copied from the engine.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from risk.assess import assess, intercept
from risk.features import Features
from risk.learn import Month, learn, log_loss
from risk.measure import Floats, auroc, auroc_within, slope
from risk.model import Assessment, Case, Closed, Level, Reading
from risk.rules import Rules, changed, load, weight_of
from risk.score import Point, featured
from scheduler.workdays import add_months

ITEMS = {
    "intention": "intention",
    "overall": "overall",
    "pay": "rewards",
    "supervisor": "supervisor",
    "stress": "stress",
}
ITEMS |= {"promise": "clarity", "peer": "peer"}
SHOCK = 0.4
CLIENT_SD = 1.2
BEGIN = date(2024, 4, 1)


@dataclass(frozen=True, slots=True)
class World:
    """The cases, the points at which they were assessed, and the truth about each point.

    ``left`` says whether notice came within a month, ``within_90`` within three; ``truth`` is the log-odds without shocks;
    ``weights`` are those that were drawn, by their path in the rules.
    """

    cases: list[Case]
    points: list[Point]
    companies: list[str]
    turnover: dict[str, float]
    truth: Floats
    left: np.ndarray
    within_90: np.ndarray
    weights: dict[str, float]


def world(seed: int, *, people: int, months: int, size: int = 20, effect: float = 1.0, rate: float = 0.15) -> World:
    """An invented caseload; ``effect`` 0 makes everybody neutral, ``rate`` is the usual yearly turnover of a client."""
    rules, draw = load(), np.random.default_rng(seed)
    clients = max(1, people // size)
    means = {item: rules.constructs[construct] for item, construct in ITEMS.items()}
    weights = {item: max(0.0, draw.normal(one.answered, one.sd)) * effect for item, one in means.items()}
    weights |= {"manager": max(0.0, draw.normal(rules.manager.weight, rules.manager.sd)) * effect}
    silent_weight = draw.normal(rules.missed.weight, rules.missed.sd) * effect
    within = draw.uniform(0.55, 0.75)
    client_mean = {item: draw.normal(0.68, 0.05, clients) for item in weights}
    base = intercept(rate, rules) + draw.normal(0, CLIENT_SD, clients)
    base = np.clip(base, intercept(0.02, rules), intercept(0.7, rules))
    company = np.arange(people) % clients
    general = draw.normal(size=people)
    trait = {item: 0.7 * general + np.sqrt(1 - 0.49) * draw.normal(size=people) for item in weights}
    answered_share = np.clip(draw.beta(6, 1.5, people), 0.3, 1)
    begins = draw.integers(0, 12, people)
    level = {item: np.zeros(people) for item in weights}
    state = {item: np.zeros(people) for item in weights}
    active, notice = np.ones(people, bool), np.full(people, 10_000)
    readings: list[list[Reading]] = [[] for _ in range(people)]
    managers: list[list[Reading]] = [[] for _ in range(people)]
    closed: list[list[Closed]] = [[] for _ in range(people)]
    missed_share = np.zeros(people)
    rows: list[tuple[int, int, float]] = []
    for month in range(1, months + 1):
        answers = draw.random(people) < answered_share
        missed_share = 0.8 * missed_share + 0.2 * ~answers
        for item in weights:
            # Part of what changes within a person lasts for a while, and part is the noise of one answer.
            state[item] = 0.6 * state[item] + np.sqrt(1 - 0.36) * draw.normal(size=people)
            within_part = np.sqrt(0.35) * state[item] + np.sqrt(0.65) * draw.normal(size=people)
            z = np.sqrt(1 - within**2) * trait[item] + within * within_part
            seen = answers | (item == "manager")
            level[item] = np.where(seen, 0.5 * z + 0.5 * level[item], level[item])
            value = np.clip(np.round((client_mean[item][company] - 0.25 * z) * 4), 0, 4) / 4
            for person in np.flatnonzero(active & seen):
                day = add_months(_start(int(begins[person])), month)
                kept = managers if item == "manager" else readings
                name = "intention" if item == "manager" else item
                kept[person].append(Reading(name, day, day + timedelta(days=2), float(value[person])))
        tenure = np.array([rules.tenure_weight(month)] * people)
        eta = base[company] + tenure + sum(weights[item] * level[item] for item in weights)
        eta = eta + silent_weight * (missed_share - missed_share[active].mean() if active.any() else 0) / 0.3
        hazard = 1 / (1 + np.exp(-eta))
        neutral = 1 / (1 + np.exp(-(base[company] + tenure)))
        leaves = draw.random(people) < (1 - SHOCK) * hazard + SHOCK * neutral
        for person in np.flatnonzero(active):
            opened = add_months(_start(int(begins[person])), month)
            closed[person].append(Closed(opened, opened + timedelta(days=3), missed=not answers[person]))
            rows.append((int(person), month, float(eta[person])))
        notice[active & leaves] = month
        active &= ~leaves
    cases = [
        Case(
            f"p{person}",
            f"c{company[person]}",
            _start(int(begins[person])),
            tuple(readings[person]),
            tuple(managers[person]),
            tuple(closed[person]),
        )
        for person in range(people)
    ]
    # The last two months of everybody who stayed have no known three months after them.
    known = [(p, m, eta) for p, m, eta in rows if m <= months - 2 or notice[p] <= months]
    return World(
        cases=cases,
        points=[Point(f"p{p}", add_months(_start(int(begins[p])), m) + timedelta(days=4)) for p, m, _ in known],
        companies=[f"c{company[p]}" for p, _, _ in known],
        turnover={f"c{n}": float(1 - (1 / (1 + np.exp(base[n]))) ** 12) for n in range(clients)},
        truth=np.array([eta for _, _, eta in known]),
        left=np.array([notice[p] == m for p, m, _ in known]),
        within_90=np.array([notice[p] - m < 3 for p, m, _ in known]),
        weights={_path(item): float(weight) for item, weight in weights.items()} | {"missed.weight": silent_weight},
    )


def _path(item: str) -> str:
    return "manager.weight" if item == "manager" else f"constructs.{ITEMS[item]}.answered"


def _start(month: int) -> date:
    return add_months(BEGIN, month)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold: what was found, between which bounds, and whether it did."""

    name: str
    found: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        """Whether it lies between the bounds."""
        return self.low <= self.found <= self.high


def featured_all(one: World, rules: Rules) -> list[Features]:
    """The engine's features of each point, in order."""
    found: list[Features | None] = [None] * len(one.points)
    for place, features in featured(one.cases, one.points, rules):
        found[place] = features
    return [features for features in found if features is not None]


@dataclass(frozen=True, slots=True)
class Found:
    """What one world showed. ``harm`` is the loss after so many leavers minus the frozen prior's, ``errors`` are the distances
    from what outcomes can show of each weight, of the learned one and of the prior's mean."""

    slope: float
    area: float
    best: float
    shuffled: float
    harm: dict[int, float]
    errors: dict[str, tuple[float, float]]
    leavers: int


def measured(seed: int, people: int, rules: Rules) -> Found:
    """Cold start with known client rates, the labels dealt out anew, and learning, in one world."""
    one = world(seed, people=people, months=14)
    features = featured_all(one, rules)
    found = [
        assess(each, rules, yearly_turnover=one.turnover[company])
        for each, company in zip(features, one.companies, strict=True)
    ]
    score = np.array([assessed.score for assessed in found])
    labels = np.random.default_rng(seed).permutation(one.within_90)
    codes = np.unique(one.companies, return_inverse=True)[1].astype(np.int64)
    months = [
        Month(point.person, company, None, features[n], bool(one.left[n]))
        for n, (point, company) in enumerate(zip(one.points, one.companies, strict=True))
    ]
    learned = learn(months, rules).weights
    return Found(
        slope=slope(one.within_90, np.array([assessed.probability for assessed in found])) or 0.0,
        area=auroc(one.within_90, score) or 0.0,
        best=auroc(one.within_90, one.truth) or 0.0,
        shuffled=auroc_within(labels, score, codes) or 0.0,
        harm=_harm(one, months, rules),
        errors={
            # Of ten leavers four leave whatever was answered, so that outcomes show six tenths of a weight. What was not
            # learned stays where the prior is.
            path: (
                learned.get(path, weight_of(rules, path)) - (1 - SHOCK) * drawn,
                weight_of(rules, path) - (1 - SHOCK) * drawn,
            )
            for path, drawn in one.weights.items()
        },
        leavers=int(one.left.sum()),
    )


def _harm(one: World, months: Sequence[Month], rules: Rules) -> dict[int, float]:
    """What learning does to the loss of later people of the same world, after 0, 5, 20 and 50 leavers, per person-month."""
    order = sorted(range(len(months)), key=lambda n: (one.points[n].at, n))
    found = {}
    for wanted in (0, 5, 20, 50):
        seen = _until(months, order, wanted)
        later = [months[n] for n in order[seen:]]
        if any(month.left for month in later):
            learned = learn([months[n] for n in order[:seen]], rules)
            after = log_loss(later, changed(rules, learned.weights, 2), learned.turnover)
            found[wanted] = after - log_loss(later, rules)
    return found


def ranking(found: Sequence[Found]) -> list[Check]:
    """Calibration slope, AUROC against the best possible, shuffled labels."""
    return [
        Check("calibration slope at cold start, client rate known", _mean(one.slope for one in found), 0.8, 1.2),
        Check("AUROC at cold start (for information)", _mean(one.area for one in found), 0.55, 0.95),
        Check(
            "AUROC of the best possible, minus the engine's", _mean(one.best - one.area for one in found), -0.02, 0.02
        ),
        Check("AUROC with shuffled labels, within client", _mean(one.shuffled for one in found), 0.48, 0.52),
    ]


def learning(found: Sequence[Found]) -> list[Check]:
    """Learning is never worse than the frozen prior, within the noise of so many worlds."""
    checks = []
    for wanted in (0, 5, 20, 50):
        harm = [one.harm[wanted] for one in found if wanted in one.harm]
        noise = 2 * float(np.std(harm)) / np.sqrt(len(harm)) if harm else 0.0
        name = f"loss after {wanted} leavers minus frozen (noise {noise:.4f})"
        checks.append(Check(name, _mean(harm), -1.0, max(noise, 1e-6)))
    return checks


def recovered(found: Sequence[Found]) -> list[Check]:
    """How far each learned weight lies from the truth beside the prior's mean, root mean squares over the worlds: 1 where the
    outcomes do not tell the weight, and never clearly more."""
    leavers = _mean(one.leavers for one in found)
    checks = []
    for path in sorted(found[0].errors):
        learned, prior = np.sqrt(np.mean(np.square([one.errors[path] for one in found]), axis=0))
        name = f"error of {path} after {leavers:.0f} leavers, prior's = 1"
        checks.append(Check(name, float(learned / prior), 0.0, 1.5))
    return checks


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _until(months: Sequence[Month], order: Sequence[int], leavers: int) -> int:
    seen = 0
    for place, n in enumerate(order):
        if seen == leavers:
            return place
        seen += months[n].left
    return len(order)


def shares(seeds: Sequence[int], people: int = 300) -> list[Check]:
    """Levels of a caseload of 300 from what hires say alone, and with their managers' view, which spreads the score more; and
    whether the mean estimate is what is called usual."""
    rules, checks = load(), []
    for managers in (False, True):
        found: list[Assessment] = []
        for seed in seeds:
            one = world(seed, people=people, months=12)
            if not managers:
                one = replace(one, cases=[replace(case, manager_readings=()) for case in one.cases])
            found += [assess(features, rules) for features in featured_all(one, rules)]
        whose = "with the manager's view" if managers else "from hires alone"
        for level, table in zip(list(Level)[1:4], (0.18, 0.048, 0.008), strict=True):
            share = _mean(one.level.rank >= level.rank for one in found)
            name = f"share at {level} or above, {whose} (table: {table})"
            checks.append(Check(name, share, table / 2, table * 1.6))
        mean = _mean(one.probability for one in found) / _mean(one.usual for one in found)
        checks.append(Check(f"mean estimate beside what is usual, {whose}", mean, 0.9, 1.1))
    return checks


def neutral(people: int = 120) -> list[Check]:
    """The first year of people who all answer what is usual in their company: no level at all."""
    rules = load()
    cases = []
    for person in range(people):
        start = BEGIN + timedelta(days=person % 28)
        said = []
        for month in range(1, 13):
            day = add_months(start, month)
            # In turn a little above and below, as ordinal answers do.
            said += [
                Reading(item, day, day, (0.75, 0.5)[(person // 6 + month + n) % 2]) for n, item in enumerate(ITEMS)
            ]
        closed = tuple(Closed(add_months(start, n), add_months(start, n), missed=False) for n in range(1, 13))
        cases.append(Case(f"p{person}", f"c{person % 6}", start, tuple(said), (), closed))
    points = [Point(case.placement, add_months(case.started_on or BEGIN, n)) for case in cases for n in range(1, 13)]
    raised = sum(assess(features, rules).level is not Level.NONE for _, features in featured(cases, points, rules))
    return [Check("levels raised in the first year of neutral people", float(raised), 0, 0)]


def report(checks: Sequence[Check]) -> str:
    """One line for each check, as README quotes it."""
    lines = [f"{'holds' if one.holds else 'FAILS'}  {one.name}: {one.found:.4f}" for one in checks]
    return "\n".join(lines)


def main() -> None:
    """Everything, on more worlds with ``--worlds``."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--worlds", type=int, default=30)
    arguments.add_argument("--people", type=int, default=400)
    given = arguments.parse_args()
    begin, seeds = time.perf_counter(), range(1, given.worlds + 1)
    rules = load()
    found = [measured(seed, given.people, rules) for seed in seeds]
    checks = [
        *neutral(),
        *shares(seeds),
        *ranking(found),
        *learning(found),
        *recovered(found),
    ]
    print(report(checks))
    print(f"{given.worlds} worlds of {given.people} people in {time.perf_counter() - begin:.0f} s")
    sys.exit(0 if all(one.holds for one in checks) else 1)


if __name__ == "__main__":
    main()
