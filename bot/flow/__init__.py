"""The path, one file per arrow:

    roster → check-in → delivery → answer → assessment → alert → follow-up

The one convention: a step gathers facts, lets one pure function decide, and records the outcome in the same transaction.
Steps hand over by the status of a row and never call each other.
"""

from __future__ import annotations

from bot.app import App
from bot.flow import (
    alert,
    assessment,
    changes,
    checkin,
    deadlines,
    delivery,
    follow_up,
    linking,
    matching,
    notices,
    privacy,
    timekeeping,
    unknown,
    unlinked,
)


async def advance(app: App) -> None:
    """Move everything that is ready one step along the path. Safe to call at any time, twice, or in two processes."""
    await app.store.run(linking.end_pauses, app)
    await app.store.run(checkin.open_due, app)
    await assessment.assess_closed(app)
    await alert.raise_needed(app)
    await app.store.run(alert.deliver_due, app)
    await app.store.run(follow_up.escalate_overdue, app)
    await app.store.run(changes.give_back_due, app)
    await app.store.run(notices.tell_due, app)
    await delivery.send_queued(app)


async def plan_ahead(app: App) -> None:
    """Write the future check-ins of every placement whose plan is missing or about to end, tell of deadlines that are near,
    link whom a platform knows by their work e-mail, tell of those who are waited for too long, and erase what was kept long
    enough. Safe to call at any time."""
    await app.store.run(checkin.plan_ahead, app)
    await app.store.run(deadlines.raise_due, app)
    await matching.match_ahead(app)
    await app.store.run(unlinked.raise_unlinked, app)
    await app.store.run(privacy.obey_retention, app)


async def sweep(app: App) -> None:
    """Take back what a process that died had claimed, and decide about what perhaps did not arrive. Safe at any time."""
    await app.store.run(timekeeping.mend, app)
    swept = await app.store.run(delivery.sweep, app)
    decided = await app.store.run(unknown.resolve_unknown, app)
    if swept or decided:
        app.wake()
