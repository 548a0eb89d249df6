"""Check-ins, and what the risk may know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, bindparam
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, delete, func, or_, select

from scheduler.plan import ROUTINE
from store import facts, rows
from store.dialect import among, insert_once
from store.tables import Answer, CheckIn, Placement

CLOSED = ("completed", "expired", "declined", "cancelled")

_CHECKIN, _ANSWER, _PLACEMENT = rows.table(CheckIn), rows.table(Answer), rows.table(Placement)
_ROW = _CHECKIN.select()


def as_fact(row: CheckIn | Row[Any]) -> facts.CheckIn:
    """The row as a frozen value."""
    assert row.id is not None
    return facts.CheckIn(
        id=row.id,
        placement_id=row.placement_id,
        person_id=row.person_id,
        respondent=row.respondent,
        survey=row.survey,
        period=row.period,
        due_on=row.due_on,
        state=row.state,
        opens_at=row.opens_at,
        remind_at=tuple(datetime.fromisoformat(at) for at in row.remind_at),
        expires_at=row.expires_at,
        later_at=row.later_at,
        context=row.context,
        question_limit=row.question_limit,
        turn=row.turn,
        opened_at=row.opened_at,
        delivered_at=row.delivered_at,
        started_at=row.started_at,
        completed_at=row.completed_at,
        closed_at=row.closed_at,
    )


_BY_ID = _ROW.where(_CHECKIN.c.id == bindparam("checkin"))


def get(tx: Session, checkin_id: int) -> facts.CheckIn | None:
    """The check-in of that id, or None."""
    row = rows.first(tx, _BY_ID, checkin=checkin_id)
    return None if row is None else as_fact(row)


@dataclass(frozen=True, slots=True)
class Planned:
    """A future row: what the schedule wants to open."""

    placement_id: int
    person_id: int
    respondent: str
    survey: str
    period: str
    due_on: date
    opens_at: datetime
    remind_at: tuple[datetime, ...]
    expires_at: datetime


def write_plan(tx: Session, placement_ids: Sequence[int], planned: Sequence[Planned]) -> None:
    """Make the planned rows of these placements equal to ``planned``; what was opened keeps its date."""
    tx.exec(delete(CheckIn).where(col(CheckIn.placement_id).in_(placement_ids), col(CheckIn.state) == "planned"))
    values = [
        {
            "placement_id": one.placement_id,
            "person_id": one.person_id,
            "respondent": one.respondent,
            "survey": one.survey,
            "period": one.period,
            "due_on": one.due_on,
            "state": "planned",
            "opens_at": one.opens_at,
            "remind_at": [at.isoformat() for at in one.remind_at],
            "expires_at": one.expires_at,
            "wakes_at": one.opens_at,
            "context": {},
            "turn": 1,
            "asked": 0,
        }
        for one in planned
    ]
    insert_once(tx, CheckIn, values)


def due_ids(tx: Session, now: datetime) -> list[int]:
    """Check-ins that the schedule has to look at, oldest first: one read of an index."""
    query = select(CheckIn.id).where(col(CheckIn.wakes_at) <= now).order_by(col(CheckIn.wakes_at), col(CheckIn.id))
    return [row for row in tx.exec(query) if row is not None]


def next_wake(tx: Session) -> datetime | None:
    """When the schedule has to look next."""
    return tx.exec(select(func.min(CheckIn.wakes_at))).one()


def by_ids(tx: Session, ids: Sequence[int]) -> list[facts.CheckIn]:
    """The check-ins of these ids, oldest opening first."""
    query = select(CheckIn).where(col(CheckIn.id).in_(ids)).order_by(col(CheckIn.opens_at), col(CheckIn.id))
    return [as_fact(row) for row in tx.exec(query)]


def change(tx: Session, checkin_id: int, **values: Any) -> None:
    """Set columns of one check-in; times that are lists are given as datetimes. What closes is assessed (once more)."""
    if "closed_at" in values:
        values.setdefault("assessed_at", None)
    if "remind_at" in values:
        values["remind_at"] = [at.isoformat() for at in values["remind_at"]]
    rows.change(tx, CheckIn, checkin_id, **values)


_OPEN = _ROW.where(_CHECKIN.c.person_id == bindparam("person"), _CHECKIN.c.state == "open").order_by(
    _CHECKIN.c.opens_at, _CHECKIN.c.id
)


def current(tx: Session, person_id: int) -> facts.CheckIn | None:
    """The one conversation of a person: their oldest open check-in."""
    return next(iter(open_of(tx, person_id)), None)


def next_planned(tx: Session, person_id: int) -> datetime | None:
    """When the person's next check-in opens by the plan."""
    query = select(func.min(CheckIn.opens_at)).where(CheckIn.person_id == person_id, CheckIn.state == "planned")
    return tx.exec(query).one()


