"""Danger: what in somebody's own words says that they may be in danger, or treated in a way that is against the law.

``topics_of`` is pure, knows no person and looks for patterns only (``surveys/lexicon/*.yaml``): what it finds is a reason for
a human to read at once, and never an input of any estimate. It would rather ask a human once too often than miss a call.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

import yaml

from surveys.parse import without_accents

TOPICS = (
    "self_harm",
    "violence",
    "threat",
    "confinement",
    "papers",
    "care",
    "private_life",
    "deportation",
    "unpaid",
    "savings",
    "penalty",
    "debt",
    "harassment",
    "forced",
)
"""What can be found, the most urgent first."""

LONGEST = 4000
PIECE = 240
OVERLAP = 100
"""In signs: how much of a sentence is looked at together."""

_LENGTHENED = re.compile(r"([^\W\d_])\1{2,}")

SHORT_FORMS = (
    (r"\bcan ?'?t\b|\bcannot\b|\bcan not\b", "can not"),
    (r"\bwon'?t\b", "will not"),
    (r"\b(do|does|did|is|are|was|were|have|has|had|would|could|should|must|need)n'?t\b", r"\1 not"),
    (r"\bain'?t\b", "is not"),
    (r"\bi'?m\b", "i am"),
    (r"\b(he|she|they|we|you|it|i)'(?:s|re|ll|ve|d)\b", r"\1"),
)


Patterns = Mapping[str, tuple[re.Pattern[str], tuple[re.Pattern[str], ...]]]
"""By topic what is looked for, and what is ordinary although it looks like it."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The patterns of one language. ``reviewed`` says whether somebody who speaks it has read them; a text in which
    ``foreign`` is found is in another language that shares its signs, and one without ``signs`` is not in this language. A
    sentence in which ``elsewhere`` is found tells of a film, a lesson or a job of the past: only what it says about dying
    counts. Where ``spaced`` is false, spaces between its signs say nothing. ``bare`` are the patterns for words whose accents
    were left out, where ``unmarked`` says that it is this language."""

    language: str
    reviewed: bool
    spellings: frozenset[str]
    foreign: re.Pattern[str] | None
    signs: re.Pattern[str] | None
    elsewhere: tuple[re.Pattern[str], ...]
    spaced: bool
    patterns: Patterns
    unmarked: re.Pattern[str] | None
    bare: Patterns


@lru_cache(maxsize=128)  # The notes of a check-in that is going on are looked at with each of its answers.
def topics_of(text: str) -> tuple[str, ...]:
    """The topics of danger in a text of any shipped language, the most urgent first; () for ordinary words.

    Only the first LONGEST signs are looked at: more is not kept of an answer either.
    """
    text = text[:LONGEST]
    found: set[str] = set()
    for lexicon in lexicons():
        for clause in dict.fromkeys(_clauses(text, lexicon)):
            if lexicon.signs is None or lexicon.signs.search(clause):
                found.update(_in_clause(clause, lexicon, found))
    return tuple(topic for topic in TOPICS if topic in found)


def _in_clause(clause: str, lexicon: Lexicon, known: Collection[str]) -> list[str]:
    """What is found in this clause and is not known yet."""
    found = []
    elsewhere = any(pattern.search(clause) for pattern in lexicon.elsewhere)
    bare = lexicon.unmarked is not None and lexicon.unmarked.search(clause) and clause == without_accents(clause)
    for topic, (find, unless) in (lexicon.bare if bare else lexicon.patterns).items():
        if topic in known or (elsewhere and topic != "self_harm") or not find.search(clause):
            continue  # Most clauses are ordinary, and what makes an alarm ordinary need not be looked for in them.
        left = clause
        for ordinary in unless:
            left = ordinary.sub(" , ", left)
        if find.search(left):
            found.append(topic)
    return found


def _clauses(text: str, lexicon: Lexicon) -> list[str]:
    folded = fold(text)
    if _LENGTHENED.search(folded):  # "he hiiit me" is "hit", but "my bosss" is "boss" and not "bos".
        folded = "\n".join(_LENGTHENED.sub(letter, folded) for letter in (r"\1", r"\1\1"))
    if lexicon.foreign is not None and lexicon.foreign.search(folded):
        return []
    sentences = [list(_pieces(part)) for part in re.split(r"[.!?;\n。！？…।။]+", folded) if part.strip()]
    whole = [piece for sentence in sentences for piece in sentence]
    # A sentence that is broken into two lines or by a full stop is still one thought.
    whole += [f"{one[-1]} {following[0]}" for one, following in pairwise(sentences)]
    if not lexicon.spaced:
        whole = [re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", part) for part in whole]
    if lexicon.language == "ja":
        return [re.sub(r"[\s、,・「」『』()（）\"'~〜]+", "", part) for part in whole]
    return [_spelt(part, lexicon.spellings) if lexicon.spellings else part.strip() for part in whole]


def _pieces(part: str) -> Iterable[str]:
    """A very long sentence in pieces that overlap: what a pattern looks for stands close together, and the time that it takes
    grows much faster than the length."""
    for first in range(0, max(1, len(part) - OVERLAP), PIECE - OVERLAP):
        yield part[first : first + PIECE]


def fold(text: str) -> str:
    """The text as it is compared: NFKC, small letters, hiragana for katakana, English short forms written out."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("‘", "'")
    plain = re.sub(r"(?<=\d),(?=\d)", "", "".join(_hiragana(sign) for sign in plain))
    for short, long in SHORT_FORMS:
        plain = re.sub(short, long, plain)
    return re.sub(r"[^\S\n]+", " ", plain).strip()


def _hiragana(sign: str) -> str:
    return chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヶ" else sign


