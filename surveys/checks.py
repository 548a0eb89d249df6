"""What must hold between the rows of a survey, so that a conversation over it can neither get stuck nor stay silent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from surveys.languages import heading
from surveys.model import Choice, Message, Question, Respondent
from surveys.relevance import holds, names
from surveys.source import Fault, Node, nearest

FOLLOW_UP_REASONS = range(4, 7)
"""How many reasons a follow-up offers: enough to be told apart, few enough to be read on a phone."""


@dataclass(frozen=True, slots=True)
class Row:
    """A question and the line at which it stands."""

    question: Question
    line: int


def check(rows: Sequence[Row], hidden: Sequence[str]) -> Iterator[Fault]:
    """Every fault between the rows.

    Scales with gaps, references that lead nowhere or forward, follow-ups that are missing, misplaced or not closed.
    """
    for place, row in enumerate(rows):
        yield from _scale(row)
        yield from _references(row, rows, place, hidden)
        if row.question.follow_up_of is not None:
            yield from _follow_up(row, rows[:place])
        yield from _low_answers(row, rows)


def _scale(row: Row) -> Iterator[Fault]:
    choices = row.question.choices
    expected = [str(number) for number in range(1, max(2, len(choices)) + 1)]
    found = [choice.name for choice in choices]
    if row.question.scale and choices and found != expected:
        yield Fault("scale_gap", row.line, {"found": _listed(found), "expected": _listed(expected)})


def _listed(names: Sequence[str]) -> str:
    text = ", ".join(names[:MOST_CHOICES])
    return text if len(text) <= LONGEST_SHOWN and len(names) <= MOST_CHOICES else f"{text[:LONGEST_SHOWN]} …"


def _references(row: Row, rows: Sequence[Row], place: int, hidden: Sequence[str]) -> Iterator[Fault]:
    question = row.question
    earlier = {each.question.name for each in rows[:place]}
    later = {each.question.name for each in rows[place:]}
    relevant = names(question.relevant) - set(hidden) if question.relevant else frozenset()
    parents = frozenset({question.follow_up_of} if question.follow_up_of is not None else ())
    for key, referred in (("follow_up_of", parents), ("relevant", relevant - parents)):
        for name in sorted(referred - earlier):
            if name in later:
                yield Fault("later_reference", row.line, {"name": name, "key": key})
                continue
            known = {*earlier, *(hidden if key == "relevant" else ())}
            yield Fault("unknown_reference", row.line, {"name": name, "key": key, "nearest": nearest(name, known)})


def _follow_up(row: Row, before: Sequence[Row]) -> Iterator[Fault]:
    """A follow-up stands right after its parent, is closed, and opens for low answers only."""
    question = row.question
    parent = next((each.question for each in before if each.question.name == question.follow_up_of), None)
    if parent is None:
        return
    between = [each.question for each in before if each.question.name != parent.name]
    since = between[[each.question.name for each in before].index(parent.name) :]
    if any(each.follow_up_of != parent.name for each in since):
        yield Fault("follow_up_place", row.line, {"name": parent.name})
    if not parent.scale:
        yield Fault("follow_up_without_scale", row.line, {"name": parent.name})
    elif parent.choices and _opens(question, parent, parent.choices[-1].name):
        yield Fault("follow_up_always", row.line, {"name": parent.name})
    reasons = [choice.name for choice in question.choices]
    if len(reasons) not in FOLLOW_UP_REASONS:
        bounds = {"least": FOLLOW_UP_REASONS[0], "most": FOLLOW_UP_REASONS[-1]}
        yield Fault("follow_up_reasons", row.line, {"found": len(reasons), **bounds})
    if "other" not in reasons:
        yield Fault("follow_up_other", row.line)


def _low_answers(row: Row, rows: Sequence[Row]) -> Iterator[Fault]:
    """Every low answer about a driver is asked for its reason: a level without a reason helps nobody."""
    question = row.question
    if not question.scale or question.driver is None or question.is_follow_up:
        return
    follow_ups = [each.question for each in rows if each.question.follow_up_of == question.name]
    for choice in question.choices[: len(question.choices) // 2]:
        if not any(_opens(each, question, choice.name) for each in follow_ups):
            yield Fault("follow_up_missing", row.line, {"name": question.name, "answer": choice.name})


def _opens(follow_up: Question, parent: Question, answer: str) -> bool:
    """Whether this answer alone, whatever else is known or not, opens the follow-up."""
    return follow_up.relevant is None or holds(follow_up.relevant, {parent.name: answer})


def check_respondent(question: Question, respondent: Respondent, line: int) -> Iterator[Fault]:
    """What only one side can say: that one resigns, or that somebody gave notice; and a hire's question mirrors nothing."""
    if question.mirrors is not None and respondent is Respondent.HIRE:
        yield Fault("mirror_by_hire", line)
    for signal in sorted({choice.signal for choice in question.choices if choice.signal in SIGNALS_OF}):
        if SIGNALS_OF[signal] is not respondent:
            yield Fault("signal_of_other", line, {"signal": signal, "respondent": SIGNALS_OF[signal].value})


# What people read: languages, lengths, and matters that are nobody's business.

BUTTON = 75
"""Characters of a button on Slack, the narrower platform: a number, and the choice in two languages side by side."""

