"""Copies: an alert stands in several chats, and whatever somebody does about it is shown in each of them."""

from __future__ import annotations

from sqlmodel import Session

from bot.app import App
from store.queries import chats, deliveries

ALERTS = ("alert", "alert_update")


def refresh(app: App, tx: Session, alert_id: int, *, key: str) -> None:
    """Show every copy of an alert as it is now; ``key`` names what has happened, once."""
    for one in chats.copies(tx, ALERTS, alert_id):
        detail = {"escalated": one.detail.get("escalated", False)}
        _again(app, tx, one, "alert_update", alert_id, detail, key=f"{key}:copy:{alert_id}")


def take_away(app: App, tx: Session, kind: str, subject: int, *, key: str) -> None:
    """Let nothing be read any more in any copy of a message about this subject, wherever it stands."""
    for one in chats.copies(tx, ALERTS if kind == "alert" else (kind,), subject):
        shown = "alert_update" if kind == "alert" else kind
        _again(app, tx, one, shown, subject, {"gone": True}, key=f"{key}:gone:{kind}:{subject}")


def _again(
    app: App, tx: Session, one: chats.Copy, kind: str, subject: int, detail: dict[str, object], *, key: str
) -> None:
    deliveries.queue(
        tx,
        one.address,
        key=f"{key}:{one.id}",
        kind=kind,
        subject=subject,
        detail=detail,
        place=one.reference,
        now=app.real(),
    )
