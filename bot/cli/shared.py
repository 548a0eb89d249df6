"""What the commands share: the terminal's language, options of several commands, the opened house, and how rows are shown."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.text.catalog import Voice
from bot.text.commands import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import date

    from bot.app import App
    from surveys.model import Message


def terminal_voice() -> Voice:
    """English, or Japanese where the terminal's locale says so."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return Voice.of(("ja" if value.startswith("ja") else "en",), "staff", stacked=False)
    return Voice(("en",), "staff")


VOICE = terminal_voice()


def help_of(message: Message) -> str:
    """What ``--help`` says, in the terminal's language."""
    return VOICE.one(message)


AsJson = Annotated[bool, typer.Option("--json", help=help_of(OPTIONS["json"]))]
Company = Annotated[str | None, typer.Option("--company", help=help_of(OPTIONS["company"]))]
Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help=help_of(OPTIONS["since"]))]
PlacementArgument = Annotated[str, typer.Argument(metavar="PLACEMENT", help=help_of(OPTIONS["placement"]))]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help=help_of(OPTIONS["file"]))]


def opened(context: typer.Context) -> AbstractContextManager[App]:
    """The house of the settings file that the command was given, for as long as the command works in it."""
    from contextlib import contextmanager

    from bot.main import opened

    @contextmanager
    def app_of() -> Iterator[App]:
        from bot.settings import load_settings

        with opened(load_settings(context.obj)) as found:
            yield found

    return app_of()


def day_of(text: str) -> date:
    """A day in any form that a roster may have, also 令和8年4月1日."""
    from bot.flow.roster.cells import ValueFault
    from bot.flow.roster.dates import parse_date
    from bot.refusal import Refusal

    if text.strip().isdecimal() and len(text.strip()) != len("20260401"):
        raise Refusal("day_wrong", value=text)  # A serial number is a spreadsheet's way to write a day, nobody's.
    try:
        return parse_date(text)
    except ValueFault as fault:
        raise Refusal("day_wrong", value=text) from fault


def known_company(found: App, name: str | None) -> str | None:
    """The company as it is stored; a name that is not known is refused with those that are."""
    from bot.flow.roster.values import name_key
    from bot.refusal import Refusal
    from store.queries import placements

    if name is None:
        return None
    with found.store.read() as tx:
        known = {name_key(one.company): one.company for one in placements.everyone(tx)}
    if name_key(name) not in known:
        raise Refusal("company_unknown", name=name, known=", ".join(sorted(known.values())) or "–")
    return known[name_key(name)]


def show(rows: Sequence[dict[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """One JSON document, or a table of some of the columns."""
    from bot.commands.tables import print_json, print_table

    if as_json:
        print_json(list(rows))
    else:
        print_table(VOICE, rows, columns)
