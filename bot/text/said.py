"""What hires have allowed to be said, as the consultant reads it in the digest and on a case's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.messages import Button, Limits, Paragraph
from bot.text import sharing
from bot.text.catalog import Voice
from bot.text.prompts import press
from surveys.model import Message

HEAD = Message(
    "said.head",
    "To bring up at your next regular contact with the company, and not before, so that nobody sees when it was chosen:",
)
MODES = {
    "name": Message("said.name", "%(hire)s, %(company)s, in their name: %(sentence)s"),
    "general": Message("said.general", "%(hire)s, %(company)s, as a general remark, never with the name: %(sentence)s"),
    "after": Message("said.after", "%(hire)s, %(company)s, who has left: %(sentence)s"),
}
FEW = Message(
    "said.few",
    "Fewer than five people are placed there: bring a general remark up as one that you hear from several companies.",
)
SAID = Message("said.button", "Brought up: %(hire)s")

FEWEST = 5
"""Of fewer people nothing is said to a company in a way that could point to one of them."""


@dataclass(frozen=True, slots=True)
class ToSay:
    """A topic for the consultant: whose it is, how it may be said, and how many people are placed at the company."""

    id: int
    hire: str
    company: str
    topic: str
    mode: str
    people: int


def paragraphs(voice: Voice, wanted: Sequence[ToSay]) -> list[Paragraph]:
    """The sentences, in Japanese and in the consultant's own language; nothing where there are none."""
    if not wanted:
        return []
    listed = [f"• {_line(voice, one)}" for one in wanted]
    few = any(one.mode == "general" and one.people < FEWEST for one in wanted)
    return [Paragraph("\n".join([voice.one(HEAD), *listed])), *([Paragraph(voice.one(FEW))] if few else [])]


def _line(voice: Voice, one: ToSay) -> str:
    sentence = sharing.to_company(one.mode, one.topic, one.hire)
    if voice.first != "ja":
        sentence = f"{sentence} ({Voice((voice.first,), 'hire').one(sharing.SENTENCES[one.topic])})"
    return voice.one(MODES[one.mode], hire=one.hire, company=one.company, sentence=sentence)


def rows(voice: Voice, limits: Limits, wanted: Sequence[ToSay]) -> list[tuple[Button, ...]]:
    """A button for each: it was brought up."""
    labels = [(one.id, voice.one(SAID, hire=one.hire)) for one in wanted]
    return [(press("share", each, 0, "said", label[: limits.button]),) for each, label in labels]
