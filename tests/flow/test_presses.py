"""Whatever is pressed, on whatever message was ever shown: at most one question is live, and one "Done" is left."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.channels.memory import LIMITS
from bot.messages import Outbound, Payload
from store import facts
from tests.house import House, living

WINDOWS = replace(LIMITS, forms=True, home=True)

Shown = tuple[str, Payload]


def is_question(one: Outbound) -> bool:
    """True for a message on which something can be answered."""
    return any(button.payload.kind == "question" for row in one.rows for button in row)


def is_end(one: Outbound) -> bool:
    """True for the end of a check-in, in whatever language: one's own answers are shown or hidden there."""
    return any(button.payload.kind == "answers" for row in one.rows for button in row)


class Thumb:
    """Somebody who presses anything that they have ever seen, old or new, and whose app may be behind."""

    def __init__(self, house: House, person: facts.Person) -> None:
        self.house, self.address = house, house.address(person)
        self.ever: list[Shown] = []
        self.looks()

    def looks(self) -> None:
        """Remember every button that stands somewhere now."""
        for reference, one in self.house.channel.standing(self.address).items():
            for payload in (button.payload for row in one.rows for button in row):
                if payload.choice != "decline" and (reference, payload) not in self.ever:
                    self.ever.append((reference, payload))

    async def presses(self, which: int) -> None:
        """Press one of them, and see that nothing stands twice."""
        await self.house.channel.press_on(self.address, *self.ever[which % len(self.ever)])
        self.looks()
        self.counts()

    def counts(self) -> None:
        """At most one live question and one end stand in the chat, and a window shows one thing."""
        chat = self.house.channel.shown(self.address)
        assert sum(map(is_question, chat)) <= 1, [one.text for one in chat]
        assert sum(map(is_end, chat)) <= 1, [one.text for one in chat]

    async def finishes(self) -> None:
        """Answer what is open, as anybody would in the end."""
        for _ in range(40):
            if self.house.checkins()[0].state == "completed":
                return
            live = [
                (reference, button.payload)
                for reference, one in self.house.channel.standing(self.address).items()
                for row in one.rows
                for button in row
                if button.payload.kind == "question"
            ]
            if live:
                await self.house.channel.press_on(self.address, *live[-1])
            else:
                await self.house.channel.say(self.address, "start")
            self.looks()
            self.counts()
        raise AssertionError("the check-in does not end")


async def play(presses: list[int], *, windows: bool) -> None:
    async with living("2026-03-30 10:00", limits=WINDOWS if windows else LIMITS) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:10")
        thumb = Thumb(house, an)
        for which in presses:
            await thumb.presses(which)
        await thumb.finishes()
        for which in presses:
            await thumb.presses(which)
        chat = house.channel.shown(house.address(an))
        assert sum(map(is_end, chat)) == 1, [one.text for one in chat]
        assert not any(map(is_question, chat))
        assert house.rows("SELECT count(*) FROM delivery WHERE state IN ('failed', 'unknown')") == [(0,)]


# Without shrinking: a story takes a second, and hypothesis would look for a shorter one for minutes.
@settings(max_examples=9, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck))
@given(presses=st.lists(st.integers(0, 200), max_size=12), windows=st.booleans())
def test_any_presses_leave_one_live_question_and_one_end(presses: list[int], windows: bool) -> None:
    asyncio.run(play(presses, windows=windows))


async def test_own_answers_that_are_shown_below_something_else_are_the_only_end() -> None:
    async with living("2026-03-30 10:00") as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:10")
        await house.answers(an, "4", "4", "4", "4", "4")
        for wanted in ("Show my answers", "Hide", "Show my answers"):
            await house.says(an, "hello")
            await house.presses(an, wanted)
            chat = house.channel.shown(house.address(an))
            assert [is_end(one) for one in chat[-2:]] == [False, True]
            assert sum(map(is_end, chat)) == 1
