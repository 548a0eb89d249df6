"""The channels that need no platform, held to the contract."""

from __future__ import annotations

import io
import os
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.channels.memory import LIMITS, MemoryChannel
from bot.channels.terminal import TerminalChannel
from bot.messages import AddressKey, Button, Inbound, Limits, Outbound, Paragraph, Payload, SendError, Unreachable
from tests.contract.suite import RETRY_AFTER, ChannelContract, Fault, Seen


class MemoryPlatform:
    """People in memory."""

    faults = frozenset(Fault)
    repeats = True

    def __init__(self, limits: Limits) -> None:
        self.channel = MemoryChannel(limits=limits)
        self.address = AddressKey("memory", "", "hoa")
        self._last: Inbound | None = None

    def seen(self) -> Sequence[Seen]:
        return [as_seen(outbound) for outbound in self.channel.sent]

    def shown(self) -> Sequence[Seen]:
        return [as_seen(outbound) for outbound in self.channel.shown(self.address)]

    def window(self) -> Seen | None:
        outbound = self.channel.window(self.address)
        return None if outbound is None else as_seen(outbound)

    def home(self) -> Seen | None:
        outbound = self.channel.home(self.address)
        return None if outbound is None else as_seen(outbound)

    def take_away(self, reference: str) -> None:
        self.channel.take_away(self.address, reference)

    def close_window(self) -> None:
        self.channel.close_window(self.address)

    async def say(self, text: str) -> None:
        self._last = await self.channel.say(self.address, text)

    async def press(self, label: str) -> None:
        self._last = await self.channel.press(self.address, label)

    async def submit(self, **values: str) -> None:
        self._last = await self.channel.submit(self.address, **values)

    async def repeat(self) -> None:
        assert self._last is not None
        await self.channel.inject(self._last)

    def fail(self, fault: Fault) -> None:
        match fault:
            case Fault.UNREACHABLE:
                self.channel.fail_next(Unreachable("blocked"))
            case Fault.THROTTLED:
                self.channel.fail_next(SendError("throttled", retryable=True, retry_after=RETRY_AFTER))
            case Fault.UNKNOWN:
                self.channel.fail_next(SendError("broken", sent_perhaps=True), arrives=True)


def as_seen(outbound: Outbound) -> Seen:
    labels = [button.label for row in outbound.rows for button in row]
    fields = outbound.form.fields if outbound.form else ()
    if outbound.form:
        labels.append(outbound.form.submit.label)
    return Seen(outbound.text, tuple(labels), tuple(field.label for field in fields), outbound.picture is not None)


@asynccontextmanager
async def memory() -> AsyncIterator[MemoryPlatform]:
    yield MemoryPlatform(LIMITS)


@asynccontextmanager
async def memory_with_windows() -> AsyncIterator[MemoryPlatform]:
    yield MemoryPlatform(replace(LIMITS, forms=True, home=True))


