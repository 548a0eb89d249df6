"""People, their addresses and what they agreed to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, bindparam
from sqlalchemy import select as plain
from sqlmodel import Session, col, select

from store import facts, rows
from store.dialect import among
from store.tables import Address, Consent, Person, Placement

_PERSON, _ADDRESS, _CONSENT, _PLACEMENT = (rows.table(model) for model in (Person, Address, Consent, Placement))


def columns(person: FromClause = _PERSON) -> list[ColumnElement[Any]]:
    """The columns of a person, in the order in which ``of_columns`` takes them."""
    c = person.c
    own = [c.id, c.kind, c.name, c.call_name, c.languages, c.stacked, c.hour, c.named, c.stopped_at, c.role, c.email]
    return [*own, c.answers_in, c.paused_until]


def of_columns(values: Sequence[Any]) -> facts.Person:
    """The person whose ``columns`` these are."""
    row_id, kind, name, call_name, languages, stacked, hour, named, stopped_at, *rest = values
    return facts.Person(
        row_id, kind, name, call_name, tuple(languages), stacked, hour, named, stopped_at is not None, *rest
    )


def as_fact(row: Person) -> facts.Person:
    """The row as a frozen value."""
    return of_columns([getattr(row, one.name) for one in _COLUMNS])


_COLUMNS = [*columns()]


def address_fact(row: Address | Row[Any]) -> facts.Address:
    """The row as a frozen value."""
    assert row.id is not None
    return facts.Address(row.id, row.person_id, row.platform, row.team, row.user, row.state)


_BY_ID = plain(*columns()).where(_PERSON.c.id == bindparam("person"))


def get(tx: Session, person_id: int) -> facts.Person:
    """The person of that id; KeyError when there is none."""
    row = rows.first(tx, _BY_ID, person=person_id)
    if row is None:
        raise KeyError(person_id)
    return of_columns(row)


_WHO = (
    plain(_ADDRESS.c.id, _ADDRESS.c.person_id, _ADDRESS.c.platform, _ADDRESS.c.team, _ADDRESS.c.user, _ADDRESS.c.state)
    .add_columns(*columns())
    .join_from(_ADDRESS, _PERSON, _PERSON.c.id == _ADDRESS.c.person_id)
)
_AT = _WHO.where(
    _ADDRESS.c.platform == bindparam("platform"),
    _ADDRESS.c.team == bindparam("team"),
    _ADDRESS.c.user == bindparam("user"),
    _ADDRESS.c.state != "closed",
)
_BEHIND = _WHO.where(_ADDRESS.c.id == bindparam("address"))


def behind(tx: Session, address_id: int) -> tuple[facts.Address, facts.Person]:
    """An address, also a closed one, with the person whose it is."""
    (row,) = rows.read(tx, _BEHIND, address=address_id)
    return address_fact(row), of_columns(row[6:])


def at_address(tx: Session, platform: str, team: str, user: str) -> tuple[facts.Address, facts.Person] | None:
    """Who stands behind an address that is in use, or None."""
    row = rows.first(tx, _AT, platform=platform, team=team, user=user)
    return None if row is None else (address_fact(row), of_columns(row[6:]))


_LINKED = (
    _ADDRESS.select()
    .where(_ADDRESS.c.person_id == bindparam("person"), _ADDRESS.c.state == "linked")
    .order_by(_ADDRESS.c.linked_at.desc(), _ADDRESS.c.id.desc())
    .limit(1)
)


def address_of(tx: Session, person_id: int) -> facts.Address | None:
    """The person's linked address, the newest if there are several."""
    row = rows.first(tx, _LINKED, person=person_id)
    return None if row is None else address_fact(row)


_ADDRESS_BY_ID = _ADDRESS.select().where(_ADDRESS.c.id == bindparam("address"))


def address(tx: Session, address_id: int) -> facts.Address | None:
    """The address of that id, also a closed one, or None."""
    row = rows.first(tx, _ADDRESS_BY_ID, address=address_id)
    return None if row is None else address_fact(row)


def link(tx: Session, person_id: int, platform: str, team: str, user: str, *, now: datetime) -> facts.Address:
    """Let a person be reached there; their earlier addresses are closed, because a phone may have changed hands."""
    for old in tx.exec(select(Address).where(Address.person_id == person_id, Address.state != "closed")):
        old.state = "closed"
    row = tx.exec(
        select(Address).where(Address.platform == platform, Address.team == team, Address.user == user)
    ).one_or_none()
    row = row or Address(platform=platform, team=team, user=user, person_id=person_id, linked_at=now)
    row.person_id, row.state, row.linked_at = person_id, "linked", now
    tx.add(row)
    tx.flush()
    return address_fact(row)


