"""A small chat platform on loopback for proofs and benchmarks: it takes messages, and its people press buttons.

It behaves as real ones do: an update stays until it is confirmed and is handed over again until then, a message that it took
is taken even if the answer never reaches the sender, and people answer what they see. One JSON document a line over TCP.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bot.channels import callback
from bot.messages import AddressKey, Inbound, Limits, OnInbound, Outbound, Receipt, SendError

LIMITS = Limits(text=4096, button=64, payload=64, buttons=100)
PLATFORM = "loop"


@dataclass
class LoopPlatform:
    """The platform's side. ``sent`` counts each message by its key; ``confirmed`` are updates whose receipt we were told."""

    seed: int = 1
    thinking: float = 0.01
    sent: Counter[str] = field(default_factory=Counter)
    confirmed: set[str] = field(default_factory=set)
    kinds: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, dict[str, Any]] = field(default_factory=dict)
    handed: dict[str, float] = field(default_factory=dict)
    made: int = 0
    answered: set[tuple[str, str]] = field(default_factory=set)

    async def serve(self, connection: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        """Answer one connection until it is closed."""
        try:
            while line := await connection.readline():
                answer.write((json.dumps(self._do(json.loads(line))) + "\n").encode())
                await answer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            answer.close()

    def _do(self, said: dict[str, Any]) -> dict[str, Any]:
        match said["do"]:
            case "send":
                return self._take(said)
            case "updates":
                return {"updates": self._hand_over()}
            case "confirm":
                self.confirmed.add(said["id"])
                self.waiting.pop(said["id"], None)
                return {}
            case _:
                return {
                    "sent": dict(self.sent),
                    "kinds": self.kinds,
                    "confirmed": sorted(self.confirmed),
                    "waiting": len(self.waiting),
                    "made": self.made,
                }

    def _take(self, said: dict[str, Any]) -> dict[str, Any]:
        self.sent[said["key"]] += 1
        presses = [press for press in said["presses"] if press.split(":")[1] in ("q", "o", "c", "s")]
        if presses:
            self.kinds[said["key"]] = presses[0].split(":")[1]
            self._react(said["user"], presses)
        return {"reference": f"m{sum(self.sent.values())}"}

    def _react(self, user: str, presses: list[str]) -> None:
        """A person sees the message and presses one of its buttons, once for each question."""
        asked = ":".join(presses[0].split(":")[:4])
        if (user, asked) in self.answered:
            return
        self.answered.add((user, asked))
        self.made += 1
        choice = random.Random(f"{self.seed}:{user}:{asked}").choice(presses[:5])
        if presses[0].split(":")[1] in ("o", "c"):
            choice = presses[0]
        name = f"u{self.made}"
        self.waiting[name] = {"id": name, "user": user, "press": choice}

    def _hand_over(self) -> list[dict[str, Any]]:
        """What was not confirmed, oldest first; handed to another asker only after a moment."""
        now = asyncio.get_running_loop().time()
        fresh = [name for name in self.waiting if now - self.handed.get(name, 0.0) > 1.0][:20]
        self.handed.update(dict.fromkeys(fresh, now))
        return [self.waiting[name] for name in fresh]


class LoopChannel:
    """Our side: a Channel that speaks to the platform over loopback TCP."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._sending: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    @property
    def name(self) -> str:
        """The platform."""
        return PLATFORM

    @property
    def limits(self) -> Limits:
        """What it takes."""
        return LIMITS

    async def _ask(self, said: dict[str, Any]) -> dict[str, Any]:
        try:
            reader, writer = self._sending.get_nowait()
        except asyncio.QueueEmpty:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write((json.dumps(said) + "\n").encode())
        await writer.drain()
        answer: dict[str, Any] = json.loads(await reader.readline())
        self._sending.put_nowait((reader, writer))
        return answer

    async def send(self, outbound: Outbound) -> Receipt:
        """Send one message."""
        presses = [callback.encode(button.payload) for row in outbound.rows for button in row]
        said = {"do": "send", "key": outbound.key, "user": outbound.address.user, "presses": presses}
        try:
            return Receipt((await self._ask(said))["reference"])
        except (ConnectionError, ValueError) as fault:
            raise SendError("connection", sent_perhaps=True) from fault

    async def listen(self, on_inbound: OnInbound) -> None:
        """Fetch updates, hand them over, and confirm each only after it was recorded."""
        while True:
            updates = (await self._ask({"do": "updates"}))["updates"]
            await asyncio.gather(*(self._hand(update, on_inbound) for update in updates))
            await asyncio.sleep(0 if updates else 0.005)

    async def _hand(self, update: dict[str, str], on_inbound: OnInbound) -> None:
        where = AddressKey(PLATFORM, "", update["user"])
        await on_inbound(Inbound(where, update["id"], payload=callback.decode(update["press"])))
        await self._ask({"do": "confirm", "id": update["id"]})

    async def tell(self) -> dict[str, Any]:
        """What the platform has seen."""
        return await self._ask({"do": "tell"})
