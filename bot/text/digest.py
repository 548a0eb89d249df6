"""The morning's list of the cases that need a look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.messages import Limits, Paragraph, Style
from bot.text import said
from bot.text.alerts import SHORT_KINDS, open_label
from bot.text.catalog import Voice
from bot.text.fitting import fitted
from bot.text.levels import LEVELS
from bot.text.prompts import Content, press
from surveys.model import Message

DIGEST = Message("desk.digest", "Good morning, %(name)s. Cases that need a look: %(count)s")
DIGEST_TOPICS = Message("desk.digest_topics", "Good morning, %(name)s.")
DIGEST_LINE = Message("desk.digest_line", "%(company)s: %(cases)s")
DIGEST_CASE = Message("desk.digest_case", "%(hire)s (%(level)s)")


def digest(
    voice: Voice,
    limits: Limits,
    *,
    name: str,
    cases: Mapping[str, Sequence[tuple[int, str, str, str | None]]],
    topics: Sequence[said.ToSay] = (),
) -> Content:
    """The morning's list by company; each case is (alert, hire, kind, level) and opens by its button. Below it stand the
    ``topics`` that hires let the reader bring up."""
    count = sum(len(listed) for listed in cases.values())
    title = voice.one(DIGEST, name=name, count=count) if count else voice.one(DIGEST_TOPICS, name=name)
    paragraphs, rows = [Paragraph(title, Style.TITLE)], []
    for company, listed in cases.items():
        titles = []
        for alert_id, hire, kind, level in listed:
            word = voice.one(LEVELS[level]) if level else voice.one(SHORT_KINDS[kind])
            titles.append(voice.one(DIGEST_CASE, hire=hire, level=word))
            rows.append((press("alert", alert_id, 0, "open", open_label(voice, limits, hire)),))
        paragraphs.append(Paragraph(voice.one(DIGEST_LINE, company=company, cases=" · ".join(titles))))
    paragraphs += said.paragraphs(voice, topics)
    buttons = said.rows(voice, limits, topics)
    return fitted(paragraphs, limits), (*rows[: limits.buttons - len(buttons)], *buttons)
