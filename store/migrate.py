"""The schema: brought to this version, or refused with a reason. The scripts in ``store/migrations`` are Alembic's."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.pool import StaticPool
from sqlmodel import SQLModel

from store import tables
from store.errors import StoreError
from store.session import reading

SCRIPTS = Path(str(files("store") / "migrations"))


def _config(connection: Connection | None = None, scripts: Path = SCRIPTS) -> Config:
    config = Config()
    # Alembic reads a percent sign as the start of a reference.
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head(scripts: Path = SCRIPTS) -> str:
    """The newest schema that this program knows."""
    newest = ScriptDirectory.from_config(_config(scripts=scripts)).get_current_head()
    assert newest is not None
    return newest


def current(engine: Engine) -> str | None:
    """The schema that the database has, or None for an empty one."""
    with reading(engine).connect() as connection:
        return _found(connection)


def _found(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def check(engine: Engine) -> None:
    """Raises StoreError("schema_missing"), ("schema_old") or ("schema_new") unless the database fits this program."""
    found = current(engine)
    if found == head():
        return
    if found is None:
        raise StoreError("schema_missing")
    raise StoreError("schema_old" if _known(found, SCRIPTS) else "schema_new", found=found, known=head())


def _known(revision: str, scripts: Path) -> bool:
    script = ScriptDirectory.from_config(_config(scripts=scripts))
    return revision in {one.revision for one in script.walk_revisions()}


def upgrade(engine: Engine, *, scripts: Path = SCRIPTS) -> None:
    """Bring the database to this program's schema, in one transaction; nothing is changed unless all of it works.

    Two processes at once do not collide: a writing transaction takes its lock at its start (``store.session``), and only
    then the schema is looked at. Raises StoreError("schema_new") when a newer program has been there, and
    StoreError("schema_broken") when rows would point nowhere afterwards.
    """
    if current(engine) == head(scripts):
        return
    file = engine.dialect.name == "sqlite" and not isinstance(engine.pool, StaticPool)
    with engine.connect() as connection:
        if file:
            # With foreign keys on, changing a table drops and recreates it, and what points to it is lost or in the way.
            # The setting is ignored inside a transaction, and the driver's own connection is outside of one.
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        try:
            with connection.begin():
                _upgrade(connection, scripts)
        finally:
            if file:
                connection.invalidate()  # The next user of this connection must find foreign keys switched on.


def _upgrade(connection: Connection, scripts: Path) -> None:
    found = _found(connection)
    if found is not None and not _known(found, scripts):
        raise StoreError("schema_new", found=found, known=head(scripts))
    command.upgrade(_config(connection, scripts), "head")
    sqlite = connection.dialect.name == "sqlite"
    if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
        raise StoreError("schema_broken")


def metadata_differs(engine: Engine) -> list[object]:
    """What Alembic would change to make the database equal to ``store.tables``; empty when nothing."""
    from alembic.autogenerate import compare_metadata

    assert tables.Company is not None
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), SQLModel.metadata))
