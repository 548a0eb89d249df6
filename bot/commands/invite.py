"""``teichaku invite``: one-time codes for people who are not linked yet, or who have a new phone."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.app import App
from bot.flow import agency
from bot.flow.inviting import Invited as Invited
from bot.flow.inviting import issue
from bot.flow.roster.values import name_key
from bot.refusal import Refusal
from bot.text import changes as words
from bot.text.catalog import Voice
from store.queries import invitations, placements
from store.queries.invitations import Invitee

MOST_SHOWN = 5


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
        return [issue(tx, one, bot, now, actor="cli") for one in chosen]


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
