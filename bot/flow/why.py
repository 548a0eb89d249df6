"""Why: what stands around a level, for the command line, for an alert's button and for a case's page."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.app import App
from bot.flow.assessment import as_assessment, gather, in_force
from bot.flow.cases import say
from bot.flow.reply import Heard, send
from risk.cohort import Company
from risk.features import History
from risk.why import Why, why
from store import facts
from store.queries import assessments, people
from store.queries.assessments import Assessed


def by_month(tx: Session, placement: facts.Placement) -> dict[str, Assessed]:
    """What can be explained: the last assessment of each month (2026-05), oldest first; nothing of somebody who does not wish
    to be estimated any more."""
    if not people.may_score(tx, placement.hire, placement.id):
        return {}
    months = {f"{one.period:%Y-%m}": one for one in assessments.history(tx, placement.id)}
    return dict(sorted(months.items()))


def explain(app: App, tx: Session, placement: facts.Placement, stored: Assessed) -> Why:
    """What stands around one assessment. What others of the company said has no part in it: that is in the stored figures."""
    case, rules = gather(tx, [placement], stored.assessed_at)[placement.id], in_force(app, tx)[0]
    day = stored.assessed_at.astimezone(ZoneInfo(placement.timezone)).date()
    found = History(case, rules).at(day, Company([case], rules).at(day))
    return why(as_assessment(stored), found, rules)


def tell(
    tx: Session, heard: Heard, placement: facts.Placement, assessment_id: int | None, *, alert: int | None = None
) -> None:
    """Answer a press on "Why this level?", on an alert or on a case's page: about that assessment, or the latest."""
    known = list(by_month(tx, placement).values())
    wanted = next((one for one in known if one.id == assessment_id), known[-1] if known else None)
    if wanted is None:
        say(tx, heard, "not_explained", placement=placement.id)
    else:
        # Below, so that the alert with its buttons stays where it is.
        send(tx, heard, "why", wanted.id, detail={"alert": alert}, below=True)
