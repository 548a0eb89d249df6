"""The outbox as a machine: whatever processes do, and wherever they die, nothing is lost and nothing stands twice.

What a person reads of it stands in test_unknown.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot import main
from bot.app import App
from bot.channels.memory import MemoryChannel
from bot.clock import FixedClock
from bot.flow import delivery, unknown
from bot.messages import Receipt, SendError, Unreachable
from bot.settings import Settings
from store import facts
from store.queries import deliveries, leases, people
from store.queries.lanes import LONGEST_PAUSE
from store.session import Store, make_engine
from store.tables import Person
from tests.databases import clear
from tests.house import KEY

ROOT = Path(__file__).parents[2]
START = datetime(2026, 4, 1, tzinfo=UTC)
MANY = max(10, settings.default.max_examples)
FINAL = ("sent", "failed", "unreachable", "unknown", "superseded")
PEOPLE, PROCESSES = 2, 2

KINDS = {
    "answer": ("say", {"code": "saved"}, None),
    "help": ("say", {"code": "help"}, unknown.AT_ONCE),
    "notice": ("notice", {"code": "connected"}, unknown.IN_A_WHILE),
}
"""Kind, detail, and after how long an unknown one is sent once more."""

ARRIVED = Receipt("there")
OUTCOMES: dict[str, Receipt | SendError] = {
    "arrives": ARRIVED,
    "no_connection": SendError("no_connection", retryable=True),
    "throttled": SendError("throttled", retryable=True, retry_after=20),
    "throttled_for_long": SendError("throttled", retryable=True, retry_after=200),
    "refused": SendError("too_long"),
    "gone": Unreachable("blocked"),
    "perhaps": SendError("broken_off", sent_perhaps=True),
}


@contextmanager
def opened(url: str) -> Iterator[tuple[App, FixedClock, MemoryChannel]]:
    """An app with a clock that stands still."""
    store, clock, channel = Store(make_engine(url), [KEY], readers=1), FixedClock(START), MemoryChannel()
    try:
        yield main.assemble(Settings(), store, {"memory": channel}, clock=clock, real=clock), clock, channel
    finally:
        store.close()


def move_in(app: App, count: int = PEOPLE) -> list[facts.Address]:
    """People, each with an address."""
    with app.store.begin() as tx:
        persons = [Person(kind="hire", identity=f"h{n}", name=f"HIRE {n}", languages=["en"]) for n in range(count)]
        tx.add_all(persons)
        tx.flush()
        return [people.link(tx, one.id or 0, "memory", "", f"u{n}", now=START) for n, one in enumerate(persons)]


def promise(app: App, to: facts.Address, key: str, kind: str = "answer") -> bool:
    """Promise one message."""
    name, detail, _ = KINDS[kind]
    with app.store.begin() as tx:
        return deliveries.queue(tx, to, key=key, kind=name, subject=to.person_id, detail=detail, now=app.real())


def states(app: App) -> dict[str, str]:
    """Every promised message with its state, in the order of the promises."""
    with app.store.read() as tx:
        found = tx.connection().exec_driver_sql("SELECT key, state FROM delivery ORDER BY id")
        return dict(tuple(line) for line in found)


@dataclass
class Known:
    """What the model knows of a message."""

    key: str
    kind: str
    to: int
    due_at: datetime
    state: str = "due"
    owner: str | None = None
    lease_until: datetime | None = None


@dataclass
class Process:
    """A process of the model: its name, what it holds in its hands, and whether that is already under way."""

    owner: str
    hands: dict[str, tuple[facts.Delivery, bool]] = field(default_factory=dict)


class Outbox(RuleBasedStateMachine):
    """Processes that claim, try, finish and die in any order, beside a model that is a dictionary."""

    def __init__(self, app: App, clock: FixedClock) -> None:
        super().__init__()
        self.app, self.clock = app, clock
        clear(app.store.engine)
        clock.move_to(START)
        self.addresses = move_in(app)
        self.known: dict[str, Known] = {}
        self.arrived: Counter[str] = Counter()
        self.gone: set[int] = set()
        self.closed_until = START
        self.names = (f"process-{number}" for number in range(10_000))
        self.processes = [Process(next(self.names)) for _ in range(PROCESSES)]

    # What people and processes do.

    @initialize()
    def begin(self) -> None:
        self.promise(0, "answer")

    @rule(to=st.integers(0, PEOPLE - 1), kind=st.sampled_from(sorted(KINDS)))
    def promise(self, to: int, kind: str) -> None:
        key = f"k{len(self.known)}"
        assert promise(self.app, self.addresses[to], key, kind)
        self.known[key] = Known(key, kind, to, self.clock())

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def promise_again(self, data: st.DataObject) -> None:
        one = self.known[data.draw(st.sampled_from(sorted(self.known)))]
        assert not promise(self.app, self.addresses[one.to], one.key, one.kind)

    @rule(who=st.integers(0, PROCESSES - 1))
    def claim(self, who: int) -> None:
        process = self.processes[who]
        taken = delivery.claim(self.running(process))
        assert sorted(one.key for one in taken) == sorted(one.key for one in self.claimable())
        for one in taken:
            self.takes(process, one)

    @precondition(lambda self: self.holders(begun=False))
    @rule(data=st.data())
    def attempt(self, data: st.DataObject) -> None:
        process, key = data.draw(st.sampled_from(self.holders(begun=False)))
        self.attempts(process, key)

    @precondition(lambda self: self.holders(begun=True))
    @rule(data=st.data(), outcome=st.sampled_from(sorted(OUTCOMES)), perhaps=st.booleans())
    def finish(self, data: st.DataObject, outcome: str, perhaps: bool) -> None:
        process, key = data.draw(st.sampled_from(self.holders(begun=True)))
        self.finishes(process, key, outcome, perhaps=perhaps)

    @rule(who=st.integers(0, PROCESSES - 1), perhaps=st.booleans())
    def dies(self, who: int, perhaps: bool) -> None:
        """It forgets everything; what it was just sending has arrived or not."""
        for key, (_, begun) in self.processes[who].hands.items():
            self.arrived[key] += begun and perhaps
        self.processes[who] = Process(next(self.names))

    @rule(who=st.integers(0, PROCESSES - 1))
    def stops(self, who: int) -> None:
        """It ends in order: what is under way is finished, and what is not begun is given back."""
        process = self.processes[who]
        for _, key in [one for one in self.holders(begun=True) if one[0] is process]:
            self.finishes(process, key, "arrives", perhaps=False)
        with self.app.store.begin() as tx:
            leases.give_back(tx, process.owner)
        for one in self.known.values():
            if one.owner == process.owner and one.state == "claimed":
                one.state, one.owner, one.lease_until = "due", None, None
        self.processes[who] = Process(next(self.names))

    @rule(seconds=st.sampled_from([1, 5, 21, 61, 130]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    @rule()
    def sweep(self) -> None:
        app, now = self.running(self.processes[0]), self.clock()
        delivery.sweep(app)
        unknown.resolve_unknown(app)
        for one in self.known.values():
            if one.lease_until is not None and one.lease_until <= now and one.state == "claimed":
                one.state, one.owner, one.lease_until = "due", None, None
            elif one.lease_until is not None and one.lease_until <= now and one.state == "attempting":
                self.is_unknown(one, one.lease_until - delivery.LEASE)
        for one in list(self.known.values()):
            if one.state == "unknown" and one.lease_until is not None and one.lease_until <= now:
                one.lease_until = None
                if one.to not in self.gone:
                    again = f"{one.key}:again"
                    assert again not in self.known
                    self.known[again] = Known(again, one.kind, one.to, now)

    # What the model makes of it.

    def running(self, process: Process) -> App:
        return replace(self.app, owner=process.owner)

    def holders(self, *, begun: bool) -> list[tuple[Process, str]]:
        return [(one, key) for one in self.processes for key, hand in one.hands.items() if hand[1] == begun]

    def waiting(self) -> list[tuple[datetime, Known]]:
        """The oldest unfinished message of each address, if it is due, and when it may be claimed."""
        oldest: dict[int, Known] = {}
        for one in self.known.values():
            if one.state not in FINAL:
                oldest.setdefault(one.to, one)
        return [(max(one.due_at, self.closed_until), one) for one in oldest.values() if one.state == "due"]

    def claimable(self, to: int | None = None) -> list[Known]:
        return [one for at, one in self.waiting() if at <= self.clock() and to in (None, one.to)]

    def takes(self, process: Process, one: facts.Delivery) -> None:
        known = self.known[one.key]
        known.state, known.owner, known.lease_until = "claimed", process.owner, self.clock() + delivery.LEASE
        process.hands[one.key] = (one, False)

    def attempts(self, process: Process, key: str) -> None:
        one, known = process.hands[key][0], self.known[key]
        with self.app.store.begin() as tx:
            outbound, _, following = delivery.prepare(self.running(process), tx, one)
        assert following is None
        assert (outbound is not None) == (known.state == "claimed" and known.owner == process.owner)
        if outbound is None:
            del process.hands[key]
            return
        earlier = [other for other in self.known.values() if other.to == known.to]
        assert all(other.state in FINAL for other in earlier[: earlier.index(known)]), "out of order"
        known.state, known.lease_until = "attempting", self.clock() + delivery.LEASE
        process.hands[key] = (one, True)

    def finishes(self, process: Process, key: str, outcome: str, *, perhaps: bool) -> None:
        one, known, now = process.hands.pop(key)[0], self.known[key], self.clock()
        self.arrived[key] += outcome == "arrives" or (outcome == "perhaps" and perhaps)
        result = OUTCOMES[outcome]
        with self.app.store.begin() as tx:
            following = delivery.settle(self.running(process), tx, one, "attempting", result)
        if isinstance(result, SendError) and result.retry_after is not None:
            pause = min(timedelta(seconds=result.retry_after), LONGEST_PAUSE)
            self.closed_until = max(self.closed_until, now + pause)
        if isinstance(result, Unreachable):
            self.gone.add(known.to)
        if known.state == "attempting" and known.owner == process.owner:
            self.settles(known, result, one.attempts)
        expected = self.claimable(known.to)
        assert ([following.key] if following else []) == [other.key for other in expected]
        if following is not None:
            self.takes(process, following)

    def settles(self, known: Known, result: Receipt | SendError, attempts: int) -> None:
        match result:
            case Receipt():
                known.state, known.lease_until = "sent", None
            case Unreachable():
                known.state, known.lease_until = "unreachable", None
            case SendError(sent_perhaps=True):
                self.is_unknown(known, self.clock())
            case SendError(retryable=True) if result.retry_after is not None or attempts + 1 < delivery.TRIES:
                pause = delivery.FIRST_PAUSE * 4**attempts
                if result.retry_after is not None:
                    pause = timedelta(seconds=result.retry_after)
                known.state, known.due_at, known.lease_until = "due", self.clock() + pause, None
            case SendError():
                known.state, known.lease_until = "failed", None

    def is_unknown(self, known: Known, attempted_at: datetime) -> None:
        wait = None if known.key.endswith(":again") else KINDS[known.kind][2]
        known.state, known.owner = "unknown", None
        known.lease_until = None if wait is None else attempted_at + wait

    # What is always true.

    @invariant()
    def the_rows_are_what_the_model_says(self) -> None:
        assert states(self.app) == {one.key: one.state for one in self.known.values()}

    @invariant()
    def nobody_is_written_to_twice_at_once(self) -> None:
        in_flight = Counter(one.to for one in self.known.values() if one.state in ("claimed", "attempting"))
        assert set(in_flight.values()) <= {1}

    @invariant()
    def nothing_arrives_twice(self) -> None:
        assert set(self.arrived.values()) <= {0, 1}

    @invariant()
    def what_waits_is_looked_at_in_time(self) -> None:
        now = self.clock()
        with self.app.store.read() as tx:
            looks_at = deliveries.next_look(tx, ["memory"], now)
        soonest = min((at for at, _ in self.waiting()), default=None)
        if soonest is not None and soonest > now:
            assert looks_at is not None
            assert now < looks_at <= soonest

    def teardown(self) -> None:
        """All processes die, and one new process finds everything."""
        self.processes = [Process(next(self.names))]
        while any(one.state not in FINAL or one.lease_until is not None for one in self.known.values()):
            assert self.clock() < START + timedelta(days=2), "something is left"
            self.sweep()
            self.claim(0)
            while hands := self.holders(begun=False):
                self.attempts(*hands[0])
            while hands := self.holders(begun=True):
                self.finishes(*hands[0], "arrives", perhaps=False)
            self.time_passes(130)
        ended = states(self.app)
        assert set(ended.values()) <= set(FINAL)
        for one in self.known.values():
            repeated = f"{one.key}:again" in ended
            if one.state == "unknown" and not one.key.endswith(":again"):
                assert repeated == (KINDS[one.kind][2] is not None) or one.to in self.gone
            else:
                assert not repeated
            assert one.state != "sent" or self.arrived[one.key] == 1


def test_the_outbox_behaves_like_its_model(database_url: str) -> None:
    """A few stories, always the same; ``make proof-run`` tells many, and others each time."""
    with opened(database_url) as (app, clock, _):
        few = settings(max_examples=8, stateful_step_count=20, derandomize=True, database=None)
        run_state_machine_as_test(lambda: Outbox(app, clock), settings=few)


def test_the_outbox_behaves_like_its_model_in_many_stories(database_url: str) -> None:
    with opened(database_url) as (app, clock, _):
        many = settings(max_examples=MANY, stateful_step_count=40)
        run_state_machine_as_test(lambda: Outbox(app, clock), settings=many)
