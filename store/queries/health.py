"""What ``teichaku doctor`` asks the database."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlmodel import Session, col, func, select

from store.seal import unseal
from store.tables import Answer, Company, FollowUp, Heartbeat, Person, Placement


def open_words(tx: Session) -> None:
    """Open the newest words that are stored, if there are any. Raises StoreError("key_missing")."""
    answer = select(Answer.sealed_words).where(col(Answer.sealed_words).is_not(None)).order_by(col(Answer.id).desc())
    note = select(FollowUp.sealed_note).where(col(FollowUp.sealed_note).is_not(None)).order_by(col(FollowUp.id).desc())
    for query in (answer, note):
        unseal(tx, tx.exec(query.limit(1)).one_or_none())


def latest_known_time(tx: Session) -> datetime | None:
    """A time that has been already, by another clock: the database server's, or that of whichever process ticked last."""
    if tx.get_bind().dialect.name == "postgresql":
        now: datetime = tx.exec(select(func.clock_timestamp())).one()
        return now
    return tx.exec(select(func.max(Heartbeat.at))).one()


def count_placements(tx: Session) -> int:
    """How many placements are stored."""
    return tx.exec(select(func.count()).select_from(Placement)).one()


def zones(tx: Session) -> list[str]:
    """The time zones of the placements."""
    return sorted(tx.exec(select(Placement.timezone).distinct()))


def first_languages(tx: Session) -> Counter[str]:
    """How many people read each language first; people of the agency are not counted, who read English or Japanese."""
    return Counter(row.languages[0] for row in tx.exec(select(Person).where(Person.kind != "staff")) if row.languages)


def without_calendar(tx: Session) -> list[str]:
    """The companies of which the roster says nothing about their working days, by name."""
    query = select(Company.name).where(
        col(Company.working_weekdays).is_(None),
        col(Company.works_on_public_holidays).is_(None),
        col(Company.closures).is_(None),
    )
    return list(tx.exec(query.order_by(col(Company.name))))
