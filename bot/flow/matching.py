"""Matching: who works in a workspace that is their company's own is linked by the work e-mail that the platform has verified.

An administrator of a workspace can create an account with any address. So an address counts only in the workspace that is
mapped to the person's company (``[companies."X"] slack_team``), and for somebody of the agency only in the agency's own
(``[agency] slack_team``), which no client may own. Whoever was ever linked is left alone: an account that was disowned must
not come back by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import structlog
from sqlmodel import Session

from bot.app import App
from bot.flow import linking
from bot.flow.roster.values import name_key
from bot.messages import AddressKey, Inbound, SendError
from store import facts
from store.queries import audit, matches, people

log = structlog.get_logger()

PLATFORM = "slack"
"""The one platform whose workspaces are mapped to companies."""

BATCH = 30
"""So many people are looked up in one round of the plan; with more, the rounds go on from each other."""


def teams(app: App) -> dict[str, tuple[str, ...]]:
    """The workspaces that are mapped, each to its companies; ``()`` for the agency's own."""
    found: dict[str, tuple[str, ...]] = {}
    for name, company in app.settings.companies.items():
        if company.slack_team:
            found[company.slack_team] = (*found.get(company.slack_team, ()), name)
    own = app.settings.agency.slack_team
    if own and own not in found:
        found[own] = ()
    return found


async def match_ahead(app: App) -> None:
    """Look up a batch of those who were never linked, and link whom the platform knows. Safe at any time, twice."""
    directory = app.directories.get(PLATFORM)
    if directory is None:
        return
    for wanted, team in await app.store.look(_batch, app, app.clock()):
        assert wanted.email is not None
        try:
            where = await directory.find(wanted.email, team)
        except SendError as fault:
            log.warning("matching.stopped", platform=PLATFORM, code=fault.code)
            if fault.retryable:
                return  # Too fast, or the platform is away: the next round goes on.
            continue
        if where is not None:
            await app.store.run(_match, app, wanted.id, where)


def _batch(app: App, now: datetime) -> list[tuple[matches.Unlinked, str]]:
    with app.store.read() as tx:
        everybody = [(one, team) for team in sorted(teams(app)) for one in _unlinked(app, tx, team)]
    if len(everybody) <= BATCH:
        return everybody
    begin = int(now.timestamp() // 3600) * BATCH % len(everybody)
    return (everybody + everybody)[begin : begin + BATCH]


def _unlinked(app: App, tx: Session, team: str) -> Iterator[matches.Unlinked]:
    """Whoever an address may link in this workspace: nobody whose address several people have."""
    found = matches.never_linked(tx, company_keys=[name_key(name) for name in teams(app)[team]])
    keys = [_key(one.email) for one in found]
    return (one for one in found if keys.count(_key(one.email)) == 1)


def _key(email: str | None) -> str:
    return (email or "").strip().casefold()


def _match(app: App, person_id: int, where: AddressKey) -> None:
    with app.store.begin() as tx:
        if any(one.id == person_id for one in _unlinked(app, tx, where.team)):
            _link(app, tx, person_id, where, language=None)


def joined(app: App, tx: Session, inbound: Inbound) -> facts.Address | None:
    """An account has just appeared on the platform: whoever of ours has its address in that workspace is linked at once."""
    where = inbound.address
    if where.platform != PLATFORM or where.team not in teams(app):
        return None
    found = [one for one in _unlinked(app, tx, where.team) if _key(one.email) == _key(inbound.email)]
    return _link(app, tx, found[0].id, where, language=inbound.language) if found else None


def _link(app: App, tx: Session, person_id: int, where: AddressKey, *, language: str | None) -> facts.Address | None:
    if people.at_address(tx, where.platform, where.team, where.user) is not None:
        return None
    email = matches.email_of(tx, person_id)
    address = linking.link_in(app, tx, person_id, where, account=email, language=language)
    audit.write(
        tx,
        actor="service",
        action="linked_by_email",
        subject=f"person:{person_id}",
        now=app.clock(),
        platform=where.platform,
        team=where.team,
    )
    return address
