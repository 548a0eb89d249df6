"""What an import changes about placements that were known is recorded and told like every other change (``bot.flow.changes``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import structlog
from sqlmodel import Session

from bot.app import App
from bot.flow import changes, notices, outbox
from store import facts
from store.queries import audit, people, placements
from store.queries.roster import Changes, Replaced

log = structlog.get_logger()

MOST_TOLD = 5
"""Changes of which a consultant hears one by one; more of them in one import become one message."""


def tell_changes(app: App, tx: Session, made: Changes) -> None:
    """Record each change, thank whoever is asked no more, and tell hires, managers and consultants what concerns them."""
    starts = [(key, one) for key, news in made.corrections.items() for one in news if one.column == "start_date"]
    keys = {one.key for one in made.replaced} | {key for key, _ in starts} | {key for key, _, _ in made.leaves}
    found = {one.key: one for one in placements.everyone(tx) if one.key in keys} if keys else {}

    _hand_over(app, tx, [one for one in made.replaced if one.what == "consultant"], found)
    others = [one for one in made.replaced if one.what != "consultant"]
    concerned = [*(one.key for one in others), *(key for key, _ in starts), *(key for key, _, _ in made.leaves)]
    heard = Counter(found[key].consultant.id for key in concerned)
    each = {key for key, one in found.items() if heard[one.consultant.id] <= MOST_TOLD}

    moved = {one.key for one in others if one.what == "company"}
    for one in others:
        # Another company has other managers: one message says both.
        tell = one.key in each and not (one.what == "manager" and one.key in moved)
        _replaced(app, tx, found[one.key], one, tell=tell)
    for key, start in starts:
        changes.after_start(app, tx, found[key], start.before, start.after, tell=key in each)
    for key, first, last in made.leaves:
        changes.after_pause(app, tx, found[key], first, last, reason="home_leave", tell=key in each)
    for person_id in sorted(person_id for person_id, count in heard.items() if count > MOST_TOLD):
        own = [found[key] for key in dict.fromkeys(concerned) if found[key].consultant.id == person_id]
        _tell_many(app, tx, person_id, own)


def _hand_over(app: App, tx: Session, replaced: list[Replaced], found: dict[str, facts.Placement]) -> None:
    """Who looks after somebody according to a roster is told like after ``teichaku handover``."""
    given: dict[tuple[int, int], list[facts.Placement]] = {}
    for one in replaced:
        given.setdefault((one.before_id, found[one.key].consultant.id), []).append(found[one.key])
    for (giver, taker), moved in given.items():
        changes.give(app, tx, moved, people.get(tx, giver), people.get(tx, taker), actor="cli")


def _replaced(app: App, tx: Session, placement: facts.Placement, one: Replaced, *, tell: bool) -> None:
    """What follows where somebody else, or another company, is stored in the place of what was: it is recorded, whoever was
    asked is thanked, and the consultant is told. A hire decides anew about being asked at another company."""
    now, what = app.clock(), one.what
    after = placement.company_id if what == "company" else getattr(placement, what).id
    audit.write(
        tx,
        actor="cli",
        action=f"{what}_changed",
        subject=f"placement:{placement.key}",
        now=now,
        before=one.before_id,
        after=after,
    )
    changes.tell_withdrawn(app, tx, placement, one.withdrawn)
    if what == "company" and people.forget_decision(tx, placement.hire.id, placement.id):
        notices.tell_later(app, tx, placement.hire, placement, kind="consent", subject=placement.id)
    if tell:
        told = {"code": f"{what}_changed", "key": placement.key}
        if what != "hire":  # A name that stands under another key would be shown whole where names are shortened.
            told |= {"before": one.before, "after": one.after}
        changes.tell_consultant(app, tx, placement, told, None)
    log.info("placement.replaced", placement=placement.id, what=what)


def _tell_many(app: App, tx: Session, consultant_id: int, changed: Sequence[facts.Placement]) -> None:
    """Tell a consultant in one message that much has changed."""
    detail = {"code": "roster_changed", "count": len(changed), "hires": changes.some_names(changed)}
    key = f"change:{consultant_id}:{app.clock().isoformat()}:roster"
    outbox.promise(app, tx, consultant_id, key=key, kind="change", subject=consultant_id, detail=detail)
