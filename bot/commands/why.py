"""``teichaku explain``: why not higher, why not lower, and what is not known, for one placement and month."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

from bot.app import App
from bot.commands.tables import print_json
from bot.flow import mirror
from bot.flow.assessment import as_assessment
from bot.flow.why import by_month
from bot.flow.why import explain as explain_one
from bot.refusal import Refusal
from bot.text import mirror as mirror_words
from bot.text import why as words
from bot.text.catalog import Voice
from bot.text.reasons import reason as reason_words
from risk.why import Why
from store.queries import assessments, audit, placements


def explain(app: App, voice: Voice, key: str, *, month: str | None, as_json: bool) -> None:
    """Print the explanation of the last assessment of that month (of the latest, where no month is named)."""
    if month is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise Refusal("month_wrong", value=month)
    with app.store.begin() as tx:
        placement = placements.by_key(tx, key.strip())
        if placement is None:
            raise Refusal("placement_unknown", key=key)
        known = by_month(tx, placement)
        if not known or (month is not None and month not in known):
            raise Refusal("not_assessed", placement=key)
        stored = known[month or max(known)]
        found, assessment = explain_one(app, tx, placement, stored), as_assessment(stored)
        pairs = mirror.pairs(app, tx, placement.id, stored.assessed_at.astimezone(ZoneInfo(placement.timezone)).date())
        # It shows answers, so that it is a read of them by somebody of the agency.
        audit.write(tx, actor="command line", action="explained", subject=f"placement:{placement.id}", now=app.clock())
    reasons = [{"code": one["code"], "text": reason_words(voice, one, app.rules)} for one in stored.reasons]
    if as_json:
        views = [mirror_words.row(voice, pair, hire=placement.hire.name) for pair in pairs]
        print_json({**_row(key, stored, found, reasons), "views": views})
        return
    title = words.title(voice, placement.hire.name, placement.company, stored.period, assessment.level)
    print(title)
    for one in reasons:
        print(f"• {one['text']}")
    for line in words.lines(voice, found, assessment.level):
        print(line)
    for line in mirror_words.lines(voice, pairs, hire=placement.hire.name):
        print(line)


def _row(key: str, stored: assessments.Assessed, found: Why, reasons: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "placement_id": key,
        "period": stored.period.isoformat(),
        "level": stored.level,
        "reasons": reasons,
        "next_level": found.next_level,
        "without": [{"code": reason.code, "level": one.level} for one in found.without for reason in one.reasons],
        "unknown": list(found.unknown),
        "rules_version": stored.rules_version,
    }
