"""What ``learn`` says: what would change of what is in force, and for whom, in the words of a consultant."""

from __future__ import annotations

from collections.abc import Iterator

from bot.text.backtest import number, percent
from bot.text.catalog import Voice
from bot.text.levels import LEVELS
from bot.text.reasons import listed, subject
from risk.learn import CLIENT, SLOPE, Change, Proposal
from risk.learn import WEIGHTS as SINGLE
from risk.rules import Rules
from surveys.model import Message

MOST_MOVED = 10
"""So many people are named whose level would change."""

ADOPTED = Message(
    "learn.adopted", "In force from the next assessment on, as version %(version)s. “teichaku learn --back” goes back."
)
WITHDRAWN = Message("learn.withdrawn", "Version %(version)s is taken back.")
IN_FORCE_AGAIN = Message("learn.in_force_again", "Version %(version)s is in force again.")
AS_RULES_SAY = Message("learn.as_rules_say", "Nothing that was learned is in force now; all is as the rules say.")
CHOOSE = Message(
    "learn.choose",
    "choose one: --adopt puts in force what would be learned, --back takes back what was adopted last",
)
RESTS = Message("learn.rests", "What can be learned from so far: person-months %(months)s, leavers %(leavers)s.")
WAITING = Message(
    "learn.waiting",
    "Leavers who will count when a month has passed since their last check-in, as it does for those who stay: %(count)s.",
)
STAGES = Message(
    "learn.stages",
    "A client's rate moves after %(client)s leavers of that client, the common strength of all weights after %(slope)s leavers, "
    "single weights after %(weights)s.",
)
NO_CHANGE = Message("learn.no_change", "Nothing would change.")
IN_FORCE_ALREADY = Message("learn.in_force_already", "Nothing would change: what can be learned is in force already.")
IN_FORCE = Message("learn.in_force", "Version %(version)s is in force.")
OTHER_RULES = Message(
    "learn.other_rules",
    "Version %(version)s was learned around version %(theirs)s of the rules, so that it is not in force with the rules of today.",
)
WOULD = Message("learn.would", "What would change:")
CLIENT_RATE = Message("learn.client", "• %(company)s: %(before)s → %(after)s leave within a year")
STRENGTH = Message(
    "learn.strength",
    "• All that is answered or left unanswered counts %(slope)s times as much as the rules say (%(name)s: %(before)s → %(after)s)",
)
WEIGHTS = (
    Message("learn.weight.less", "• %(name)s: counts less, %(before)s → %(after)s"),
    Message("learn.weight.more", "• %(name)s: counts more, %(before)s → %(after)s"),
)
COLUMNS = {
    "not_answered": Message("learn.column.not_answered", "%(name)s (of people who never said whether they stay)"),
    "alone": Message("learn.column.alone", "%(name)s (of people who never answered anything else)"),
}
NOBODY_MOVES = Message(
    "learn.nobody_moves", "Nobody of those who are estimated (%(count)s) would have another level today."
)
MOVES = Message("learn.moves", "People who would have another level today: %(moved)s of %(count)s.")
MOVED = Message("learn.moved", "• %(placement)s %(hire)s, %(company)s: %(before)s → %(after)s")
MORE_MOVED = Message("learn.more_moved", "• and %(count)s more (all of them with --json)")
SO_FAR = Message(
    "learn.so_far",
    "On the months since, its loss is %(adopted)s, the frozen prior's %(prior)s (less is better; leavers: %(leavers)s).",
)
SWITCHED_BACK = Message(
    "learn.switched_back", "Version %(version)s did worse than the frozen prior on later months, so it was taken back."
)
NOT_YET = Message("learn.not_yet", "Nothing was changed. “teichaku learn --adopt” puts this in force.")


def proposal(voice: Voice, found: Proposal, rules: Rules, *, adopt: bool = False) -> Iterator[str]:
    """What learning would change, and how what is in force has done; ``adopt`` says that it is about to be put in force."""
    learned = found.learned
    yield voice.one(RESTS, leavers=learned.leavers, months=learned.months)
    if found.waiting:
        yield voice.one(WAITING, count=found.waiting)
    yield voice.one(STAGES, client=CLIENT, slope=SLOPE, weights=SINGLE)
    yield from _standing(voice, found)
    if not found.changes:
        yield voice.one(NO_CHANGE if found.then is None else IN_FORCE_ALREADY)
        return
    yield voice.one(WOULD)
    for one in found.rates:
        if one.visible:
            yield voice.one(CLIENT_RATE, company=one.name, before=percent(one.before), after=percent(one.after))
    yield from _weights(voice, found, rules)
    yield from _people(voice, found)
    if not adopt and not found.worse:
        yield voice.one(NOT_YET)


def then(voice: Voice, version: int | None) -> str:
    """What is in force after something was taken back."""
    return voice.one(AS_RULES_SAY) if version is None else voice.one(IN_FORCE_AGAIN, version=version)


def _standing(voice: Voice, found: Proposal) -> Iterator[str]:
    """What is in force, and how it has done."""
    if found.other_rules is not None:
        version, theirs = found.other_rules
        yield voice.one(OTHER_RULES, version=version, theirs=theirs)
    if found.version is None:
        return
    yield voice.one(IN_FORCE, version=found.version)
    if found.loss_in_force is not None:
        figures = {"adopted": number(found.loss_in_force, 4), "prior": number(found.loss_prior, 4)}
        yield voice.one(SO_FAR, leavers=found.later_leavers, **figures)
    if found.worse:
        yield f"{voice.one(SWITCHED_BACK, version=found.version)} {then(voice, found.then)}"


def _weights(voice: Voice, found: Proposal, rules: Rules) -> Iterator[str]:
    visible = [one for one in found.weights if one.visible]
    if visible and found.alike:
        most = max(visible, key=lambda one: one.after)
        figures = {"before": number(most.before), "after": number(most.after)}
        yield voice.one(STRENGTH, slope=number(found.learned.slope), name=_named(voice, most, rules), **figures)
        return
    for one in sorted(visible, key=lambda one: (-abs(one.after - one.before), one.name)):
        message = WEIGHTS[one.after > one.before]
        yield voice.one(message, name=_named(voice, one, rules), before=number(one.before), after=number(one.after))


def _named(voice: Voice, one: Change, rules: Rules) -> str:
    """What a weight is about, in the words of a case's page; a term of somebody's own rules by its own name."""
    first, *rest = one.name.split(".")
    if first != "constructs":
        return subject(voice, first) or first
    construct, column = rest
    drivers = rules.constructs[construct].drivers
    name = listed(voice, (subject(voice, f"level.{driver}") or driver for driver in drivers))
    return voice.one(COLUMNS[column], name=name) if column in COLUMNS else name


def _people(voice: Voice, found: Proposal) -> Iterator[str]:
    if not found.moved:
        yield voice.one(NOBODY_MOVES, count=found.estimated)
        return
    yield voice.one(MOVES, moved=len(found.moved), count=found.estimated)
    worst = sorted(found.moved, key=lambda one: -max(one.before.rank, one.after.rank))
    for one in worst[:MOST_MOVED]:
        levels = {"before": voice.one(LEVELS[one.before]), "after": voice.one(LEVELS[one.after])}
        yield voice.one(MOVED, placement=one.placement, hire=one.hire, company=one.company, **levels)
    if len(worst) > MOST_MOVED:
        yield voice.one(MORE_MOVED, count=len(worst) - MOST_MOVED)
