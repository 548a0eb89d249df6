"""The most that can be asked: every question in every language, with the longest of what may stand around it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from bot.messages import Limits
from bot.text import prompts
from bot.text.catalog import SHIPPED, Voice
from bot.text.prompts import Content
from surveys.loader import load_bank
from surveys.model import Question

BANK = load_bank()
QUESTIONS = [(form, question.name) for form, survey in BANK.items() for question in survey.questions]
LONGEST = max(prompts.LEADS, key=lambda name: len(prompts.LEADS[name].text))
"""What stands above a question is one paragraph more: none, or this one."""
STATES = [
    *(((locale,), None, True) for locale in SHIPPED["hire"]),
    *(((locale,), LONGEST, False) for locale in SHIPPED["hire"]),
    *((pair, LONGEST, False) for pair in combinations(SHIPPED["hire"], 2)),
]
"""Every language in the smallest and the largest state, and every two in the largest."""
NAME = "ＮＧＵＹＥＮ・ＴＨＩ・ＨＯＡ・ＰＨＵＯＮＧ（グエン・ティ・ホア・フオン）"
TOPIC = max(prompts.TOPICS, key=lambda name: len(prompts.TOPICS[name].text))
LARGEST = 2**31 - 1


def question_of(survey: str, name: str) -> Question:
    """The question of that name."""
    return next(one for one in BANK[survey].questions if one.name == name)


def extremes(asked: Question, limits: Limits) -> Iterator[tuple[str, Voice, Content]]:
    """The question in every state, with what the state is called and the voice that says it."""
    for languages, lead, first in STATES:
        voice = Voice.of(languages, "hire", stacked=len(languages) > 1)
        paragraphs, rows = prompts.question(
            voice,
            limits,
            checkin=LARGEST,
            turn=99,
            asked=asked,
            number=12,
            total=12,
            consultant=NAME,
            hire=NAME,
            about=NAME,
            topic=TOPIC,
            lead=lead,
            first=first,
        )
        yield f"{'+'.join(languages)}, {lead}", voice, ((*paragraphs, prompts.rehearsal(voice)), rows)
