"""The engine, the scope of a transaction, and the few differences between SQLite and PostgreSQL.

Writes of a process go through one thread and reads through a few (rule 8 of docs/architecture.md): measured with 50 people at
once on SQLite, one writer thread answers within 36 ms at worst and forty threads within 2 s.

On both databases one transaction writes at a time, of all processes together, and it takes that lock at its start. So what a
step reads in a writing transaction stays true until its end, and no step needs another care on PostgreSQL than on SQLite.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from store.errors import StoreError
from store.faults import of_the_place
from store.seal import box

P = ParamSpec("P")
T = TypeVar("T")

BUSY_TIMEOUT_MS = 10_000
HUNG_TIMEOUT_MS = 60_000
"""A process that stops in the middle of a transaction on PostgreSQL must not keep the lock from the others for ever."""

TOGETHER = 64
"""How many short writes share one commit at most, so that the lock is never held for long."""

EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"
SCRUB = {"sqlite": ("VACUUM", EMPTY_LOG), "postgresql": ("VACUUM (FULL)",)}
"""What writes the files of a database anew, without what was deleted. A plain VACUUM of PostgreSQL forgets where a deleted row
stood and leaves its bytes there."""

WRITER = 7_265_104
"""The number of the advisory lock on PostgreSQL that stands for "teichaku writes" (each database has its own)."""


def _url(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError as fault:
        raise StoreError("database_url_wrong") from fault
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite":
        raise StoreError("database_unknown", name=url.get_backend_name())
    return url


def _set_pragmas(connection: Any, _record: Any) -> None:
    # Python 3.11's driver does not recognise "WITH … UPDATE" as a write and commits it at once, so BEGIN is ours.
    connection.isolation_level = None
    # Two processes that make a new file at once wait for each other only once the timeout is set.
    pragmas = (f"busy_timeout={BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON")
    # What is deleted or overwritten is zeros at once; else it stays in the file until its place is needed.
    for pragma in (*pragmas, "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("teichaku_writes", True))


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads and then writes fails at once when another process wrote in between, however long the
    # busy timeout: a writing one therefore takes its lock at the start.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")


def _begin_postgres(connection: Connection) -> None:
    if _writes(connection):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER})").close()


def make_engine(database_url: str) -> Engine:
    """An engine for ``sqlite:///FILE``, ``sqlite://`` (memory) or ``postgresql://…``. Raises StoreError."""
    url = _url(database_url)
    # An error's text ends in a log, where no name and no token may stand: hence the hidden parameters.
    if url.get_backend_name() == "postgresql":
        return _postgres(url)
    memory = url.database in (None, "", ":memory:")
    options: dict[str, Any] = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}} if memory else {}
    engine = create_engine(url, hide_parameters=True, **options)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgres(url: URL) -> Engine:
    limits = f"-c lock_timeout={BUSY_TIMEOUT_MS} -c idle_in_transaction_session_timeout={HUNG_TIMEOUT_MS}"
    wanted: dict[str, Any] = {"connect_timeout": BUSY_TIMEOUT_MS // 1000, "options": limits}
    wanted = {name: value for name, value in wanted.items() if name not in url.query}
    try:
        engine = create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=wanted)
    except ModuleNotFoundError as fault:
        raise StoreError("postgres_driver_missing") from fault
    event.listen(engine, "begin", _begin_postgres)
    return engine


@contextmanager
def opened_engine(database_url: str) -> Iterator[Engine]:
    """An engine for as long as the block lasts; no connection outlives it. Raises StoreError."""
    engine = make_engine(database_url)
    try:
        yield engine
    finally:
        engine.dispose()


