"""Learning from outcomes: how the client's rate, the common slope and at last the weights move, and when they may.

Maximum a posteriori over person-months around the priors of the rules, in stages: an intercept moves after ``CLIENT`` leavers
of that client, the slope after ``SLOPE`` leavers in all, single weights after ``WEIGHTS``. What was learned is expressed in
terms that the rules know already: weights, and a yearly turnover for each client.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log

import numpy as np

from risk.assess import intercept, terms
from risk.features import Features
from risk.measure import Floats, maximise
from risk.model import Level
from risk.rules import Rules

CLIENT, SLOPE, WEIGHTS = 5, 20, 50
"""Leavers that are needed: of one client for its intercept, overall for the common slope, overall for single weights."""

SLOPE_SD = 0.3
VISIBLE = 0.005
"""A turnover or a weight that moves by less is shown as the same."""


@dataclass(frozen=True, slots=True)
class Month:
    """One person-month: what was seen at its beginning and whether notice was given within it.

    Months in which somebody left without deciding it (dismissal, end of contract, internal move) are not in the list: they
    end the observation.
    """

    person: str
    company: str
    yearly_turnover: float | None
    features: Features
    left: bool


@dataclass(frozen=True, slots=True)
class Learned:
    """What the outcomes say. ``turnover`` maps a client to its yearly voluntary turnover, ``weights`` a weight's path in
    the rules (``constructs.pay.answered``) to its value; ``leavers`` and ``months`` are what it rests on.
    """

    turnover: Mapping[str, float] = field(default_factory=dict)
    slope: float = 1.0
    weights: Mapping[str, float] = field(default_factory=dict)
    leavers: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A client's yearly turnover, by its name, or a weight, by its path: as it is in force and as it would be."""

    name: str
    before: float
    after: float

    @property
    def visible(self) -> bool:
        """Whether two decimals show it: with every month that passes, all of it moves a little."""
        return abs(self.after - self.before) >= VISIBLE


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody whose level would be another one today."""

    placement: str
    hire: str
    company: str
    before: Level
    after: Level


@dataclass(frozen=True, slots=True)
class Proposal:
    """What learning would change of what is in force, and for whom of the ``estimated`` people.

    ``waiting`` are leavers whose last month is not over yet. ``version`` is in force and ``then`` will be: the one before where
    ``version`` did worse than the frozen prior on the months after its adoption (mean loss a month; None without such months),
    of which ``later_leavers`` tells how much they say. ``rates`` and ``weights`` are everything that is or would be learned,
    beside what is in force ``then``; ``alike`` says that all weights would move by one factor. ``other_rules`` are a version and
    the rules' version with which it was learned, where it waits for these rules to come back.
    """

    learned: Learned
    waiting: int
    other_rules: tuple[int, int] | None = None
    version: int | None = None
    then: int | None = None
    loss_in_force: float | None = None
    loss_prior: float | None = None
    later_leavers: int = 0
    rates: tuple[Change, ...] = ()
    weights: tuple[Change, ...] = ()
    alike: bool = False
    estimated: int = 0
    moved: tuple[Moved, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything would change that can be seen."""
        return any(one.visible for one in (*self.rates, *self.weights))

    @property
    def worse(self) -> bool:
        """Whether what is in force did worse than the prior, on leavers enough to say so."""
        if self.loss_in_force is None or self.loss_prior is None or self.later_leavers < 5:
            return False
        return self.loss_in_force > self.loss_prior


