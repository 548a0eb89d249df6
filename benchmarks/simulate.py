"""``make simulate``: the risk engine on invented people whose truth is known (docs/risk.md, "Measured in a simulation").

Every world draws its own weights from the priors' means and spreads, its own client rates (sd 1.2) and its own noise: a
person's answers of two months correlate .42 to .73, four of ten leavers leave by a shock that no answer shows, and silence
tells something in one world and nothing in another. Nothing of a world is copied from the engine.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from risk.assess import assess, intercept
from risk.features import Features
from risk.learn import Month, learn, log_loss
from risk.measure import Floats, auroc, auroc_within, slope
from risk.model import Case, Closed, Level, Reading
from risk.rules import Rules, changed, load
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
LEVELS = [level.value for level in Level]


@dataclass(frozen=True, slots=True)
class World:
    """The cases, the points at which they were assessed, and the truth about each point.

    ``left`` says whether notice came within a month, ``within_90`` within three; ``truth`` is the log-odds without shocks.
    """

    cases: list[Case]
    points: list[Point]
    companies: list[str]
    turnover: dict[str, float]
    truth: Floats
    left: np.ndarray
    within_90: np.ndarray


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
    )


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


def ranking(seeds: Sequence[int], people: int) -> list[Check]:
    """Cold start with known client rates: calibration slope, AUROC against the best possible, shuffled labels."""
    rules = load()
    slopes, gaps, shuffled, areas = [], [], [], []
    for seed in seeds:
        one = world(seed, people=people, months=14)
        found = [
            assess(features, rules, yearly_turnover=one.turnover[company])
            for features, company in zip(featured_all(one, rules), one.companies, strict=True)
        ]
        score = np.array([assessed.score for assessed in found])
        p90 = np.array([assessed.probability for assessed in found])
        slopes.append(slope(one.within_90, p90) or 0.0)
        areas.append(auroc(one.within_90, score) or 0.0)
        gaps.append((auroc(one.within_90, one.truth) or 0.0) - areas[-1])
        labels = np.random.default_rng(seed).permutation(one.within_90)
        codes = np.unique(one.companies, return_inverse=True)[1].astype(np.int64)
        shuffled.append(auroc_within(labels, score, codes) or 0.0)
    return [
        Check("calibration slope at cold start, client rate known", float(np.mean(slopes)), 0.8, 1.2),
        Check("AUROC at cold start (for information)", float(np.mean(areas)), 0.55, 0.95),
        Check("AUROC of the best possible, minus the engine's", float(np.mean(gaps)), -0.02, 0.02),
        Check("AUROC with shuffled labels, within client", float(np.mean(shuffled)), 0.48, 0.52),
    ]


def learning(seeds: Sequence[int], people: int) -> list[Check]:
    """What learning does to the loss of later people of the same world, after 0, 5, 20 and 50 leavers, per person-month."""
    rules, harm = load(), dict[int, list[float]]()
    for seed in seeds:
        one = world(seed, people=people, months=14)
        features = featured_all(one, rules)
        months = [
            Month(point.person, company, None, features[n], bool(one.left[n]))
            for n, (point, company) in enumerate(zip(one.points, one.companies, strict=True))
        ]
        order = sorted(range(len(months)), key=lambda n: (one.points[n].at, n))
        for wanted in (0, 5, 20, 50):
            seen = _until(months, order, wanted)
            later = [months[n] for n in order[seen:]]
            if not any(month.left for month in later):
                continue
            learned = learn([months[n] for n in order[:seen]], rules)
            after = log_loss(later, changed(rules, learned.weights, 2), learned.turnover)
            harm.setdefault(wanted, []).append(after - log_loss(later, rules))
    checks = []
    for wanted, found in sorted(harm.items()):
        noise = 2 * float(np.std(found)) / np.sqrt(len(found))
        checks.append(
            Check(
                f"loss after {wanted} leavers minus frozen (noise {noise:.4f})",
                float(np.mean(found)),
                -1.0,
                max(noise, 1e-6),
            )
        )
    return checks


def _until(months: Sequence[Month], order: Sequence[int], leavers: int) -> int:
    seen = 0
    for place, n in enumerate(order):
        if seen == leavers:
            return place
        seen += months[n].left
    return len(order)


def shares(seeds: Sequence[int], people: int = 300) -> list[Check]:
    """Levels of a caseload of 300 from what hires say alone, the table's AUROC of about .70; the manager's view spreads more."""
    rules, counted, total = load(), dict.fromkeys(LEVELS, 0), 0
    for seed in seeds:
        one = world(seed, people=people, months=12)
        one = replace(one, cases=[replace(case, manager_readings=()) for case in one.cases])
        for features in featured_all(one, rules):
            counted[assess(features, rules).level.value] += 1
            total += 1
    share = {level: counted[level] / total for level in LEVELS}
    elevated = share["elevated"] + share["high"] + share["critical"]
    return [
        Check("share at watch or above (table: .18)", 1 - share["none"], 0.10, 0.30),
        Check("share at elevated or above (table: .048)", elevated, 0.02, 0.09),
        Check("share at high or above (table: .008)", share["high"] + share["critical"], 0.002, 0.02),
    ]


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
    arguments.add_argument("--worlds", type=int, default=12)
    arguments.add_argument("--people", type=int, default=400)
    given = arguments.parse_args()
    begin, seeds = time.perf_counter(), range(1, given.worlds + 1)
    checks = [
        *neutral(),
        *shares(seeds),
        *ranking(seeds, given.people),
        *learning(seeds, given.people),
    ]
    print(report(checks))
    print(f"{given.worlds} worlds of {given.people} people in {time.perf_counter() - begin:.0f} s")
    sys.exit(0 if all(one.holds for one in checks) else 1)


if __name__ == "__main__":
    main()
