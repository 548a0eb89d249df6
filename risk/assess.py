"""From features to a level with its reasons: the log-odds of leaving within a month, and what they are made of.

The formula and every number: docs/risk.md and ``risk/rules.yaml``. A level informs a person who
decides; it decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from math import exp, fsum, log

from risk.features import Features, Standing, features, prepare
from risk.model import Assessment, Case, Level, Reason
from risk.rules import Rules
from risk.schema import Construct

Values = dict[str, str | int | float]

# Stated facts are no part of the log-odds. These weights only put them in front of everything that is.
_STATED, _LOWEST = 100.0, 50.0
_VISIBLE = 0.05  # A term below × 1.05 explains nothing; it counts in the score and is left out of the reasons.
_LOW = 0.25  # A driver without weight is shown when its answer is at or below the second lowest of five points.
_FLAT = 10.0  # Log-odds beyond this are held here, so that a probability is never exactly 0 or 1.


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of the log-odds: the code of its reason, its size and what the sentence needs."""

    code: str
    weight: float
    values: Values


def assess(
    found: Features, rules: Rules, *, yearly_turnover: float | None = None, previous: Sequence[Assessment] = ()
) -> Assessment:
    """The assessment of one person-month.

    ``yearly_turnover`` is the client's yearly voluntary turnover (0-1; the default of the rules where None).
    ``previous`` are the assessments of earlier months, one each, oldest first: a level goes down only after two lower
    months. A level above ``none`` has at least one reason. Raises ValueError for a turnover outside 0-1.
    """
    neutral = intercept(yearly_turnover, rules) + rules.tenure_weight(found.tenure_months)
    weighed = terms(found, rules)
    score = neutral + fsum(term.weight for term in weighed)
    p90, p0 = within_90_days(score), within_90_days(neutral + above_neutral(found, rules))
    stated = _stated(found, rules)
    measured = max(by_probability(p90, p0, rules), _stated_level(stated), key=_rank)
    level = _after_two_lower(measured, previous, rules)
    reasons = (*stated, *_explained(found, weighed, level))
    if level is not measured:
        reasons = (*reasons, Reason("held", 0.0, {"level": level.value}))
    return Assessment(level, score, p90, p0, reasons, rules.version)


def assess_case(
    case: Case,
    peers: Sequence[Case],
    *,
    at: date,
    rules: Rules,
    yearly_turnover: float | None = None,
    previous: Sequence[Assessment] = (),
) -> Assessment:
    """``assess`` for one case among its company's cases; ``peers`` may or may not contain the case itself."""
    company = [peer for peer in peers if peer.placement != case.placement]
    cohort = prepare([*company, case], at=at, rules=rules)
    found = features(case, cohort, at=at, rules=rules)
    return assess(found, rules, yearly_turnover=yearly_turnover, previous=previous)


def intercept(yearly_turnover: float | None, rules: Rules) -> float:
    """A client's own log-odds of a month, logit(1 - (1 - T)^(1/12)), T held within the bounds of the rules."""
    stated = rules.turnover.default if yearly_turnover is None else yearly_turnover
    if not 0 <= stated <= 1:
        raise ValueError(f"a yearly turnover lies between 0 and 1, not at {stated}")
    yearly = max(rules.turnover.min, min(rules.turnover.max, stated))
    monthly = 1 - (1 - yearly) ** (1 / 12)
    return log(monthly / (1 - monthly))


def within_90_days(log_odds: float) -> float:
    """1 - (1 - h)³ for the monthly hazard h of these log-odds; always between 0 and 1, never either."""
    stays = 1 / (1 + exp(max(-_FLAT, min(_FLAT, log_odds))))
    return 1 - stays**3


def above_neutral(found: Features, rules: Rules) -> float:
    """By how much the average person's log-odds lie above a neutral one's: σ²/2, σ being the standard deviation of the score.

    The worst answers add more risk than the best take away; the mean of exp(x) over a normal x is exp(σ²/2). σ is
    ``spread`` × the sum of the weights of all that was ever answered, 0 without an answer. Source: docs/adr/0013.
    """
    answered = (one for one in rules.constructs.values() if any(driver in found.standings for driver in one.drivers))
    weight = fsum(_weight(construct, found) for construct in answered)
    weight += rules.manager.weight if found.manager is not None else 0.0
    return (rules.spread * weight) ** 2 / 2


def by_probability(p90: float, p0: float, rules: Rules) -> Level:
    """The highest level whose ratio to p0 and whose floor are both reached."""
    for level in reversed(Level):
        band = rules.levels.of(level)
        if band is not None and p90 >= band.ratio * p0 and p90 >= band.at_least:
            return level
    return Level.NONE


def terms(found: Features, rules: Rules) -> tuple[Term, ...]:
    """All summands of the log-odds beyond client and tenure, a neutral person's being 0.

    A construct's weight is shared by its answered drivers, so that several questions on one thing never count twice.
    """
    return (
        *chain.from_iterable(_levels(construct, found) for construct in rules.constructs.values()),
        *_drop(found, rules),
        *_missed(found, rules),
        *_manager(found, rules),
        *_gap(found, rules),
        *_context(found, rules),
    )


def _levels(construct: Construct, found: Features) -> list[Term]:
    answered = [driver for driver in construct.drivers if driver in found.standings]
    weight = _weight(construct, found)
    shared = ((driver, found.standings[driver]) for driver in answered)
    return [
        Term(f"level.{driver}", weight / len(answered) * standing.badness, {"driver": driver, **_answers(standing)})
        for driver, standing in shared
    ]


