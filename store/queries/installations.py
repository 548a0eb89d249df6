"""Installations: in which workspaces an app lives, and with which token. Tokens are sealed."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from store import facts
from store.seal import seal, unseal
from store.tables import Installation


def find(tx: Session, platform: str, team: str) -> facts.Installation | None:
    """The app in a workspace. Raises StoreError when no key opens its token."""
    row = tx.get(Installation, (platform, team))
    token = None if row is None else unseal(tx, row.token)
    if row is None or token is None:
        return None
    return facts.Installation(team=row.team, token=token, bot_id=row.bot_id, bot_user=row.bot_user)


def keep(tx: Session, platform: str, found: facts.Installation, now: datetime) -> None:
    """Keep an installation, in the place of an older one in that workspace."""
    row = tx.get(Installation, (platform, found.team))
    row = row or Installation(platform=platform, team=found.team, installed_at=now)
    row.token, row.bot_id, row.bot_user, row.installed_at = seal(tx, found.token), found.bot_id, found.bot_user, now
    tx.add(row)


def remove(tx: Session, platform: str, team: str) -> None:
    """Forget a token that is good for nothing any more."""
    row = tx.get(Installation, (platform, team))
    if row is not None:
        row.token = None