def set_address_state(tx: Session, address_id: int, state: str) -> bool:
    """linked, unreachable or closed; True when that is a change. What is closed is opened by a new link only."""
    row = tx.get(Address, address_id)
    if row is None or row.state in ("closed", state):
        return False
    row.state = state
    return True


def lose(tx: Session, platform: str, team: str, user: str | None) -> list[facts.Person]:
    """Nobody can be reached any more at an account, or (None) at any of a team; who that concerns, in order of entry."""
    query = select(Address).where(Address.platform == platform, Address.team == team, Address.state == "linked")
    if user is not None:
        query = query.where(Address.user == user)
    rows = list(tx.exec(query.order_by(col(Address.person_id))))
    for row in rows:
        row.state = "unreachable"
    tx.flush()
    return [get(tx, row.person_id) for row in rows]


def set_languages(tx: Session, person_id: int, languages: Sequence[str], *, stacked: bool) -> None:
    """What the person reads, the first one first, and whether two are shown together."""
    row = tx.get_one(Person, person_id)
    row.languages, row.stacked = list(languages), stacked


def set_call_name(tx: Session, person_id: int, name: str) -> None:
    """How the person wants to be called."""
    row = tx.get_one(Person, person_id)
    row.call_name, row.named = name, True


def set_hour(tx: Session, person_id: int, hour: str) -> None:
    """The hour a hire chose; the plan of their placements is made anew."""
    tx.get_one(Person, person_id).hour = hour
    for placement in tx.exec(select(Placement).where(Placement.hire_id == person_id)):
        placement.planned_until = None


def set_answers_in(tx: Session, person_id: int, where: str) -> None:
    """Where the person wants to answer: in a window ("form") or in the chat."""
    tx.get_one(Person, person_id).answers_in = where


def set_stopped(tx: Session, person_id: int, at: datetime | None, *, until: datetime | None = None) -> None:
    """Ask this person nothing any more, or nothing until then, or (None) ask again."""
    row = tx.get_one(Person, person_id)
    row.stopped_at, row.paused_until = at, until


def pauses_over(tx: Session, now: datetime) -> list[int]:
    """Who wanted a pause that is over by now: one read of an index."""
    return list(tx.exec(select(Person.id).where(col(Person.paused_until) <= now)))  # type: ignore[arg-type]


def decide(
    tx: Session,
    person_id: int,
    placement_id: int,
    *,
    version: int,
    language: str,
    decision: str,
    now: datetime,
    scored: bool = True,
) -> None:
    """Keep what a person answered to the promise; a later decision about the same text replaces the earlier one."""
    row = tx.exec(
        select(Consent).where(
            Consent.person_id == person_id, Consent.placement_id == placement_id, Consent.version == version
        )
    ).one_or_none()
    row = row or Consent(
        person_id=person_id,
        placement_id=placement_id,
        version=version,
        language=language,
        decision=decision,
        decided_at=now,
    )
    row.decision, row.language, row.decided_at, row.scored = decision, language, now, scored
    tx.add(row)


def forget_decision(tx: Session, person_id: int, placement_id: int) -> bool:
    """Let somebody who agreed decide anew, because what they agreed to is not so any more; a "no" stays. True for a "yes"."""
    query = select(Consent).where(Consent.person_id == person_id, Consent.placement_id == placement_id)
    given = list(tx.exec(query.order_by(col(Consent.version).desc())))
    if not given or given[0].decision != "agreed":
        return False
    for one in given:
        tx.delete(one)
    tx.flush()
    return True


def decision(tx: Session, person: facts.Person, placement_id: int, *, version: int) -> str | None:
    """agreed, declined, or None while nobody has asked. A manager decides once for all hires, a hire for each placement."""
    query = select(Consent.decision).where(Consent.person_id == person.id, Consent.version == version)
    if person.kind == "hire":
        query = query.where(Consent.placement_id == placement_id)
    return tx.exec(query.order_by(col(Consent.decided_at).desc()).limit(1)).one_or_none()


