"""Inviting: a one-time code for somebody who is not linked yet, or who has a new phone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from scheduler.workdays import local_time
from store.queries import audit, invitations
from store.queries.invitations import Invitee

CODE_BYTES = 24
"""192 random bits; 32 characters, of the kind that a Telegram link may hold (core.telegram.org/bots/features#deep-linking)."""

VALID = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Invited:
    """A code in the clear, which is shown once and stored nowhere. ``link`` is Telegram's, None until the bot's name is known."""

    whom: Invitee
    code: str
    link: str | None
    valid_until: datetime


def issue(tx: Session, one: Invitee, bot: str | None, now: datetime, *, actor: str) -> Invited:
    """A new code for somebody; the codes that they had before are withdrawn."""
    code = secrets.token_urlsafe(CODE_BYTES)
    until = _valid_until(one, now)
    invitations.issue(tx, one.person.id, one.placement_id, code=code, issued_at=now, expires_at=until)
    audit.write(tx, actor=actor, action="invited", subject=f"person:{one.person.id}", now=now)
    link = f"https://t.me/{bot}?start={code}" if bot and one.channel != "slack" else None
    return Invited(one, code, link, until)


def _valid_until(one: Invitee, now: datetime) -> datetime:
    """30 days after now, or the end of the start date where that is later."""
    if one.start_date is None or one.role not in ("hire", "manager"):
        return now + VALID
    return max(now + VALID, local_time(one.start_date, time(23, 59, 59), ZoneInfo(one.timezone)))
