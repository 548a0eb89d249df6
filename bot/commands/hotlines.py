"""``teichaku hotlines``: which desks a hire in need is shown, and who has compared them with their official pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.app import App
from bot.flow import hotlines
from bot.refusal import Refusal
from bot.text import hotlines as words
from bot.text.catalog import Voice
from scheduler.hotlines import TOKYO
from store.queries import audit, desks


def rows(app: App, voice: Voice) -> list[dict[str, Any]]:
    """Every desk with what a hire is shown of it today: its number, or the official page alone."""
    today = app.clock().astimezone(TOKYO).date()
    with app.store.read() as tx:
        known, looked = hotlines.known(tx), desks.last(tx)
    return [
        {
            "id": one.id,
            "name": one.name.get(voice.first, one.name["en"]),
            "languages": list(one.languages),
            "number": one.number,
            "shown": one.shown_number(today) or one.page,
            "page": one.page,
            "source": one.source,
            "confidence": one.confidence,
            "verified_on": one.verified_on.isoformat(),
            "verified_by": looked[one.id][0] if one.id in looked else None,
            "stale": one.is_stale(today),
        }
        for one in known
    ]


def confirm(app: App, voice: Voice, wanted: str, *, by: str, on: date | None) -> str:
    """Keep that somebody has compared a desk with its official page; every look stays, with its day. Raises
    Refusal("hotline_unknown"), ("hotline_nobody") or ("hotline_future")."""
    now = app.clock()
    today = now.astimezone(TOKYO).date()
    day = on or today
    with app.store.begin() as tx:
        known = {one.id: one for one in hotlines.known(tx)}
        if wanted not in known:
            raise Refusal("hotline_unknown", name=wanted, known=", ".join(known))
        if not by.strip():
            raise Refusal("hotline_nobody")
        if day > today:
            raise Refusal("hotline_future", day=day.isoformat())
        desks.confirm(tx, wanted, by=by.strip(), on=day, at=now)
        audit.write(
            tx, actor="cli", action="hotline_confirmed", subject=f"hotline:{wanted}", now=now, on=day.isoformat()
        )
    return voice.one(words.CONFIRMED, name=wanted, by=by.strip(), day=day.isoformat())
