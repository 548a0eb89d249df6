"""What can be seen in a translation without speaking its language, beyond its placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.text import plain

SAME_IN = {
    ("id", "hire_first_week.life_reasons.bank"),
    ("fil", "share.topic.pay"),
    *(("ja", f"backtest.{name}") for name in ("heading.auroc", "heading.auprc", "heading.brier", "row.teichaku")),
}
"""Translations that are spelled like the English and are right so, by locale and id: bank, payslip, names."""

ON_THE_PHONE = "card.scan"
"""Names a button of Telegram's own app, which is labelled in the language of the phone and not by us."""

ENGLISH = re.compile(r"\b(?:the|your|you|and|is|are|not|please|this|that|with|for|will|what)\b", re.IGNORECASE)
"""Words that stand in most English sentences and in no sentence of the other languages."""

NOT_BURMESE = re.compile(
    "[\u1060-\u1097]"  # Letters of Mon, Karen and Shan: Zawgyi has its stacked and narrow forms of Burmese letters there.
    "|(?<![\u1000-\u102a\u103b-\u103f\u1039])\u1031"  # The vowel e is written behind its consonant; Zawgyi types it first.
    "|(?<![\u1000-\u1021\u103a-\u103f])[\u103b-\u103e]"  # So is every medial; Zawgyi types the one for ra first.
    "|\u1039(?![\u1000-\u1021])"  # Joins two consonants; Zawgyi has it as the mark that ends a syllable.
)
"""Burmese as the old font Zawgyi writes it, which shows as broken letters on every phone of today.

Our own reading of Unicode Technical Note 11, "Representing Myanmar in Unicode": orders of letters that it has no use for.
"""

_QUOTED = re.compile("[“「«‘‹](.+?)[”」»’›]")


def faults(locale: str, id_: str, english: str, said: str) -> Iterator[str]:
    """What is wrong with one translation."""
    bare = re.sub(r"%\([^)]*\)s", "", english)
    if said == english and re.search("[A-Za-z]{2}", bare) and (locale, id_) not in SAME_IN:
        yield f"{id_} is still in English"
    elif found := ENGLISH.search(re.sub(r"%\([^)]*\)s", "", said)):
        yield f"{id_} still has the English word {found[0]!r}"
    if locale == "my" and NOT_BURMESE.search(said):
        yield f"{id_} is written in Zawgyi, not in Unicode"
    if locale == "ja@simple" and is_read(id_):
        yield from (f"{id_}: {line}" for line in plain_faults(said, "error"))


def plain_faults(said: str, severity: str) -> Iterator[str]:
    """The rules of plain Japanese that a text breaks, with id, what the rule says, and the words."""
    for one in plain.broken(said):
        if one.rule.severity == severity:
            yield f"{one.rule.id}, {one.rule.says} ({one.words})"


def is_read(id_: str) -> bool:
    """Whether people read this entry; the others list what they may write."""
    return not id_.endswith(".words") and not id_.startswith("command.")


def unknown_words(english: Mapping[str, str], said: Mapping[str, str]) -> Iterator[str]:
    """Where a person is told to write or press a word in quotes that is neither a command nor on a button.

    Both are by id; only quotes whose English is such a word are looked at.
    """
    words = {id_: _list(text) for id_, text in said.items() if id_.startswith("command.")}
    commands = {id_: _list(text) for id_, text in english.items() if id_.startswith("command.")}
    for id_, text in english.items():
        if id_ == ON_THE_PHONE:
            continue
        for quoted in (found.casefold() for found in _QUOTED.findall(text)):
            allowed = {word for name, known in commands.items() if quoted in known for word in words.get(name, ())}
            allowed |= {said[other].casefold() for other, label in english.items() if label.casefold() == quoted}
            if allowed and not allowed & {found.casefold() for found in _QUOTED.findall(said[id_])}:
                yield f"{id_} tells people to use {quoted!r} by a word that does not work: {said[id_]!r}"


def _list(words: str) -> set[str]:
    return {word.strip().casefold() for word in words.split(",")}
