"""A platform in memory, with a platform's manners: the demo runs on it, and tests of the whole path do.

It refuses what a platform refuses, fails when told to, and a press travels through the wire form as on a real platform.
Each chat is kept as its person would see it now: a message that took another's place stands there, one that was cleared
does not. With ``limits.forms`` it has windows and with ``limits.home`` a page for each person, as Slack has.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict, deque
from itertools import count

from bot.channels import callback, refuse_unfit, without_form
from bot.messages import (
    HOME,
    VIEW,
    AddressKey,
    Button,
    Inbound,
    Limits,
    OnInbound,
    Outbound,
    Payload,
    Receipt,
    SendError,
    is_surface,
)

LIMITS = Limits(text=4096, button=64, payload=callback.MAX_BYTES, buttons=100, edits=True)
"""As narrow as Telegram, so that what passes here is shown there as well."""


class MemoryChannel:
    """A Channel whose messages stay in ``sent``, oldest first, and whose people are played by ``say`` and ``press``."""

    def __init__(self, name: str = "memory", limits: Limits = LIMITS) -> None:
        self._name = name
        self._limits = limits
        self.sent: list[Outbound] = []
        self._chats: dict[AddressKey, dict[str, Outbound]] = defaultdict(dict)
        self._windows: dict[AddressKey, tuple[str, Outbound | None]] = {}
        self._homes: dict[AddressKey, Outbound] = {}
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

    @property
    def listening(self) -> bool:
        """True while somebody takes what its people do, as a service that runs does."""
        return self._listener is not None

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
        """Show the message and keep it in ``sent``.

        Raises SendError for what does not fit, ``surface_gone`` for a window that is closed, and what ``fail_next`` asked for.
        """
        refuse_unfit(outbound, self._limits)
        error, arrives = self._faults.popleft() if self._faults else (None, True)
        if error is not None and error.sent_perhaps and outbound.replaces in self._chats[outbound.address]:
            error = SendError(error.code, retryable=True)  # To put it there again would show the same thing.
        reference = self._show(outbound) if arrives else ""
        if error is not None:
            raise error
        return Receipt(reference)

    def _show(self, outbound: Outbound) -> str:
        to, place = outbound.address, outbound.replaces
        if place is not None and is_surface(place):
            self._show_on_surface(outbound, place)
        else:
            if place not in self._chats[to] or not self._limits.edits:
                place = next(self._ids)
            self._chats[to][place] = outbound
            for gone in outbound.clears:
                self.take_away(to, gone)
        self.sent.append(outbound)
        return place

    def _show_on_surface(self, outbound: Outbound, place: str) -> None:
        to = outbound.address
        if place == HOME and self._limits.home:
            self._homes[to] = outbound
        elif to in self._windows and self._windows[to][0] == place:
            self._windows[to] = (place, outbound)
        else:
            raise SendError("surface_gone")

    def fail_next(self, error: SendError, *, arrives: bool = False) -> None:
        """Let the next send that is not yet promised another error raise this one.

        ``arrives`` keeps the message all the same, as when a connection breaks after the platform took it.
        """
        self._faults.append((error, arrives))

    def close(self) -> None:
        """End the input: ``listen`` returns."""
        self._closed.set()

    def shown(self, address: AddressKey) -> list[Outbound]:
        """The chat as the person sees it now, oldest first."""
        return list(self._chats[address].values())

    def standing(self, address: AddressKey) -> dict[str, Outbound]:
        """The same by reference, with the open window and the person's page as far as they show something."""
        return dict(reversed(self._pressable(address)))

    def window(self, address: AddressKey) -> Outbound | None:
        """What the open window of this person shows; None where none is open, or it is still empty."""
        return self._windows.get(address, ("", None))[1]

    def home(self, address: AddressKey) -> Outbound | None:
        """The person's own page."""
        return self._homes.get(address)

    def take_away(self, address: AddressKey, reference: str) -> None:
        """Let a message vanish from a chat, as when somebody deletes it."""
        self._chats[address].pop(reference, None)

    def close_window(self, address: AddressKey) -> None:
        """Let a person close their window."""
        self._windows.pop(address, None)

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
        """Let a person press the button with this label, or this choice: in their window where one is open, else on the
        newest of their messages that has one, else on their page.

        Returns what was injected. Raises LookupError, naming the buttons, when nothing that they see has such a button.
        """
        reference, button = self._button(address, wanted)
        return await self.press_on(address, reference, button.payload)

    async def press_on(self, address: AddressKey, reference: str | None, payload: Payload) -> Inbound:
        """Let a person press a button on a message, also one that has been replaced: their app may be behind."""
        pressed = callback.decode(callback.encode(payload))
        wanted = pressed and without_form(pressed)
        if wanted is not None:
            pressed = wanted
            if self._limits.forms:
                reference = VIEW + next(self._ids)
                self._windows[address] = (reference, None)
        inbound = Inbound(address, next(self._ids), payload=pressed, message=reference)
        await self.inject(inbound)
        return inbound

    async def submit(self, address: AddressKey, **values: str) -> Inbound:
        """Let a person send the form in their window. Raises LookupError where there is none."""
        reference, shown = self._windows.get(address, ("", None))
        if shown is None or shown.form is None:
            raise LookupError(f"no form for {address.user}")
        payload = callback.decode(callback.encode(shown.form.submit.payload))
        inbound = Inbound(address, next(self._ids), payload=payload, message=reference, values=values)
        await self.inject(inbound)
        return inbound

    def _button(self, address: AddressKey, wanted: str) -> tuple[str, Button]:
        labels: list[str] = []
        for reference, outbound in self._pressable(address):
            buttons = [button for row in outbound.rows for button in row]
            # A label wins over a choice's name: it is what the person sees.
            for button in sorted(buttons, key=lambda button: button.label != wanted):
                asked = without_form(button.payload) or button.payload
                if wanted in (button.label, button.payload.choice, asked.choice):
                    return reference, button
            labels += [button.label for button in buttons]
        raise LookupError(f"no button {wanted!r} for {address.user}; there are: {', '.join(labels) or 'none'}")

    def _pressable(self, address: AddressKey) -> list[tuple[str, Outbound]]:
        """Everything with buttons that a person sees, what lies in front first."""
        window, shown = self._windows.get(address, ("", None))
        found = [] if shown is None else [(window, shown)]
        found += reversed(self._chats[address].items())
        return found if address not in self._homes else [*found, (HOME, self._homes[address])]