def reading(engine: Engine) -> Engine:
    """The same engine for transactions that only read: they take no lock, and see one state of the database throughout."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(teichaku_writes=False, isolation_level="REPEATABLE READ")
    return engine.execution_options(teichaku_writes=False)


@dataclass(frozen=True, slots=True)
class _Write:
    """A short write that waits for its turn, and who waits for it."""

    step: Callable[[Session], Any]
    asked: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop

    def answer(self, outcome: Any) -> None:
        """Tell whoever waits what came of it."""
        if self.asked.done():  # Nobody waits any more.
            return
        if isinstance(outcome, _Failed):
            self.asked.set_exception(outcome.fault)
        else:
            self.asked.set_result(outcome)


@dataclass(frozen=True, slots=True)
class _Failed:
    fault: Exception


class Store:
    """The database as the shell sees it: transactions, and threads to run short synchronous functions in."""

    def __init__(self, engine: Engine, keys: Sequence[str], *, readers: int = 4) -> None:
        self.engine = engine
        self._box = box(keys)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._waiting: deque[_Write] = deque()
        self._called = False
        self._reading = reading(engine)
        memory = isinstance(engine.pool, StaticPool)
        # An in-memory database has one connection only, which the writer's thread must own alone.
        self._readers = self._writer if memory else ThreadPoolExecutor(readers, thread_name_prefix="store-reader")

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One writing transaction: committed at the end of the block, rolled back on any exception."""
        with Session(self.engine, info={"box": self._box}, expire_on_commit=False) as session, session.begin():
            session.info["connection"] = session.connection()
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One reading transaction; nothing of it is kept."""
        with Session(self._reading, info={"box": self._box}, expire_on_commit=False, autoflush=False) as session:
            yield session

    async def run(self, step: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a short writing function in the writer's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, partial(step, *args, **kwargs))

    async def write(self, step: Callable[[Session], T]) -> T:
        """Run a short function in a writing transaction in the writer's thread; when this returns, it is committed.

        What waits there at the same time shares the transaction, because a commit costs more than all that such a step does.
        One that fails takes nothing with it: then each is done again by itself. So a step may run twice, and must do nothing
        but read and write in its transaction.
        """
        loop = asyncio.get_running_loop()
        one = _Write(step, loop.create_future(), loop)
        self._waiting.append(one)
        self._call_writer()
        result: T = await one.asked
        return result

    def _call_writer(self) -> None:
        if self._called:
            return
        self._called = True
        try:
            self._writer.submit(self._write_together)
        except RuntimeError:
            self._called = False
            raise

    def _write_together(self) -> None:
        self._called = False
        taken = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
        wanted = [one for one in taken if not one.asked.cancelled()]
        outcomes = self._commit([one.step for one in wanted]) if wanted else []
        for loop in {one.loop for one in wanted}:
            answers = [(one, out) for one, out in zip(wanted, outcomes, strict=True) if one.loop is loop]
            with suppress(RuntimeError):  # The loop has ended, and with it whoever waited.
                loop.call_soon_threadsafe(_answer, answers)
        if self._waiting:
            self._call_writer()

    def _commit(self, steps: Sequence[Callable[[Session], Any]]) -> list[Any]:
        try:
            with self.begin() as tx:
                return [_done(tx, step) for step in steps]
        except Exception as fault:
            if len(steps) == 1 or of_the_place(fault) is not None:
                return [_Failed(fault)] * len(steps)
        return [outcome for step in steps for outcome in self._commit([step])]

    async def look(self, step: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a short reading function in a reader's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, partial(step, *args, **kwargs))

    def scrub(self) -> None:
        """Leave nothing in the database's own files of what was erased: a deleted row stays in a file until its place is
        needed. Where another process is just reading, SQLite's log is emptied at its next checkpoint; PostgreSQL's log keeps
        what was written until the server needs the room."""
        self._outside_transactions(*SCRUB[self.engine.dialect.name])

    def empty_log(self) -> None:
        """Leave nothing in SQLite's log of what was erased or overwritten: its pages stand there as they were before."""
        if self.engine.dialect.name == "sqlite":
            self._outside_transactions(EMPTY_LOG)

    def _outside_transactions(self, *statements: str) -> None:
        # Neither database does this within a transaction, which the engine would begin.
        connection, name = self.engine.raw_connection(), self.engine.dialect.name
        try:
            driver: Any = connection.dbapi_connection
            if name == "postgresql":
                driver.autocommit = True
            for statement in statements:
                driver.execute(statement).close()
            if name == "postgresql":
                driver.autocommit = False
        finally:
            connection.close()

    def close(self) -> None:
        """Finish what runs and give the connections back."""
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self.engine.dispose()


def _answer(answers: Sequence[tuple[_Write, Any]]) -> None:
    for one, outcome in answers:
        one.answer(outcome)


def _done(tx: Session, step: Callable[[Session], T]) -> T:
    """A step of several in one transaction, whose rows are none of the next one's business."""
    result = step(tx)
    tx.flush()
    tx.expunge_all()
    return result
