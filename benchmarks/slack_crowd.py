"""People of a company in the loopback Slack who live by themselves: they link, agree, and answer what they see."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.channels import callback
from bot.messages import Payload
from tests.platform.slack import Person, Slack
from tests.platform.slack.people import read, shown, shown_message
from tests.platform.slack.world import Message, View, Workspace

LOOKS_AGAIN, LOOKS_BACK = 1.0, 6
"""Seconds after which somebody looks at the screen though nothing has changed, and how many messages back they look."""

ANSWERS = frozenset({"question", "opening", "consent", "setting", "safety"})
PASSED = frozenset({"later", "decline", "unscored", "lang"})
WORK = ("open", "ack", "form.action", "done", "form.resolve")
"""What somebody of the agency does about an alert, one after the other; a case is closed when something was done."""

SCALES = {"well": (4, 5), "worse": (1, 2, 3)}
WORDS = "It is a little loud here, but people are kind."
HELP = "company"
"""With whom the trouble is, where that is asked."""


@dataclass
class Habits:
    """How somebody lives: where they answer, how they are (``well``, ``worse`` from month to month, or ``silent`` after the
    first check-in), and whether they work at the agency."""

    window: bool = False
    mood: str = "well"
    staff: bool = False
    words: str = WORDS


@dataclass
class Life:
    """One person's days: what is on the screen, what was pressed, and since when nothing answers."""

    person: Person
    habits: Habits
    news: asyncio.Event = field(default_factory=asyncio.Event)
    page: list[str] = field(default_factory=list)
    day: str = ""
    done: set[tuple[Any, ...]] = field(default_factory=set)
    """What was pressed with success: nobody presses the same thing again."""
    begun: set[int] = field(default_factory=set)
    pressed: float | None = None
    waiting: float | None = None
    changed: float = 0.0


