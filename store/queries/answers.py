"""The answers of check-ins; people's own words are sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam
from sqlmodel import Session, col, func, select

from store import facts, rows
from store.queries import checkins
from store.seal import seal, unseal
from store.tables import Answer, CheckIn

_ANSWER = rows.table(Answer)
_ANSWERS = _ANSWER.select().where(_ANSWER.c.checkin_id == bindparam("checkin")).order_by(_ANSWER.c.turn, _ANSWER.c.id)
_FORGET = _ANSWER.delete().where(
    _ANSWER.c.checkin_id == bindparam("checkin"), _ANSWER.c.question.in_(bindparam("questions", expanding=True))
)
_PUT = _ANSWER.insert()


def of(tx: Session, checkin_id: int) -> list[facts.Answered]:
    """The answers of one check-in in the order in which they were given."""
    return [_fact(tx, row) for row in rows.read(tx, _ANSWERS, checkin=checkin_id)]


def about(tx: Session, placement_ids: Sequence[int]) -> list[tuple[facts.CheckIn, list[facts.Answered]]]:
    """Every check-in of these placements that was ever opened, oldest first, each with its answers (words left sealed)."""
    opened = list(
        tx.exec(
            select(CheckIn)
            .where(col(CheckIn.placement_id).in_(placement_ids), col(CheckIn.opened_at).is_not(None))
            .order_by(col(CheckIn.due_on), col(CheckIn.id))
        )
    )
    given: dict[int, list[facts.Answered]] = {}
    query = select(Answer).where(col(Answer.checkin_id).in_([row.id for row in opened]))
    for answer in tx.exec(query.order_by(col(Answer.turn), col(Answer.id))):
        given.setdefault(answer.checkin_id, []).append(_fact(tx, answer, words=False))
    return [(checkins.as_fact(row), given.get(row.id or 0, [])) for row in opened]


def last_at(tx: Session, person_id: int) -> datetime | None:
    """When the person last answered anything."""
    query = select(func.max(Answer.answered_at)).join(CheckIn, col(CheckIn.id) == col(Answer.checkin_id))
    return tx.exec(query.where(CheckIn.person_id == person_id)).one()


def replace(
    tx: Session,
    checkin_id: int,
    wanted: Sequence[Mapping[str, Any]],
    *,
    stored: Sequence[facts.Answered] | None = None,
) -> None:
    """Make the stored answers of a check-in equal to ``wanted`` (columns of Answer; ``words`` are sealed here).

    An answer that is unchanged keeps its row and its time. ``stored`` saves a read where they were read already.
    """
    stored = of(tx, checkin_id) if stored is None else stored
    kept = {(one.question, one.value, one.words) for one in stored}
    new = [one for one in wanted if (one["question"], one["value"], one["words"]) not in kept]
    staying = {one["question"] for one in wanted} - {one["question"] for one in new}
    gone = [one.question for one in stored if one.question not in staying]
    if gone:
        rows.execute(tx, _FORGET, checkin=checkin_id, questions=gone)
    for one in new:
        values = {name: value for name, value in one.items() if name != "words"}
        rows.execute(tx, _PUT, checkin_id=checkin_id, sealed_words=seal(tx, one["words"]), **values)


def _fact(tx: Session, row: Answer | Row[Any], *, words: bool = True) -> facts.Answered:
    return facts.Answered(
        checkin_id=row.checkin_id,
        question=row.question,
        driver=row.driver,
        value=row.value,
        points=row.points,
        signal=row.signal,
        words=unseal(tx, row.sealed_words) if words else None,
        is_text=row.is_text,
        answered_at=row.answered_at,
        late=row.late,
    )
