"""How fast Telegram lets a bot write: about one message a second in a chat, thirty a second in all, short bursts apart."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from math import ceil

from tests.platform.telegram.refusals import too_many

CHAT_WINDOW, CHAT_MOST = 3.0, 6
ALL_WINDOW, ALL_MOST = 1.0, 60
"""Thirty a second on average, and a burst of as many more at once."""


class Pace:
    """Counts what was sent in the last seconds. ``refused`` is how often somebody was too fast."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._all: deque[float] = deque()
        self._chats: dict[str, deque[float]] = defaultdict(deque)
        self.refused = 0
        self.taken: list[float] = []

    def take(self, chat: str) -> None:
        """Count one message. Raises Refused when it comes too early."""
        now = self._clock()
        for sent, window, most in ((self._chats[chat], CHAT_WINDOW, CHAT_MOST), (self._all, ALL_WINDOW, ALL_MOST)):
            while sent and sent[0] <= now - window:
                sent.popleft()
            if len(sent) >= most:
                self.refused += 1
                raise too_many(max(1, ceil(sent[0] + window - now)))
        self._chats[chat].append(now)
        self._all.append(now)
        self.taken.append(now)
