"""The fingerprint of a wording, so that nobody compares answers to two different questions under one version.

A question's fingerprint covers what the person reads in English, the source of every translation: its label and hint, and
its choices in their order. A survey's covers all of its questions and its title. ``wordings.yaml`` holds those of every
version that was ever shipped; ``python -m surveys.register`` adds a new version's, and refuses a changed one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml

from surveys.model import Question, Survey
from surveys.source import Fault

LENGTH = 16
"""Hexadecimal digits that are kept: enough for no two of a consultancy's questions to meet by chance."""


@cache
def shipped() -> Mapping[tuple[str, int], str]:
    """The fingerprint of every version of the shipped surveys, by form and version."""
    stored = yaml.safe_load((files("surveys") / "wordings.yaml").read_text(encoding="utf-8")) or {}
    return MappingProxyType({(form, version): said for form, each in stored.items() for version, said in each.items()})


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


def changed(survey: Survey, known: Mapping[tuple[str, int], str], *, line: int) -> Fault:
    """The fault of a survey whose version is known with another wording."""
    following = 1 + max(version for form, version in known if form == survey.form_id)
    return Fault("wording_changed", line, {"form": survey.form_id, "version": survey.version, "next": following})
