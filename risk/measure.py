"""How well a score foresaw who left: ranking, calibration and their uncertainty. Source: design of docs/risk.md, "Measured".

The unit is a person at the close of a check-in; ``left`` says whether they gave notice within 90 days. Nothing is split by
random rows: people are resampled whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

_CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval from resampled people; None where the sample cannot say it."""

    value: float | None
    low: float | None = None
    high: float | None = None


def auroc(left: Flags, score: Floats) -> float | None:
    """The chance that somebody who left scored higher than somebody who stayed; None without one of each."""
    leavers = int(left.sum())
    stayers = len(left) - leavers
    if not leavers or not stayers:
        return None
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[left].sum() - leavers * (leavers + 1) / 2) / (leavers * stayers))


def auroc_within(left: Flags, score: Floats, company: Ints) -> float | None:
    """``auroc`` of pairs within one company only; companies count by their pairs."""
    if not left.any():
        return None
    order = np.lexsort((score, company))
    left, score, company = left[order], score[order], company[order]
    begins = np.r_[True, np.diff(company) != 0]
    one = np.cumsum(begins) - 1
    equals = np.cumsum(begins | np.r_[True, np.diff(score) != 0]) - 1  # of one score within one company
    stayers, alike = np.bincount(one, ~left), np.bincount(equals, ~left)
    pairs = float(stayers[one[left]].sum())
    # Whoever stayed with a lower score is beaten, and half of those with the same. Earlier companies are none of theirs.
    lower = (np.cumsum(alike) - alike)[equals] - (np.cumsum(stayers) - stayers)[one]
    beaten = lower + alike[equals] / 2
    return float(beaten[left].sum()) / pairs if pairs else None


def auprc(left: Flags, score: Floats) -> float | None:
    """The average precision over all thresholds; a random score gives the share of leavers."""
    if not left.any():
        return None
    order = np.argsort(-score, kind="stable")
    hits, ordered = np.cumsum(left[order]), score[order]
    last = np.r_[np.flatnonzero(np.diff(ordered)), len(ordered) - 1]  # Equal scores are one threshold.
    precision, recall = hits[last] / (last + 1), hits[last] / hits[-1]
    return float(np.sum(np.diff(np.r_[0.0, recall]) * precision))


def brier(left: Flags, probability: Floats) -> float | None:
    """The mean squared error of a probability; smaller is better."""
    return float(np.mean((probability - left) ** 2)) if len(left) else None


def in_the_large(left: Flags, probability: Floats) -> float | None:
    """How many left for each one that was expected; 1 is right."""
    expected = float(probability.sum())
    return float(left.sum()) / expected if expected > 0 else None


def slope(left: Flags, probability: Floats) -> float | None:
    """The calibration slope: 1 is right, below 1 the score is too sure of itself. None where a fit says nothing, as where
    every leaver had a higher probability than everybody who stayed: then no slope is steep enough.
    """
    if not left.any() or left.all():
        return None
    logit = np.log(probability / (1 - probability))
    gone, there = logit[left], logit[~left]
    if gone.min() >= there.max() or there.min() >= gone.max():
        return None
    if float(np.std(logit)) < _CLOSE:
        return None
    design = np.column_stack([np.ones_like(logit), logit])
    found = maximise(design, left.astype(np.float64), np.zeros(2), np.full(2, 1e3))
    return float(found[1])


def maximise(
    design: Floats, left: Floats, mean: Floats, sd: Floats, offset: Floats | None = None, steps: int = 60
) -> Floats:
    """The weights that maximise Σ[y·η - log(1 + e^η)] - Σ(b - mean)²/(2 sd²), by Newton's method with halved steps."""
    base = np.zeros(len(design)) if offset is None else offset
    weights, precision = mean.astype(np.float64).copy(), 1 / sd**2

    def value(candidate: Floats) -> float:
        eta = base + design @ candidate
        return float(left @ eta - np.logaddexp(0, eta).sum() - 0.5 * (precision * (candidate - mean) ** 2).sum())

    reached = value(weights)
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-np.clip(base + design @ weights, -30, 30)))
        slope_ = design.T @ (left - chance) - precision * (weights - mean)
        bend = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(precision)
        step = np.linalg.solve(bend, slope_)
        for _ in range(30):
            if (after := value(weights + step)) >= reached:
                break
            step = step / 2
        else:
            break
        weights, gained, reached = weights + step, after - reached, after
        if gained < 1e-9:
            break
    return weights


def standard_error(area: float, leavers: int, stayers: int) -> float:
    """Of an AUROC with so many leavers and stayers (Hanley and McNeil 1982)."""
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (leavers - 1) * (q1 - area**2) + (stayers - 1) * (q2 - area**2)
    return sqrt(max(0.0, spread) / max(1, leavers * stayers))


def bootstrap(
    people: Sequence[Any], figure: Callable[[Ints], float | None], *, times: int = 200, seed: int = 8
) -> Estimate:
    """A figure of all rows (given as their places) with the interval over resampled people, each with all their rows."""
    names, codes = np.unique(np.asarray(people), return_inverse=True)
    rows = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(names)))
    groups = np.split(rows, ends[:-1]) if len(names) else []
    value = figure(np.arange(len(codes)))
    if value is None or not groups:
        return Estimate(None)
    draw, found = np.random.default_rng(seed), list[float]()
    for _ in range(times):
        chosen = np.concatenate([groups[one] for one in draw.integers(len(groups), size=len(groups))])
        if (one := figure(chosen)) is not None:
            found.append(one)
    if len(found) <= times / 2:  # Most draws cannot say it, or there was to be none.
        return Estimate(value)
    low, high = np.quantile(found, [0.025, 0.975])
    return Estimate(value, float(low), float(high))
