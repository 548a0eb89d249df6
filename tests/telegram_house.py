"""A house on Telegram: the whole app with the real client library, against a Bot API on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import main
from bot.channels.memory import MemoryChannel
from bot.clock import FixedClock
from bot.commands.invite import invite
from bot.flow.listening import Listening
from bot.flow.roster import store_roster
from bot.flow.roster.model import Roster, RosterRow
from bot.messages import Channel, Inbound
from bot.platforms import connected
from bot.settings import Settings
from store import facts
from store.migrate import upgrade
from store.session import Store, make_engine
from tests.house import KEY, House, tokyo
from tests.platform.telegram.api import TOKEN, BotApi, telegram
from tests.platform.telegram.people import Person


class TelegramHouse(House):
    """The verbs of a house, for people with phones."""

    api: BotApi
    listening: Listening

    def imports_on_telegram(self, *rows: RosterRow) -> None:
        """Store a roster in which everybody is on Telegram."""
        everybody = {"hire_channel": "telegram", "manager_channel": "telegram", "consultant_channel": "telegram"}
        store_roster(self.app, Roster(sheet="test", rows=tuple(replace(one, **everybody) for one in rows)))

    def code_of(self, name: str, *, relink: bool = False) -> str:
        """An invitation for somebody."""
        return invite(self.app, person=name, relink=relink)[0].code

    async def settles(self) -> None:
        """Wait until the bot has heard everything and answered it; people take their time, and so does the pace."""
        await self.api.settled()
        while tasks := self.listening.in_hand():
            await asyncio.wait(tasks)
        self.clock.move_to(self.clock() + timedelta(seconds=2))
        await self.runs()

    async def comes(self, phone: Person, name: str) -> None:
        """Somebody opens the link of their invitation."""
        await phone.starts(self.code_of(name))
        await self.settles()

    async def taps(self, phone: Person, *labels: str) -> None:
        """Press one button after the other, each when the one before has been answered."""
        for label in labels:
            await phone.presses(label)
            await self.settles()

    async def presses(self, person: facts.Person, wanted: str) -> Inbound:
        """Let somebody on the other platform press a button, and wait for the answer."""
        pressed = await super().presses(person, wanted)
        await self.settles()
        return pressed

    async def says(self, person: facts.Person, text: str) -> Inbound:
        """Let somebody on the other platform write, and wait for the answer."""
        said = await super().says(person, text)
        await self.settles()
        return said

    async def writes(self, phone: Person, text: str) -> None:
        """Write something and wait for the answer."""
        await phone.says(text)
        await self.settles()


@asynccontextmanager
async def on_telegram(
    at: str, path: Path, *, beside: MemoryChannel | None = None, **settings: Any
) -> AsyncIterator[TelegramHouse]:
    """A house whose people are on Telegram, and ``beside`` it on another platform; its clock stands still until it is moved."""
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    clock, store = FixedClock(tokyo(at)), Store(engine, [KEY], readers=1)
    async with telegram(clock) as api:
        known = Settings(telegram_bot_token=TOKEN, telegram_api_url=api.address, **settings)
        others: dict[str, Channel] = {} if beside is None else {beside.name: beside}
        app = main.assemble(known, store, others, clock=clock, real=clock)
        async with connected(app) as (app, _):
            house = TelegramHouse(app, beside or MemoryChannel("nowhere"), clock)
            house.api, house.listening = api, Listening(app)
            for channel in app.channels.values():
                house.listening.start(channel, None)
            try:
                yield house
            finally:
                await house.listening.stop()
                house.close()
