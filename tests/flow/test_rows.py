"""Statements that are prepared once give what the general way gives, on both databases, and fail as it fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import bindparam, exc, select
from sqlmodel import Session

from store import rows
from store.dialect import among, insert_first, insert_once
from store.faults import of_the_place
from store.migrate import upgrade
from store.seal import new_key
from store.session import Store, make_engine
from store.tables import Company, Inbound
from tests.databases import Files

NOW = datetime(2026, 5, 11, 3, 0, 0, 123456, tzinfo=UTC)
INBOUND, COMPANY = rows.table(Inbound), rows.table(Company)
BY_PLATFORM = INBOUND.select().where(INBOUND.c.platform == bindparam("wanted")).order_by(INBOUND.c.id)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A database with nothing in it."""
    store = Store(make_engine(database_url), [new_key()])
    yield store
    store.close()


def heard(external_id: str, **values: Any) -> dict[str, Any]:
    """The columns of something that was heard."""
    return {"platform": "memory", "external_id": external_id, "address_id": None, "received_at": NOW} | values


def test_a_prepared_statement_gives_what_the_general_way_gives(store: Store) -> None:
    with store.begin() as tx:
        assert insert_once(tx, Inbound, [heard("a")]) == 1
        assert insert_once(tx, Inbound, [heard("a")]) == 0
        number = insert_first(tx, Inbound, heard("b", platform="quick"))
        assert insert_first(tx, Inbound, heard("b", platform="quick")) is None
        found = rows.read(tx, BY_PLATFORM, wanted="quick")
        assert [tuple(one) for one in found] == [tuple(one) for one in tx.execute(BY_PLATFORM, {"wanted": "quick"})]
        assert (found[0].id, found[0].received_at) == (number, NOW)
        assert rows.first(tx, BY_PLATFORM, wanted="nowhere") is None


def test_a_row_is_changed_and_counted(store: Store) -> None:
    with store.begin() as tx:
        first = insert_first(tx, Inbound, heard("a"))
        insert_first(tx, Inbound, heard("b"))
        rows.change(tx, Inbound, first or 0, platform="quick", received_at=NOW.replace(year=2027))
        moved = INBOUND.update().values(address_id=None).where(INBOUND.c.platform != bindparam("but"))
        assert rows.execute(tx, moved, but="quick") == 1
        assert rows.execute(tx, moved, but="none of them") == 2
    with store.read() as tx:
        assert [one.received_at.year for one in rows.read(tx, BY_PLATFORM, wanted="quick")] == [2027]


def test_days_lists_and_nothing_at_all_come_back_as_they_were(store: Store) -> None:
    columns = {"closures": ["2026-08-13", "お盆"], "works_on_public_holidays": False, "yearly_turnover": 0.25}
    with store.begin() as tx:
        insert_first(tx, Company, {"name": "山田製作所", "name_key": "山田製作所", **columns})
        (ours,) = rows.read(tx, COMPANY.select())
        (general,) = tx.execute(COMPANY.select())
        assert tuple(ours) == tuple(general)
        assert (ours.name, ours.closures, ours.industry) == ("山田製作所", ["2026-08-13", "お盆"], None)
        assert (ours.works_on_public_holidays, ours.yearly_turnover) == (False, 0.25)


def test_two_columns_of_one_name_keep_their_places(store: Store) -> None:
    other = INBOUND.alias("other")
    twice = select(INBOUND.c.id, other.c.id).join_from(INBOUND, other, other.c.id > INBOUND.c.id)
    with store.begin() as tx:
        ids = [insert_first(tx, Inbound, heard(name)) for name in "ab"]
        assert [list(one) for one in rows.read(tx, twice)] == [ids]


def test_a_list_of_values_goes_the_general_way(store: Store) -> None:
    some = INBOUND.select().where(INBOUND.c.external_id.in_(bindparam("names", expanding=True)))
    with store.begin() as tx:
        insert_once(tx, Inbound, [heard(name) for name in "abc"])
        assert len(rows.read(tx, some, names=["a", "c"])) == 2
        assert len(rows.read(tx, some, names=["a", "b", "c", "d"])) == 3


def test_any_number_of_ids_is_one_parameter(store: Store) -> None:
    some = INBOUND.select().where(among(INBOUND.c.id, "ids"), INBOUND.c.platform == "memory").order_by(INBOUND.c.id)
    moved = INBOUND.update().values(platform=bindparam("to")).where(among(INBOUND.c.id, "ids"))
    with store.begin() as tx:
        insert_once(tx, Inbound, [heard(str(name)) for name in range(2_000)])
        every = [one.id for one in rows.read(tx, INBOUND.select().order_by(INBOUND.c.id))]
        assert [one.id for one in rows.read(tx, some, ids=every)] == every
        assert [one.id for one in rows.read(tx, some, ids=[every[7], 10**6, every[3]])] == [every[3], every[7]]
        assert rows.read(tx, some, ids=[]) == []
        assert rows.execute(tx, moved, ids=every[:1_500], to="quick") == 1_500
        assert [one.id for one in rows.read(tx, some, ids=every)] == every[1_500:]


def test_sqlite_finds_ids_by_its_indexes(once: Session) -> None:
    wanted = INBOUND.select().where(among(INBOUND.c.id, "ids"), INBOUND.c.address_id.is_(None))
    plan = f"EXPLAIN QUERY PLAN {wanted.compile(once.get_bind())}"
    found = [one.detail for one in once.connection().exec_driver_sql(plan, ("[]",))]
    assert found[0].startswith("SEARCH inbound USING INTEGER PRIMARY KEY")


def test_what_is_missing_is_an_error_and_no_null(store: Store) -> None:
    with store.begin() as tx, pytest.raises(KeyError):
        rows.read(tx, BY_PLATFORM, wnated="memory")


def test_a_refusal_is_the_usual_error_and_quotes_no_value(store: Store) -> None:
    with pytest.raises(exc.IntegrityError) as refused, store.begin() as tx:
        insert_once(tx, Inbound, [heard("a", address_id=12345)])
    with pytest.raises(exc.IntegrityError), store.begin() as tx:
        rows.execute(tx, INBOUND.insert(), **heard("Tran Thi Private", platform=None))
    assert of_the_place(refused.value) is None


def test_a_locked_database_is_known_as_a_fault_of_the_place(files: Files) -> None:
    url = files.fresh()
    first, second = (Store(make_engine(url), [new_key()]) for _ in range(2))
    try:
        with first.begin(), second.read() as tx:
            tx.connection().exec_driver_sql("PRAGMA busy_timeout=0").close()
            with pytest.raises(exc.OperationalError) as locked:
                rows.execute(tx, INBOUND.insert(), **heard("a"))
        assert of_the_place(locked.value) == "database_locked"
    finally:
        first.close()
        second.close()


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20),
        st.datetimes(timezones=st.just(UTC)),
        max_size=5,
    )
)
def test_any_text_and_any_moment_come_back(once: Session, kept: dict[str, datetime]) -> None:
    rows.execute(once, INBOUND.delete())
    for name, moment in kept.items():
        insert_first(once, Inbound, heard(name, received_at=moment))
    assert {one.external_id: one.received_at for one in rows.read(once, BY_PLATFORM, wanted="memory")} == kept


@pytest.fixture(scope="module")
def once() -> Iterator[Session]:
    """One transaction for many examples."""
    engine = make_engine("sqlite://")
    upgrade(engine)
    store = Store(engine, [new_key()])
    with store.begin() as tx:
        yield tx
    store.close()