def last_begun(tx: Session, person_id: int) -> int | None:
    """The newest check-in that the person has begun to answer."""
    query = select(CheckIn.id).where(CheckIn.person_id == person_id, col(CheckIn.started_at).is_not(None))
    return tx.exec(query.order_by(col(CheckIn.due_on).desc(), col(CheckIn.id).desc()).limit(1)).first()


def answered_of(tx: Session, person_id: int, due_on: date) -> list[facts.CheckIn]:
    """A person's check-ins of one day that they have begun, in the order in which they are asked."""
    query = select(CheckIn).where(
        CheckIn.person_id == person_id, CheckIn.due_on == due_on, col(CheckIn.started_at).is_not(None)
    )
    return [as_fact(row) for row in tx.exec(query.order_by(col(CheckIn.opens_at), col(CheckIn.id)))]


def begun_by(tx: Session, person_id: int) -> list[facts.CheckIn]:
    """Every check-in that a person has begun to answer, oldest first."""
    query = select(CheckIn).where(CheckIn.person_id == person_id, col(CheckIn.started_at).is_not(None))
    return [as_fact(row) for row in tx.exec(query.order_by(col(CheckIn.due_on), col(CheckIn.id)))]


def open_of(tx: Session, person_id: int) -> list[facts.CheckIn]:
    """All open check-ins of a person, oldest first."""
    return [as_fact(row) for row in rows.read(tx, _OPEN, person=person_id)]


def superseded(tx: Session, checkin: facts.CheckIn) -> bool:
    """True when the next check-in of the same kind of respondent has opened since, or somebody else is the respondent."""
    asked = Placement.hire_id if checkin.respondent == "hire" else Placement.manager_id
    if tx.exec(select(asked).where(Placement.id == checkin.placement_id)).one() != checkin.person_id:
        return True
    query = select(CheckIn.id).where(
        CheckIn.placement_id == checkin.placement_id,
        CheckIn.respondent == checkin.respondent,
        col(CheckIn.opened_at).is_not(None),
        CheckIn.due_on > checkin.due_on,
        # What comes besides the months does not end the question of a month.
        col(CheckIn.survey).in_(ROUTINE) if checkin.survey in ROUTINE else CheckIn.survey == checkin.survey,
    )
    return tx.exec(query.limit(1)).one_or_none() is not None


def unfinished(tx: Session, person_id: int) -> facts.CheckIn | None:
    """The person's newest check-in that expired halfway and can still be answered, or None."""
    query = (
        select(CheckIn)
        .where(CheckIn.person_id == person_id, CheckIn.state == "expired", col(CheckIn.started_at).is_not(None))
        .order_by(col(CheckIn.due_on).desc(), col(CheckIn.id).desc())
        .limit(1)
    )
    row = tx.exec(query).one_or_none()
    found = None if row is None else as_fact(row)
    return None if found is None or superseded(tx, found) else found


_DELIVERED = (
    _CHECKIN.update()
    .where(_CHECKIN.c.person_id == bindparam("person"), _CHECKIN.c.state == "open", _CHECKIN.c.delivered_at.is_(None))
    .values(delivered_at=bindparam("at"))
)


def delivered(tx: Session, person_id: int, at: datetime) -> None:
    """The person's opening has arrived: every open check-in of theirs counts as delivered."""
    rows.execute(tx, _DELIVERED, person=person_id, at=at)


def wake(tx: Session, person_id: int) -> None:
    """Let the schedule look again at what waited for this person's link or consent."""
    for row in tx.exec(select(CheckIn).where(CheckIn.person_id == person_id, CheckIn.state == "planned")):
        row.wakes_at = row.opens_at


class Given(NamedTuple):
    """What the risk may know of an answer: no words, and no question without a meaning for it."""

    question: str
    driver: str | None
    value: str | None
    points: int | None
    signal: str | None
    answered_at: datetime
    late: bool


class Asked(NamedTuple):
    """What the risk may know of a check-in that was opened."""

    id: int
    placement_id: int
    respondent: str
    period: str
    due_on: date
    state: str
    opens_at: datetime
    opened_at: datetime | None
    delivered_at: datetime | None
    closed_at: datetime | None
    expires_at: datetime
    stated_at: datetime | None
    assessed_at: datetime | None

    @property
    def waits(self) -> bool:
        """Whether it is to be assessed: it is over, or something was stated in it that does not wait for the end."""
        return self.assessed_at is None and (self.closed_at is not None or self.stated_at is not None)


