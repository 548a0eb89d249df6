"""The composition root: settings become an App, and the App becomes a service."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from bot import flow
from bot.app import App
from bot.calendars import company_calendar
from bot.clock import Clock, RehearsalClock, real_now, system_clock
from bot.flow import agency, timekeeping
from bot.flow.heartbeat import Pulse
from bot.flow.listening import Listening
from bot.flow.timekeeping import Wanted
from bot.messages import Channel
from bot.refusal import Refusal
from bot.settings import Settings
from risk.policy import Desk, Policy
from risk.rules import Rules
from risk.rules import load as load_rules
from scheduler.plan import Cadence, OwnSurvey
from scheduler.ticker import Job, ticking
from store.faults import of_the_place
from store.migrate import check
from store.queries import wordings
from store.session import Store, make_engine
from surveys import wording
from surveys.folder import load_folder
from surveys.loader import SurveyError, load_bank
from surveys.model import Survey

log = structlog.get_logger()

AGENCY_ZONE = "Asia/Tokyo"
TICK = timekeeping.TICK
PLAN = timedelta(hours=1)
SWEEP = timedelta(minutes=1)
LIMIT = timedelta(minutes=5)
SERVICE_YEARS = 10
"""How long the service may run, or rehearse, without being started again."""
STOP_LISTENING, STOP_MOVING, STOP_NOTING = 2.0, 4.0, 2.0
STOP_TICKING = timedelta(seconds=1)
"""How long each part of the end may last: together less than the ten seconds after which a process is killed."""


def open_store(settings: Settings, *, readers: int = 4) -> Store:
    """The database of these settings, its schema checked. Raises StoreError."""
    if not settings.secret_keys:
        raise Refusal("no_key")
    engine = make_engine(settings.database_url.get_secret_value())
    with ExitStack() as refused:
        refused.callback(engine.dispose)
        check(engine)
        store = Store(engine, settings.secret_keys, readers=readers)
        refused.pop_all()
    return store


def cadence_of(settings: Settings, surveys: Mapping[str, Survey]) -> Cadence:
    """The rhythm of these settings, with what a consultancy asks besides."""
    own = (OwnSurvey(one.form_id, one.respondent, one.after_start) for one in surveys.values() if one.after_start)
    return Cadence(**settings.cadence.model_dump(), own=tuple(own))


def surveys_of(settings: Settings, asked: Mapping[tuple[str, int], str]) -> Mapping[str, Survey]:
    """The shipped surveys and the consultancy's own; ``asked`` are the wordings that the database knows. Raises SurveyError
    for a file that cannot be used, a wording that was changed without a new version among them, and Refusal."""
    if settings.surveys.path is None:
        surveys = load_bank()
    else:
        try:
            surveys = load_folder(settings.surveys.path, registered=asked)
        except OSError:
            raise Refusal("surveys_unreadable", path=str(settings.surveys.path)) from None
    for one in surveys.values():
        if asked.get((one.form_id, one.version)) not in (None, wording.of_survey(one)):
            raise SurveyError(f"{one.form_id}.yaml", [wording.changed(one, asked, line=1)])
    return surveys


def desk_of(settings: Settings, years: range) -> Desk:
    """When the agency works, by these settings."""
    calendar = company_calendar(
        country=settings.calendar.country,
        years=years,
        weekdays=settings.calendar.working_weekdays,
        works_on_public_holidays=settings.calendar.works_on_public_holidays,
        closures=", ".join(settings.calendar.closures) or "none",
    )
    return Desk(
        zone=ZoneInfo(AGENCY_ZONE),
        calendar=calendar,
        hours=settings.alerts.hours,
        digest=settings.alerts.digest,
        window=settings.alerts.help_hours,
    )


@contextmanager
def opened(settings: Settings, channels: Mapping[str, Channel] | None = None) -> Iterator[App]:
    """The App over these settings' database, for as long as the block lasts: what every command uses, with the clock that
    the database keeps. Raises StoreError and Refusal."""
    store = open_store(settings)
    try:
        clock, rehearsal = timekeeping.look(store, real_now)
        yield assemble(settings, store, channels or {}, clock=clock, rehearsal=rehearsal)
    finally:
        store.close()


def rehearsal_of(begin: str | None, speed: float | None) -> Wanted | None:
    """What the options of ``run`` ask to rehearse; None for real time. Raises Refusal."""
    if begin is None and speed is None:
        return None
    if begin is None:
        raise Refusal("rehearsal_start_missing")
    return Wanted.read(begin, 1.0 if speed is None else speed, AGENCY_ZONE)


@contextmanager
def entered(
    settings: Settings, channels: Mapping[str, Channel] | None = None, *, rehearse: Wanted | None = None
) -> Iterator[App]:
    """The same for the service, whose first run makes the database real or a rehearsal. Raises StoreError and Refusal."""
    store = open_store(settings)
    try:
        # Settings that cannot be used must not decide for good what the database is.
        assemble(settings, store, channels or {})
        clock, rehearsal = timekeeping.enter(store, real_now, rehearse)
        app = assemble(settings, store, channels or {}, clock=clock, rehearsal=rehearsal, years=SERVICE_YEARS)
        with store.begin() as tx:
            agency.enrol(app, tx, app.clock())
            wordings.register(tx, [(one.form_id, one.version, wording.of_survey(one)) for one in app.surveys.values()])
        yield app
    finally:
        store.close()


def policy_of(settings: Settings, rules: Rules) -> Policy:
    """The alert table of the rules, with the capacity and the times to acknowledge that the settings change."""
    changed = settings.alerts.acknowledge.model_dump(exclude_unset=True, exclude_none=True)
    return Policy.of(rules, capacity=settings.alerts.capacity, acknowledge_within=changed)


def assemble(
    settings: Settings,
    store: Store,
    channels: Mapping[str, Channel],
    *,
    clock: Clock = system_clock,
    real: Clock = real_now,
    wake: Callable[[], None] = lambda: None,
    rehearsal: bool = False,
    years: int = 2,
) -> App:
    """Put everything together; the agency's calendar knows the holidays of so many years to come."""
    year, rules = clock().year, load_rules(settings.risk.path)
    with store.read() as tx:
        surveys = surveys_of(settings, wordings.known(tx))
    return App(
        store=store,
        channels=channels,
        clock=clock,
        real=real,
        surveys=surveys,
        rules=rules,
        policy=policy_of(settings, rules),
        cadence=cadence_of(settings, surveys),
        desk=desk_of(settings, range(year - 1, year + years + 1)),
        settings=settings,
        wake=wake,
        rehearsal=rehearsal,
    )