def _spelt(clause: str, spellings: frozenset[str]) -> str:
    """The clause with near misses of the important words put right."""
    return re.sub(r"[a-z]+", lambda found: _nearest(found[0], spellings), clause.strip())


@cache
def _nearest(word: str, spellings: frozenset[str]) -> str:
    if len(word) < 5 or word in spellings:
        return word
    known = sorted(one for one in spellings if abs(len(one) - len(word)) <= 2 and one[0] == word[0])
    return next((one for one in known if _near(word, one, 1 if len(one) < 8 else 2)), word)


def _near(one: str, other: str, most: int) -> bool:
    """Whether at most so many letters are wrong; each brings at most two letters that only one of the words has."""
    return len(set(one) ^ set(other)) <= 2 * most and _apart(one, other) <= most


def _apart(one: str, other: str) -> int:
    """How many letters were missed, doubled, mixed up or exchanged."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        following = [i]
        for j, right in enumerate(other, 1):
            cost = min(row[j] + 1, following[j - 1] + 1, row[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            following.append(cost)
        before, row = row, following
    return row[-1]


@cache
def lexicons() -> tuple[Lexicon, ...]:
    """Every shipped language, in the order of their names."""
    folder = files("surveys") / "lexicon"
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".yaml"))
    return tuple(_lexicon((folder / name).read_text(encoding="utf-8")) for name in names)


def _lexicon(text: str) -> Lexicon:
    read = yaml.safe_load(text)
    words: dict[str, str] = {}
    for name, pattern in read.get("words", {}).items():
        words[name] = _filled(str(pattern), words)
    patterns = {
        topic: (
            _any_of((_filled(one, words) for one in _looked_for(rules)), words.values()),
            _compiled(rules.get("unless", ()), words),
        )
        for topic, rules in read["topics"].items()
    }
    unmarked = re.compile(read["unmarked"]) if "unmarked" in read else None
    return Lexicon(
        language=read["language"],
        reviewed=bool(read["reviewed"]),
        spellings=frozenset(read.get("spellings", ())),
        foreign=re.compile(read["foreign"]) if "foreign" in read else None,
        signs=re.compile(read["signs"]) if "signs" in read else None,
        elsewhere=_compiled(read.get("elsewhere", ()), words),
        spaced=bool(read.get("spaced", True)),
        patterns=patterns,
        unmarked=unmarked,
        bare=_bare(patterns) if unmarked else {},
    )


def _looked_for(rules: Mapping[str, list[str]]) -> list[str]:
    return [*rules["find"], *(_in_any_order(parts) for parts in rules.get("together", ()))]


def _in_any_order(parts: Iterable[str]) -> str:
    """One pattern for parts that must all stand in a clause, wherever: what learners know well is the words, not their order."""
    return "^" + "".join(f"(?=.*?(?:{part}))" for part in parts)


def _bare(patterns: Patterns) -> Patterns:
    return {topic: (_without(find), tuple(map(_without, unless))) for topic, (find, unless) in patterns.items()}


def _without(pattern: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(without_accents(pattern.pattern))


def _any_of(patterns: Iterable[str], words: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all of them, so that a text is gone through once: where no word begins, or none of those with which
    many patterns begin, these need not be tried."""
    by_start: dict[str, list[str]] = {start: [] for start in (*(rf"\b(?:{word})" for word in words), r"\b", "^", "")}
    for alternative in (one for pattern in patterns for one in _alternatives(pattern)):
        start = next(
            one for one in by_start if alternative.startswith(one) and alternative[len(one) :][:1] not in {*"?*+{"}
        )
        by_start[start].append(alternative.removeprefix(start))
    return re.compile("|".join(f"{start}(?:{'|'.join(ends)})" for start, ends in by_start.items() if ends))


def _alternatives(pattern: str) -> Iterable[str]:
    """The parts between the ``|`` that stand in no group and in no class of signs."""
    depth = first = 0
    for found in re.finditer(r"\\.|\[(?:\\.|[^\]])*\]|[()|]", pattern):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if found[0] == "|" and depth == 0:
            yield pattern[first : found.start()]
            first = found.end()
    yield pattern[first:]


def _compiled(patterns: Iterable[str], words: Mapping[str, str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_filled(pattern, words)) for pattern in patterns)


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    """The pattern with its words put in, folded as the text is: katakana as hiragana, ``~`` as a gap."""
    for name, alternatives in words.items():
        pattern = pattern.replace(f"{{{name}}}", f"(?:{alternatives})")
    return "".join(_hiragana(sign) for sign in pattern).replace("~?", "[^,]{0,40}?").replace("~", "[^,]{0,40}?")


CONSULTANTS = re.compile(
    r"\b(?:consultant|recruiter|agency|konsultan|agensi|ahensya|tư vấn|môi giới)\b|"
    r"担当者|コンサルタント|紹介会社|人材会社|顾问|中介|परामर्शदाता|एजेन्सी|အေဂျင်စီ",
    re.IGNORECASE,
)
"""The agency or the consultant, in the languages of the questions."""


def names_consultant(text: str, name: str) -> bool:
    """True when somebody writes of the agency, or of a consultant of that name. Rather once too often: somebody else of the
    agency reads it then."""
    folded = text.casefold()
    parts = re.split(r"[\s・]+", name.casefold())
    # A short part of a name is a word of many languages; one sign is a name where it is addressed as one.
    wanted = [part if len(part) > (2 if part.isascii() else 1) else f"{part}さん" for part in parts]
    named = any(re.search(rf"(?<![a-z]){re.escape(part)}(?:san)?(?![a-z])", folded) for part in wanted)
    return named or CONSULTANTS.search(text) is not None
