"""People of the agency with what the settings say of them: stored beside the roster's, and never instead of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from store.queries import people
from store.tables import Company, Person, Placement


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody of the agency. ``from_settings`` names the columns of which only the settings have said something;
    ``leads`` is true for whom a roster names as a lead, ``named`` for whom any placement names."""

    id: int
    name: str
    email: str | None
    phone: str | None
    channel: str | None
    role: str | None
    languages: tuple[str, ...]
    from_settings: frozenset[str]
    leads: bool
    named: bool
    gone: bool


def everybody(tx: Session) -> list[Staff]:
    """Everybody of the agency, also who has gone, in order of entry."""
    leads = frozenset(tx.exec(select(Placement.lead_id).distinct()))
    consultants = frozenset(tx.exec(select(Placement.consultant_id).distinct()))
    rows = tx.exec(select(Person).where(Person.kind == "staff").order_by(col(Person.id)))
    return [
        Staff(
            id=row.id or 0,
            name=row.name,
            email=row.email,
            phone=row.phone,
            channel=row.channel,
            role=row.role,
            languages=tuple(row.languages),
            from_settings=frozenset(row.from_settings or ()),
            leads=row.id in leads,
            named=row.id in leads or row.id in consultants,
            gone=row.stopped_at is not None,
        )
        for row in rows
    ]


def add(tx: Session, *, identity: str, **values: Any) -> None:
    """Store somebody whom only the settings name."""
    tx.add(Person(kind="staff", identity=identity, from_settings=sorted(values), **values))
    tx.flush()


def change(tx: Session, person_id: int, values: Mapping[str, Any], *, identity: str | None = None) -> None:
    """Set what the settings say of somebody, and remember that it comes from there."""
    row = tx.get_one(Person, person_id)
    for name, value in values.items():
        setattr(row, name, value)
    row.from_settings = sorted({*(row.from_settings or ()), *values})
    row.identity = identity or row.identity
    tx.flush()


def come_back(tx: Session, person_id: int) -> None:
    """The settings name somebody again."""
    tx.get_one(Person, person_id).stopped_at = None


def go(tx: Session, person_id: int, now: datetime) -> None:
    """The settings name somebody no more, and no roster ever did: their chat is closed, and they see nothing."""
    tx.get_one(Person, person_id).stopped_at = now
    address = people.address_of(tx, person_id)
    if address is not None:
        people.set_address_state(tx, address.id, "closed")


@dataclass(frozen=True, slots=True)
class CompanySaid:
    """What a roster has said of a company; None for what it has not."""

    name: str
    yearly_turnover: float | None
    working_weekdays: tuple[int, ...] | None
    works_on_public_holidays: bool | None
    closures: tuple[str, ...] | None


def companies(tx: Session) -> list[CompanySaid]:
    """Every company, by name."""
    return [
        CompanySaid(
            row.name,
            row.yearly_turnover,
            None if row.working_weekdays is None else tuple(map(int, row.working_weekdays)),
            row.works_on_public_holidays,
            None if row.closures is None else tuple(row.closures),
        )
        for row in tx.exec(select(Company).order_by(col(Company.name)))
    ]
