"""Migrations on databases with people in them: nothing is lost, two at once do not collide, and a newer schema is left alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import DatabaseError

from bot import cli
from store.errors import StoreError
from store.migrate import SCRIPTS, check, current, head, metadata_differs, upgrade
from store.session import make_engine
from tests.databases import Databases
from tests.house import living

BEFORE = "2026-03-30 10:00"
ROOT = Path(__file__).parents[2]


def a_second_revision(folder: Path, body: str) -> Path:
    """The shipped scripts, and one that comes after them."""
    scripts = folder / "scripts"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    text = f"""
    import sqlalchemy as sa
    from alembic import op

    revision = "next"
    down_revision = "{head()}"

    def upgrade():
    """
    written = (
        dedent(text).rstrip() + "\n" + "\n".join(f"    {line}" for line in dedent(body).strip().splitlines()) + "\n"
    )
    (scripts / "versions" / "next.py").write_text(written, encoding="utf-8")
    return scripts


def rows(engine: Engine) -> dict[str, list[Any]]:
    """Every row of every table, by the columns that both schemas have."""
    found = {}
    with engine.connect() as connection:
        for name in sorted(inspect(connection).get_table_names()):
            if name != "alembic_version":
                columns = ", ".join(f'"{one["name"]}"' for one in inspect(connection).get_columns(name)[:8])
                found[name] = sorted(connection.exec_driver_sql(f'SELECT {columns} FROM "{name}"').all(), key=str)
    return found


async def people_move_in(url: str) -> None:
    """A story with a row in most tables."""
    async with living(BEFORE, url=url) as house:
        placement = await house.welcomes()
        await house.until("2026-04-06 12:10")
        await house.answers(placement.hire, "1", "the work is different", "1", "1", "1", "1", "x", "4", "4", "4")
        await house.says(placement.hire, "help")
        await house.presses(placement.hire, "whom.other")
        await house.runs()
        for press in ("Note an action", "Pay"):
            await house.presses(placement.consultant, press)
        await house.says(placement.consultant, "Go through the pay slip")


async def test_a_changed_table_keeps_its_rows_and_those_that_belong_to_them(database_url: str, tmp_path: Path) -> None:
    await people_move_in(database_url)
    scripts = a_second_revision(
        tmp_path,
        """
        for table in ("company", "person", "placement", "checkin"):
            with op.batch_alter_table(table, recreate="auto") as batch:
                batch.add_column(sa.Column("remark", sa.String(), nullable=True))
        with op.batch_alter_table("company") as batch:
            batch.alter_column("industry", type_=sa.String(80), existing_type=sa.String())
        with op.batch_alter_table("person") as batch:
            batch.create_check_constraint("kind", "kind IN ('hire', 'manager', 'staff')")
        """,
    )
    engine = make_engine(database_url)
    before = rows(engine)
    assert all(before[name] for name in ("company", "person", "placement", "checkin", "answer", "alert", "followup"))

    upgrade(engine, scripts=scripts)

    assert current(engine) == "next"
    assert rows(engine) == before
    assert "remark" in {one["name"] for one in inspect(engine).get_columns("checkin")}
    with pytest.raises(DatabaseError), engine.begin() as connection:  # Foreign keys hold again.
        connection.exec_driver_sql("DELETE FROM company")
    with pytest.raises(DatabaseError), engine.begin() as connection:
        connection.exec_driver_sql("UPDATE person SET kind = 'nobody'")
    engine.dispose()


@pytest.mark.parametrize(
    "body",
    [
        """
        op.add_column("company", sa.Column("remark", sa.String(), nullable=True))
        op.execute("DELETE FROM checkin")
        op.execute("SELECT no_such_column FROM company")
        """,
        """
        op.add_column("company", sa.Column("remark", sa.String(), nullable=True))
        op.execute("DELETE FROM checkin")
        """,
    ],
    ids=["fails", "leaves rows that point nowhere"],
)
async def test_a_migration_that_goes_wrong_changes_nothing(database_url: str, tmp_path: Path, body: str) -> None:
    await people_move_in(database_url)
    engine = make_engine(database_url)
    before = rows(engine)
    with pytest.raises((StoreError, DatabaseError)) as caught:
        upgrade(engine, scripts=a_second_revision(tmp_path, body))
    assert not isinstance(caught.value, StoreError) or caught.value.code == "schema_broken"
    assert current(engine) == head()
    assert rows(engine) == before
    assert metadata_differs(engine) == []
    check(engine)
    engine.dispose()


async def test_a_newer_schema_is_refused_with_one_sentence(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await people_move_in(database_url)
    engine = make_engine(database_url)
    upgrade(engine, scripts=a_second_revision(tmp_path, "op.add_column('company', sa.Column('remark', sa.String()))"))
    before = rows(engine)
    for step in (check, upgrade):
        with pytest.raises(StoreError) as caught:
            step(engine)
        assert (caught.value.code, caught.value.values["found"]) == ("schema_new", "next")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEICHAKU_DATABASE_URL", database_url.replace("+psycopg", ""))
    monkeypatch.setattr(sys, "argv", ["teichaku", "migrate"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr()
    assert ended.value.code == 1
    assert told.err.startswith("The database belongs to a newer version (next) than this program (")
    assert told.err.count("\n") == 1
    assert (current(engine), rows(engine)) == ("next", before)
    engine.dispose()


MIGRATE = """
import sys, time
from pathlib import Path
from store.migrate import upgrade
from store.session import make_engine
url, scripts, flag, mine = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])
mine.touch()
while not flag.exists():
    time.sleep(0.001)
upgrade(make_engine(url), scripts=scripts)
"""


def all_at_once(url: str, scripts: Path, folder: Path, count: int = 5) -> list[str]:
    """Processes that migrate in the same moment; what each said about a failure."""
    flag, ready = folder / "go", [folder / f"ready-{number}" for number in range(count)]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, url, str(scripts), str(flag), str(mine)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for mine in ready
    ]
    try:
        while not all(mine.exists() for mine in ready):
            assert all(one.poll() is None for one in started), "a process ended before the start"
        flag.touch()
        told = [one.communicate(timeout=60)[1] for one in started]
    finally:
        for one in started:
            one.kill()
            one.communicate()
    return [words for one, words in zip(started, told, strict=True) if one.returncode]


def test_processes_that_make_the_schema_at_once_do_not_collide(databases: Databases, tmp_path: Path) -> None:
    url = databases.empty()
    assert all_at_once(url, SCRIPTS, tmp_path) == []
    engine = make_engine(url)
    check(engine)
    assert metadata_differs(engine) == []
    engine.dispose()
    databases.drop(url)


async def test_processes_that_change_the_schema_at_once_do_not_collide(database_url: str, tmp_path: Path) -> None:
    await people_move_in(database_url)
    engine = make_engine(database_url)
    before = rows(engine)
    scripts = a_second_revision(
        tmp_path,
        """
        with op.batch_alter_table("person", recreate="always") as batch:
            batch.add_column(sa.Column("remark", sa.String(), nullable=True))
        """
        if engine.dialect.name == "sqlite"
        else 'op.add_column("person", sa.Column("remark", sa.String(), nullable=True))',
    )
    assert all_at_once(database_url, scripts, tmp_path) == []
    assert (current(engine), rows(engine)) == ("next", before)
    engine.dispose()
