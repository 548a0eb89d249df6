"""Invitations: one-time codes, of which only the hash is kept; who needs one; and what is undone when it was misused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, delete, func, or_, select

from store import facts
from store.queries import people
from store.tables import Address, BotAccount, CheckIn, Company, Consent, Guess, Invitation, Person, Placement


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody who can be invited, with one of their placements (None for staff without any)."""

    person: facts.Person
    role: str  # hire, manager, consultant, lead, admin
    email: str | None
    external_id: str | None
    channel: str | None
    linked: bool
    placement_id: int | None = None
    key: str | None = None
    company: str | None = None
    job_title: str | None = None
    start_date: date | None = None
    timezone: str = "Asia/Tokyo"
    left: bool = False


def invitees(tx: Session, today: date, *, company: str | None = None) -> list[Invitee]:
    """Everybody, or everybody of one company's placements, each once: with their newest running placement, else their
    newest; by its number, the hire first. Staff without a placement come last."""
    names = {row.id: row.name for row in tx.exec(select(Company))}
    placed: dict[int, Placement] = {}
    rows = [row for row in tx.exec(select(Placement)) if company in (None, names[row.company_id])]
    for placement in sorted(rows, key=lambda row: (not _has_left(row, today), row.id or 0)):
        for person_id in (placement.hire_id, placement.manager_id, placement.consultant_id, placement.lead_id):
            if person_id is not None:
                placed[person_id] = placement

    linked = people.linked_ids(tx)
    order = {"hire": 0, "manager": 1, "consultant": 2, "lead": 3, "admin": 4}
    found = []
    here = or_(Person.kind != "staff", col(Person.stopped_at).is_(None))
    for row in tx.exec(select(Person).where(here, ~col(Person.identity).startswith("erased:"))):
        own = placed.get(row.id or 0)
        if own is None and (company is not None or row.kind != "staff"):
            continue
        person, role = people.as_fact(row), row.role or "consultant" if row.kind == "staff" else row.kind
        one = Invitee(person, role, row.email, row.external_id, row.channel, row.id in linked)
        if own is not None:
            one = replace(
                one,
                placement_id=own.id,
                key=own.key,
                company=names[own.company_id],
                job_title=own.job_title,
                start_date=own.start_date,
                timezone=own.timezone,
                left=_has_left(own, today),
            )
        found.append(one)
    return sorted(found, key=lambda one: (one.key is None, one.placement_id or 0, order[one.role], one.person.id))


def _has_left(row: Placement, today: date) -> bool:
    return row.left_on is not None and row.left_on <= today


@dataclass(frozen=True, slots=True)
class Awaited:
    """The hire or the manager (``side``) of a running placement, who has no account: since when they are waited for, by their
    newest invitation or (not ``invited``) since the placement was entered."""

    placement_id: int
    person_id: int
    side: str
    name: str
    start_date: date
    since: datetime
    invited: bool


def awaited(tx: Session) -> list[Awaited]:
    """Everybody who is waited for, once, with their first running placement; by its number, the hire first."""
    here = select(Address.person_id).where(col(Address.state).in_(("linked", "unreachable")))
    latest = select(Invitation.person_id, func.max(Invitation.issued_at)).group_by(col(Invitation.person_id))
    newest = {person_id: at for person_id, at in tx.exec(latest)}  # noqa: C416  A result has keys() of its own.
    found: dict[int, Awaited] = {}
    for side, joined in (("hire", Placement.hire_id), ("manager", Placement.manager_id)):
        rows = (
            select(Placement, Person)
            .join(Person, col(Person.id) == joined)
            .where(col(Placement.left_on).is_(None), col(Person.id).not_in(here))
            .where(~col(Person.identity).startswith("erased:"))
            .order_by(col(Placement.id))
        )
        for placement, person in tx.exec(rows):
            assert placement.id is not None
            assert person.id is not None
            since = newest.get(person.id)
            one = Awaited(
                placement.id,
                person.id,
                side,
                person.name,
                placement.start_date,
                since or placement.imported_at,
                since is not None,
            )
            found.setdefault(person.id, one)
    return sorted(found.values(), key=lambda one: (one.placement_id, one.side))


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was issued to somebody."""

    id: int
    person_id: int
    expires_at: datetime
    open: bool  # neither used nor withdrawn


def _hash(code: str) -> str:
    # The code is 192 random bits, so that a plain hash cannot be reversed by guessing.
    return hashlib.sha256(code.encode()).hexdigest()


def issue(
    tx: Session, person_id: int, placement_id: int | None, *, code: str, issued_at: datetime, expires_at: datetime
) -> None:
    """Keep a new code's hash; the codes that the person had before are withdrawn."""
    withdraw(tx, person_id, issued_at)
    tx.add(
        Invitation(
            code_hash=_hash(code),
            person_id=person_id,
            placement_id=placement_id,
            issued_at=issued_at,
            expires_at=expires_at,
        )
    )


