"""``teichaku invite``: one-time codes for people who are not linked yet, or who have a new phone."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.app import App
from bot.flow import agency
from bot.flow.roster.values import name_key
from bot.refusal import Refusal
from bot.text import changes as words
from bot.text.catalog import Voice
from scheduler.workdays import local_time
from store.queries import audit, invitations, placements
from store.queries.invitations import Invitee

CODE_BYTES = 24
"""192 random bits; 32 characters, of the kind that a Telegram link may hold (core.telegram.org/bots/features#deep-linking)."""

VALID = timedelta(days=30)
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Invited:
    """A code in the clear, which is shown once and stored nowhere. ``link`` is Telegram's, None until the bot's name is known."""

    whom: Invitee
    code: str
    link: str | None
    valid_until: datetime


def invite(app: App, *, company: str | None = None, person: str | None = None, relink: bool = False) -> list[Invited]:
    """Issue a code to everybody who is not linked yet (of one company, or one person); earlier codes are withdrawn.

    With ``relink`` the named person gets one although they are linked. Raises Refusal("person_unknown"),
    ("person_ambiguous"), ("person_linked") or ("person_gone").
    """
    now = app.clock()
    with app.store.begin() as tx:
        agency.enrol(app, tx, now)
        known = invitations.invitees(tx, now.astimezone(app.desk.zone).date(), company=company)
        if person is None:
            chosen = [one for one in known if not one.linked and not one.left]
        else:
            chosen = [_named(tx, known, person)]
            _refuse(chosen[0], relink=relink)
        bot = invitations.bot_name(tx, "telegram")
        return [_issue(tx, one, bot, now) for one in chosen]


def _named(tx: Session, known: Sequence[Invitee], wanted: str) -> Invitee:
    """One person by the consultancy's number of a placement (its hire), by number of the person, e-mail or name."""
    key, placement = name_key(wanted), placements.by_key(tx, wanted.strip())
    found = [one for one in known if placement is not None and one.person.id == placement.hire.id]
    for sign in ("external_id", "email", "name") if key else ():
        found = found or [one for one in known if name_key(_sign(one, sign) or "") == key]
    if not found:
        raise Refusal("person_unknown", name=wanted)
    if len(found) > 1:
        listed = "; ".join(described(one) for one in found[:MOST_SHOWN])
        raise Refusal("person_ambiguous", name=wanted, known=listed + (" …" if len(found) > MOST_SHOWN else ""))
    return found[0]


def _sign(one: Invitee, sign: str) -> str | None:
    match sign:
        case "external_id":
            return one.external_id
        case "email":
            return one.email
        case _:
            return one.person.name


def described(one: Invitee) -> str:
    """A person so that two of one name can be told apart: job title and start date stand beside the name."""
    marks = (one.job_title, one.start_date and one.start_date.isoformat(), one.email, one.key)
    return f"{one.person.name} ({', '.join(mark for mark in marks if mark)})"


def _refuse(one: Invitee, *, relink: bool) -> None:
    if one.linked and not relink:
        raise Refusal("person_linked", name=one.person.name)
    if one.left:
        raise Refusal("person_gone", name=one.person.name)


def _issue(tx: Session, one: Invitee, bot: str | None, now: datetime) -> Invited:
    code = secrets.token_urlsafe(CODE_BYTES)
    until = _valid_until(one, now)
    invitations.issue(tx, one.person.id, one.placement_id, code=code, issued_at=now, expires_at=until)
    audit.write(tx, actor="cli", action="invited", subject=f"person:{one.person.id}", now=now)
    link = f"https://t.me/{bot}?start={code}" if bot and one.channel != "slack" else None
    return Invited(one, code, link, until)


def _valid_until(one: Invitee, now: datetime) -> datetime:
    """30 days after now, or the end of the start date where that is later."""
    if one.start_date is None or one.role not in ("hire", "manager"):
        return now + VALID
    return max(now + VALID, local_time(one.start_date, time(23, 59, 59), ZoneInfo(one.timezone)))


def as_rows(issued: Sequence[Invited]) -> list[dict[str, str | None]]:
    """The shape of ``invite --json`` (docs/interfaces.md)."""
    return [
        {
            "placement_id": one.whom.key,
            "person": one.whom.person.name,
            "role": one.whom.role,
            "channel": one.whom.channel,
            "code": one.code,
            "link": one.link,
            "company": one.whom.company,
            "valid_until": one.valid_until.astimezone(ZoneInfo(one.whom.timezone)).isoformat(),
        }
        for one in issued
    ]


def as_lines(voice: Voice, issued: Sequence[Invited]) -> list[dict[str, str | None]]:
    """The same for the screen: two people of one name are told apart, the role is a word and the day is short."""
    names = [one.whom.person.name for one in issued]
    return [
        {
            **row,
            "person": described(one.whom) if names.count(one.whom.person.name) > 1 else row["person"],
            "role": voice.one(words.ROLES[one.whom.role]),
            "valid_until": (row["valid_until"] or "")[:10],
        }
        for one, row in zip(issued, as_rows(issued), strict=True)
    ]
