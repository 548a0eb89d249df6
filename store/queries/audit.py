"""Who did what, and who read a hire's answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, insert, select

from store.tables import AuditEntry


def write(tx: Session, *, actor: str, action: str, subject: str, now: datetime, **details: Any) -> None:
    """Add one entry. ``details`` hold names of columns, numbers and dates, never a person's words."""
    tx.add(AuditEntry(at=now, actor=actor, action=action, subject=subject, details=details))


def write_many(
    tx: Session, subjects: Mapping[str, Mapping[str, Any]], *, actor: str, action: str, now: datetime
) -> None:
    """Add one entry for each subject, with its details, in one statement."""
    rows = [
        {"at": now, "actor": actor, "action": action, "subject": subject, "details": dict(details)}
        for subject, details in subjects.items()
    ]
    if rows:
        tx.exec(insert(AuditEntry), params=rows)


def about(tx: Session, subject: str) -> list[tuple[datetime, str, str]]:
    """When, by whom and what was done with a subject, oldest first."""
    rows = tx.exec(select(AuditEntry).where(AuditEntry.subject == subject).order_by(col(AuditEntry.id)))
    return [(row.at, row.actor, row.action) for row in rows]
