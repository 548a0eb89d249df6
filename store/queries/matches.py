"""Matches: who was never linked to any account, and has a work e-mail by which they could be."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from store.tables import Address, Company, Person, Placement


@dataclass(frozen=True, slots=True)
class Unlinked:
    """Somebody who was never linked."""

    id: int
    kind: str
    email: str | None


def never_linked(tx: Session, *, company_keys: Collection[str]) -> list[Unlinked]:
    """The hires and managers of running placements at these companies (``Company.name_key``) who have an e-mail and never had
    an account; without companies those of the agency. In order of entry."""
    known = select(Address.person_id)
    query = select(Person).where(col(Person.email).is_not(None), col(Person.id).not_in(known))
    if company_keys:
        running = (
            select(Placement)
            .join(Company, col(Company.id) == col(Placement.company_id))
            .where(col(Company.name_key).in_(company_keys), col(Placement.left_on).is_(None))
        )
        ids = {one for row in tx.exec(running) for one in (row.hire_id, row.manager_id)}
        query = query.where(col(Person.id).in_(ids))
    else:
        query = query.where(Person.kind == "staff", col(Person.stopped_at).is_(None))
    query = query.where(or_(col(Person.channel).is_(None), Person.channel == "slack"))
    return [Unlinked(row.id or 0, row.kind, row.email) for row in tx.exec(query.order_by(col(Person.id)))]


def email_of(tx: Session, person_id: int) -> str | None:
    """The work e-mail of a person."""
    return tx.get_one(Person, person_id).email
