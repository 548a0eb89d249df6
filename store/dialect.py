"""The statements that SQLite and PostgreSQL share but SQLAlchemy spells per dialect."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Self

from sqlalchemy import Boolean, Column, Dialect, Integer, Text, TypeDecorator, bindparam, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, SQLModel

from store.rows import execute, first, table

PARAMETERS = 900
"""SQLite takes a bounded number of parameters in one statement."""


class _Ids(TypeDecorator[Sequence[int]]):
    """Many ids as one parameter."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(postgresql.ARRAY(Integer) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:
        return list(value or ()) if dialect.name == "postgresql" else json.dumps(list(value or ()))


class _Among(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> Self:
        """As it is: compared with 1, as SQLAlchemy does for SQLite, it would keep SQLite from its indexes."""
        return self


def among(column: Column[Any], name: str) -> _Among:
    """True where the column is one of the ids in the parameter of that name, however many they are.

    A list with a parameter for each id is another statement each time; of 500 of them the driver of PostgreSQL needs longer to
    read it than the server to run it.
    """
    return _Among(column, bindparam(name, type_=_Ids()))


@compiles(_Among, "postgresql")
def _among_postgresql(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, ids = (compiler.process(one, **more) for one in element.clauses)
    return f"{column} = ANY ({ids})"


@compiles(_Among, "sqlite")
def _among_sqlite(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, ids = (compiler.process(one, **more) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"


@lru_cache(maxsize=64)
def _insert(model: type[SQLModel], dialect: str, *, gives_id: bool = False) -> Any:
    # Made once: a statement that is made anew each time costs more to make than to run.
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table(model)).inline().on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return statement.returning(table(model).c.id) if gives_id else statement


def insert_first(tx: Session, model: type[SQLModel], row: Mapping[str, Any]) -> int | None:
    """Insert a row: its id, or None where its unique key is there already."""
    found = first(tx, _insert(model, tx.get_bind().dialect.name, gives_id=True), **row)
    return None if found is None else int(found[0])


def insert_once(tx: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows, leaving out those whose unique key is there already; how many went in."""
    if not rows:
        return 0
    # Inline, because nobody asks for the new rows' ids, and a statement that gives rows back does not count them.
    statement = _insert(model, tx.get_bind().dialect.name)
    if len(rows) == 1:
        return execute(tx, statement, **rows[0])
    # The same statement for each row: one with a list of values costs more to make than to run, and is made anew each time.
    return int(tx.connection().execute(statement, [dict(row) for row in rows]).rowcount)


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


@lru_cache(maxsize=64)
def _put(model: type[SQLModel], dialect: str, key: tuple[str, ...]) -> Any:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table(model)).inline()
    others = {one.name: statement.excluded[one.name] for one in table(model).c if one.name not in ("id", *key)}
    return statement.on_conflict_do_update(index_elements=key, set_=others)


def put_all(tx: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]], *, key: tuple[str, ...]) -> None:
    """Insert rows, each with all its columns; where the unique key is there already, that row becomes equal to it."""
    if rows:
        tx.flush()
        tx.connection().execute(_put(model, tx.get_bind().dialect.name, key), [dict(row) for row in rows])


def batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Ids in portions that one statement can take."""
    for begin in range(0, len(ids), PARAMETERS):
        yield ids[begin : begin + PARAMETERS]
