"""Words cut to the place where they stand: a platform's message, a button, a notification that others may see."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import Limits, Paragraph


def fitted(paragraphs: Sequence[Paragraph], limits: Limits) -> tuple[Paragraph, ...]:
    """Within the platform's length: the longest paragraph, which holds the quoted words, gives way."""
    kept = list(paragraphs)
    while sum(len(one.text) + 2 for one in kept) > limits.text:
        longest = max(range(len(kept)), key=lambda place: len(kept[place].text))
        text = kept[longest].text
        over = sum(len(one.text) + 2 for one in kept) - limits.text
        kept[longest] = Paragraph(text[: max(20, len(text) - over - 2)] + "…", kept[longest].style)
        if len(text) <= 20:
            break
    return tuple(kept)


def fitting(label: str, limits: Limits) -> str:
    """Words on a button, cut where they are too long for it."""
    return label if len(label) <= limits.button else label[: limits.button - 1] + "…"


def brief(name: str, key: str | None = None) -> str:
    """A name by its initials, with the case's number where there is one: "N. V. A. (A-1)"."""
    initials = " ".join(f"{part[0]}." for part in name.split() if part)
    return f"{initials} ({key})" if key else initials