class Screen(io.StringIO):
    """Keeps each thing that was written apart, and can be torn away."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.torn = False

    def write(self, text: str) -> int:
        if self.torn:
            raise BrokenPipeError
        self.shown.append(text)
        return len(text)


class TerminalPlatform:
    """Somebody who types, and a wide screen."""

    faults = frozenset({Fault.UNKNOWN})
    repeats = False

    def __init__(self, reader: io.TextIOWrapper, keyboard: int) -> None:
        self.address = AddressKey("terminal", "", "hoa")
        self._keyboard = keyboard
        self._screen = Screen()
        self.channel = TerminalChannel(self.address, reader, self._screen, width=200)

    def seen(self) -> Sequence[Seen]:
        return [self._seen(shown) for shown in self._screen.shown if not shown.startswith("> ")]

    def _seen(self, shown: str) -> Seen:
        text, *buttons = re.split(r"^  (?=1\) )", shown, maxsplit=1, flags=re.MULTILINE)
        return Seen(text, tuple(re.findall(r"^ *\d+\) (.*)$", "  " + "".join(buttons), re.MULTILINE)))

    def shown(self) -> Sequence[Seen]:
        return self.seen()

    def window(self) -> Seen | None:
        raise AssertionError("A terminal has no windows.")

    home = window

    def take_away(self, reference: str) -> None:
        raise AssertionError("What was printed stays.")

    def close_window(self) -> None:
        raise AssertionError("A terminal has no windows.")

    async def say(self, text: str) -> None:
        os.write(self._keyboard, f"{text}\n".encode())

    async def press(self, label: str) -> None:
        await self.say(label)

    async def submit(self, **values: str) -> None:
        raise AssertionError("A terminal has no forms.")

    async def repeat(self) -> None:
        raise AssertionError("A terminal repeats nothing.")

    def fail(self, fault: Fault) -> None:
        self._screen.torn = True


@asynccontextmanager
async def terminal() -> AsyncIterator[TerminalPlatform]:
    reading, keyboard = os.pipe()
    try:
        with open(reading, encoding="utf-8") as reader:
            yield TerminalPlatform(reader, keyboard)
    finally:
        os.close(keyboard)


class TestMemory(ChannelContract):
    make = staticmethod(memory)


class TestMemoryWithWindows(ChannelContract):
    make = staticmethod(memory_with_windows)


class TestTerminal(ChannelContract):
    make = staticmethod(terminal)


HOA = AddressKey("memory", "", "hoa")
KEN = AddressKey("memory", "", "ken")


def asking(address: AddressKey, question: int, **labels: str) -> Outbound:
    row = tuple(Button(label, Payload("question", question, 1, choice)) for choice, label in labels.items())
    return Outbound(address, f"q{question}", (Paragraph("How are you?"),), (row,))


async def test_in_memory_the_latest_message_of_that_person_is_pressed_by_label_or_choice() -> None:
    channel = MemoryChannel()
    for outbound in (asking(HOA, 1, yes="はい"), asking(HOA, 2, yes="はい", no="いいえ"), asking(KEN, 3, yes="はい")):
        await channel.send(outbound)
    assert (await channel.press(HOA, "はい")).payload == Payload("question", 2, 1, "yes")
    assert (await channel.press(HOA, "no")).payload == Payload("question", 2, 1, "no")


async def test_in_memory_a_label_wins_over_a_choice_of_that_name() -> None:
    channel = MemoryChannel()
    await channel.send(asking(HOA, 1, **{"5": "1", "1": "5"}))
    assert (await channel.press(HOA, "5")).payload == Payload("question", 1, 1, "1")


async def test_in_memory_a_button_that_nobody_sees_cannot_be_pressed() -> None:
    channel = MemoryChannel()
    await channel.send(asking(HOA, 1, yes="はい"))
    with pytest.raises(LookupError, match="はい"):
        await channel.press(HOA, "いいえ")
    with pytest.raises(LookupError, match="none"):
        await channel.press(KEN, "はい")


async def test_in_memory_what_was_said_too_early_waits_for_the_listener_and_keeps_its_place() -> None:
    channel = MemoryChannel()
    heard: list[str | None] = []

    async def on_inbound(inbound: Inbound) -> None:
        if inbound.text == "first":
            await channel.say(HOA, "third")  # comes in while the waiting ones are handed over
        heard.append(inbound.text)

    await channel.say(HOA, "first")
    await channel.say(HOA, "second")
    channel.close()
    await channel.listen(on_inbound)
    assert heard == ["first", "second", "third"]


async def test_in_memory_faults_come_in_the_order_in_which_they_were_promised() -> None:
    channel = MemoryChannel()
    channel.fail_next(SendError("throttled", retryable=True))
    channel.fail_next(Unreachable("blocked"))
    for code in ("throttled", "blocked"):
        with pytest.raises(SendError, match=code):
            await channel.send(asking(HOA, 1, yes="はい"))
    await channel.send(asking(HOA, 1, yes="はい"))
    assert len(channel.sent) == 1
