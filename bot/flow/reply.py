"""Answering what a person just did: the deliveries that an inbound message causes, each promised once for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.app import App
from bot.messages import HOME, is_surface
from store import facts
from store.queries import deliveries


@dataclass(frozen=True, slots=True)
class Heard:
    """An inbound message that is being handled: its row, who did it, where, and when (domain time), and the message or the
    surface whose place the answer may take."""

    app: App
    inbound_id: int
    address: facts.Address
    person: facts.Person
    now: datetime
    place: str | None = None

    @property
    def surface(self) -> bool:
        """True when it was done on a surface, where an answer must be shown, and nowhere else."""
        return is_surface(self.place)


def send(
    tx: Session,
    heard: Heard,
    kind: str,
    subject: int,
    *,
    turn: int = 0,
    detail: dict[str, Any] | None = None,
    below: bool = False,
) -> None:
    """Promise a message to the person who was heard, there: in the place of what was pressed, or (``below``) as a new one.

    On a surface everything takes its place, because nothing that belongs there is ever sent as a message.
    """
    deliveries.queue(
        tx,
        heard.address,
        key=f"in{heard.inbound_id}:{kind}:{subject}:{turn}",
        kind=kind,
        subject=subject,
        turn=turn,
        detail=detail,
        place=heard.place if heard.surface or not below else None,
        now=heard.app.real(),
    )


IN_PLACE = frozenset(
    {
        "saved",
        "later_tonight",
        "later_tomorrow",
        "later_sunday",
        "paused",
        "paused_week",
        "stopped",
        "started",
        "in_window",
        "in_chat",
    }
)
"""Short answers to a choice of a menu, which has had its time. Any other leaves what was pressed as it is."""


def say(tx: Session, heard: Heard, code: str, **values: str | int) -> None:
    """Promise one short answer (``bot.text.replies.REPLIES``); on a person's own page it is a line of the page."""
    kind = "home" if heard.place == HOME else "say"
    send(tx, heard, kind, heard.person.id, detail={"code": code, **values}, below=code not in IN_PLACE)