def settle_memory() -> None:
    """Tell the garbage collector that everything is imported.

    What was imported lives as long as the process: to look through it again would cost a fifth of each assessment. And the
    small values of a batch live until it is written: to look for cycles among them at every 700 would cost another twelfth.
    """
    gc.freeze()
    gc.set_threshold(20_000)


async def serve(
    app: App,
    *,
    stop: asyncio.Event | None = None,
    leases: Mapping[str, str] | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """The service: every channel listens, and the ticker moves the path, until ``stop`` or a signal ends it.

    One loop runs the path, coalesced: the ticker and every inbound message only wake it. ``leases`` names, for a channel to
    which only one process may listen, the lease that says which one does. ``ready`` is called when everything runs. At the
    end nothing new is begun, and what is under way has some seconds.
    """
    woken, stop = asyncio.Event(), stop or asyncio.Event()
    app = replace(app, wake=woken.set, stopping=stop.is_set)
    pulse, listening = Pulse(app), Listening(app)

    def report(job: str, code: str) -> None:
        if app.rehearsal and code == "still_running":
            return  # Ten times a second some run is longer than the pause, and the next one makes up for it.
        log.warning("tick", job=job, code=code)
        pulse.note(job, code)

    with _signals(stop):
        async with ticking(_jobs(app, pulse), zone=app.desk.zone, on_event=report, stop_limit=STOP_TICKING):
            moving = asyncio.create_task(_move(app, woken, pulse))
            for channel in app.channels.values():
                listening.start(channel, (leases or {}).get(channel.name))
            ready()
            await stop.wait()
            woken.set()
            await _finish(listening, moving)
        await _leave(app, pulse)


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    """SIGINT and SIGTERM set ``stop``."""
    loop, heard = asyncio.get_running_loop(), list[signal.Signals]()
    # Only the main thread of a Unix process hears signals; elsewhere whoever started the service sets ``stop``.
    with suppress(NotImplementedError, RuntimeError, ValueError):
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
            heard.append(number)
    try:
        yield
    finally:
        for number in heard:
            loop.remove_signal_handler(number)


def _jobs(app: App, pulse: Pulse) -> list[Job]:
    """The three interval jobs. In a rehearsal they come as much more often as its clock is faster."""

    async def plan() -> None:
        await flow.plan_ahead(app)
        app.wake()

    async def tick() -> None:
        await app.store.run(timekeeping.tick, app)
        app.wake()

    async def sweep() -> None:
        await flow.sweep(app)

    def job(name: str, every: timedelta, run: Callable[[], Awaitable[None]]) -> Job:
        async def beating() -> None:
            await run()
            pulse.note(name)
            await pulse.beat()

        speed = app.clock.rehearsal.speed if isinstance(app.clock, RehearsalClock) else None
        return Job(name, every if speed is None else timekeeping.interval(every, speed), beating, LIMIT)

    return [job("plan", PLAN, plan), job("tick", TICK, tick), job("sweep", SWEEP, sweep)]


async def _move(app: App, woken: asyncio.Event, pulse: Pulse) -> None:
    while True:
        await woken.wait()
        woken.clear()
        if app.stopping():
            return
        try:
            if app.rehearsal:
                await flow.plan_ahead(app)
            await flow.advance(app)
        except Exception as fault:  # A fault of the place, such as a locked database: the next tick tries again.
            code = of_the_place(fault) or type(fault).__name__
            log.error("advance.failed", fault=code)
            pulse.note("advance", f"failed:{code}")
        else:
            pulse.note("advance")


async def _finish(listening: Listening, moving: asyncio.Task[None]) -> None:
    """Stop to listen, and let what is under way end: a message that is being sent, an update that is being recorded."""
    try:
        async with asyncio.timeout(STOP_LISTENING):
            await listening.stop()
    except TimeoutError:
        log.warning("stop.listening_hangs")
    under_way = {moving, *listening.in_hand()}
    _, late = await asyncio.wait(under_way, timeout=STOP_MOVING)
    for task in late:
        log.warning("stop.cut")
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)


async def _leave(app: App, pulse: Pulse) -> None:
    try:
        async with asyncio.timeout(STOP_NOTING):
            await app.store.run(timekeeping.tick, app)
            await pulse.stop()
    except Exception as fault:  # Its leases run out by themselves.
        log.error("stop.unnoted", fault=of_the_place(fault) or type(fault).__name__)
