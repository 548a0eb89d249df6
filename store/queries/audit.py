"""Who did what, and who read a hire's answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from store.tables import AuditEntry


def write(tx: Session, *, actor: str, action: str, subject: str, now: datetime, **details: Any) -> None:
    """Add one entry. ``details`` hold names of columns, numbers and dates, never a person's words."""
    tx.add(AuditEntry(at=now, actor=actor, action=action, subject=subject, details=details))


def about(tx: Session, subject: str) -> list[tuple[datetime, str, str]]:
    """When, by whom and what was done with a subject, oldest first."""
    rows = tx.exec(select(AuditEntry).where(AuditEntry.subject == subject).order_by(col(AuditEntry.id)))
    return [(row.at, row.actor, row.action) for row in rows]
