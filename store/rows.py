"""Plain rows, for the queries that every reply runs.

Measured: to read a row as an object of the ORM costs five times as much as to read it as a plain row, and to build a statement
costs as much as to run it. So these statements are built once and give plain rows, of which the queries make facts. And
SQLite needs 2 µs for such a statement, the general way to it 30: so what is always the same about one (its text, the order of
its parameters, what makes values of its columns) is worked out once as well (docs/adr/0012-statements-prepared-once.md).
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import starmap
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Executable, SelectBase, Table, UpdateBase, bindparam, exc, inspect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, SQLModel, UTCDateTime

Turn = Callable[[Any], Any]
"""What makes a parameter of a value, or a value of a column."""


def table(model: type[SQLModel]) -> Table:
    """The table behind a model."""
    found: Table = inspect(model).local_table
    return found


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    required: bool
    constant: Any
    turn: Turn | None

    def of(self, values: dict[str, Any]) -> Any:
        value = values[self.name] if self.required else self.constant
        return value if self.turn is None else self.turn(value)


@dataclass(slots=True)
class _Prepared:
    """A statement as a driver takes it, with its parameters in order (``named`` where the driver takes them by name), and the
    kind of row that it gives."""

    text: str
    parameters: tuple[_Parameter, ...]
    named: bool
    row: Callable[..., Any]
    kinds: tuple[TypeEngine[Any], ...]
    turns: list[tuple[int, Turn]] | None = None
    """By the place of a column; worked out when the first rows come, because some depend on what the driver says of them."""

    def run(self, connection: Connection, values: dict[str, Any]) -> Any:
        """The driver's cursor. Raises what the general way raises, without the values in its text."""
        given: Any = [one.of(values) for one in self.parameters]
        if self.named:
            given = {one.name: value for one, value in zip(self.parameters, given, strict=True)}
        driver: Any = connection.connection.driver_connection
        try:
            return driver.execute(self.text, given)
        except connection.dialect.loaded_dbapi.Error as fault:
            raise _wrapped(fault, connection.dialect) from fault

    def rows(self, cursor: Any, dialect: Dialect) -> list[Any]:
        """What the cursor gives, with its columns by name."""
        if self.turns is None:
            self.turns = _turns(self.kinds, [one[1] for one in cursor.description], dialect)
        found = cursor.fetchall()
        columns: list[Iterable[Any]] = list(zip(*found, strict=True))
        if columns:  # By columns, because a loop over the values of each row costs twice as much.
            for place, turn in self.turns:
                columns[place] = map(turn, columns[place])
            found = zip(*columns, strict=True)
        return list(starmap(self.row, found))


def _wrapped(fault: BaseException, dialect: Dialect) -> Exception:
    base = cast(type[Exception], dialect.loaded_dbapi.Error)
    return cast(
        Exception,
        exc.DBAPIError.instance(None, None, cast(Exception, fault), base, hide_parameters=True, dialect=dialect),
    )


@lru_cache(maxsize=512)
def _prepared(statement: Executable, dialect: Dialect, names: tuple[str, ...]) -> _Prepared | None:
    """The statement for this dialect and these values; None where its text depends on the values themselves."""
    compiled = cast(ClauseElement, statement).compile(dialect=dialect, column_keys=list(names))
    assert isinstance(compiled, SQLCompiler)
    if any(one.expanding or one.literal_execute for one in compiled.binds.values()):
        return None
    order = compiled.positiontup if compiled.positional else list(compiled.binds)
    parameters = tuple(_parameter(compiled, name, dialect) for name in order or ())
    columns = _columns(statement)
    row = _row_of(tuple(name for name, _ in columns))
    return _Prepared(compiled.string, parameters, not compiled.positional, row, tuple(kind for _, kind in columns))


def _row_of(names: tuple[str, ...]) -> Callable[..., Any]:
    make: Any = namedtuple  # The type checker wants names that are written out.
    row: Callable[..., Any] = make("Row", names, rename=True)
    return row


def _columns(statement: Executable) -> list[tuple[str, TypeEngine[Any]]]:
    """The name and the type of each column that the statement gives."""
    if isinstance(statement, UpdateBase):
        return [(one["name"], one["type"]) for one in statement.returning_column_descriptions]
    return [(str(one.key), one.type) for one in statement.selected_columns] if isinstance(statement, SelectBase) else []


def _parameter(compiled: SQLCompiler, name: str, dialect: Dialect) -> _Parameter:
    bind = compiled.binds[name]
    kind: TypeEngine[Any] = bind.type
    return _Parameter(name, bind.required, bind.value, kind.dialect_impl(dialect).bind_processor(dialect))


def _turns(kinds: Sequence[TypeEngine[Any]], codes: Sequence[Any], dialect: Dialect) -> list[tuple[int, Turn]]:
    found = [
        _MOMENTS[dialect.name]
        if isinstance(kind, UTCDateTime)
        else kind.dialect_impl(dialect).result_processor(dialect, code)
        for kind, code in zip(kinds, codes, strict=True)
    ]
    return [(place, turn) for place, turn in enumerate(found) if turn is not None]


def _moment(text: str | None) -> datetime | None:
    """SQLite keeps a moment as a text in UTC, without saying so."""
    return None if text is None else datetime.fromisoformat(text + "+00:00")


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


_MOMENTS: dict[str, Turn] = {"sqlite": _moment, "postgresql": _in_utc}
"""What the type of a moment does in three calls, of which an assessment would make a dozen for each check-in."""


def _cursor(tx: Session, statement: Executable, values: dict[str, Any]) -> tuple[Any, _Prepared | None]:
    """Run a statement, after what the session still has in its hands."""
    tx.flush()
    connection: Connection = tx.info.get("connection") or tx.connection()
    prepared = _prepared(statement, connection.dialect, tuple(values))
    if prepared is None:
        return connection.execute(statement, values), None
    return prepared.run(connection, values), prepared


def execute(tx: Session, statement: Executable, **values: Any) -> int:
    """Run a statement; how many rows it wrote."""
    return int(_cursor(tx, statement, values)[0].rowcount)


def read(tx: Session, statement: Executable, **values: Any) -> Sequence[Any]:
    """What a statement finds: rows whose columns have names."""
    cursor, prepared = _cursor(tx, statement, values)
    return cast(Sequence[Any], cursor.all()) if prepared is None else prepared.rows(cursor, tx.get_bind().dialect)


def first(tx: Session, statement: Executable, **values: Any) -> Any | None:
    """The first thing that a statement finds, or None."""
    found = read(tx, statement, **values)
    return found[0] if found else None


@lru_cache(maxsize=128)
def _update(model: type[SQLModel], names: tuple[str, ...]) -> Executable:
    wanted = table(model)
    return wanted.update().where(wanted.c.id == bindparam("row_id")).values({name: bindparam(name) for name in names})


def change(tx: Session, model: type[SQLModel], row_id: int, **values: Any) -> None:
    """Set columns of one row."""
    execute(tx, _update(model, tuple(values)), row_id=row_id, **values)
