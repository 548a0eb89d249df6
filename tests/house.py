"""A whole house in memory for tests: real SQLite, the memory channel, a clock that stands still until it is moved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import inspect
from sqlalchemy import text as sql

from bot import flow, main
from bot.app import App
from bot.channels.memory import LIMITS, MemoryChannel
from bot.clock import FixedClock
from bot.flow import inbound, linking
from bot.flow.roster import store_roster
from bot.flow.roster.model import CompanyRow, Roster, RosterRow
from bot.messages import AddressKey, Inbound, Limits, Outbound
from bot.settings import Settings
from store import facts
from store.migrate import upgrade
from store.queries import alerts, answers, checkins, placements, sharing
from store.seal import new_key
from store.session import Store, make_engine
from surveys.loader import load_bank

TOKYO = ZoneInfo("Asia/Tokyo")
KEY = new_key()
A_WHOLE_MONTH = 7
"""Replies from which on somebody means to answer a whole monthly check-in, whatever the month asks."""


def tokyo(text: str) -> datetime:
    """A time in Tokyo, such as "2026-04-01 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def moment(found: Any) -> datetime:
    """A time as the database's own driver gives it: SQLite's is a text in UTC, PostgreSQL's knows its zone."""
    return found if isinstance(found, datetime) else datetime.fromisoformat(found).replace(tzinfo=UTC)


def row(**values: Any) -> RosterRow:
    """A roster row of invented people; every column can be set."""
    known: dict[str, Any] = {
        "row": 2,
        "placement_id": "A-1",
        "company": "Sakura Foods",
        "hire_name": "NGUYEN VAN AN",
        "hire_email": "an@example.com",
        "hire_languages": ("en",),
        "hire_channel": "slack",
        "manager_name": "Sato Kenji",
        "manager_email": "sato@example.com",
        "manager_languages": ("ja",),
        "manager_channel": "slack",
        "consultant_name": "Mori Aiko",
        "consultant_email": "mori@example.com",
        "consultant_languages": ("en",),
        "start_date": date(2026, 4, 1),
    }
    return RosterRow(**{**known, **values})


