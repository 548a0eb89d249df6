"""The assembled whole, frozen: what every step of the flow may use."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.messages import Channel, Directory
from bot.settings import Settings
from risk.policy import Desk, Policy
from risk.rules import Rules
from scheduler.plan import Cadence
from store.session import Store
from surveys.model import Survey


def process_name() -> str:
    """A name that no other process has: in two containers both have the same number, and a number is used again."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"


class Sending:
    """Lets so many calls to each platform be under way at once, in whichever event loop runs."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._slots: dict[str, asyncio.Semaphore] = {}

    def slot(self, platform: str, count: int) -> asyncio.Semaphore:
        """``async with sending.slot(…):`` waits until one of the ``count`` is free."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # A semaphore serves one loop only.
            self._loop, self._slots = loop, {}
        return self._slots.setdefault(platform, asyncio.Semaphore(count))


@dataclass(frozen=True, slots=True)
class App:
    """Everything assembled. ``clock`` gives domain time (a rehearsal's, in a rehearsal); ``real`` gives the wall clock,
    which leases and the outbox keep. ``wake`` asks the loop of this process for another ``advance``; once ``stopping`` is
    true nothing new is begun. ``owner`` names this process in claims, leases and heartbeats. ``sending`` bounds the calls that
    are under way at once: no more of them are cut off when the process dies. ``directories`` say, for a platform that knows,
    who has an account there."""

    store: Store
    channels: Mapping[str, Channel]
    clock: Clock
    real: Clock
    surveys: Mapping[str, Survey]
    rules: Rules
    policy: Policy
    cadence: Cadence
    desk: Desk
    settings: Settings
    wake: Callable[[], None] = field(default=lambda: None)
    stopping: Callable[[], bool] = field(default=lambda: False)
    sending: Sending = field(default_factory=Sending)
    owner: str = field(default_factory=process_name)
    rehearsal: bool = False
    directories: Mapping[str, Directory] = field(default_factory=dict)
