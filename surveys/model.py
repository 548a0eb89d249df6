"""What a survey is: frozen values in XLSForm's words (name, label, hint, relevant, choices).

An answer stores the *name* of a choice, never its label, so that a translation can change without changing the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from surveys.relevance import Expression


class Respondent(StrEnum):
    """Whose view a check-in asks for."""

    HIRE = "hire"
    MANAGER = "manager"


class Visibility(StrEnum):
    """Who reads an answer; one line beside every question says it ("who sees this")."""

    CONSULTANT = "consultant"


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence to be said in the reader's languages: the catalog's key and its English source.

    ``id`` is the msgctxt of the gettext catalog and ``text`` its msgid; placeholders look like ``%(name)s``. ``said`` holds
    the translations that stand in a survey file itself, by locale.
    """

    id: str
    text: str
    said: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer to a ``select_one`` question.

    ``words`` lists further things people write for this choice (English source, comma separated, translatable).
    ``signal`` marks a choice that is a fact by itself (see ``surveys.loader.SIGNALS``).
    """

    name: str
    label: Message
    words: Message | None = None
    signal: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One row of a survey.

    ``scale`` means that the choices are named ``1`` … ``n`` and run from low (bad) to high (good).
    ``driver`` names what the answer tells about (``intention``, ``supervisor``, …; see ``surveys.loader.DRIVERS``).
    ``follow_up_of`` names the scale question whose low answer opens this one. ``follow_up`` marks a question that
    counts as a follow-up without one, because it comes back to something from before this check-in.
    ``mirrors`` names the hire's question that this one asks a manager, with the same points. ``ssw_items`` are the items
    of a support interview (``surveys/ssw_items.yaml``) that the answer prepares; it never replaces the interview.
    """

    name: str
    label: Message
    choices: tuple[Choice, ...] = ()
    hint: Message | None = None
    scale: bool = False
    driver: str | None = None
    relevant: Expression | None = None
    follow_up_of: str | None = None
    visibility: Visibility = Visibility.CONSULTANT
    follow_up: bool = False
    mirrors: str | None = None
    ssw_items: tuple[str, ...] = ()

    @property
    def is_follow_up(self) -> bool:
        """True for a question that counts against ``max_follow_ups``."""
        return self.follow_up or self.follow_up_of is not None

    @property
    def is_text(self) -> bool:
        """True for a question that is answered in the person's own words."""
        return not self.choices

    def choice(self, name: str) -> Choice | None:
        """The choice of that name, or None."""
        return next((choice for choice in self.choices if choice.name == name), None)


@dataclass(frozen=True, slots=True)
class Survey:
    """A named, versioned list of questions for one kind of respondent.

    ``max_questions`` bounds all questions of one conversation and ``max_follow_ups`` the follow-ups among them.
    ``hidden`` names the facts that the caller provides (XLSForm's ``hidden`` rows), such as ``month``. ``after_start`` says
    when a survey of a consultancy's own is asked: so many (months, days) after the start.
    """

    form_id: str
    version: int
    respondent: Respondent
    title: Message
    questions: tuple[Question, ...]
    max_questions: int
    max_follow_ups: int
    hidden: tuple[str, ...] = ()
    after_start: tuple[tuple[int, int], ...] = ()

    def question(self, name: str) -> Question:
        """The question of that name; KeyError when there is none."""
        for question in self.questions:
            if question.name == name:
                return question
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said to one question.

    ``value`` is a choice's name, or the words of a text question; None when the person preferred not to say.
    ``note`` holds words that came where a choice was asked for: they are kept for the consultant, never dropped.
    """

    question: str
    value: str | None = None
    note: str | None = None


Context = Mapping[str, str | int]
"""The hidden facts of one conversation: ``month`` (0 for the first week), ``promised_topic`` (a driver, or ''), …"""


@dataclass(frozen=True, slots=True)
class Labels:
    """What the person sees on the buttons: per choice name, the labels and the further words in their languages."""

    of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
