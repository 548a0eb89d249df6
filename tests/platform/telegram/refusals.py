"""How the Bot API refuses, and what a network can do to a call."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Any

PHRASES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}


class Refused(Exception):
    """A call that fails: the error JSON that Telegram answers, with its own words behind "Bad Request: "."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.parameters = code, parameters
        self.description = f"{PHRASES[code]}: {description}" if code in (400, 403, 409) else description

    @property
    def json(self) -> dict[str, Any]:
        """The body of the answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def too_many(seconds: int) -> Refused:
    """429, with the time after which it works again; the server adds the header."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


class Fault(Enum):
    """What can happen to a call that is right."""

    TOO_MANY = "429, nothing was done"
    BROKEN = "500, nobody knows"
    CUT_BEFORE = "the connection ends, and nothing was done"
    CUT_AFTER = "the connection ends, and it was done"


@dataclass
class Faults:
    """The faults that wait: the next call of a method meets the next one of its queue."""

    retry_after: int = 7

    def __post_init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = {}

    def let(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method meet these faults."""
        self._waiting.setdefault(method.lower(), deque()).extend(faults)

    def next(self, method: str) -> Fault | None:
        """The fault of this call, if it meets one."""
        waiting = self._waiting.get(method.lower())
        return waiting.popleft() if waiting else None
