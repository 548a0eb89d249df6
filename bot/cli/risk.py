"""The risk and how well it foresees: ``score``, ``backtest``, ``learn``, ``explain``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.shared import VOICE, AsJson, PlacementArgument, help_of, opened
from bot.text.commands import OPTIONS


def score(
    context: typer.Context,
    history: Annotated[Path, typer.Option("--history", metavar="FILE", help=help_of(OPTIONS["history"]))],
    at: Annotated[Path, typer.Option("--at", metavar="FILE", help=help_of(OPTIONS["at"]))],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=help_of(OPTIONS["out"]))],
) -> None:
    from bot.commands.score import score as scored
    from bot.settings import load_settings
    from risk.rules import load

    if not scored(VOICE, load(load_settings(context.obj).risk.path), history=history, at=at, out=out):
        raise typer.Exit(1)


def backtest(
    context: typer.Context,
    picture: Annotated[Path | None, typer.Option("--picture", metavar="FILE", help=help_of(OPTIONS["picture"]))] = None,
    as_json: AsJson = False,
) -> None:
    from bot.commands import backtest as test

    with opened(context) as found:
        test.backtest(found, VOICE, as_json=as_json, picture=picture)


def learn(
    context: typer.Context,
    adopt: Annotated[bool, typer.Option("--adopt", help=help_of(OPTIONS["adopt"]))] = False,
    back: Annotated[bool, typer.Option("--back", help=help_of(OPTIONS["back"]))] = False,
    as_json: AsJson = False,
) -> None:
    from bot.commands.learn import learn as learned

    if adopt and back:
        from bot.text.learned import CHOOSE

        raise typer.BadParameter(VOICE.one(CHOOSE), param_hint="--back")
    with opened(context) as found:
        learned(found, VOICE, adopt=adopt, back=back, as_json=as_json)


def explain(
    context: typer.Context,
    placement: PlacementArgument,
    month: Annotated[str | None, typer.Option("--month", metavar="MONTH", help=help_of(OPTIONS["month"]))] = None,
    as_json: AsJson = False,
) -> None:
    from bot.commands import why

    with opened(context) as found:
        why.explain(found, VOICE, placement, month=month, as_json=as_json)
