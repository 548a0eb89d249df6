"""``make pulse``: invented histories of a single mood question: does the cold start rank leavers better than the last answer?

Votes of 1 to 4, so bunched at 3, daily to every second month, by people of twelve companies whose rates of leaving differ
(sd 1.2). What makes somebody leave is partly lasting and partly passing; worlds differ in how often people answer, whether they
answer less or in a worse mood before they leave, and whether an unhappy company loses more people. Nobody's start is known.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from risk.measure import auroc, auroc_within
from risk.model import Case, Closed, Reading
from risk.rules import load
from risk.score import Point, score

BEGIN = date(2024, 1, 1)
DAYS, PEOPLE, COMPANIES = 330, 300, 12
WITHIN = 0.69
"""The standard deviation within a person, as a share of the whole."""


@dataclass(frozen=True, slots=True)
class World:
    """``share`` of the working days are answered; in the ``fading`` world nobody answers any more on the last day, after
    ninety days of fewer answers; ``falling`` is the fall of the mood over the last 45 days, in standard deviations;
    ``companies`` is how much an unhappy company's rate of leaving is higher; ``asked`` lists a monthly check-in also where it
    was not answered."""

    share: float = 0.4
    fading: float = 0.0
    falling: float = 0.0
    companies: float = 0.0
    spread: float = 1.2
    asked: bool = False


WORLDS = {
    "daily": World(),
    "weekly": World(share=0.08),
    "every second month": World(share=0.024),
    "fewer answers before leaving": World(fading=1.0),
    "the same, silence listed": World(fading=1.0, asked=True),
    "falling mood before leaving": World(falling=1.0),
    "falling and fewer": World(falling=1.0, fading=0.9),
    "unhappy companies lose more": World(companies=1.0),
    "unhappy companies lose fewer": World(companies=-1.0),
    "all companies alike": World(spread=0.0),
}


@dataclass(frozen=True, slots=True)
class Histories:
    """The cases, the points of assessment, and of each point: who left within 90 days, the last answer and the company."""

    cases: list[Case]
    points: list[Point]
    left: np.ndarray
    last: np.ndarray
    company: np.ndarray


def histories(seed: int, one: World) -> Histories:
    """One invented set."""
    draw = np.random.default_rng(seed)
    company, rate = draw.integers(0, COMPANIES, PEOPLE), draw.normal(0, 1, COMPANIES)
    usual = 2.9 + draw.normal(0, 0.25, COMPANIES) - 0.25 * one.companies * rate
    lasting, passing = np.sqrt(1 - WITHIN**2) * draw.normal(size=PEOPLE), _passing(draw)
    begins, leaves = draw.integers(0, 120, PEOPLE), np.full(PEOPLE, 10**6)
    for month in range(DAYS // 30 + 4):
        mood = lasting + WITHIN * np.sqrt(0.5) * passing[:, min(passing.shape[1] - 1, month * 30 // 7)]
        hazard = 1 / (1 + np.exp(4.0 - one.spread * rate[company] + 0.45 * mood))
        gone = (draw.random(PEOPLE) < hazard) & (leaves == 10**6) & (begins < month * 30)
        leaves[gone] = month * 30 + draw.integers(0, 30, gone.sum())
    shares = np.clip(draw.beta(0.8, 1.2, PEOPLE) * one.share / 0.4, 0.01, 1)
    cases, points, left, last, of = [], [], [], [], []
    for person in range(PEOPLE):
        days = np.arange(begins[person], min(DAYS, leaves[person]))
        before = np.maximum(0.0, 1 - (leaves[person] - days) / 90)
        days = days[(draw.random(len(days)) < shares[person] * (1 - one.fading * before)) & (days % 7 < 5)]
        if not len(days):
            continue
        mood = lasting[person] + WITHIN * np.sqrt(0.5) * (passing[person, days // 7] + draw.normal(size=len(days)))
        mood -= one.falling * np.maximum(0.0, 1 - (leaves[person] - days) / 45)
        votes = np.clip(np.round(usual[company[person]] + 0.75 * mood), 1, 4)
        cases.append(_case(person, int(company[person]), days, votes, until=min(DAYS, leaves[person]), asked=one.asked))
        for day in range(90, DAYS, 30):
            if days[0] <= day < leaves[person]:
                points.append(Point(f"p{person}", BEGIN + timedelta(day)))
                left.append(leaves[person] - day <= 90)
                last.append(votes[np.searchsorted(days, day, side="right") - 1])
                of.append(company[person])
    return Histories(cases, points, np.array(left), np.array(last), np.array(of, dtype=np.int64))


def _passing(draw: np.random.Generator) -> np.ndarray:
    """What lasts for some weeks in each person, week by week."""
    found = draw.normal(size=(PEOPLE, DAYS // 7 + 2))
    for week in range(1, found.shape[1]):
        found[:, week] = 0.8 * found[:, week - 1] + 0.6 * found[:, week]
    return found


def _case(person: int, company: int, days: np.ndarray, votes: np.ndarray, *, until: int, asked: bool) -> Case:
    on = [BEGIN + timedelta(int(day)) for day in days]
    readings = tuple(Reading("overall", day, day, (vote - 1) / 3) for day, vote in zip(on, votes.tolist(), strict=True))
    closed = []
    for begin in range(int(days[0]), until, 30) if asked else ():
        answered = next((day for day, number in zip(on, days, strict=True) if begin <= number < begin + 14), None)
        opened = BEGIN + timedelta(begin)
        closed.append(Closed(opened, opened + timedelta(days=14), missed=True, answered_on=answered))
    return Case(f"p{person}", f"c{company}", None, readings, (), tuple(closed))


def main() -> None:
    """One line a world: the AUROC of score and last answer within and across companies, and in how many sets score won."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sets", type=int, default=8)
    sets, rules, begin = arguments.parse_args().sets, load(), time.perf_counter()
    for name, one in WORLDS.items():
        rows = []
        for seed in range(1, sets + 1):
            found = histories(seed, one)
            risk = np.array([each.score for each in score(found.cases, found.points, rules)])
            within = [auroc_within(found.left, each, found.company) or 0.5 for each in (risk, -found.last)]
            rows.append([*within, *(auroc(found.left, each) or 0.5 for each in (risk, -found.last))])
        mean, won = np.mean(rows, axis=0), int(sum(row[0] > row[1] for row in rows))
        print(
            f"{name}: within a company score {mean[0]:.3f}, last answer {mean[1]:.3f} (better in {won} of {sets}); "
            f"across companies {mean[2]:.3f}, {mean[3]:.3f}"
        )
    print(f"{sets} sets of {PEOPLE} people in each world, {time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