def _weight(construct: Construct, found: Features) -> float:
    return getattr(construct, construct.column(found.standings)) or 0.0


def _drop(found: Features, rules: Rules) -> list[Term]:
    if found.usual_before is None or not found.drop:
        return []
    mood = found.standings["overall"]
    values: Values = {"last": mood.last, "last_on": mood.last_on.isoformat(), "usual": found.usual_before}
    return [Term("drop", rules.drop.weight * found.drop, {"driver": "overall", **values})]


def _missed(found: Features, rules: Rules) -> list[Term]:
    silence = found.silence
    values: Values = {"missed": silence.missed, "closed": silence.closed, "run": silence.run}
    return [Term("missed", rules.missed.weight * silence.q, values)] if silence.closed else []


def _manager(found: Features, rules: Rules) -> list[Term]:
    if found.manager is None:
        return []
    return [Term("manager", rules.manager.weight * found.manager.badness, _answers(found.manager))]


def _gap(found: Features, rules: Rules) -> list[Term]:
    """Every gap between the two sides. They are one construct, so that the widest alone has its weight; where the manager sees
    it worse than the hire, it is shown and weighs nothing."""
    return [
        Term(
            "gap" if gap.manager > gap.hire else "gap_below",
            rules.gap.weight * max(0.0, gap.manager - gap.hire) * (gap is found.gaps[0]),
            {
                "driver": gap.driver,
                "hire": gap.hire,
                "hire_on": gap.hire_on.isoformat(),
                "manager": gap.manager,
                "manager_on": gap.manager_on.isoformat(),
            },
        )
        for gap in found.gaps
    ]


def _context(found: Features, rules: Rules) -> list[Term]:
    """The calendar's terms, shrunk together where their sum would exceed the cap."""
    weights = [getattr(rules.context, dated.name).weight for dated in found.context]
    total = fsum(weights)
    shrink = min(1.0, rules.context.cap / total) if total else 0.0
    return [
        Term(f"context.{dated.name}", weight * shrink, {"on": dated.on.isoformat(), "days": dated.days})
        for dated, weight in zip(found.context, weights, strict=True)
    ]


def _answers(standing: Standing) -> Values:
    """The answers behind a reason as data: the text layer makes them words in the reader's language."""
    values: Values = {"last": standing.last, "last_on": standing.last_on.isoformat()}
    if standing.before is not None and standing.before_on is not None:
        values |= {"before": standing.before, "before_on": standing.before_on.isoformat()}
    return values


def _stated(found: Features, rules: Rules) -> tuple[Reason, ...]:
    """Facts and lowest answers that want a human look whatever the figures say."""
    reasons = [
        Reason(f"explicit.{signal.code}", _STATED, {"on": signal.stated_on.isoformat()}) for signal in found.signals
    ]
    for driver in ("intention", "overall"):
        standing = found.standings.get(driver)
        if standing is None or not standing.lowest or standing.missed_months > rules.level.carry_months:
            continue
        twice = driver == "intention" and standing.lowest_before
        code, weight = (f"lowest_twice.{driver}", _STATED) if twice else (f"lowest.{driver}", _LOWEST)
        reasons.append(Reason(code, weight, {"driver": driver, **_answers(standing)}))
    return tuple(sorted(reasons, key=lambda reason: -reason.weight))


def _stated_level(reasons: Sequence[Reason]) -> Level:
    kinds = {reason.code.partition(".")[0] for reason in reasons}
    if kinds & {"explicit", "lowest_twice"}:
        return Level.CRITICAL
    return Level.ELEVATED if "lowest" in kinds else Level.NONE


def _explained(found: Features, weighed: Sequence[Term], level: Level) -> tuple[Reason, ...]:
    """The terms that raise the risk visibly, largest first; then what is shown without a weight."""
    rising = sorted((term for term in weighed if term.weight > 0), key=lambda term: (-term.weight, term.code))
    visible = [term for term in rising if term.weight >= _VISIBLE] or rising[: level is not Level.NONE]
    reasons = [Reason(term.code, term.weight, {"times": round(exp(term.weight), 1), **term.values}) for term in visible]
    shown = (term for term in weighed if term not in visible and _is_shown(term))
    reasons += [Reason(term.code, term.weight, {"times": 1.0, **term.values}) for term in shown]
    if level is not Level.NONE and found.months == 1:
        reasons.append(Reason("uncertain", 0.0, {"months": found.months}))
    return tuple(reasons)


def _is_shown(term: Term) -> bool:
    """A low answer on a driver without weight, and a run of misses, are worth seeing though they score nothing."""
    if term.code == "missed":
        return int(term.values["run"]) > 0
    if term.code in ("gap", "gap_below"):
        return True
    return term.code.startswith("level.") and term.weight == 0 and float(term.values["last"]) <= _LOW


def _after_two_lower(measured: Level, previous: Sequence[Assessment], rules: Rules) -> Level:
    """Up at once, down only when the month before was lower too, and then no further than to the higher of the two."""
    if not previous or measured.rank >= previous[-1].level.rank:
        return measured
    last = previous[-1]
    before = max(by_probability(last.probability, last.usual, rules), _stated_level(last.reasons), key=_rank)
    return max(measured, min(last.level, before, key=_rank), key=_rank)


def _rank(level: Level) -> int:
    return level.rank
