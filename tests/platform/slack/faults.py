"""What a platform can do to a call instead of answering it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """The faults that a network and a busy platform have."""

    RATELIMITED = "429 with Retry-After"
    BROKEN = "500"
    CUT_BEFORE = "the connection ends, and nothing was done"
    CUT_AFTER = "the connection ends, and it was done"
    ERROR = "an error of the method itself"


@dataclass(frozen=True)
class Fault:
    """One fault: ``retry_after`` in seconds, ``error`` is Slack's code."""

    kind: Kind
    retry_after: int = 1
    error: str = ""


class Faults:
    """The faults that wait for calls: the next call of that method meets the next fault of its queue."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = {}

    def let(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method (``response_url`` is one) meet these faults, or the next payloads of a kind
        (``events_api``, ``interactive``, ``slash_commands``) on their way to the app."""
        self._waiting.setdefault(method, deque()).extend(faults)

    def next(self, method: str) -> Fault | None:
        """The fault of this call, if it meets one."""
        waiting = self._waiting.get(method)
        return waiting.popleft() if waiting else None

    def clear(self) -> None:
        """Let nothing more go wrong."""
        self._waiting.clear()
