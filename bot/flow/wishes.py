"""Wishes: how a hire or a manager wants to be asked, which they may change at any time."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from bot.flow import linking
from bot.flow.reply import Heard, say
from bot.messages import Payload
from store.queries import people

WEEK = timedelta(days=7)


def about(payload: Payload) -> bool:
    """True for a choice of one's own menus: ``pause.week``, ``answers.form`` …"""
    return payload.kind == "setting" and payload.choice.partition(".")[0] in ("pause", "answers")


def record(tx: Session, payload: Payload, heard: Heard) -> None:
    """Handle a choice of one's own menus."""
    match payload.choice.partition("."):
        case _ if payload.subject != heard.person.id:
            say(tx, heard, "not_yours")
        case "answers", _, ("form" | "chat") as where:
            people.set_answers_in(tx, heard.person.id, where)
            say(tx, heard, "in_window" if where == "form" else "in_chat")
        case "pause", _, "week":
            linking.stop(tx, heard, until=heard.now + WEEK, code="paused_week")
        case "pause", _, "month":
            linking.stop(tx, heard, until=heard.now + linking.OWN_PAUSE)
        case "pause", _, "open":
            linking.stop(tx, heard)
        case _:
            say(tx, heard, "old_button")