@dataclass
class Crowd:
    """Everybody. ``pause`` is how long they think, at least; ``patience`` how long they wait for an answer before they ask for
    their check-in again; ``today`` says which day it is where they live."""

    slack: Slack
    pause: float = 0.05
    patience: float = 6.0
    today: Callable[[], str] = str
    rng: random.Random = field(default_factory=lambda: random.Random(1))
    lives: dict[str, Life] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    """From a press on a question to the next one, in seconds."""
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.slack.on_change.append(self._look)

    def joins(self, person: Person, habits: Habits | None = None) -> None:
        """Let somebody take part from now on."""
        life = self.lives[person.id] = Life(person, habits or Habits())
        self._tasks[person.id] = asyncio.create_task(self._live(life))

    async def leaves(self, person: str) -> None:
        """Let somebody look at this Slack no more."""
        del self.lives[person]
        await self._end(self._tasks.pop(person))

    async def stop(self) -> None:
        """Let everybody rest."""
        await self._end(*self._tasks.values())

    async def _end(self, *tasks: asyncio.Task[None]) -> None:
        for task in tasks:
            task.cancel()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        broken = [one for one in found if isinstance(one, Exception)]
        if broken:  # Who has stopped to answer would make any count look good.
            raise ExceptionGroup("people who broke off", broken)

    def _look(self, team: Workspace, user: str, what: Message | View | dict[str, Any]) -> None:
        life = self.lives.get(user)
        if life is None or not isinstance(what, Message | View):
            return
        seen = shown_message(what) if isinstance(what, Message) else shown(what.content["blocks"], "", what.content)
        if seen.text == "…":
            return
        where = "" if isinstance(what, Message) else "(in a window) "
        self._note(life, f"{where}{seen.text}" + "".join(f"\n    [{label}]" for label in seen.labels))
        if life.pressed is not None:
            self.waits.append(self.slack.clock() - life.pressed)
        life.pressed = life.waiting = None
        life.changed = self.slack.clock()
        life.news.set()

    def _note(self, life: Life, line: str) -> None:
        today = self.today()
        if today != life.day:
            life.page.append(f"## {today}")
            life.day = today
        life.page.append(line)

    async def _live(self, life: Life) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOKS_AGAIN):
                    await life.news.wait()
            life.news.clear()
            await asyncio.sleep(self.pause * (1 + self.rng.random()))
            with suppress(LookupError, AssertionError):  # What was on the screen has gone under the finger.
                await self._act(life)

    async def _act(self, life: Life) -> None:
        person = life.person
        view = person._front()
        overdue = life.waiting is not None and self.slack.clock() - life.waiting > self.patience
        empty = view is not None and shown(view.content["blocks"], "").text == "…"
        if view is not None and not empty and any(block["type"] == "input" for block in view.content["blocks"]):
            await self._fill_in(life, view)
        elif not empty and (chosen := self._choose(life)) is not None:
            await self._press(life, *chosen)
        elif view is not None:
            asks = any(one.kind == "question" for _, one in _buttons(view.content["blocks"]))
            if overdue or (life.waiting is None and not empty and not asks):
                person.closes()  # Everything is said in it, or nothing comes.
                life.news.set()
        elif (asked := _asked_for_words(person)) is not None and (asked, "words") not in life.done:
            if await self._says(life, life.habits.words):
                life.done.add((asked, "words"))
        elif overdue:
            life.waiting = None
            await self._says(life, "start")

    async def _press(self, life: Life, label: str, payload: Payload, key: tuple[Any, ...], on: Message | None) -> None:
        began = self.slack.clock()
        if payload.kind == "opening" and life.habits.window:
            self._note(life, "▸ (the shortcut “Check in now”)")
            answer = await life.person.shortcut("checkin_now")
        else:
            self._note(life, f"▸ {label}")
            life.pressed = began if payload.kind == "question" else None
            answer = await life.person.presses(label, on=on)
        if (answer or {}).get("error") is None:
            life.done.add(key)
            if life.changed < began:
                life.waiting = began
        else:
            self._note(life, "▸ (Slack says that it did not work)")
            life.pressed = None

    async def _says(self, life: Life, text: str) -> bool:
        self._note(life, f"▸ {text}")
        answer = await life.person.says(text, wait=True)
        return (answer or {}).get("error") is None

    async def _fill_in(self, life: Life, view: View) -> None:
        key = ("form", view.id, view.content.get("private_metadata"))
        if key in life.done:
            return
        values = {"words": life.habits.words, "topic": "supervisor", "note": "Talk with the boss", "promised": "yes"}
        values |= {"outcome": "stays_solved"}
        names = {block["block_id"].partition("|")[0] for block in view.content["blocks"] if block["type"] == "input"}
        given = {name: value for name, value in values.items() if name in names}
        self._note(life, "▸ " + ", ".join(given.values()))
        answer = await life.person.submits(**given)
        if (answer or {}).get("error") is None:
            life.done.add(key)

    def _choose(self, life: Life) -> tuple[str, Payload, tuple[Any, ...], Message | None] | None:
        for message, buttons in _screens(life.person):
            found = [(label, one, _key(one)) for label, one in buttons if self._wants(life, one)]
            open_ = [(label, one, key) for label, one, key in found if key not in life.done]
            if open_:
                label, one, key = self._one_of(life, open_)
                return label, one, key, message
        return None

    def _wants(self, life: Life, one: Payload) -> bool:
        if life.habits.staff:
            acted = any(key[0] == "follow_up" for key in life.done)
            return one.kind in ("alert", "follow_up") and one.choice in WORK and (acted or one.choice != "form.resolve")
        if one.kind == "opening" and life.habits.mood == "silent" and life.begun - {one.subject}:
            return False
        return one.kind in ANSWERS and one.choice.partition(".")[0] not in PASSED

    def _one_of(self, life: Life, open_: list[tuple[str, Payload, Any]]) -> tuple[str, Payload, Any]:
        first = open_[0]
        if life.habits.staff:
            return min(open_, key=lambda each: WORK.index(each[1].choice))
        life.begun |= {first[1].subject} if first[1].kind == "opening" else set()
        if first[1].kind == "safety":
            return next((each for each in open_ if each[1].choice.endswith(("go_on", HELP))), first)
        if first[1].kind != "question":
            return first
        same = [each for each in open_ if each[2] == first[2]]
        mood = "worse" if life.habits.mood == "worse" and len(life.begun) > 1 else "well"
        liked = [each for each in same if each[1].choice in {str(points) for points in SCALES[mood]}]
        quiet = [each for each in same if each[1].choice == "none"]  # Nobody here is in danger.
        return self.rng.choice(liked or quiet or same[:3])


def _key(one: Payload) -> tuple[Any, ...]:
    """What is pressed once: one of the choices of a question, but each of the things that can be done about an alert."""
    return (one.kind, one.subject, one.turn, one.choice if one.kind in ("alert", "follow_up", "setting") else "")


def _screens(person: Person) -> list[tuple[Message | None, list[tuple[str, Payload]]]]:
    """What can be pressed: in the window in front, else on the newest messages, the newest first."""
    view = person._front()
    if view is not None:
        return [(None, _buttons(view.content["blocks"]))]
    return [(message, _buttons(message.blocks)) for message in reversed(person.messages()[-LOOKS_BACK:])]


def _buttons(blocks: list[dict[str, Any]]) -> list[tuple[str, Payload]]:
    found = []
    for block in blocks:
        for one in block.get("elements", []) if block["type"] == "actions" else []:
            payload = callback.decode(one.get("value", ""))
            if payload is not None:
                found.append((read(one["text"]), payload))
    return found


def _asked_for_words(person: Person) -> tuple[int, int] | None:
    """The check-in and the turn of a question in the chat that has no answers to press."""
    for message in reversed(person.messages()[-1:]):
        buttons = [one for _, one in _buttons(message.blocks)]
        skip = next((one for one in buttons if (one.kind, one.choice) == ("menu", "skip")), None)
        if skip is not None and not any(one.kind == "question" for one in buttons):
            return skip.subject, skip.turn
    return None
