"""What the alerts that nobody has closed say already, so that nothing is told twice and nothing new is taken for known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from risk.model import Case, Level
from store import facts
from store.queries.assessments import Assessed


@dataclass(frozen=True, slots=True)
class _Says:
    """An alert about a risk: its level, the assessment that raised it, what somebody had stated, and whether it only stands on
    the list."""

    level: Level
    since: int
    stated: frozenset[str]
    listed: bool


class Already:
    """The alerts of some placements that are not resolved, with those that are raised meanwhile."""

    def __init__(self, waiting: Sequence[facts.Alert], zone: ZoneInfo) -> None:
        self._risks: dict[int, list[_Says]] = {}
        self._silent: dict[int, date] = {}
        for one in waiting:
            if one.kind == "silence":
                self.note_silence(one.placement_id, one.opened_at.astimezone(zone).date())
            elif one.kind == "risk" and one.level:
                listed = one.policy.get("delivered") == "list"
                self._note(one.placement_id, Level(one.level), one.assessment_id or 0, one.reasons, listed)

    def note_risk(self, assessed: Assessed, level: Level, *, listed: bool) -> None:
        """An alert was raised for this assessment; ``listed`` where it is sent to nobody."""
        self._note(assessed.placement_id, level, assessed.id, assessed.reasons, listed)

    def _note(
        self, placement_id: int, level: Level, since: int, reasons: Sequence[Mapping[str, Any]], listed: bool
    ) -> None:
        self._risks.setdefault(placement_id, []).append(_Says(level, since, _stated(reasons), listed))

    def note_silence(self, placement_id: int, day: date) -> None:
        """An alert about silence was raised on that day."""
        self._silent[placement_id] = max(day, self._silent.get(placement_id, day))

    def level(self, assessed: Assessed, earlier: Sequence[Assessed]) -> Level | None:
        """The level that they tell of somebody, the highest; None where nothing is told of it.

        Somebody who was better since is worse anew, also where the consultant has taken the case and never closed it; what only
        stands on the list is not listed twice. A fact that none of them names is news beside every level.
        """
        known = self._risks.get(assessed.placement_id, [])
        if _stated(assessed.reasons) - {code for one in known for code in one.stated}:
            return None
        told = [one.level for one in known if one.listed or not _better_since(one, earlier)]
        return max(told, key=lambda one: one.rank, default=None)

    def is_silence_told(self, placement_id: int, case: Case) -> bool:
        """True where an alert tells of a silence that no answer has ended since."""
        told = self._silent.get(placement_id)
        return told is not None and not any(
            one.answered_on is not None and one.answered_on >= told for one in case.checkins
        )


def _stated(reasons: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(code for one in reasons if (code := str(one["code"])).startswith("explicit."))


def _better_since(one: _Says, earlier: Sequence[Assessed]) -> bool:
    return any(before.id > one.since and Level(before.level).rank < one.level.rank for before in earlier)
