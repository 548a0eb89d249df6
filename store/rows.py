"""Plain rows, for the queries that every reply runs.

Measured: to read a row as an object of the ORM costs five times as much as to read it as a plain row, and to build a statement
costs as much as to run it. So these statements are built once and give plain rows, of which the queries make facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Row, Table, bindparam, inspect
from sqlmodel import Session, SQLModel


def table(model: type[SQLModel]) -> Table:
    """The table behind a model."""
    found: Table = inspect(model).local_table
    return found


def execute(tx: Session, statement: Executable, **values: Any) -> CursorResult[Any]:
    """Run a statement, after what the session still has in its hands."""
    tx.flush()
    connection: Connection = tx.info.get("connection") or tx.connection()
    return connection.execute(statement, values)


def read(tx: Session, statement: Executable, **values: Any) -> Sequence[Row[Any]]:
    """What a statement finds."""
    return execute(tx, statement, **values).all()


def first(tx: Session, statement: Executable, **values: Any) -> Row[Any] | None:
    """The first thing that a statement finds, or None."""
    return execute(tx, statement, **values).first()


@lru_cache(maxsize=128)
def _update(model: type[SQLModel], names: tuple[str, ...]) -> Executable:
    wanted = table(model)
    return wanted.update().where(wanted.c.id == bindparam("row_id")).values({name: bindparam(name) for name in names})


def change(tx: Session, model: type[SQLModel], row_id: int, **values: Any) -> None:
    """Set columns of one row."""
    execute(tx, _update(model, tuple(values)), row_id=row_id, **values)
