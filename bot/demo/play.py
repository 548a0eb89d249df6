"""The rehearsal itself: the clock jumps from one thing that is due to the next, and the invented people react."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bot import flow
from bot.app import App
from bot.channels import without_form
from bot.channels.memory import MemoryChannel
from bot.clock import FixedClock
from bot.demo import cast
from bot.flow import inbound, linking
from bot.flow.conversation import load
from bot.messages import FORM, AddressKey, Button, Inbound, Outbound
from bot.text.catalog import Voice
from bot.text.demo import NOTES
from store import facts
from store.queries import alerts, checkins, people, placements
from surveys.conversation import next_question
from surveys.model import Question

TOKYO = ZoneInfo("Asia/Tokyo")
BEGIN = datetime(2026, 3, 30, 9, tzinfo=TOKYO)
END = datetime(2026, 9, 30, 18, tzinfo=TOKYO)
MORNING = time(9, 1)
THINKING = timedelta(seconds=20)
SITTING = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript: what the bot sent (``outbound``), or what the person pressed or wrote (``said``)."""

    at: datetime
    outbound: Outbound | None = None
    said: str | None = None


@dataclass(slots=True)
class Rehearsal:
    """The app with its invented people. ``lines`` are the transcripts by person."""

    app: App
    channel: MemoryChannel
    clock: FixedClock
    voice: Voice
    seed: int = 1
    lines: dict[int, list[Line]] = field(default_factory=dict)
    helped: dict[str, int] = field(default_factory=dict)
    _seen: int = 0
    _order: int = 0
    _reactions: list[tuple[datetime, int, int, Outbound]] = field(default_factory=list)
    _written: set[int] = field(default_factory=set)

    async def play(self, progress: Callable[[float], None]) -> None:
        """Play from BEGIN to END; ``progress`` is told the share that is done."""
        listening = asyncio.create_task(self.channel.listen(lambda update: inbound.receive(self.app, update)))
        await asyncio.sleep(0)
        try:
            await self._link_everybody()
            while (moment := self._next()) is not None and moment <= END:
                self.clock.move_to(moment)
                await self._react_until(moment)
                await flow.plan_ahead(self.app)
                await flow.advance(self.app)
                self._collect()
                progress((moment - BEGIN) / (END - BEGIN))
        finally:
            listening.cancel()

    async def _link_everybody(self) -> None:
        with self.app.store.read() as tx:
            known = placements.everyone(tx)
            staff = people.staff(tx)
        everybody = {person.id: person for one in known for person in (one.hire, one.manager)}
        everybody |= {person.id: person for person in staff}
        for person in everybody.values():
            linking.link(self.app, person.id, self.channel.name, "", str(person.id))
        await flow.advance(self.app)
        self._collect()

    def _next(self) -> datetime | None:
        """When the next thing is due: in the schedule, with an alert, with a person, or the morning's round."""
        now = self.clock()
        local = now.astimezone(TOKYO)
        morning = datetime.combine(local.date(), MORNING, tzinfo=TOKYO)
        times = [morning if morning > local else morning + timedelta(days=1)]
        with self.app.store.read() as tx:
            times += [at for at in (checkins.next_wake(tx), alerts.next_look(tx)) if at is not None]
        if self._reactions:
            times.append(self._reactions[0][0])
        return max(now, min(times))

    def _collect(self) -> None:
        """Hand what was sent since the last look to its readers, who react after a while of their own."""
        now = self.clock()
        for outbound in self.channel.sent[self._seen :]:
            person = int(outbound.address.user)
            self.lines.setdefault(person, []).append(Line(now, outbound=outbound))
            self._order += 1
            at = now + self._pause(person, outbound)
            heapq.heappush(self._reactions, (at, self._order, person, outbound))
        self._seen = len(self.channel.sent)

    def _pause(self, person: int, outbound: Outbound) -> timedelta:
        payload = outbound.rows[0][0].payload if outbound.rows else None
        kind = payload.kind if payload else "follow_up"
        if (payload and "." in payload.choice) or kind in ("question", "consent", "setting", "menu", "follow_up"):
            return THINKING
        minutes = Random(f"{self.seed}:{person}:{outbound.key}").randrange(8, 300)
        return timedelta(minutes=minutes)

    async def _react_until(self, moment: datetime) -> None:
        """Let people do what they do by then; who has begun a check-in finishes it in one sitting."""
        while self._reactions and self._reactions[0][0] <= moment + SITTING:
            at, _, person_id, outbound = heapq.heappop(self._reactions)
            self.clock.move_to(max(self.clock(), at))
            with self.app.store.read() as tx:
                person = people.get(tx, person_id)
            said = self._answer(person, outbound)
            if said is None:
                continue
            await self._do(person, outbound, said)
            self._collect()

    async def _do(self, person: facts.Person, outbound: Outbound, said: Button | str) -> None:
        address = AddressKey(self.channel.name, "", str(person.id))
        self._order += 1
        label = said if isinstance(said, str) else said.label
        self.lines[person.id].append(Line(self.clock(), said=label))
        if isinstance(said, str):
            update = Inbound(address, f"demo-{self._order}", text=said)
        else:
            payload = without_form(said.payload) or said.payload
            update = Inbound(address, f"demo-{self._order}", payload=payload)
        await self.channel.inject(update)

    def _answer(self, person: facts.Person, outbound: Outbound) -> Button | str | None:
        if not outbound.rows:
            return self._note(person)
        buttons = {button.payload.choice.removeprefix(FORM): button for row in outbound.rows for button in row}
        kind = outbound.rows[0][0].payload.kind
        match kind:
            case "consent":
                return buttons["agree"]
            case "setting":
                wanted = person.call_name if person.kind == "hire" else None
                named = [button for button in buttons.values() if button.label == wanted]
                return named[0] if named else next(iter(buttons.values()))
            case "opening":
                return self._start(person, buttons)
            case "question" | "menu":
                return self._question(person, buttons, outbound)
            case "alert" | "follow_up":
                return self._consultant(person, buttons, outbound, kind)
            case _:
                return None

    def _note(self, person: facts.Person) -> str | None:
        """What a consultant writes down when asked for it."""
        with self.app.store.read() as tx:
            draft = alerts.draft_of(tx, person.id)
        if draft is None or draft.topic is None or draft.note is not None:
            return None
        return self.voice.one(NOTES.get(draft.topic, NOTES["overall"]))

    def _start(self, person: facts.Person, buttons: dict[str, Button]) -> Button | None:
        """Whether somebody answers at all."""
        if person.kind == "hire":
            hire, month = self._hire_of(person)
            if hire.silent_from is not None and month >= hire.silent_from:
                return None
        return buttons.get("start")

    def _hire_of(self, person: facts.Person) -> tuple[cast.Hire, int]:
        with self.app.store.read() as tx:
            placement = placements.everyone(tx, hire_id=person.id)[0]
            checkin = checkins.current(tx, person.id)
        month = int(checkin.period[1:]) if checkin and checkin.period.startswith("m") else 0
        return _by_key(placement.key), month

    def _question(self, person: facts.Person, buttons: dict[str, Button], outbound: Outbound) -> Button | str | None:
        payload = outbound.rows[0][0].payload
        with self.app.store.read() as tx:
            checkin = checkins.get(tx, payload.subject)
            if checkin is None or checkin.turn != payload.turn:
                return None
            asked = next_question(load(self.app, tx, checkin))
            key = placements.get(tx, checkin.placement_id).key
        if asked is None:
            return None
        month = int(checkin.period[1:]) if checkin.period.startswith("m") else 0
        return self._chosen(_by_key(key), asked, month, buttons, by_manager=person.kind == "manager")

    def _chosen(
        self, hire: cast.Hire, asked: Question, month: int, buttons: dict[str, Button], *, by_manager: bool
    ) -> Button | str | None:
        if asked.is_text:
            words = None if by_manager else hire.words.get(month)
            return words or buttons["skip"]
        if asked.scale:
            driver = f"{asked.driver}"
            if by_manager:
                driver = "keep" if driver == "intention" else "manager_view"
            value = cast.answer(
                hire, driver, month, points=len(asked.choices), helped=self.helped.get(hire.key), seed=self.seed
            )
            return buttons[str(value)]
        parent = asked.follow_up_of or ""
        wanted = hire.reasons.get(_driver_of(self.app, asked, parent), "")
        return buttons.get(wanted) or buttons.get("none") or buttons["other"]

    def _consultant(
        self, person: facts.Person, buttons: dict[str, Button], outbound: Outbound, kind: str
    ) -> Button | str | None:
        """What a consultant does: opens what the digest lists, takes care of it, notes a promise, and later closes it."""
        if kind == "alert" and "open" in buttons and "ack" not in buttons and "resolve" not in buttons:
            waiting = [button for row in outbound.rows for button in row if button.payload.choice == "open"]
            for button in waiting[1:]:
                self._order += 1
                heapq.heappush(
                    self._reactions,
                    (
                        self.clock() + THINKING * 20,
                        self._order,
                        person.id,
                        Outbound(outbound.address, outbound.key, (), ((button,),)),
                    ),
                )
            return waiting[0]
        if kind == "alert" and "action" in buttons:
            subject = buttons["action"].payload.subject
            if subject in self._written:
                return None
            self._written.add(subject)
            return buttons["action"]
        if kind == "alert":
            topic = self._topic(outbound.rows[0][0].payload.subject)
            return buttons.get(f"topic.{topic}") or next(iter(buttons.values()))
        return buttons.get("due.1w") or buttons.get("promised.yes") or buttons.get("done")

    def _topic(self, alert_id: int) -> str:
        with self.app.store.read() as tx:
            found = alerts.get(tx, alert_id)
            assert found is not None
            placement = placements.get(tx, found.placement_id)
        hire = _by_key(placement.key)
        opened = found.opened_at.astimezone(TOKYO).date()
        self.helped.setdefault(placement.key, (opened.year - hire.start.year) * 12 + opened.month - hire.start.month)
        for topic in ("supervisor", "pay", "promise", "peer", "life"):
            if topic in hire.turns:
                return topic
        return "overall"


def _by_key(key: str) -> cast.Hire:
    return next(hire for hire in cast.HIRES if hire.key == key)


def _driver_of(app: App, asked: Question, parent: str) -> str:
    for survey in app.surveys.values():
        for question in survey.questions:
            if question.name == parent and asked in survey.questions:
                return question.driver or ""
    return ""
