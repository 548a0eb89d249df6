"""The statements that SQLite and PostgreSQL share but SQLAlchemy spells per dialect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def insert_once(tx: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows, leaving out those whose unique key is there already; how many went in."""
    if not rows:
        return 0
    insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement: Any = insert(table).values([dict(row) for row in rows]).on_conflict_do_nothing()
    size = max(1, 900 // len(rows[0]))
    if len(rows) > size:
        # SQLite takes a bounded number of parameters in one statement.
        return sum(insert_once(tx, table, rows[start : start + size]) for start in range(0, len(rows), size))
    return int(tx.connection().execute(statement).rowcount)
