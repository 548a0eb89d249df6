"""Home: a person's own page, on a platform that has one, and as a message everywhere else.

What a consultant sees there is the caseload (``bot.flow.cases``). A hire's page is about that hire alone, and a manager's
holds only what the manager has to do.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.app import App
from bot.flow import sharing
from bot.flow.conversation import answers_in_window, consultant_of, placements_of, voice_of
from bot.messages import Limits, is_surface
from bot.text import home as words
from bot.text import sharing as sharing_words
from bot.text.prompts import Content
from store import facts
from store.queries import checkins, people


def page(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content:
    """The page of a hire or a manager."""
    person = people.get(tx, one.person_id)
    voice, consultant = voice_of(person), consultant_of(tx, person)
    waiting = checkins.open_of(tx, person.id)
    own = placements_of(tx, person)
    zone = ZoneInfo(own[0].timezone) if own else app.desk.zone
    next_at = checkins.next_planned(tx, person.id)
    in_window = answers_in_window(app, tx, person, one.address, limits)
    view = words.View(
        person=person.id,
        is_hire=person.kind == "hire",
        checkin=waiting[0].id if waiting else None,
        waiting=len(waiting),
        done=checkins.last_begun(tx, person.id),
        next_on=next_at.astimezone(zone).date() if next_at else None,
        paused=person.paused_until.astimezone(zone).date() if person.paused_until else None,
        stopped=person.stopped,
        languages=person.languages if person.stacked else person.languages[:1],
        hour=person.hour,
        windows=limits.forms,
        in_window=in_window,
        # What was shared stands nowhere in a chat that others may read.
        shared=sharing_words.lines(voice, sharing.of_hire(tx, person))
        if is_surface(one.place) or not in_window
        else None,
    )
    code = one.detail.get("code")
    values = {"consultant": consultant.name if consultant else "–"}
    return words.page(voice, limits, view, said=str(code) if code else None, values=values)
