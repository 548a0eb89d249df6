"""Names: two people of one name in one list carry their work and the day on which they began."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from bot.flow.roster.values import name_key
from store import facts

Naming = Callable[[facts.Placement], str]


def told_apart(found: Sequence[facts.Placement], naming: Naming = lambda one: one.hire.name) -> dict[int, str]:
    """How the hire of each placement is called in a list of them, by the placement's id."""
    names = {one.id: naming(one) for one in found}
    many = Counter(map(name_key, names.values()))
    return {
        one.id: names[one.id] if many[name_key(names[one.id])] == 1 else f"{names[one.id]} ({_marks(one)})"
        for one in found
    }


def _marks(one: facts.Placement) -> str:
    return ", ".join(mark for mark in (one.job_title, one.start_date.isoformat()) if mark)
