"""What the store promises: words are sealed, times are aware, keys are unique, transactions are whole."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event, inspect
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlmodel import Session

from bot.text import errors
from bot.text.catalog import Voice
from store import seal
from store.dialect import insert_once
from store.errors import StoreError
from store.faults import of_the_place
from store.migrate import check, current, head, metadata_differs, upgrade
from store.queries import alerts, answers, checkins, inbounds, people
from store.seal import new_key
from store.session import Store, make_engine
from store.tables import Alert, Answer, Company, Delivery, Inbound, Person, Placement
from tests.databases import Databases

NOW = datetime(2026, 4, 1, 3, tzinfo=UTC)
KEY = new_key()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    made = Store(engine, [KEY], readers=1)
    yield made
    made.close()


def a_placement(store: Store) -> int:
    """A company with everybody in it; the id of the placement."""
    with store.begin() as tx:
        company = Company(name="Sakura", name_key="sakura")
        tx.add(company)
        persons = [
            Person(kind=kind, identity=kind, name=kind, languages=["en"]) for kind in ("hire", "manager", "staff")
        ]
        tx.add_all(persons)
        tx.flush()
        hire, manager, staff = (person.id or 0 for person in persons)
        placement = Placement(
            key="A-1",
            company_id=company.id or 0,
            hire_id=hire,
            manager_id=manager,
            consultant_id=staff,
            start_date=date(2026, 4, 1),
            imported_at=NOW,
            known_since=NOW,
        )
        tx.add(placement)
        tx.flush()
        return placement.id or 0


def a_checkin(store: Store, *, due_on: date = date(2026, 5, 1)) -> int:
    """An open check-in of that placement; its id."""
    placement = a_placement(store)
    planned = checkins.Planned(placement, 1, "hire", "hire_monthly", "m1", due_on, NOW, (NOW,), NOW)
    with store.begin() as tx:
        checkins.write_plan(tx, [placement], [planned])
    with store.begin() as tx:
        (checkin,) = checkins.due_ids(tx, NOW)
        checkins.change(tx, checkin, state="open", opened_at=NOW)
    return checkin


def answer(question: str, value: str | None, words: str | None = None) -> dict[str, object]:
    """A row as the flow writes it."""
    return {
        "question": question,
        "driver": None,
        "value": value,
        "points": None,
        "signal": None,
        "words": words,
        "is_text": False,
        "language": "en",
        "turn": 0,
        "answered_at": NOW,
        "late": False,
    }


@pytest.mark.parametrize("words", ["wrench", "", "スパナ", "a\ud7ffb", "x" * 4000, "%s {} ' \" ; --"])
def test_words_are_sealed_and_come_back_as_they_were(store: Store, words: str) -> None:
    with store.begin() as tx:
        sealed = seal.seal(tx, words)
        assert sealed is not None
        assert seal.unseal(tx, sealed) == words
        assert not words or words not in sealed
        assert seal.seal(tx, words) != sealed, "equal words must not look equal"


def test_no_words_stay_no_words(store: Store) -> None:
    with store.begin() as tx:
        assert seal.seal(tx, None) is None
        assert seal.unseal(tx, None) is None


def test_answers_are_sealed_in_the_table(store: Store) -> None:
    checkin = a_checkin(store)
    with store.begin() as tx:
        answers.replace(tx, checkin, [answer("overall", "2", "wrench")])
    with store.read() as tx:
        (row,) = tx.connection().exec_driver_sql("SELECT * FROM answer").all()
        assert "wrench" not in repr(row)
        (kept,) = answers.of(tx, checkin)
        assert (kept.value, kept.words) == ("2", "wrench")
        assert [given.words for _, own in answers.about(tx, [1]) for given in own] == [None], "left sealed"


def test_a_wrong_key_opens_nothing_and_says_so(engine: Engine) -> None:
    mine, other = Store(engine, [KEY]), Store(engine, [new_key()])
    with mine.begin() as tx:
        sealed = seal.seal(tx, "wrench")
    with other.read() as tx, pytest.raises(StoreError) as caught:
        seal.unseal(tx, sealed)
    assert caught.value.code == "key_missing"
    assert "wrench" not in str(caught.value)


def test_a_new_key_in_front_still_opens_what_the_old_one_sealed(engine: Engine) -> None:
    fresh = new_key()
    with Store(engine, [KEY]).begin() as tx:
        sealed = seal.seal(tx, "wrench")
    with Store(engine, [fresh, KEY]).begin() as tx:
        assert seal.unseal(tx, sealed) == "wrench"
        again = seal.seal(tx, "wrench")
    with Store(engine, [fresh]).read() as tx:
        assert seal.unseal(tx, again) == "wrench"


@pytest.mark.parametrize("key", ["", "secret", "é" * 44])
def test_a_text_that_is_no_key_is_refused(engine: Engine, key: str) -> None:
    with pytest.raises(StoreError) as caught:
        Store(engine, [key])
    assert caught.value.code == "key_wrong"
    assert not key or key not in str(caught.value)


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    naive = datetime(2026, 4, 1)  # noqa: DTZ001
    with pytest.raises((StatementError, ValueError)), store.begin() as tx:
        inbounds.first_time(tx, "memory", "1", address_id=None, now=naive)
    with store.read() as tx:
        assert tx.connection().exec_driver_sql("SELECT * FROM inbound").all() == []


def test_a_time_comes_back_aware_and_in_utc(store: Store) -> None:
    from tests.house import tokyo

    checkin = a_checkin(store)
    with store.begin() as tx:
        checkins.change(tx, checkin, delivered_at=tokyo("2026-05-01 08:30"), remind_at=[tokyo("2026-05-08 12:10")])
    with store.read() as tx:
        found = checkins.get(tx, checkin)
        assert found is not None
        assert found.delivered_at == tokyo("2026-05-01 08:30")
        assert found.delivered_at.utcoffset() is not None
        assert found.remind_at == (tokyo("2026-05-08 12:10"),)


def test_the_same_update_is_new_once(store: Store) -> None:
    with store.begin() as tx:
        first = inbounds.first_time(tx, "memory", "1", address_id=None, now=NOW)
        assert first is not None
        assert inbounds.first_time(tx, "memory", "1", address_id=None, now=NOW) is None
        assert inbounds.first_time(tx, "slack", "1", address_id=None, now=NOW) is not None


def test_insert_once_counts_what_went_in(store: Store) -> None:
    def rows(*numbers: int) -> list[dict[str, object]]:
        return [{"platform": "memory", "external_id": str(n), "received_at": NOW} for n in numbers]

    with store.begin() as tx:
        assert insert_once(tx, Inbound, []) == 0
        assert insert_once(tx, Inbound, rows(1, 2, 3)) == 3
        assert insert_once(tx, Inbound, rows(2, 3, 4)) == 1
        assert insert_once(tx, Inbound, rows(5, 5, 5)) == 1
        assert insert_once(tx, Inbound, rows(*range(3000))) == 3000 - 5  # More than one statement may hold.


def test_a_unique_key_refuses_a_second_row(store: Store) -> None:
    a_placement(store)
    with pytest.raises(IntegrityError) as caught, store.begin() as tx:
        tx.add(Person(kind="hire", identity="hire", name="Somebody else", languages=[]))
    assert "Somebody" not in str(caught.value), "an error's text ends in a log"


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("company", ["name_key"]),
        ("person", ["identity"]),
        ("address", ["platform", "team", "user"]),
        ("placement", ["key"]),
        ("checkin", ["placement_id", "survey", "respondent", "due_on"]),
        ("answer", ["checkin_id", "question"]),
        ("delivery", ["key"]),
        ("inbound", ["platform", "external_id"]),
        ("assessment", ["checkin_id"]),
        ("alert", ["cause"]),
        ("consent", ["person_id", "placement_id", "version"]),
        ("invitation", ["code_hash"]),
        ("lane", ["platform", "team", "user"]),
    ],
)
def test_every_step_rests_on_a_unique_key(engine: Engine, table: str, columns: list[str]) -> None:
    known = inspect(engine)
    unique = [one["column_names"] for one in known.get_unique_constraints(table)]
    unique += [one["column_names"] for one in known.get_indexes(table) if one["unique"]]
    assert sorted(columns) in [sorted(name for name in one if name) for one in unique]


def test_a_key_that_points_nowhere_is_refused(store: Store) -> None:
    a_key_points_nowhere(store)


def a_key_points_nowhere(store: Store) -> None:
    """A row that belongs to nothing is refused."""
    with pytest.raises(IntegrityError), store.begin() as tx:
        tx.add(Answer(checkin_id=999, question="overall", language="en", turn=0, answered_at=NOW))


def test_an_exception_takes_the_whole_transaction_back(store: Store) -> None:
    checkin = a_checkin(store)

    def breaks_off() -> None:
        with store.begin() as tx:
            checkins.change(tx, checkin, state="completed")
            answers.replace(tx, checkin, [answer("overall", "2")])
            inbounds.first_time(tx, "memory", "1", address_id=None, now=NOW)
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        breaks_off()
    with store.read() as tx:
        found = checkins.get(tx, checkin)
        assert found is not None
        assert found.state == "open"
        assert answers.of(tx, checkin) == []
        assert tx.connection().exec_driver_sql("SELECT * FROM inbound").all() == []


def test_nothing_of_a_reading_transaction_is_kept(store: Store) -> None:
    checkin = a_checkin(store)
    with store.read() as tx:
        checkins.change(tx, checkin, state="completed")
        tx.flush()
    with store.read() as tx:
        found = checkins.get(tx, checkin)
        assert found is not None
        assert found.state == "open"


def test_a_plan_written_again_keeps_what_was_opened(store: Store) -> None:
    checkin = a_checkin(store)
    later = datetime(2026, 6, 1, tzinfo=UTC)
    planned = [
        checkins.Planned(1, 1, "hire", "hire_monthly", "m1", date(2026, 5, 1), later, (), later),
        checkins.Planned(1, 1, "hire", "hire_monthly", "m2", date(2026, 6, 1), later, (), later),
    ]
    for _ in range(2):
        with store.begin() as tx:
            checkins.write_plan(tx, [1], planned)
    with store.read() as tx:
        found = checkins.get(tx, checkin)
        assert found is not None
        assert (found.state, found.opens_at) == ("open", NOW)
        assert tx.connection().exec_driver_sql("SELECT period, state FROM checkin ORDER BY due_on").all() == [
            ("m1", "open"),
            ("m2", "planned"),
        ]


def test_an_alert_is_raised_once_for_its_cause(store: Store) -> None:
    placement = a_placement(store)
    values = {
        "placement_id": placement,
        "owner_id": 3,
        "assessment_id": None,
        "kind": "help",
        "level": None,
        "reasons": [],
        "policy": {},
        "opened_at": NOW,
        "deliver_at": NOW,
    }
    with store.begin() as tx:
        assert alerts.raise_once(tx, "help:1:1", **values)
        assert not alerts.raise_once(tx, "help:1:1", **values)
        assert alerts.raise_once(tx, "help:11:1", **values)
        assert alerts.open_cause(tx, "help:1:")
        alerts.change(tx, 1, state="resolved")
        assert not alerts.open_cause(tx, "help:1:"), "help:11: is another person's"
        assert not alerts.open_cause(tx, "help%"), "a cause is no pattern"
        assert len(tx.connection().exec_driver_sql("SELECT * FROM alert").all()) == 2
    assert Alert.__tablename__ == "alert"
    assert Delivery.__tablename__ == "delivery"


def test_a_chat_belongs_to_one_person_at_a_time(store: Store) -> None:
    a_placement(store)
    with store.begin() as tx:
        people.link(tx, 1, "memory", "", "u1", now=NOW)
        people.link(tx, 1, "memory", "", "u2", now=NOW)
        assert people.at_address(tx, "memory", "", "u1") is None, "the old phone"
        people.link(tx, 2, "memory", "", "u2", now=NOW)
        found = people.at_address(tx, "memory", "", "u2")
        assert found is not None
        assert found[1].id == 2
        assert people.address_of(tx, 1) is None


def test_staff_are_found_by_name_or_address(store: Store) -> None:
    with store.begin() as tx:
        tx.add(Person(kind="staff", identity="s", name="Abe  Rin", email="abe@example.com", languages=[]))
        tx.add(Person(kind="hire", identity="h", name="Abe Rin", email="abe@example.com", languages=[]))
        tx.flush()
        for wanted in ("Abe Rin", "abe rin", "ABE@example.com"):
            assert [person.kind for person in people.staff_named(tx, wanted)] == ["staff"]
        assert people.staff_named(tx, "Abe") == []


def test_the_migrations_make_what_the_tables_say(engine: Engine) -> None:
    assert metadata_differs(engine) == []
    assert current(engine) == head()
    check(engine)


def test_migrating_twice_changes_nothing(store: Store) -> None:
    a_checkin(store)
    upgrade(store.engine)
    with store.read() as tx:
        assert len(tx.connection().exec_driver_sql("SELECT * FROM checkin").all()) == 1
    a_key_points_nowhere(store)


def test_a_database_without_a_schema_is_refused(databases: Databases) -> None:
    engine = make_engine(databases.empty())
    with pytest.raises(StoreError) as caught:
        check(engine)
    assert caught.value.code == "schema_missing"
    engine.dispose()


def test_a_database_in_memory_lives_as_long_as_its_engine() -> None:
    engine = make_engine("sqlite://")
    upgrade(engine)
    store = Store(engine, [KEY])
    a_checkin(store)
    upgrade(engine)
    assert metadata_differs(engine) == []
    with store.read() as tx:
        assert len(tx.connection().exec_driver_sql("SELECT * FROM checkin").all()) == 1
    a_key_points_nowhere(store)
    store.close()


def test_a_newer_schema_is_refused_and_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_from_the_future'")
    for step in (check, upgrade):
        with pytest.raises(StoreError) as caught:
            step(engine)
        assert caught.value.code == "schema_new"
        assert caught.value.values["found"] == "9999_from_the_future"
    assert current(engine) == "9999_from_the_future"


@pytest.mark.parametrize(("url", "code"), [("nonsense", "database_url_wrong"), ("mysql://x", "database_unknown")])
def test_an_address_of_no_known_database_is_refused(url: str, code: str) -> None:
    with pytest.raises(StoreError) as caught:
        make_engine(url)
    assert caught.value.code == code


def test_a_database_address_of_postgresql_needs_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError) as caught:
        make_engine("postgresql://somebody@127.0.0.1/teichaku")
    assert caught.value.code == "postgres_driver_missing"
    said = errors.sentence(Voice(("en",), "staff"), caught.value.code, caught.value.values)
    assert "pip install 'teichaku[postgres]'" in said


async def test_many_writers_wait_for_each_other(database_url: str) -> None:
    stores = [Store(make_engine(database_url), [KEY], readers=1) for _ in range(3)]

    def count_up(store: Store, name: str) -> None:
        with store.begin() as tx:
            (known,) = tx.connection().exec_driver_sql("SELECT count(*) FROM inbound").one()
            inbounds.first_time(tx, name, f"{known}", address_id=None, now=NOW)

    await asyncio.gather(*(store.run(count_up, store, "memory") for store in stores for _ in range(20)))
    with stores[0].read() as tx:
        numbers = tx.connection().exec_driver_sql("SELECT external_id FROM inbound").all()
    assert sorted(int(number) for (number,) in numbers) == list(range(60)), "no count was read twice"
    for store in stores:
        store.close()


def seen(number: int) -> Callable[[Session], int | None]:
    """A short write: note an update."""
    return lambda tx: inbounds.first_time(tx, "memory", f"{number}", address_id=None, now=NOW)


def refused(tx: Session) -> None:
    """A short write that fails after it has written something."""
    seen(99)(tx)
    tx.connection().exec_driver_sql("SELECT * FROM nothing_of_that_name")


def commits(store: Store) -> list[str]:
    """Fills with every commit from now on."""
    counted: list[str] = []
    event.listen(store.engine, "commit", lambda _: counted.append("commit"))
    return counted


async def together(store: Store, *steps: Callable[[Session], Any]) -> list[Any]:
    """What comes of writes that all wait while the writer is busy."""
    busy = threading.Event()
    first = asyncio.create_task(store.run(busy.wait, 30))
    waiting = [asyncio.create_task(store.write(step)) for step in steps]
    await asyncio.sleep(0)
    busy.set()
    await first
    return await asyncio.gather(*waiting, return_exceptions=True)


async def test_writes_that_wait_together_share_one_commit(database_url: str) -> None:
    with closing(Store(make_engine(database_url), [KEY], readers=1)) as store:
        counted = commits(store)
        ids = await together(store, *(seen(number) for number in range(20)))
        assert len(set(ids)) == 20
        assert counted == ["commit"]
        with store.read() as tx:
            assert tx.connection().exec_driver_sql("SELECT count(*) FROM inbound").scalar() == 20


async def test_a_write_that_fails_takes_nothing_of_the_others_with_it(database_url: str) -> None:
    with closing(Store(make_engine(database_url), [KEY], readers=1)) as store:
        before, fault, after = await together(store, seen(1), refused, seen(2))
        assert isinstance(fault, DBAPIError)
        assert None not in (before, after)
        with store.read() as tx:
            noted = tx.connection().exec_driver_sql("SELECT external_id FROM inbound ORDER BY external_id").all()
        assert noted == [("1",), ("2",)]


async def test_a_fault_of_the_place_is_told_to_everybody_at_once_and_passes(database_url: str) -> None:
    stores = [Store(make_engine(database_url), [KEY], readers=1) for _ in range(2)]
    shorten(stores[1].engine)
    counted = commits(stores[1])
    with stores[0].begin():
        faults = await together(stores[1], *(seen(number) for number in range(5)))
    assert [of_the_place(fault) for fault in faults] == ["database_locked"] * 5
    assert None not in await together(stores[1], *(seen(number) for number in range(5)))
    assert counted == ["commit"]
    for store in stores:
        store.close()


async def test_who_has_stopped_waiting_is_left_out(database_url: str) -> None:
    with closing(Store(make_engine(database_url), [KEY], readers=1)) as store:
        busy = threading.Event()
        first = asyncio.create_task(store.run(busy.wait, 30))
        gone, other = asyncio.create_task(store.write(seen(1))), asyncio.create_task(store.write(seen(2)))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.wait({gone})
        busy.set()
        await first
        assert await other is not None
        assert await store.write(seen(1)) is not None, "nothing of the first was written"


def test_what_was_read_before_writing_stays_true(database_url: str) -> None:
    """Whoever writes is alone: a second writer waits, and gives up with a sentence when it takes too long."""
    first, second = (Store(make_engine(database_url), [KEY], readers=1) for _ in range(2))
    shorten(second.engine)
    with first.begin() as tx:
        inbounds.first_time(tx, "memory", "0", address_id=None, now=NOW)
        with pytest.raises(OperationalError) as caught, second.begin() as late:
            late.connection()
    assert of_the_place(caught.value) == "database_locked"
    with second.begin() as tx:
        inbounds.first_time(tx, "memory", "1", address_id=None, now=NOW)
    first.close()
    second.close()


def shorten(engine: Engine) -> None:
    """Let an engine wait for a lock a tenth of a second only."""
    sqlite = engine.dialect.name == "sqlite"

    @event.listens_for(engine, "connect")
    def set_timeout(connection: Any, _: Any) -> None:
        with closing(connection.cursor()) as cursor:
            cursor.execute("PRAGMA busy_timeout=100" if sqlite else "SET lock_timeout = 100")
        if not sqlite:
            connection.commit()


def test_a_reader_sees_one_state_and_waits_for_nobody(database_url: str) -> None:
    mine, other = (Store(make_engine(database_url), [KEY], readers=1) for _ in range(2))
    with mine.read() as looking:
        assert looking.connection().exec_driver_sql("SELECT count(*) FROM inbound").scalar() == 0
        with other.begin() as tx:
            inbounds.first_time(tx, "memory", "1", address_id=None, now=NOW)
            tx.flush()
            with mine.read() as meanwhile:
                assert meanwhile.connection().exec_driver_sql("SELECT count(*) FROM inbound").scalar() == 0
        assert looking.connection().exec_driver_sql("SELECT count(*) FROM inbound").scalar() == 0
    with mine.read() as tx:
        assert tx.connection().exec_driver_sql("SELECT count(*) FROM inbound").scalar() == 1
    mine.close()
    other.close()
