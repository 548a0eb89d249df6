"""The questions: ``surveys check``, ``surveys export``, ``surveys import``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.shared import VOICE, FileArgument, help_of
from bot.text.commands import OPTIONS


def check(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help=help_of(OPTIONS["file"]))] = None,
) -> None:
    from bot.commands import surveys
    from bot.settings import load_settings

    if not surveys.check(load_settings(context.obj), VOICE, file):
        raise typer.Exit(1)


def export(
    context: typer.Context,
    file: FileArgument,
    form: Annotated[str | None, typer.Option("--form", metavar="FORM", help=help_of(OPTIONS["form"]))] = None,
) -> None:
    from bot.commands import surveys
    from bot.settings import load_settings

    surveys.export(load_settings(context.obj), VOICE, file, form)


def import_(
    context: typer.Context,
    file: FileArgument,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=help_of(OPTIONS["survey_out"]))] = None,
) -> None:
    from bot.commands import surveys
    from bot.settings import load_settings

    if not surveys.import_file(load_settings(context.obj), VOICE, file, out):
        raise typer.Exit(1)
