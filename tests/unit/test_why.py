"""Why a level is not higher and not lower, as somebody of the agency reads it: true, in bands, and never against itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.memory import LIMITS
from bot.text import why as words
from bot.text.cases import Case as Listed
from bot.text.cases import caseload
from bot.text.catalog import Voice
from bot.text.reasons import reason, subject
from risk.assess import assess
from risk.features import Features, History, prepare
from risk.model import Assessment, Case, Closed, Level, Reading, Signal
from risk.rules import load, reason_codes
from risk.why import Why, why
from scheduler.workdays import add_months

RULES = load()
START = date(2026, 4, 1)
ENGLISH, JAPANESE = (Voice((locale,), "staff") for locale in ("en", "ja"))
CODES = re.compile(r"\b(level|gap|lowest|explicit|context)\.\w|lowest_twice|gap_below|\bheld\b|\bintention\b")

points = st.sampled_from((0.0, 0.25, 0.5, 0.75, 1.0))
months = st.dictionaries(st.sampled_from(sorted(RULES.drivers)), points, max_size=6)
sides = st.tuples(st.none() | months, st.none() | months, st.sampled_from([None, None, None, *RULES.explicit.signals]))
stories = st.tuples(st.lists(sides, min_size=1, max_size=4), st.sampled_from([None, 0.02, 0.3, 0.9]), st.booleans())


def asked(n: int) -> date:
    return add_months(START, n)


def of(*told: tuple[dict[str, float] | None, dict[str, float] | None, str | None], ends: bool = False) -> Case:
    """Somebody whose months were answered like this: by the hire (None is a check-in that ran out), by the manager, and what
    was stated."""
    own, managers, closed, signals = [], [], [], []
    for n, (hire, manager, stated) in enumerate(told, start=1):
        due = asked(n)
        own += [Reading(item, due, due, value) for item, value in (hire or {}).items()]
        managers += [Reading(item, due, due, value) for item, value in (manager or {}).items()]
        closed.append(Closed(due, due + timedelta(days=14), hire is None))
        signals += [Signal(stated, due)] if stated else []
    until = asked(len(told)) + timedelta(days=60) if ends else None
    return Case("P", "C", START, tuple(own), tuple(managers), tuple(closed), tuple(signals), contract_ends=until)


def told(case: Case, turnover: float | None = None) -> list[tuple[Features, Assessment]]:
    """The features and the assessment of each month."""
    found: list[tuple[Features, Assessment]] = []
    for n in range(1, len(case.checkins) + 1):
        at = asked(n) + timedelta(days=15)
        features = History(case, RULES).at(at, prepare([], at=at, rules=RULES))
        before = [assessed for _, assessed in found]
        found.append((features, assess(features, RULES, yearly_turnover=turnover, previous=before)))
    return found


def said(voice: Voice, features: Features, assessed: Assessment) -> list[str]:
    reasons = [{"code": one.code, "weight": one.weight, "values": dict(one.values)} for one in assessed.reasons]
    around = words.lines(voice, why(assessed, features, RULES), assessed.level)
    return [*(reason(voice, one, RULES) for one in reasons), *around]


def without(features: Features, about: str) -> Features:
    """The features of the same person if one thing were as usual."""
    standings, driver = dict(features.standings), about.partition(".")[2] or about
    if about == "drop":
        driver = "overall"
    if driver in standings:
        usual = min(0.0, standings[driver].badness)
        standings[driver] = replace(standings[driver], badness=usual, lowest=False, lowest_before=False)
    manager = features.manager and replace(features.manager, badness=min(0.0, features.manager.badness))
    return replace(
        features,
        standings=standings,
        drop=0.0 if driver == "overall" else features.drop,
        manager=manager if about == "manager" else features.manager,
        silence=replace(features.silence, q=min(0.0, features.silence.q)) if about == "missed" else features.silence,
        context=() if about.startswith("context.") else features.context,
        signals=tuple(one for one in features.signals if about != f"explicit.{one.code}"),
    )


@settings(max_examples=60)
@given(story=stories)
def test_what_would_lower_a_level_is_what_the_engine_says_without_it(
    story: tuple[Sequence[tuple[dict[str, float] | None, dict[str, float] | None, str | None]], float | None, bool],
) -> None:
    listed, turnover, ends = story
    before: list[Assessment] = []
    for features, assessed in told(of(*listed, ends=ends), turnover):
        held = any(one.code == "held" for one in assessed.reasons)
        for one in why(assessed, features, RULES).without:
            usual = without(features, one.reasons[0].code)
            again = assess(usual, RULES, yearly_turnover=turnover, previous=before if held else ())
            assert again.level is one.level, (one, assessed)
        before.append(assessed)


@settings(max_examples=60)
@given(story=stories)
def test_an_explanation_is_whole_in_both_languages_and_never_against_itself(
    story: tuple[Sequence[tuple[dict[str, float] | None, dict[str, float] | None, str | None]], float | None, bool],
) -> None:
    listed, turnover, ends = story
    for features, assessed in told(of(*listed, ends=ends), turnover):
        around = why(assessed, features, RULES)
        for voice in (ENGLISH, JAPANESE):
            lines = said(voice, features, assessed)
            text = "\n".join(lines)
            assert not re.search(r"[%％]|\b0\.\d\d|\d{4}-\d\d-\d\d|  |\(\)|「」|“”", text), text
            assert not CODES.search(text), text
            assert len(set(lines)) == len(lines), text
            assert voice is ENGLISH or not re.search(r"[A-Za-z]{2}|[“”]", text), text
        assert "\n1 months" not in text
        beside = re.search(r"about ([\d.]+) times", "\n".join(said(ENGLISH, features, assessed)))
        assert beside
        if around.next_times is not None:
            assert float(beside[1]) < around.next_times, "what is missing is missing in the words too"
        if any(one.level is not assessed.level for one in around.without):
            assert around.together is None


def test_one_thing_is_told_once_with_everything_that_was_said_about_it() -> None:
    ((features, assessed),) = told(of(({"intention": 0.0, "overall": 0.75}, None, None)))
    assert [one.code for one in assessed.reasons][:2] == ["lowest.intention", "level.intention"]
    assert [line for line in said(ENGLISH, features, assessed) if "Wish to stay" in line] == [
        "• “Wish to stay” answered as usual: then no sign"
    ]
    assert "• 「働き続けたい気持ち」の回答がいつもどおりなら：「兆候なし」" in said(JAPANESE, features, assessed)


def test_a_fall_is_told_by_what_fell() -> None:
    good, bad = {"overall": 1.0, "intention": 0.75}, {"overall": 0.0, "intention": 0.25, "pay": 0.0}
    features, assessed = told(of((good, None, None), (good, None, None), (bad, None, None)))[-1]
    assert "drop" in {one.code for one in assessed.reasons}
    assert "A fall in satisfaction" not in "\n".join(
        words.lines(ENGLISH, why(assessed, features, RULES), assessed.level)
    )


def test_what_was_stated_and_what_only_many_things_together_hold_up() -> None:
    ((features, assessed),) = told(of(({"intention": 0.75}, None, "offer")))
    assert "• Without “Has another offer”, which counts for 90 days: then no sign" in said(ENGLISH, features, assessed)
    ((features, assessed),) = told(of(({"intention": 0.0, "overall": 0.0}, None, None)))
    assert (
        "• No reason alone would. If all of these were as usual, then no sign: Wish to stay, Work as a whole"
        in said(ENGLISH, features, assessed)
    )


def test_a_level_that_waits_says_when_it_goes_down_and_where_to() -> None:
    (_, first), (features, held) = told(of(({"intention": 0.0}, None, None), ({"intention": 0.75}, None, None)))
    assert (first.level, held.level) == (Level.ELEVATED, Level.ELEVATED)
    lines = said(ENGLISH, features, held)
    assert "Next month it goes down to no sign, unless something gets worse." in lines
    assert not any("What would lower it" in line for line in lines)


@pytest.mark.parametrize(
    ("level", "risk", "usual", "expected"),
    [
        (
            "watch",
            0.134,
            0.0535,
            "about 2.5 times|For elevated the risk would have to be at least 2.6 times what is usual.",
        ),
        (
            "none",
            0.05,
            0.01,
            "about 5.0 times|For watch at least 1 in 17 people would have to leave within three months.",
        ),
        ("high", 0.3, 0.06, "about 5.0 times|8 times what is usual, and so high that at least 1 in 3 people leaves"),
        ("critical", 0.6, 0.06, "about 10.0 times|There is no higher level."),
    ],
)
def test_only_what_is_missing_to_the_next_level_is_told(level: str, risk: float, usual: float, expected: str) -> None:
    levels = RULES.levels.model_copy(update={"elevated": RULES.levels.elevated.model_copy(update={"ratio": 2.6})})
    features, assessed = told(of(({}, None, None)))[0]
    assessed = replace(assessed, level=Level(level), probability=risk, usual=usual)
    around = why(assessed, features, RULES.model_copy(update={"levels": levels}))
    text = "\n".join(words.lines(ENGLISH, around, assessed.level))
    assert all(part in text for part in expected.split("|")), text


@pytest.mark.parametrize(
    ("story", "unknown"),
    [
        ([({"intention": 1.0}, {"intention": 1.0}, None)], ("first",)),
        ([({"overall": 1.0}, None, None), (None, None, None)], ("staying", "manager", "missed_once", "first")),
        ([(None, None, None), (None, None, None)], ("staying", "manager", "missed", "nothing")),
    ],
)
def test_what_is_not_known_is_told(
    story: list[tuple[dict[str, float] | None, dict[str, float] | None, str | None]], unknown: tuple[str, ...]
) -> None:
    features, assessed = told(of(*story))[-1]
    assert why(assessed, features, RULES).unknown == unknown


def test_an_answer_of_long_ago_is_told_to_be_old_where_nobody_was_asked_since() -> None:
    case = of(({"intention": 1.0}, {"intention": 1.0}, None), ({"intention": 1.0}, None, None))
    at = asked(6)
    features = History(case, RULES).at(at, prepare([], at=at, rules=RULES))
    around: Why = why(assess(features, RULES), features, RULES)
    assert around.unknown == ("old",)


def test_every_reason_has_a_subject_and_what_only_tells_how_sure_it_is_stands_in_no_list() -> None:
    for code in reason_codes(RULES):
        for voice in (ENGLISH, JAPANESE):
            found = subject(voice, code)
            assert (found == "") == (code in ("held", "uncertain")), code
            assert "." not in found
    codes = ("level.intention", "lowest.intention", "level.change", "gap", "held", "uncertain")
    case = Listed(1, "AN", 1, "Sakura", "elevated", codes, 0, None, None)
    paragraphs, _ = caseload(ENGLISH, LIMITS, [case])
    assert "elevated (Wish to stay, What was promised); answered today" in "\n".join(one.text for one in paragraphs)
