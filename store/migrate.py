"""The schema: brought to this version, or refused with a reason. The scripts in ``store/migrations`` are Alembic's."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.pool import StaticPool
from sqlmodel import SQLModel

from store import tables
from store.errors import StoreError

ADVISORY_LOCK = 7_265_104
"""One number for "teichaku migrates", so that two processes that start at once on PostgreSQL wait for each other."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("store") / "migrations"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest schema that this program knows."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None
    return newest


def current(engine: Engine) -> str | None:
    """The schema that the database has, or None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check(engine: Engine) -> None:
    """Raises StoreError("schema_missing"), ("schema_old") or ("schema_new") unless the database fits this program."""
    found = current(engine)
    if found == head():
        return
    if found is None:
        raise StoreError("schema_missing")
    raise StoreError("schema_old" if _known(found) else "schema_new", found=found, known=head())


def _known(revision: str) -> bool:
    script = ScriptDirectory.from_config(_config())
    return revision in {one.revision for one in script.walk_revisions()}


def upgrade(engine: Engine) -> None:
    """Bring the database to this program's schema, in one transaction; two processes at once do not collide.

    Raises StoreError("schema_new") when a newer program has been there.
    """
    found = current(engine)
    if found is not None and not _known(found):
        raise StoreError("schema_new", found=found, known=head())
    if found == head():
        return
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if sqlite and not isinstance(engine.pool, StaticPool):
            # With foreign keys on, changing a table drops and recreates it, and ON DELETE CASCADE empties its children.
            # The setting is ignored inside a transaction, and the driver's own connection is outside of one.
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        with connection.begin():
            if not sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ADVISORY_LOCK})
            command.upgrade(_config(connection), "head")
            if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
                raise StoreError("schema_broken")
        if sqlite and not isinstance(engine.pool, StaticPool):
            connection.invalidate()  # The next user of this connection must find foreign keys switched on.


def metadata_differs(engine: Engine) -> list[object]:
    """What Alembic would change to make the database equal to ``store.tables``; empty when nothing."""
    from alembic.autogenerate import compare_metadata

    assert tables.Company is not None
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), SQLModel.metadata))
