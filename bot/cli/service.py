"""The bot itself: ``run``, and ``demo`` and ``chat``, which need no token."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.shared import VOICE, help_of
from bot.text.commands import OPTIONS


def demo(
    seed: Annotated[int, typer.Option("--seed", help=help_of(OPTIONS["seed"]))] = 1,
    keep: Annotated[Path | None, typer.Option("--keep", metavar="FOLDER", help=help_of(OPTIONS["keep"]))] = None,
) -> None:
    from bot.commands.tables import console
    from bot.demo.run import demo as play

    play(console(), VOICE, seed=seed, keep=keep)


def chat(
    role: Annotated[str, typer.Option("--as", help=help_of(OPTIONS["as"]))] = "hire",
    language: Annotated[str | None, typer.Option("--language", help=help_of(OPTIONS["language"]))] = None,
) -> None:
    from bot.demo.practice import practise

    practise(VOICE, role=role, language=language)


def run(
    context: typer.Context,
    rehearse_from: Annotated[
        str | None, typer.Option("--rehearse-from", metavar="TIME", help=help_of(OPTIONS["rehearse_from"]))
    ] = None,
    rehearse_speed: Annotated[
        float | None, typer.Option("--rehearse-speed", metavar="N", help=help_of(OPTIONS["rehearse_speed"]))
    ] = None,
) -> None:
    import asyncio
    import logging

    from bot.logs import configure
    from bot.main import entered, rehearsal_of, serve, settle_memory
    from bot.platforms import connected, uses_slack
    from bot.settings import load_settings
    from bot.text import lists

    configure(logging.INFO)
    wanted, settings = rehearsal_of(rehearse_from, rehearse_speed), load_settings(context.obj)
    uses_slack(settings)  # Settings that cannot be used must not decide for good what the database is.
    with entered(settings, rehearse=wanted) as found:
        said = VOICE.one(lists.REHEARSING if found.rehearsal else lists.RUNNING)

        async def service() -> None:
            async with connected(found) as (app_, leases):
                await serve(app_, leases=leases, ready=lambda: typer.echo(said))

        settle_memory()
        asyncio.run(service())
    typer.echo(VOICE.one(lists.STOPPED))
