"""The assembled whole, frozen: what every step of the flow may use."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.messages import Channel
from bot.settings import Settings
from risk.policy import Desk, Policy
from risk.rules import Rules
from scheduler.plan import Cadence
from store.session import Store
from surveys.model import Survey


@dataclass(frozen=True, slots=True)
class App:
    """Everything assembled. ``clock`` gives domain time (a rehearsal's, in a rehearsal); ``real`` gives the wall clock,
    which leases and the outbox keep. ``wake`` asks the loop of this process for another ``advance``."""

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
    owner: str = field(default_factory=lambda: f"process-{os.getpid()}")
