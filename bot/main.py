"""The composition root: settings become an App, and the App becomes a service."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from bot import flow
from bot.app import App
from bot.calendars import company_calendar
from bot.clock import Clock, real_now, system_clock
from bot.flow import inbound
from bot.messages import Channel, Inbound
from bot.refusal import Refusal
from bot.settings import Settings
from risk.policy import Desk, Policy
from risk.rules import Rules
from risk.rules import load as load_rules
from scheduler.plan import Cadence
from scheduler.ticker import Job, ticking
from store.migrate import check
from store.session import Store, make_engine
from surveys.loader import load_bank

log = structlog.get_logger()

AGENCY_ZONE = "Asia/Tokyo"
TICK = timedelta(seconds=30)
PLAN = timedelta(hours=1)
SWEEP = timedelta(minutes=1)
LIMIT = timedelta(minutes=5)
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 300.0


def open_store(settings: Settings, *, readers: int = 4) -> Store:
    """The database of these settings, its schema checked. Raises StoreError."""
    if not settings.secret_keys:
        raise Refusal("no_key")
    engine = make_engine(settings.database_url.get_secret_value())
    check(engine)
    return Store(engine, settings.secret_keys, readers=readers)


def cadence_of(settings: Settings) -> Cadence:
    """The rhythm of these settings."""
    return Cadence(**settings.cadence.model_dump())


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
    """The App over these settings' database, for as long as the block lasts. Raises StoreError and Refusal."""
    store = open_store(settings)
    try:
        yield assemble(settings, store, channels or {})
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
) -> App:
    """Put everything together."""
    year, rules = clock().year, load_rules(settings.risk.path)
    return App(
        store=store,
        channels=channels,
        clock=clock,
        real=real,
        surveys=load_bank(),
        rules=rules,
        policy=policy_of(settings, rules),
        cadence=cadence_of(settings),
        desk=desk_of(settings, range(year - 1, year + 3)),
        settings=settings,
        wake=wake,
    )


async def serve(app: App) -> None:
    """The service: every channel listens, and the ticker moves the path, until the process is told to stop.

    One loop runs the path, coalesced: the ticker and every inbound message only wake it. A channel that fails is started
    again with a growing pause, and does not stop the others.
    """
    woken = asyncio.Event()
    app = replace(app, wake=woken.set)

    async def wake() -> None:
        woken.set()

    jobs = (
        Job("plan", PLAN, lambda: flow.plan_ahead(app), LIMIT),
        Job("tick", TICK, wake, LIMIT),
        Job("sweep", SWEEP, lambda: flow.sweep(app), LIMIT),
    )
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with ticking(jobs, zone=app.desk.zone, on_event=lambda name, code: log.warning("tick", job=name, code=code)):
        tasks = [asyncio.create_task(_move(app, woken))]
        tasks += [asyncio.create_task(_keep_listening(app, channel)) for channel in app.channels.values()]
        await stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _move(app: App, woken: asyncio.Event) -> None:
    while True:
        await woken.wait()
        woken.clear()
        try:
            await flow.advance(app)
        except Exception as fault:  # A fault of the place, such as a locked database: the next tick tries again.
            log.error("advance.failed", fault=type(fault).__name__)


async def _keep_listening(app: App, channel: Channel) -> None:
    async def receive(update: Inbound) -> None:
        await inbound.receive(app, update)

    pause = FIRST_PAUSE
    while True:
        try:
            await channel.listen(receive)
            return
        except Exception as fault:  # A revoked token of one platform must not stop the others.
            log.error("channel.failed", channel=channel.name, fault=type(fault).__name__, pause=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
