"""The desks outside the agency: ``hotlines list``, ``hotlines confirm``."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.shared import VOICE, AsJson, day_of, help_of, opened, show
from bot.text.commands import OPTIONS


def list_(context: typer.Context, as_json: AsJson = False) -> None:
    from bot.commands import hotlines

    with opened(context) as found:
        rows = hotlines.rows(found, VOICE)
    show(rows, ("id", "name", "shown", "confidence", "verified_on", "verified_by", "stale"), as_json=as_json)


def confirm(
    context: typer.Context,
    hotline: Annotated[str, typer.Argument(metavar="HOTLINE", help=help_of(OPTIONS["hotline"]))],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help=help_of(OPTIONS["by"]))],
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help=help_of(OPTIONS["looked_on"]))] = None,
) -> None:
    from bot.commands import hotlines

    day = None if on is None else day_of(on)
    with opened(context) as found:
        typer.echo(hotlines.confirm(found, VOICE, hotline, by=by, on=day))
