"""What is stored about one person: ``export``, ``erase``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.shared import VOICE, help_of, opened
from bot.text.commands import OPTIONS


def export(
    context: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON", help=help_of(OPTIONS["whom"]))],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=help_of(OPTIONS["export_out"]))] = None,
) -> None:
    import json

    from bot.commands import own_data
    from bot.refusal import Refusal
    from bot.text import own_data as words

    if out is not None and out.exists():
        raise Refusal("file_there", file=str(out))
    with opened(context) as found:
        text = json.dumps(own_data.export(found, person), ensure_ascii=False, indent=2)
    if out is None:
        typer.echo(text)
        return
    with out.open("x", encoding="utf-8") as file:
        out.chmod(0o600)
        file.write(text + "\n")
    typer.echo(VOICE.one(words.WRITTEN, file=str(out)))


def erase(
    context: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON", help=help_of(OPTIONS["whom"]))],
    yes: Annotated[bool, typer.Option("--yes", help=help_of(OPTIONS["yes"]))] = False,
) -> None:
    from bot.commands import own_data
    from bot.text import own_data as words

    with opened(context) as found:
        name = own_data.named(found, person)
        asks = name is not None and not yes and sys.stdin.isatty()
        if asks and not typer.confirm(VOICE.one(words.SURE, name=str(name))):
            typer.echo(VOICE.one(words.KEPT))
            return
        for sentence in own_data.erase(found, VOICE, person):
            typer.echo(sentence)
