"""Notices: what somebody of the agency did is told to a hire or a manager, in the hours in which they may be written to."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.app import App
from bot.flow import outbox
from bot.flow.calendar import calendar_of
from bot.text.consent import CONSENT_VERSION
from scheduler.plan import HourChoice
from scheduler.workdays import next_allowed
from store import facts
from store.queries import changes, placements


def tell_later(
    app: App,
    tx: Session,
    person: facts.Person,
    placement: facts.Placement,
    *,
    kind: str = "notice",
    subject: int | None = None,
    detail: dict[str, str] | None = None,
) -> None:
    """Keep a message until the hours of the person's company allow it; it is a delivery of that kind then.

    It waits here and not in the outbox, where it would hold up the answer to a call for help at night.
    """
    now = app.clock()
    is_hire = person.kind == "hire"
    window = app.cadence.hire_window if is_hire else app.cadence.manager_window
    days = placements.company_days(tx, placement.company_id)
    due_at = next_allowed(
        now,
        window,
        calendar_of(days, app, (now.year - 1, now.year, now.year + 1)),
        ZoneInfo(placement.timezone),
        any_day=is_hire and person.hour == HourChoice.DAY_OFF,
    )
    changes.write_notice(
        tx,
        person.id,
        kind=kind,
        subject=person.id if subject is None else subject,
        detail=detail or {},
        due_at=due_at,
        now=now,
    )


def tell_due(app: App) -> None:
    """Hand over to delivery what may be told by now."""
    now = app.clock()
    with app.store.read() as tx:
        if not changes.notices_due(tx, now):
            return
    with app.store.begin() as tx:
        for one in changes.notices_due(tx, now):
            outbox.promise(
                app,
                tx,
                one.person_id,
                key=f"notice:{one.id}",
                kind=one.kind,
                subject=one.subject,
                turn=CONSENT_VERSION if one.kind == "consent" else 0,
                detail=dict(one.detail),
            )
            changes.told(tx, one.id)