def learn(months: Sequence[Month], rules: Rules) -> Learned:
    """The most probable values given the priors; with too few leavers everything stays where it is."""
    leavers = Counter(month.company for month in months if month.left)
    overall = sum(leavers.values())
    free = sorted(company for company, count in leavers.items() if count >= CLIENT)
    if not free and overall < SLOPE:
        return Learned(leavers=overall, months=len(months))
    names, parts = _parts(months, rules)
    prior = np.array([_prior(name, rules)[0] for name in names])
    bases = np.array([_neutral(month, rules) for month in months])
    left = np.array([month.left for month in months], dtype=np.float64)
    clients = np.array([[month.company == company for company in free] for month in months], dtype=np.float64)
    clients = clients.reshape(len(months), len(free))
    sd_client = np.full(len(free), rules.turnover.sd)
    weighed = parts @ prior
    if overall >= WEIGHTS:
        sd = np.array([_prior(name, rules)[1] for name in names])
        found = maximise(
            np.hstack([clients, parts]), left, np.r_[np.zeros(len(free)), prior], np.r_[sd_client, sd], bases
        )
        deltas, slope, weights = found[: len(free)], 1.0, found[len(free) :]
    elif overall >= SLOPE:
        design = np.hstack([clients, weighed[:, None]])
        found = maximise(design, left, np.r_[np.zeros(len(free)), 1.0], np.r_[sd_client, SLOPE_SD], bases)
        deltas, slope = found[: len(free)], max(0.0, float(found[-1]))
        # The strength is that of all weights, also of those of which nobody has answered yet.
        names = _weighed(rules)
        prior = np.array([_prior(name, rules)[0] for name in names])
        weights = prior * slope
    else:
        deltas, slope, weights = maximise(clients, left, np.zeros(len(free)), sd_client, bases + weighed), 1.0, prior
    changed = {
        # A weight below nothing would let a worse answer lower the risk: such a term is left out instead.
        name: min(3.0, max(0.0, float(weight)))
        for name, weight, before in zip(names, weights, prior, strict=True)
        if abs(weight - before) > 1e-9
    }
    rates = {
        company: turnover_of(_intercept_of(company, months, rules) + float(delta), rules)
        for company, delta in zip(free, deltas, strict=True)
    }
    return Learned(rates, slope, changed, overall, len(months))


def turnover_of(log_odds: float, rules: Rules) -> float:
    """The yearly turnover whose intercept this is, within the bounds of the rules."""
    stays = 1 / (1 + exp(log_odds))
    return max(rules.turnover.min, min(rules.turnover.max, 1 - stays**12))


def log_loss(months: Sequence[Month], rules: Rules, turnover: Mapping[str, float] | None = None) -> float:
    """The mean of -log(chance of what happened) over these months; smaller is better. NaN without months."""
    losses = []
    for month in months:
        yearly = (turnover or {}).get(month.company, month.yearly_turnover)
        eta = intercept(yearly, rules) + rules.tenure_weight(month.features.tenure_months)
        eta += sum(term.weight for term in terms(month.features, rules))
        losses.append(log(1 + exp(-eta if month.left else eta)))
    return sum(losses) / len(losses) if losses else float("nan")


def _intercept_of(company: str, months: Iterable[Month], rules: Rules) -> float:
    return intercept(next(month.yearly_turnover for month in months if month.company == company), rules)


def _neutral(month: Month, rules: Rules) -> float:
    """Everything of the log-odds that is not learned: the client's stated rate and the calendar's terms."""
    fixed = sum(term.weight for term in terms(month.features, rules) if term.code.startswith("context."))
    fixed += intercept(month.yearly_turnover, rules)
    return fixed + rules.tenure_weight(month.features.tenure_months)


def _parts(months: Sequence[Month], rules: Rules) -> tuple[list[str], Floats]:
    """What each weight is multiplied with in each month, by the weight's path in the rules."""
    rows = [_multiplied(month.features, rules) for month in months]
    names = sorted({name for row in rows for name in row})
    place = {name: number for number, name in enumerate(names)}
    parts = np.zeros((len(rows), len(names)))
    for number, row in enumerate(rows):
        for name, value in row.items():
            parts[number, place[name]] = value
    return names, parts


def _multiplied(found: Features, rules: Rules) -> dict[str, float]:
    row: dict[str, float] = {}
    for name, construct in rules.constructs.items():
        answered = [driver for driver in construct.drivers if driver in found.standings]
        column = construct.column(found.standings)
        if answered and getattr(construct, column) > 0:
            mean = sum(found.standings[driver].badness for driver in answered) / len(answered)
            row[f"constructs.{name}.{column}"] = mean
    if found.drop:
        row["drop.weight"] = found.drop
    if found.silence.closed:
        row["missed.weight"] = found.silence.q
    if found.manager is not None:
        row["manager.weight"] = found.manager.badness
    return row


def _weighed(rules: Rules) -> list[str]:
    """The path of every weight that counts."""
    constructs = [
        f"constructs.{name}.{column}"
        for name, construct in rules.constructs.items()
        for column in ("answered", "not_answered", "alone")
        if getattr(construct, column)
    ]
    others = ("drop", "missed", "manager")
    return [*constructs, *(f"{name}.weight" for name in others if getattr(rules, name).weight)]


def _prior(name: str, rules: Rules) -> tuple[float, float]:
    first, *rest = name.split(".")
    part = rules.constructs[rest[0]] if first == "constructs" else getattr(rules, first)
    return getattr(part, rest[-1]), part.sd
