"""``teichaku demo``: set the house up, play six months, show them, and say how to go on."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from bot.app import App
from bot.channels.memory import MemoryChannel
from bot.clock import FixedClock
from bot.demo import cast, play, show
from bot.flow.roster import store_roster
from bot.main import assemble
from bot.refusal import Refusal
from bot.settings import Settings
from bot.text import demo as words
from bot.text.catalog import Voice
from store.migrate import upgrade
from store.queries import alerts, checkins, placements
from store.seal import new_key
from store.session import Store, make_engine

DATABASE = "teichaku.db"


def house(folder: Path, language: str, *, key: str) -> tuple[App, MemoryChannel, FixedClock]:
    """The app of a rehearsal in that folder, with its roster imported."""
    engine = make_engine(f"sqlite:///{folder / DATABASE}")
    upgrade(engine)
    # One reader keeps the order of everything that happens, so that the same seed gives the same rehearsal.
    store = Store(engine, [key], readers=1)
    clock, channel = FixedClock(play.BEGIN.astimezone(UTC)), MemoryChannel()
    app = assemble(Settings(), store, {channel.name: channel}, clock=clock, real=clock)
    store_roster(app, cast.roster(language))
    return app, channel, clock


def demo(console: Console, voice: Voice, *, seed: int, keep: Path | None) -> None:
    """Play and show the rehearsal. Raises Refusal when ``keep`` names a file, or a folder with something in it."""
    if keep is not None and keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise Refusal("folder_used", folder=str(keep))
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        key = new_key()
        app, channel, clock = house(folder, voice.first, key=key)
        try:
            console.print(voice.one(words.TITLE))
            played = play.Rehearsal(app, channel, clock, voice, seed=seed)
            _play(console, voice, played)
            _counts(console, voice, app)
            show.show(console, played, voice)
        finally:
            app.store.close()
        if keep is not None:
            _write_settings(keep, key)
            console.print()
            console.print(voice.one(words.KEPT, folder=str(keep)))
    _next_steps(console, voice)


def _play(console: Console, voice: Voice, played: play.Rehearsal) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(voice.one(words.PLAYING), total=1.0)
        asyncio.run(played.play(lambda share: progress.update(task, completed=share)))


def _counts(console: Console, voice: Voice, app: App) -> None:
    with app.store.read() as tx:
        ids = [one.id for one in placements.everyone(tx)]
        opened = checkins.listed(tx, ids)
        raised = alerts.listed(tx, ids)
    completed = sum(1 for one in opened if one.checkin.state == "completed")
    answers = sum(one.answered for one in opened)
    counts = {"checkins": len(opened), "answered": completed, "answers": answers, "alerts": len(raised)}
    console.print(voice.one(words.COUNTS, **counts))


def _write_settings(folder: Path, key: str) -> None:
    database = (folder / DATABASE).resolve()
    (folder / ".env").write_text(f"TEICHAKU_DATABASE_URL=sqlite:///{database}\nTEICHAKU_SECRET_KEY={key}\n", "utf-8")
    (folder / ".env").chmod(0o600)
    (folder / "teichaku.toml").write_text("", "utf-8")


def _next_steps(console: Console, voice: Voice) -> None:
    console.print()
    console.print(voice.one(words.NEXT))
    for command, why in (
        ("teichaku chat", words.NEXT_CHAT),
        ("teichaku chat --as manager", words.NEXT_MANAGER),
        ("teichaku chat --as consultant", words.NEXT_CONSULTANT),
        ("teichaku demo --keep rehearsal", words.NEXT_KEEP),
        ("teichaku init", words.NEXT_INIT),
    ):
        console.print(f"  .venv/bin/{command:<32}{voice.one(why)}", highlight=False)
