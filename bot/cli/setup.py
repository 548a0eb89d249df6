"""Setting the product up, and finding out what is missing: ``init``, ``migrate``, ``doctor``."""

from __future__ import annotations

from pathlib import Path

import typer

from bot.cli.shared import VOICE, AsJson


def init(context: typer.Context) -> None:
    from bot.commands.setup import initialise
    from bot.text import lists

    made, kept = initialise(Path.cwd(), context.obj)
    if kept:
        typer.echo(VOICE.one(lists.KEPT_FILES, files=", ".join(kept)))
    typer.echo(VOICE.one(lists.INITIALISED, files=", ".join(made + kept)))


def migrate(context: typer.Context) -> None:
    from bot.settings import load_settings
    from bot.text import lists
    from store.migrate import head, upgrade
    from store.session import opened_engine

    with opened_engine(load_settings(context.obj).database_url.get_secret_value()) as engine:
        upgrade(engine)
    typer.echo(VOICE.one(lists.MIGRATED, schema=head()))


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    from bot.commands import doctor as examination
    from bot.commands.tables import print_json

    findings = examination.examine(VOICE, context.obj)
    if as_json:
        print_json([finding.as_row() for finding in findings])
    else:
        examination.show(VOICE, findings)
    if any(finding.mark == "wrong" for finding in findings):
        raise typer.Exit(1)