LONGEST = 500
"""Characters of a question or its hint in one language: with two languages, and who reads the answer, a message holds it."""

MOST_CHOICES = 20
"""More than these nobody reads on a phone, and from about forty on Slack refuses the message."""

LONGEST_SHOWN = 60
"""Characters of what a file says that a sentence about it repeats."""

SIGNALS_OF = {
    "resigned": Respondent.HIRE,
    "offer": Respondent.HIRE,
    "interviewing": Respondent.HIRE,
    "notice": Respondent.MANAGER,
}
"""Who can state a fact about leaving; help and danger may be told by either side."""

_NUMBER, _BETWEEN = len("1. "), len(" / ")
_MATTERS = re.compile(
    r"nationalit|citizenship|\brac(?:e|ial)\b|ethnic|religio|\bsex|gender|\bages?\b|birthday|pregnan|matern|family|families|"
    r"marri|marital|spouse|\bchild|health|illness|disease|disabilit|\bunions?\b|"
    r"\bborn\b|how old are you|(?:where|country) are you from|church|\bpray|\bwom[ae]n\b|\b(?:fe)?male\b|husband|\bwife\b|"
    r"\bbab(?:y|ies)\b|\b(?:ill|sick)\b|medicine|medication|hospital|"
    r"国籍|出身|人種|民族|宗教|信仰|信条|性別|年齢|何歳|年はいくつ|おいくつ|生年月日|妊娠|出産|家族|結婚|配偶者|子供|子ども|健康|病気|体調|体の調子|通院|障害|労働組合|組合員|組合に|"
    r"quốc tịch|dân tộc|tôn giáo|giới tính|\btuổi|mang thai|gia đình|kết hôn|sức kh[oỏ][eẻ]|công đoàn|"
    r"kewarganegaraan|\bagama|kelamin|\bumur|\busia\b|\bhamil\b|keluarga|menikah|kesehatan|serikat (?:pekerja|buruh)|"
    r"relihiyon|kasarian|\bedad|ilang taon ka|buntis|pamilya|\basawa|kalusugan|unyon|"
    r"种族|性别|年龄|几岁|怀孕|家庭|结婚|残疾|工会|"
    r"राष्ट्रियता|धर्म|लिङ्ग|उमेर|गर्भ|परिवार|विवाह|स्वास्थ्य|युनियन|"
    r"နိုင်ငံသား|ကိုးကွယ်|အသက်အရွယ်|ကိုယ်ဝန်|မိသားစု|အိမ်ထောင်|ကျန်းမာရေး|သမဂ္ဂ",
    re.IGNORECASE,
)
"""Words of a question that asks what a person is, in every language of the hires: a translation may ask another thing."""


def check_translations(shown: Sequence[tuple[Message, Node]]) -> Iterator[Fault]:
    """A file that speaks a language speaks it throughout: nobody answers half a question."""
    languages = sorted({locale for message, _ in shown for locale in message.said})
    for message, node in shown:
        for locale in languages:
            if locale not in message.said and message.text.strip():
                yield Fault("missing_translation", node.line, {"text": message.text[:60], "language": heading(locale)})


def check_button(label: Message, line: int) -> Iterator[Fault]:
    """A choice must be readable in full on a button, also in the two of its languages that are longest."""
    lengths = sorted((len(text) for text in (label.text, *label.said.values())), reverse=True)[:2]
    most = BUTTON - _NUMBER - _BETWEEN * (len(lengths) - 1)
    if sum(lengths) > most:
        code = "long_label" if len(lengths) == 1 else "long_pair"
        yield Fault(code, line, {"text": label.text[:60], "found": sum(lengths), "most": most})


def check_choices(choices: Sequence[Choice], line: int) -> Iterator[Fault]:
    """A list that can be read on a phone, in which nothing stands twice."""
    if len(choices) > MOST_CHOICES:
        yield Fault("too_many_choices", line, {"found": len(choices), "most": MOST_CHOICES})
        return
    seen: set[tuple[str, str]] = set()
    for label in (choice.label for choice in choices):
        shown = {(locale, _folded(text)) for locale, text in [("en", label.text), *label.said.items()]}
        if shown & seen and label.text.strip():
            yield Fault("same_label", line, {"text": label.text[:LONGEST_SHOWN]})
        seen |= shown


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def is_blank(text: str) -> bool:
    """True for a text of which nothing is seen, such as a space of no width."""
    return not any(unicodedata.category(sign)[0] in "LNPS" for sign in text)


def check_text(messages: Sequence[Message], line: int) -> Iterator[Fault]:
    """A question is read on a phone."""
    found = max(len(text) for message in messages for text in (message.text, *message.said.values()))
    if found > LONGEST:
        yield Fault("long_text", line, {"found": found, "most": LONGEST})


def check_matter(question: Question, line: int) -> Iterator[Fault]:
    """What a person is, or keeps private, is never an input, whatever the driver is called."""
    if question.driver is None:
        return
    said = " ".join([question.name.replace("_", " "), question.label.text, *question.label.said.values()])
    found = _MATTERS.search(unicodedata.normalize("NFKC", said))
    if found is not None:
        yield Fault("private_matter", line, {"word": found[0], "driver": question.driver})
