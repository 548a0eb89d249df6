"""People of a company in the loopback Slack who live by themselves: they link, agree, and answer what they see."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from bot.channels import callback
from bot.messages import Payload
from tests.platform.slack import Person, Slack
from tests.platform.slack.people import shown, shown_message
from tests.platform.slack.world import Message, View, Workspace

SKIPPED = ("back", "later", "language", "help", "skip", "decline", "not_them", "stop", "privacy", "write")


@dataclass
class Crowd:
    """Everybody. ``window`` names those who answer by the shortcut, in a modal; ``pause`` is how long they think, at least."""

    slack: Slack
    pause: float = 0.05
    window: set[str] = field(default_factory=set)
    rng: random.Random = field(default_factory=lambda: random.Random(1))
    people: dict[str, Person] = field(default_factory=dict)
    pages: dict[str, list[str]] = field(default_factory=dict)
    done: set[tuple[str, str, int, int]] = field(default_factory=set)
    """What each has pressed with success: nobody presses the same thing again."""
    waits: list[float] = field(default_factory=list)
    """From a press on a question to the next one, in seconds."""
    _pressed: dict[str, float] = field(default_factory=dict)
    _busy: set[str] = field(default_factory=set)
    _missed: set[str] = field(default_factory=set)
    """Who saw something new while pressing."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    quiet: bool = False

    def __post_init__(self) -> None:
        self.slack.on_change.append(self._look)

    def joins(self, person: Person) -> None:
        """Let somebody take part."""
        self.people[person.id] = person
        self.pages[person.id] = []

    def _look(self, team: Workspace, user: str, what: Message | View | dict[str, Any]) -> None:
        if user not in self.people or not isinstance(what, Message | View):
            return
        seen = shown_message(what) if isinstance(what, Message) else shown(what.content["blocks"], "", what.content)
        if seen.text == "…":
            return
        where = "" if isinstance(what, Message) else "(in a window) "
        self.pages[user].append(f"{where}{seen.text}" + "".join(f"\n    [{label}]" for label in seen.labels))
        began = self._pressed.pop(user, None)
        if began is not None:
            self.waits.append(self.slack.clock() - began)
        if not self.quiet:
            self.start(self._react(user))

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on by itself."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _react(self, user: str) -> None:
        if user in self._busy:
            self._missed.add(user)
            return
        self._busy.add(user)
        try:
            await asyncio.sleep(self.pause * (1 + self.rng.random()))
            person = self.people[user]
            modal = person.modal()
            if modal is not None and not modal.labels and modal.text != "…":
                person.closes()  # Everything is said in it.
            chosen = self._choose(user, _buttons(person))
            if chosen is None:
                return
            label, payload = chosen
            self.pages[user].append(f"▸ {label}")
            began = self.slack.clock()
            if payload.kind == "question":
                self._pressed[user] = began
            if payload.kind == "opening" and payload.turn == 0 and user in self.window:
                answer = await person.shortcut("checkin_now")
            else:
                answer = await person.presses(label)
            if (answer or {}).get("error") is None:
                self.done.add((user, payload.kind, payload.subject, payload.turn))
            else:
                self._pressed.pop(user, None)
                self.start(self._again(user))
        except LookupError:
            pass
        finally:
            self._busy.discard(user)
            if user in self._missed and not self.quiet:
                self._missed.discard(user)
                self.start(self._react(user))

    async def _again(self, user: str) -> None:
        await asyncio.sleep(0.3)
        await self._react(user)

    async def nudge(self) -> None:
        """Let everybody look at their screen once more: somebody may have missed a change while pressing."""
        for user in self.people:
            self.start(self._react(user))

    def _choose(self, user: str, buttons: list[tuple[str, Payload]]) -> tuple[str, Payload] | None:
        usable = [(label, one) for label, one in buttons if one.choice.removeprefix("form.") not in SKIPPED]
        if not any(one.kind == "question" for _, one in usable):  # Nobody writes here: what wants words is skipped.
            usable += [(label, one) for label, one in buttons if (one.kind, one.choice) == ("menu", "skip")]
        usable = [
            (label, one)
            for label, one in usable
            if (one.kind in ("question", "opening", "consent", "setting") or one.choice in ("go_on", "skip"))
            and (user, one.kind, one.subject, one.turn) not in self.done
        ]
        if not usable:
            return None
        first = usable[0][1]
        same = [
            (label, one)
            for label, one in usable
            if (one.kind, one.subject, one.turn) == (first.kind, first.subject, first.turn)
        ]
        return self.rng.choice(same[:4]) if first.kind == "question" else same[0]

    async def stop(self) -> None:
        """Let everybody rest."""
        self.quiet = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _buttons(person: Person) -> list[tuple[str, Payload]]:
    """What can be pressed in front: in the window, else on the newest message."""
    view = person._front()
    message = person.messages()[-1] if person.messages() else None
    blocks = view.content["blocks"] if view is not None else message.blocks if message is not None else []
    found = []
    for block in blocks:
        for one in block.get("elements", []) if block["type"] == "actions" else []:
            payload = callback.decode(one.get("value", ""))
            if payload is not None:
                found.append((one["text"]["text"], payload))
    return found