def find(tx: Session, code: str) -> Code | None:
    """Whose code that is, or None."""
    row = tx.exec(select(Invitation).where(Invitation.code_hash == _hash(code))).one_or_none()
    if row is None:
        return None
    assert row.id is not None
    return Code(row.id, row.person_id, row.expires_at, row.used_at is None and row.withdrawn_at is None)


def use(tx: Session, code: Code, now: datetime) -> None:
    """A code works once; with it, whatever else was issued to the person is withdrawn."""
    tx.get_one(Invitation, code.id).used_at = now
    withdraw(tx, code.person_id, now)


def withdraw(tx: Session, person_id: int, now: datetime) -> None:
    """None of the person's codes can be used from now on."""
    query = select(Invitation).where(
        Invitation.person_id == person_id, col(Invitation.used_at).is_(None), col(Invitation.withdrawn_at).is_(None)
    )
    for row in tx.exec(query):
        row.withdrawn_at = now
    tx.flush()


def wrong_codes(tx: Session, platform: str, team: str, user: str, *, since: datetime) -> int:
    """How many wrong codes came from an address in the hour that began after ``since``."""
    row = _guess(tx, platform, team, user)
    return row.count if row is not None and row.since > since else 0


def note_wrong_code(tx: Session, platform: str, team: str, user: str, *, now: datetime, since: datetime) -> None:
    """Count one more wrong code; what was counted before ``since`` is forgotten, for everybody."""
    tx.exec(delete(Guess).where(col(Guess.since) <= since))
    row = _guess(tx, platform, team, user) or Guess(platform=platform, team=team, user=user, count=0, since=now)
    row.count += 1
    tx.add(row)
    tx.flush()


def _guess(tx: Session, platform: str, team: str, user: str) -> Guess | None:
    query = select(Guess).where(Guess.platform == platform, Guess.team == team, Guess.user == user)
    return tx.exec(query).one_or_none()


def undo_link(tx: Session, address_id: int, now: datetime) -> None:
    """The chat belongs to somebody else: it is closed, nobody may use a code that was meant for the person, what was agreed
    to or chosen there was not their choice, and a check-in that was begun there is withdrawn."""
    address = tx.get_one(Address, address_id)
    person_id, since = address.person_id, address.linked_at
    address.state = "closed"
    withdraw(tx, person_id, now)
    tx.exec(delete(Consent).where(col(Consent.person_id) == person_id, col(Consent.decided_at) >= since))
    begun = select(CheckIn).where(
        CheckIn.person_id == person_id, CheckIn.state == "open", col(CheckIn.started_at) >= since
    )
    for checkin in tx.exec(begun):
        checkin.state, checkin.closed_at, checkin.wakes_at = "cancelled", now, None
    person = tx.get_one(Person, person_id)
    if person.named:
        person.call_name, person.named = None, False
    if person.hour is not None:
        person.hour = None
        for placement in tx.exec(select(Placement).where(Placement.hire_id == person_id)):
            placement.planned_until = None
    tx.flush()


def know_bot(tx: Session, platform: str, team: str, name: str, now: datetime) -> None:
    """Note what a platform calls our own account; a channel says so when it has connected."""
    row = tx.exec(select(BotAccount).where(BotAccount.platform == platform, BotAccount.team == team)).one_or_none()
    row = row or BotAccount(platform=platform, team=team, name=name, seen_at=now)
    row.name, row.seen_at = name, now
    tx.add(row)


def bot_name(tx: Session, platform: str) -> str | None:
    """What a platform calls our own account, the last that was met; None before the service has connected there."""
    query = select(BotAccount.name).where(BotAccount.platform == platform).order_by(col(BotAccount.seen_at).desc())
    return tx.exec(query.limit(1)).one_or_none()