def may_score(tx: Session, hire: facts.Person, placement_id: int) -> bool:
    """Nothing is estimated about a hire who stopped, who said no, or who said yes to the questions alone; also not from
    what others say. It holds until they decide otherwise, also when the text has changed meanwhile. Where nobody could
    ask yet, only others are heard."""
    query = (
        select(Consent.decision, Consent.scored)
        .where(Consent.person_id == hire.id, Consent.placement_id == placement_id)
        .order_by(col(Consent.version).desc())
    )
    decided = tx.exec(query.limit(1)).one_or_none()
    return not hire.stopped and (decided is None or tuple(decided) == ("agreed", True))


def set_scored(tx: Session, person_id: int, *, scored: bool) -> None:
    """Whether a level may be estimated from now on, where the person takes part."""
    for row in tx.exec(select(Consent).where(Consent.person_id == person_id, Consent.decision == "agreed")):
        row.scored = scored


def set_keeps_numbers(tx: Session, person_id: int, keeps: bool) -> None:
    """Whether the numbers of a hire stay, without a name, when they are erased."""
    tx.get_one(Person, person_id).keeps_numbers = keeps


def keeps_numbers(tx: Session, person_id: int) -> bool:
    """True when the person agreed to that."""
    return tx.get_one(Person, person_id).keeps_numbers


def decisions(tx: Session, person_id: int) -> list[tuple[bool, datetime, int]]:
    """What the person decided about being asked (agreed or not), when, and after which text; oldest first."""
    rows_ = tx.exec(select(Consent).where(Consent.person_id == person_id).order_by(col(Consent.decided_at)))
    return [(row.decision == "agreed", row.decided_at, row.version) for row in rows_]


def phone_of(tx: Session, person_id: int) -> str | None:
    """The telephone number that the roster names."""
    return tx.get_one(Person, person_id).phone


# When they stopped is no condition of the statement: PostgreSQL would look through everybody for the few who did.
_STOPPED = (
    plain(_PLACEMENT.c.id, _PERSON.c.stopped_at)
    .join(_PERSON, _PERSON.c.id == _PLACEMENT.c.hire_id)
    .where(among(_PLACEMENT.c.id, "placements"))
)
_DECIDED = (
    plain(_CONSENT.c.placement_id, _CONSENT.c.decision, _CONSENT.c.scored)
    .join(_PLACEMENT, _PLACEMENT.c.id == _CONSENT.c.placement_id)
    .where(among(_CONSENT.c.placement_id, "placements"), _CONSENT.c.person_id == _PLACEMENT.c.hire_id)
    .order_by(_CONSENT.c.version)
)


def unscored(tx: Session, placement_ids: Sequence[int]) -> frozenset[int]:
    """Those of these placements of which ``may_score`` is false."""
    decisions = rows.read(tx, _DECIDED, placements=placement_ids)
    last = {placement_id: (decision, scored) for placement_id, decision, scored in decisions}
    stopped = [row.id for row in rows.read(tx, _STOPPED, placements=placement_ids) if row.stopped_at is not None]
    return frozenset([*stopped, *(one for one, decided in last.items() if decided != ("agreed", True))])


def staff_named(tx: Session, wanted: str) -> list[facts.Person]:
    """Whoever of the agency has that e-mail address or that name."""
    key = " ".join(wanted.split()).casefold()
    return [one for one in staff(tx) if key in ((one.email or "").casefold(), " ".join(one.name.split()).casefold())]


def asked(tx: Session) -> list[facts.Person]:
    """Every hire and manager who was not erased, in order of entry."""
    query = select(Person).where(col(Person.kind).in_(("hire", "manager")), ~col(Person.identity).startswith("erased:"))
    return [as_fact(row) for row in tx.exec(query.order_by(col(Person.id)))]


def staff(tx: Session) -> list[facts.Person]:
    """Everybody of the agency who has not gone, in order of entry."""
    query = select(Person).where(Person.kind == "staff", col(Person.stopped_at).is_(None))
    return [as_fact(row) for row in tx.exec(query.order_by(col(Person.id)))]


def count_unreachable(tx: Session) -> int:
    """How many people have an address that takes no messages any more, and no other."""
    found = tx.exec(select(Address.person_id, Address.state).where(Address.state != "closed")).all()
    linked = {person_id for person_id, state in found if state == "linked"}
    return len({person_id for person_id, _ in found} - linked)


def linked_ids(tx: Session) -> frozenset[int]:
    """Everybody who can be reached."""
    return frozenset(tx.exec(select(Address.person_id).where(Address.state == "linked")))
