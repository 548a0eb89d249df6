"""The fingerprint of a wording, so that nobody compares answers to two different questions under one version.

A question's fingerprint covers what the person reads in English, the source of every translation: its label and hint, and
its choices in their order. A survey's covers all of its questions and its title.
"""

from __future__ import annotations

import hashlib

from surveys.model import Question, Survey

LENGTH = 16
"""Hexadecimal digits that are kept: enough for no two of a consultancy's questions to meet by chance."""


def of_question(question: Question) -> str:
    """The fingerprint of one question."""
    said = [question.name, question.label.text, question.hint.text if question.hint else ""]
    for choice in question.choices:
        said += [choice.name, choice.label.text]
    return _hash(said)


def of_survey(survey: Survey) -> str:
    """The fingerprint of a whole survey."""
    return _hash([survey.form_id, survey.title.text, *(of_question(question) for question in survey.questions)])


def _hash(said: list[str]) -> str:
    # A length before each text keeps "ab" + "c" apart from "a" + "bc".
    whole = "".join(f"{len(text)}:{text}" for text in said)
    return hashlib.sha256(whole.encode()).hexdigest()[:LENGTH]
