"""The consultancy's list of placements: ``roster template``, ``roster import``, ``roster export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.shared import VOICE, FileArgument, help_of, opened
from bot.text.commands import OPTIONS


def template(file: FileArgument) -> None:
    from bot.commands import roster

    roster.template(VOICE, file)


def import_(
    context: typer.Context,
    file: FileArgument,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=help_of(OPTIONS["dry_run"]))] = False,
    annotate: Annotated[Path | None, typer.Option("--annotate", help=help_of(OPTIONS["annotate"]))] = None,
) -> None:
    from bot.commands import roster

    with opened(context) as found:
        roster.import_file(found, VOICE, file, dry_run=dry_run, annotated=annotate)


def export(context: typer.Context, file: FileArgument) -> None:
    from bot.commands import roster

    with opened(context) as found:
        roster.export_file(found, VOICE, file)
