"""The statements that SQLite and PostgreSQL share but SQLAlchemy spells per dialect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

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
