"""``teichaku chat``: a practice conversation with the bot in this terminal. Nothing leaves it, and nothing is kept."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot import flow
from bot.app import App
from bot.channels.memory import MemoryChannel
from bot.channels.terminal import TerminalChannel
from bot.clock import FixedClock
from bot.demo.cast import MANAGERS
from bot.demo.play import TOKYO
from bot.flow import inbound, linking
from bot.flow.conversation import load
from bot.flow.roster import store_roster
from bot.flow.roster.model import Roster, RosterRow
from bot.main import assemble
from bot.messages import AddressKey, Channel, Inbound
from bot.refusal import Refusal
from bot.settings import Settings
from bot.text import demo as words
from bot.text.catalog import ALIASES, KNOWN_LOCALES, Voice
from store import facts
from store.migrate import upgrade
from store.queries import alerts, checkins, people, placements
from store.seal import new_key
from store.session import Store, make_engine
from surveys.conversation import next_question

BEGIN = datetime(2026, 4, 3, 9, tzinfo=TOKYO)
START = date(2026, 4, 1)
ROLES = ("hire", "manager", "consultant")
LOW = {"stay": "1", "overall": "2", "supervisor": "1", "pay": "3"}
JUMPS = 200
"""More looks than two months of one person's schedule can need."""


@dataclass(slots=True)
class Practice:
    """A small house: one hire, one manager, one consultant, of whom one sits at this terminal."""

    app: App
    terminal: TerminalChannel
    memory: MemoryChannel
    clock: FixedClock
    voice: Voice
    player: facts.Person

    async def play(self) -> None:
        """Let the person talk until the end of input; when nothing is open, time jumps to the next check-in."""
        await flow.plan_ahead(self.app)
        await flow.advance(self.app)
        await self.terminal.listen(self._receive)

    async def _receive(self, update: Inbound) -> None:
        await inbound.receive(self.app, update)
        await flow.advance(self.app)
        if self.player.kind != "staff":
            await self.jump(self.player.id)

    async def jump(self, person_id: int) -> None:
        """To the next check-in of this person, once they have agreed and finished what was open."""
        with self.app.store.read() as tx:
            person = people.get(tx, person_id)
            ready = person.named and (person.kind != "hire" or person.hour is not None) and not person.stopped
            waiting = checkins.current(tx, person_id)
        if not ready or waiting is not None:
            return
        for _ in range(JUMPS):
            await flow.plan_ahead(self.app)
            with self.app.store.read() as tx:
                wake = checkins.next_wake(tx)
            if wake is None:
                return
            self.clock.move_to(max(self.clock(), wake))
            await flow.advance(self.app)
            with self.app.store.read() as tx:
                if checkins.current(tx, person_id) is not None:
                    return


def practise(voice: Voice, *, role: str, language: str | None) -> None:
    """Set the small house up and let the person at the terminal play one of its people.

    Raises Refusal("role_unknown") and ("chat_language_unknown").
    """
    if role not in ROLES:
        raise Refusal("role_unknown", value=role)
    languages = _languages(language)
    engine = make_engine("sqlite://")
    upgrade(engine)
    store = Store(engine, [new_key()])
    try:
        asyncio.run(_play(voice, store, role, languages))
    finally:
        store.close()
    print(voice.one(words.PRACTICE_END))


def _languages(language: str | None) -> tuple[str, ...] | None:
    if language is None:
        return None
    wanted = tuple(ALIASES.get(one.strip(), one.strip()) for one in language.split(",") if one.strip())
    for one in wanted:
        if one not in KNOWN_LOCALES:
            raise Refusal("chat_language_unknown", value=one, known=", ".join(KNOWN_LOCALES))
    return wanted or None


def _roster(voice: Voice, role: str, languages: tuple[str, ...] | None) -> Roster:
    name, email, _ = MANAGERS["sato"]
    spoken: dict[str, tuple[str, ...]] = {
        "hire": ("en", "ja@simple") if voice.first == "en" else ("ja@simple",),
        "manager": ("ja", "en") if voice.first == "en" else ("ja",),
        "consultant": (voice.first,),
    }
    if languages:
        spoken[role] = languages
    row = RosterRow(
        row=2,
        placement_id="S-101",
        company="さくら食品株式会社",
        hire_name="Nguyen Thi Hoa",
        hire_languages=spoken["hire"],
        hire_channel="telegram",
        manager_name=name,
        manager_email=email,
        manager_languages=spoken["manager"],
        manager_channel="slack",
        consultant_name="Mori Aiko",
        consultant_languages=spoken["consultant"],
        start_date=START,
    )
    return Roster(sheet="practice", rows=(row,))


async def _play(voice: Voice, store: Store, role: str, languages: tuple[str, ...] | None) -> None:
    clock = FixedClock(BEGIN.astimezone(UTC))
    memory = MemoryChannel()
    terminal = TerminalChannel(AddressKey("terminal", "", "1"), sys.stdin, sys.stdout)
    channels: dict[str, Channel] = {memory.name: memory, terminal.name: terminal}
    app = assemble(Settings(), store, channels, clock=clock, real=clock)
    store_roster(app, _roster(voice, role, languages))
    with store.read() as tx:
        placement = placements.everyone(tx)[0]
    player = {"hire": placement.hire, "manager": placement.manager, "consultant": placement.consultant}[role]
    print(voice.one(words.PRACTICE))
    print(voice.one(words.PRACTICE_AS[role], name=player.name, company=placement.company))
    print()
    practice = Practice(app, terminal, memory, clock, voice, player)
    if role == "manager":
        clock.move_to(clock() + timedelta(days=25))
    linking.link(app, player.id, terminal.name, "", "1")
    if role == "consultant":
        # The manager has a chat too, or the first thing to work on would be that they have none.
        linking.link(app, placement.manager.id, memory.name, "", "manager")
        await _raise_alert(practice, placement.hire)
    await practice.play()


async def _raise_alert(practice: Practice, hire: facts.Person) -> None:
    """Let the hire answer two check-ins with low answers, so that the consultant has something to work on."""
    app, memory = practice.app, practice.memory
    address = AddressKey(memory.name, "", "hire")
    listening = asyncio.create_task(memory.listen(lambda update: inbound.receive(app, update)))
    await asyncio.sleep(0)
    linking.link(app, hire.id, memory.name, "", "hire")
    await flow.advance(app)
    for choice in ("agree", "name.0", "hour.noon"):
        await memory.press(address, choice)
    for low in (False, True):
        await practice.jump(hire.id)
        await memory.press(address, "start")
        await _answer(practice, address, hire.id, low=low)
    await flow.advance(app)
    listening.cancel()
    with app.store.read() as tx:
        look = alerts.next_look(tx)
    if look is not None:
        practice.clock.move_to(max(practice.clock(), look))


async def _answer(practice: Practice, address: AddressKey, hire_id: int, *, low: bool) -> None:
    while True:
        with practice.app.store.read() as tx:
            checkin = checkins.current(tx, hire_id)
            asked = next_question(load(practice.app, tx, checkin)) if checkin else None
        if asked is None:
            return
        wanted = LOW.get(asked.name, "4") if low else "4"
        choice = asked.choice(wanted) or asked.choice("supervisor") or asked.choice("other")
        await practice.memory.press(address, choice.name if choice else "skip")
