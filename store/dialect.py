"""The statements that SQLite and PostgreSQL share but SQLAlchemy spells per dialect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

PARAMETERS = 900
"""SQLite takes a bounded number of parameters in one statement."""


@lru_cache(maxsize=64)
def _insert(table: type[SQLModel], dialect: str) -> Any:
    # Made once: a statement that is made anew each time costs more to make than to run. Inline, because nobody asks for
    # the new row's id, and a statement that gives rows back does not count them.
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).inline().on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def insert_once(tx: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows, leaving out those whose unique key is there already; how many went in."""
    if not rows:
        return 0
    statement = _insert(table, tx.get_bind().dialect.name)
    connection = tx.connection()
    if len(rows) == 1:
        return int(connection.execute(statement, dict(rows[0])).rowcount)
    size = max(1, PARAMETERS // len(rows[0]))
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]
    return sum(connection.execute(statement.values([dict(row) for row in part])).rowcount for part in parts)


def add_all(tx: Session, rows: Sequence[SQLModel]) -> None:
    """Add thousands of new rows and write them, each with its id.

    On PostgreSQL the ids are drawn beforehand: to read them back, a thousand rows would share one statement of so many
    parameters that its driver takes longer to read it than the server to run it (5 seconds instead of 1 for 5,000 rows).
    """
    fresh = [row for row in rows if inspect(row).transient]
    if fresh and tx.get_bind().dialect.name == "postgresql":
        drawn = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
        name = f'"{type(fresh[0]).__tablename__}"'
        for row, (number,) in zip(
            fresh, tx.connection().execute(drawn, {"name": name, "count": len(fresh)}), strict=True
        ):
            row.id = number
    tx.add_all(rows)
    tx.flush()
