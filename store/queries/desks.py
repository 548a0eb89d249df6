"""Who has compared which hotline with its official page, and when."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session, col, func, select

from store.tables import HotlineCheck


def confirm(tx: Session, hotline: str, *, by: str, on: date, at: datetime) -> None:
    """Keep that somebody looked; every look is a row of its own."""
    tx.add(HotlineCheck(hotline=hotline, confirmed_by=by, confirmed_on=on, written_at=at))


def confirmed(tx: Session) -> dict[str, date]:
    """The newest day of each hotline that somebody has looked at."""
    query = select(HotlineCheck.hotline, func.max(HotlineCheck.confirmed_on)).group_by(col(HotlineCheck.hotline))
    return dict(tx.exec(query).all())


def last(tx: Session) -> dict[str, tuple[str, date]]:
    """By whom and when each hotline was last confirmed."""
    rows = tx.exec(select(HotlineCheck).order_by(col(HotlineCheck.confirmed_on), col(HotlineCheck.id)))
    return {row.hotline: (row.confirmed_by, row.confirmed_on) for row in rows}
