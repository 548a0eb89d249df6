"""From what somebody wrote to the answer they meant, or to an honest "I could not read that".

A wrong guess is worse than a second question, so nothing is ever found *inside* a reply: "not good" is not "good", and
"4 months ago my boss hit me" is not 4. Such words go to the consultant as they are.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from surveys.model import Choice, Labels, Question

MAX_LENGTH = 4000
"""Words beyond this are cut: one message of the chat platforms (Telegram takes 4096) holds no more."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A value that can be stored: a choice's name, or the person's words. ``cut`` says that the words were too long."""

    value: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """No answer could be read. ``reason``: ``empty``, ``unknown``, ``ambiguous`` or ``out_of_range``."""

    reason: str


def parse(question: Question, reply: str, labels: Labels) -> Parsed | Rejected:
    """Read a written reply to a question.

    A choice is taken from its number in any digits ("4", "４点", "No. 4", "4 of 5"), from its whole label or one of its
    further words in any of the person's languages, or from a beginning that belongs to one label only.
    """
    words, cut = clean(reply)
    if not words:
        return Rejected("empty")
    if question.is_text:
        return Parsed(words, cut)
    return (
        _by_words(question, words, labels) or _by_number(question, words, labels) or _by_start(question, words, labels)
    )


def clean(text: str) -> tuple[str, bool]:
    """Words as they are kept, and whether they were cut at MAX_LENGTH. Nothing visible gives ''.

    New lines, right-to-left marks and emoji stay; control characters go; half a character pair becomes U+FFFD.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(_kept(character) for character in lines).strip()
    visible = any(unicodedata.category(character) not in _INVISIBLE for character in kept)
    return (kept[:MAX_LENGTH].rstrip(), len(kept) > MAX_LENGTH) if visible else ("", False)


_INVISIBLE = frozenset({"Cf", "Mn", "Zs", "Zl", "Zp", "Cc"})


def _kept(character: str) -> str:
    match unicodedata.category(character):
        case "Cs":
            return "\ufffd"
        case "Cc":
            return character if character == "\n" else " " if character == "\t" else ""
        case _:
            return character


def _key(text: str) -> str:
    """A text without what people vary: width, case, spaces, punctuation. Symbols stay: 👎 changes a meaning."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if _matters(character))


def _matters(character: str) -> bool:
    # Vowel signs are marks and matter (Nepali, Burmese); the variation selectors behind emoji are marks and do not.
    return unicodedata.category(character)[0] in "LMNS" and not "\ufe00" <= character <= "\ufe0f"


_READING = re.compile("（[ぁ-ゖー]+）")


def _keys(choice: Choice, labels: Labels) -> frozenset[str]:
    """What may be written for a choice: each saying, each half of a stacked "A / B", and each without its readings."""
    said = labels.of.get(choice.name, (choice.label.text,))
    halves = [half for saying in said for half in (saying, *saying.split(" / "))]
    return frozenset(filter(None, (_key(text) for half in halves for text in (half, _READING.sub("", half)))))


def _by_words(question: Question, reply: str, labels: Labels) -> Parsed | Rejected | None:
    # A stacked label that comes back as it is shown ("Good / 良い") is two sayings of one choice.
    said = {_key(reply)} if " / " not in reply else {_key(half) for half in reply.split(" / ")}
    found = [choice.name for choice in question.choices if said <= _keys(choice, labels)]
    if not found:
        bare = {without_accents(key) for key in said}
        found = [one.name for one in question.choices if bare <= {without_accents(key) for key in _keys(one, labels)}]
    if not found:
        return None
    return Parsed(found[0]) if len(found) == 1 else Rejected("ambiguous")


# "4", "4.", "(4)", "No. 4", "第4", "4番", "4点です", "4/5", "4 out of 5": the number and what people put around it.
_NUMBER = re.compile(
    r"""[(#]?\s* (?:no\.?|number|第)?\s* (?P<number>\d{1,3}|[^\W\d_])
        \s*(?:番目?|点|ばん|てん)?(?:です)?
        (?:\s*(?:/|of|out\s+of)\s*(?P<of>\d{1,3}))?
        \s*[.。,、!?)]*""",
    re.VERBOSE,
)


def without_accents(text: str) -> str:
    """Latin letters without their accents, as many people type Vietnamese on a phone: "khong" for "không"."""
    kept = ""
    for character in unicodedata.normalize("NFD", text.replace("đ", "d")):
        if not (unicodedata.combining(character) and kept[-1:].isascii()):
            kept += character
    return unicodedata.normalize("NFC", kept)


def _by_number(question: Question, reply: str, labels: Labels) -> Parsed | Rejected | None:
    found = _NUMBER.fullmatch(_plain(reply))
    if found is None:
        return _by_number_and_label(question, reply, labels)
    number = _whole(found["number"])
    if number is None or (found["of"] and _whole(found["of"]) != len(question.choices)):
        return None
    name = _at(question, number)
    return Rejected("out_of_range") if name is None else Parsed(name)


def _at(question: Question, number: int) -> str | None:
    """The name of the choice that is shown with this number, from 1."""
    return question.choices[number - 1].name if 1 <= number <= len(question.choices) else None


_NUMBERED = re.compile(r"(?P<number>\d{1,3})\s*[.):]?\s*(?P<label>\D.*)", re.DOTALL)


def _by_number_and_label(question: Question, reply: str, labels: Labels) -> Parsed | Rejected | None:
    """A button's words sent back, "4. Probably yes": taken only when the number and the label say the same."""
    found = _NUMBERED.fullmatch(_plain(reply))
    named = _by_words(question, found["label"], labels) if found else None
    if found is None or not isinstance(named, Parsed):
        return None
    return named if _at(question, int(found["number"])) == named.value else None


def _plain(text: str) -> str:
    """The text with all digits as 0-9: full-width, circled, Nepali, Burmese, keycap."""
    without_keycap = re.sub("[\ufe0f\u20e3]", "", text)
    folded = unicodedata.normalize("NFKC", without_keycap).casefold()
    return "".join(str(unicodedata.digit(character, character)) for character in folded).strip()


def _whole(text: str) -> int | None:
    """The number that digits, or one Japanese numeral (四), stand for."""
    if text.isdecimal():
        return int(text)
    value = unicodedata.numeric(text, None)
    return int(value) if value is not None and value == int(value) else None


def _by_start(question: Question, reply: str, labels: Labels) -> Parsed | Rejected:
    """A beginning of at least two letters that fits one choice.

    A choice with a signal ("I told them I will leave") is a fact that opens an alert: only whole words will do.
    """
    key = _key(reply)
    fitting = [choice for choice in question.choices if any(label.startswith(key) for label in _keys(choice, labels))]
    if len(key) < 2 or not fitting:
        return Rejected("unknown")
    if len(fitting) > 1:
        return Rejected("ambiguous")
    return Rejected("unknown") if fitting[0].signal else Parsed(fitting[0].name)
