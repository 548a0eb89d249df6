"""Answering what a person just did: the deliveries that an inbound message causes, each promised once for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.app import App
from bot.flow import outbox
from store import facts


@dataclass(frozen=True, slots=True)
class Heard:
    """An inbound message that is being handled: its row, who did it and when (domain time)."""

    app: App
    inbound_id: int
    person: facts.Person
    now: datetime


def send(
    tx: Session, heard: Heard, kind: str, subject: int, *, turn: int = 0, detail: dict[str, Any] | None = None
) -> None:
    """Promise a message to the person who was heard."""
    key = f"in{heard.inbound_id}:{kind}:{subject}:{turn}"
    outbox.promise(heard.app, tx, heard.person.id, key=key, kind=kind, subject=subject, turn=turn, detail=detail)


def say(tx: Session, heard: Heard, code: str, **values: str | int) -> None:
    """Promise one short answer (``bot.text.replies.REPLIES``)."""
    send(tx, heard, "say", heard.person.id, detail={"code": code, **values})
