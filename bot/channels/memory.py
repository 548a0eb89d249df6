"""A platform in memory, with a platform's manners: the demo runs on it, and tests of the whole path do.

It refuses what a platform refuses, fails when told to, and a press travels through the wire form as on a real platform.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from itertools import count

from bot.channels import callback, refuse_unfit
from bot.messages import AddressKey, Button, Inbound, Limits, OnInbound, Outbound, Receipt, SendError

LIMITS = Limits(text=4096, button=64, payload=callback.MAX_BYTES, buttons=100)
"""As narrow as Telegram, so that what passes here is shown there as well."""


class MemoryChannel:
    """A Channel whose messages stay in ``sent``, oldest first, and whose people are played by ``say`` and ``press``."""

    def __init__(self, name: str = "memory", limits: Limits = LIMITS) -> None:
        self._name = name
        self._limits = limits
        self.sent: list[Outbound] = []
        self._faults: deque[tuple[SendError, bool]] = deque()
        self._waiting: deque[Inbound] = deque()
        self._listener: OnInbound | None = None
        self._closed = asyncio.Event()
        # Seen ids are stored, so a second run on the same database must not repeat the first run's.
        self._ids = (f"{secrets.token_hex(8)}-{number}" for number in count(1))

    @property
    def name(self) -> str:
        """The platform that this channel plays."""
        return self._name

    @property
    def limits(self) -> Limits:
        """What is refused above."""
        return self._limits

    async def listen(self, on_inbound: OnInbound) -> None:
        """Hand over what was injected, first what waited, until cancelled or closed."""
        while self._waiting:
            await on_inbound(self._waiting.popleft())
        self._listener = on_inbound
        try:
            await self._closed.wait()
        finally:
            self._listener = None

    async def send(self, outbound: Outbound) -> Receipt:
        """Keep the message in ``sent``. Raises SendError for what does not fit, and what ``fail_next`` asked for."""
        refuse_unfit(outbound, self._limits)
        if not self._faults:
            self.sent.append(outbound)
            return Receipt(next(self._ids))
        error, arrives = self._faults.popleft()
        if arrives:
            self.sent.append(outbound)
        raise error

    def fail_next(self, error: SendError, *, arrives: bool = False) -> None:
        """Let the next send that is not yet promised another error raise this one.

        ``arrives`` keeps the message all the same, as when a connection breaks after the platform took it.
        """
        self._faults.append((error, arrives))

    def close(self) -> None:
        """End the input: ``listen`` returns."""
        self._closed.set()

    async def inject(self, inbound: Inbound) -> None:
        """Hand one update to the listener and wait for it; without a listener it waits for the next, as on a platform."""
        if self._listener is None:
            self._waiting.append(inbound)
        else:
            await self._listener(inbound)

    async def say(self, address: AddressKey, text: str) -> Inbound:
        """Let a person write something. Returns what was injected, so that it can be injected again."""
        inbound = Inbound(address, next(self._ids), text=text)
        await self.inject(inbound)
        return inbound

    async def press(self, address: AddressKey, wanted: str) -> Inbound:
        """Let a person press the button with this label, or this choice, on the latest of their messages that has one.

        Returns what was injected. Raises LookupError, naming the buttons, when no message has such a button.
        """
        button = self._button(address, wanted)
        inbound = Inbound(address, next(self._ids), payload=callback.decode(callback.encode(button.payload)))
        await self.inject(inbound)
        return inbound

    def _button(self, address: AddressKey, wanted: str) -> Button:
        shown: list[str] = []
        for outbound in reversed(self.sent):
            if outbound.address != address:
                continue
            buttons = [button for row in outbound.rows for button in row]
            # A label wins over a choice's name: it is what the person sees.
            for button in sorted(buttons, key=lambda button: button.label != wanted):
                if wanted in (button.label, button.payload.choice):
                    return button
            shown += [button.label for button in buttons]
        raise LookupError(f"no button {wanted!r} for {address.user}; there are: {', '.join(shown) or 'none'}")