# Columns and tuples: a company of hundreds has tens of thousands of answers, and a row or an object costs ten times as much.
_OPENED = and_(among(_CHECKIN.c.placement_id, "placements"), _CHECKIN.c.opened_at.is_not(None))
_ASKED = (
    sa_select(*[_CHECKIN.c[name] for name in Asked._fields]).where(_OPENED).order_by(_CHECKIN.c.due_on, _CHECKIN.c.id)
)
_GIVEN = (
    sa_select(_ANSWER.c.checkin_id, *[_ANSWER.c[name] for name in Given._fields])
    .join(_CHECKIN, _CHECKIN.c.id == _ANSWER.c.checkin_id)
    .where(_OPENED)
    .order_by(_ANSWER.c.turn, _ANSWER.c.id)
)


def evidence(tx: Session, placement_ids: Sequence[int]) -> list[tuple[Asked, list[Given]]]:
    """Every check-in of these placements that was ever opened, oldest first, each with what the risk may know."""
    given: dict[int, list[Given]] = {}
    for row in rows.read(tx, _GIVEN, placements=placement_ids):
        given.setdefault(row[0], []).append(Given._make(row[1:]))
    asked = map(Asked._make, rows.read(tx, _ASKED, placements=placement_ids))
    return [(one, given.get(one.id, [])) for one in asked]


_WAITING = (
    sa_select(_CHECKIN.c.id, _PLACEMENT.c.company_id, _CHECKIN.c.opened_at)
    .join(_PLACEMENT, _PLACEMENT.c.id == _CHECKIN.c.placement_id)
    .where(_CHECKIN.c.assessed_at.is_(None))
    .limit(bindparam("limit"))
)
# In the very order of an index, beginning with what is NULL in all of them: otherwise PostgreSQL sorts all that wait, each time.
_STATED = _WAITING.where(_CHECKIN.c.stated_at.is_not(None)).order_by(_CHECKIN.c.assessed_at, _CHECKIN.c.stated_at)
_OVER = _WAITING.where(_CHECKIN.c.closed_at.is_not(None)).order_by(_CHECKIN.c.assessed_at, _CHECKIN.c.closed_at)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Which companies have check-ins to assess, the most urgent first, and which of those were never opened."""

    companies: tuple[int, ...]
    unopened: tuple[int, ...]


def unassessed(tx: Session, limit: int) -> Waiting:
    """Whose check-ins are to be assessed, by the ``limit`` most urgent: first where something was stated that does not wait
    for the end, then the oldest that are over."""
    found = [row for query in (_STATED, _OVER) for row in rows.read(tx, query, limit=limit)]
    return Waiting(
        companies=tuple(dict.fromkeys(row.company_id for row in found)),
        unopened=tuple(dict.fromkeys(row.id for row in found if row.opened_at is None)),
    )


_SILENT = sa_select(_CHECKIN.c.id, _CHECKIN.c.due_on).where(
    among(_CHECKIN.c.id, "checkins"),
    _CHECKIN.c.respondent == "hire",
    _CHECKIN.c.state == "expired",
)


def silent(tx: Session, checkin_ids: Sequence[int]) -> dict[int, date]:
    """Those of these check-ins that a hire let run out, with the day on which each was due."""
    return {row.id: row.due_on for row in rows.read(tx, _SILENT, checkins=checkin_ids)}


def counts(tx: Session) -> dict[str, int]:
    """How many check-ins are in each state; future rows are not counted."""
    query = select(CheckIn.state, func.count()).where(CheckIn.state != "planned").group_by(CheckIn.state)
    return dict(tx.exec(query).all())


@dataclass(frozen=True, slots=True)
class Listed:
    """A check-in as the lists show it."""

    checkin: facts.CheckIn
    answered: int
    asked: int


def listed(tx: Session, placement_ids: Sequence[int], since: date | None = None) -> list[Listed]:
    """What was opened for these placements since a day, newest first."""
    query = select(CheckIn).where(
        col(CheckIn.placement_id).in_(placement_ids),
        or_(col(CheckIn.opened_at).is_not(None), col(CheckIn.state).in_(CLOSED)),
    )
    if since is not None:
        query = query.where(CheckIn.due_on >= since)
    found = list(tx.exec(query.order_by(col(CheckIn.due_on).desc(), col(CheckIn.id).desc())))
    ids = [row.id for row in found]
    given = select(Answer.checkin_id, func.count()).where(
        col(Answer.checkin_id).in_(ids),
        or_(col(Answer.value).is_not(None), Answer.is_text),
        ~col(Answer.question).endswith(".note"),
    )
    answered = dict(tx.exec(given.group_by(col(Answer.checkin_id))).all())
    return [Listed(as_fact(row), answered.get(row.id or 0, 0), row.asked) for row in found]


def same_day(tx: Session, person_id: int, survey: str, due_on: date) -> list[int]:
    """The ids of a person's check-ins of one survey that are due on the same day, whatever became of them."""
    query = select(CheckIn.id).where(CheckIn.person_id == person_id, CheckIn.survey == survey, CheckIn.due_on == due_on)
    return [row for row in tx.exec(query) if row is not None]