class House:
    """The app and its people, with the verbs of a story."""

    def __init__(self, app: App, channel: MemoryChannel, clock: FixedClock) -> None:
        self.app, self.channel, self.clock = app, channel, clock
        self._twins: list[Store] = []

    def imports(self, *rows: RosterRow, companies: tuple[CompanyRow, ...] = ()) -> None:
        """Store a roster."""
        store_roster(self.app, Roster(sheet="test", rows=rows, companies=companies))

    def placement(self, key: str = "A-1") -> facts.Placement:
        """The placement with that number."""
        with self.app.store.read() as tx:
            found = placements.by_key(tx, key)
        assert found is not None
        return found

    def address(self, person: facts.Person) -> AddressKey:
        """Where a person lives in this house."""
        return AddressKey(self.channel.name, "", f"u{person.id}")

    async def joins(self, person: facts.Person) -> None:
        """Link a person and send what that causes."""
        linking.link(self.app, person.id, self.channel.name, "", f"u{person.id}")
        await self.runs()

    async def agrees(self, person: facts.Person, hour: str = "hour.noon") -> None:
        """Link a person, who then says yes to everything."""
        await self.joins(person)
        await self.presses(person, "agree")
        await self.presses(person, "name.0")
        if person.kind == "hire":
            await self.presses(person, hour)

    async def welcomes(self, **values: Any) -> facts.Placement:
        """Import one placement; the hire and the manager agree, and the consultant is linked."""
        self.imports(row(**values))
        placement = self.placement(values.get("placement_id", "A-1"))
        await self.joins(placement.consultant)
        await self.agrees(placement.hire)
        await self.agrees(placement.manager)
        self.channel.sent.clear()
        return placement

    async def runs(self) -> None:
        """One round of the path."""
        await flow.plan_ahead(self.app)
        await flow.advance(self.app)

    async def until(
        self, text: str, *, by: timedelta | None = None, then: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Let time pass with the path running: at every moment at which something is due, or in equal steps. ``then`` is what
        people do after each."""
        end = tokyo(text)
        await self.runs()
        while self.clock() < end:
            step = self.clock() + by if by else self._next_moment()
            self.clock.move_to(min(end, step))
            await self.runs()
            if then is not None:
                await then()

    def without_own_surveys(self) -> None:
        """Start the service again with the shipped surveys only."""
        self.app = replace(self.app, surveys=load_bank(), cadence=replace(self.app.cadence, own=()))

    def skips(self, text: str) -> None:
        """Let time pass while the service is down."""
        self.clock.move_to(tokyo(text))

    def _next_moment(self) -> datetime:
        now = self.clock()
        with self.app.store.read() as tx:
            looks = (checkins.next_wake(tx), alerts.next_look(tx), sharing.next_look(tx))
            found = [at for at in looks if at is not None]
        ((recalled,),) = self.rows("SELECT min(due_on) FROM followup WHERE kind = 'action' AND state = 'open'")
        if recalled:
            found.append(datetime.combine(date.fromisoformat(str(recalled)), time(9), TOKYO))
        # Whoever has just run leaves nothing that is due: an idle service sleeps.
        assert all(at > now for at in found), (now, found)
        return min([now + timedelta(days=7), *found])

    async def presses(self, person: facts.Person, wanted: str) -> Inbound:
        """Press the newest button with that label or choice.

        Where the service runs, what was pressed before is answered only after it was acknowledged: so a person waits for it.
        """
        for _ in range(1000):
            try:
                return await self.channel.press(self.address(person), wanted)
            except LookupError:
                if not self.channel.listening:
                    raise
                await asyncio.sleep(0.01)
        return await self.channel.press(self.address(person), wanted)

    async def says(self, person: facts.Person, text: str) -> Inbound:
        """Write something."""
        return await self.channel.say(self.address(person), text)

    async def answers(self, person: facts.Person, *replies: str) -> None:
        """Start the open check-in and give one reply after the other; what a whole month asks besides is skipped."""
        await self.presses(person, "start")
        begun = self._open_checkin(person)
        for reply in replies:
            await self.says(person, reply)
        while len(replies) >= A_WHOLE_MONTH and begun is not None and self._open_checkin(person) == begun:
            await self.says(person, "skip")

    def _open_checkin(self, person: facts.Person) -> int | None:
        with self.app.store.read() as tx:
            found = checkins.current(tx, person.id)
        return None if found is None else found.id

    async def goes_through(
        self, person: facts.Person, scale: str = "4", words: str = "", *, low: tuple[str, ...] = ()
    ) -> None:
        """Answer the whole open check-in: each scale with that choice, or with 2 where a part of ``low`` stands in the
        question; each further question with its first choice, and in own words where there is none."""
        await self.presses(person, "start")
        for _ in range(20):
            shown = self.channel.window(self.address(person)) or self.messages(person)[-1]
            buttons = [button.payload for line in shown.rows for button in line]
            if any(one.kind == "answers" for one in buttons):
                return
            choices = [one.choice for one in buttons if one.kind == "question"]
            if not choices and words:
                await self.says(person, words)
            else:
                wanted = "2" if any(part in shown.text for part in low) else scale
                await self.presses(person, wanted if wanted in choices else choices[0] if choices else "skip")
        raise AssertionError(f"no end: {shown.text}")

    def given(self, key: str = "A-1", *, respondent: str = "hire") -> dict[str, tuple[str | None, str | None]]:
        """The stored answers of a placement's newest check-in: value and words by question."""
        with self.app.store.read() as tx:
            newest = next(one for one in self.checkins(key) if one.respondent == respondent)
            return {one.question: (one.value, one.words) for one in answers.of(tx, newest.id)}

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """What the database holds, in SQL."""
        with self.app.store.read() as tx:
            return [tuple(row) for row in tx.connection().execute(sql(statement), values)]

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables."""
        names = sorted(inspect(self.app.store.engine).get_table_names())
        return {name: sorted(self.rows(f'SELECT * FROM "{name}"'), key=str) for name in names}

    def sent_at(self, person: facts.Person) -> list[tuple[str, str]]:
        """What was sent to a person and when in Tokyo, oldest first: ("04-06 12:10", "opening")."""
        found = self.rows(
            "SELECT sent_at, kind FROM delivery WHERE person_id = :id AND state = 'sent' ORDER BY id", id=person.id
        )
        return [(moment(at).astimezone(TOKYO).strftime("%m-%d %H:%M"), kind) for at, kind in found]

    def log_of(self, person: facts.Person) -> str:
        """The whole chat of a person with every button, as one text."""
        return "\n".join(
            "\n".join([one.text, *(button.label for line in one.rows for button in line)])
            for one in self.messages(person)
        )

    def twin(self) -> App:
        """A second process on the same database file, with the same platform and clock."""
        url = self.app.store.engine.url.render_as_string(hide_password=False)
        store = Store(make_engine(url), [KEY], readers=1)
        self._twins.append(store)
        return replace(self.app, store=store, owner="another-process")

    def close(self) -> None:
        """Give back every connection: one that is left open would fail whichever test runs when it is collected."""
        for store in (*self._twins, self.app.store):
            store.close()

    def messages(self, person: facts.Person) -> list[Outbound]:
        """Everything that a person was sent, oldest first."""
        return [one for one in self.channel.sent if one.address == self.address(person)]

    def shown(self, person: facts.Person) -> list[str]:
        """The chat as a person sees it now: the texts, oldest first."""
        return [one.text for one in self.channel.shown(self.address(person))]

    def sees(self, person: facts.Person) -> str:
        """The last message of a person, with its buttons."""
        last = self.messages(person)[-1]
        return "\n".join([last.text, *(f"[{button.label}]" for line in last.rows for button in line)])

    def checkins(self, key: str = "A-1") -> list[facts.CheckIn]:
        """What was opened for a placement, newest first."""
        with self.app.store.read() as tx:
            return [one.checkin for one in checkins.listed(tx, [self.placement(key).id])]

    def alerts(self, key: str = "A-1") -> list[facts.Alert]:
        """The alerts of a placement, newest first."""
        with self.app.store.read() as tx:
            return alerts.listed(tx, [self.placement(key).id])

    async def receive(self, update: Inbound) -> None:
        """Hand an update over as a channel would."""
        await inbound.receive(self.app, update)


@contextmanager
def open_house(
    at: str,
    *,
    path: Path | None = None,
    url: str | None = None,
    platform: str = "memory",
    limits: Limits = LIMITS,
    **settings: Any,
) -> Iterator[House]:
    """A house that stands still at a time in Tokyo: in memory, in an SQLite file, or in the database of that address.

    Everybody is on one ``platform``, whose manners the memory channel plays within its ``limits``.
    """
    engine = make_engine(url or ("sqlite://" if path is None else f"sqlite:///{path}"))
    upgrade(engine)
    clock = FixedClock(tokyo(at))
    channel = MemoryChannel(platform, limits)
    store = Store(engine, [KEY], readers=1)
    app = main.assemble(Settings(**settings), store, {platform: channel}, clock=clock, real=clock)
    house = House(app, channel, clock)
    try:
        yield house
    finally:
        house.close()


@asynccontextmanager
async def living(
    at: str,
    *,
    path: Path | None = None,
    url: str | None = None,
    platform: str = "memory",
    limits: Limits = LIMITS,
    **settings: Any,
) -> AsyncIterator[House]:
    """A house whose channel listens."""
    with open_house(at, path=path, url=url, platform=platform, limits=limits, **settings) as house:
        listening = asyncio.create_task(house.channel.listen(house.receive))
        await asyncio.sleep(0)
        try:
            yield house
        finally:
            house.channel.close()
            await listening
