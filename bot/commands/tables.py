"""Printing: tables for people, one JSON document for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.channels.terminal import plain
from bot.text import alerts, lists
from bot.text.catalog import Voice
from bot.text.levels import LEVELS

PIPED_WIDTH = 160


def console() -> Console:
    """Standard output; where it is no terminal, wide enough for a table, and without colour."""
    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(width=PIPED_WIDTH if piped else None, highlight=False, soft_wrap=False)


def print_json(value: Any) -> None:
    """One JSON document and nothing else."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(voice: Voice, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Rows as a table; an empty list says so."""
    if not rows:
        print(voice.one(lists.EMPTY))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(voice.one(lists.COLUMNS[column]), overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(_cell(voice, column, row[column]))) for column in columns))
    console().print(table)


def _cell(voice: Voice, column: str, value: Any) -> str:
    match column, value:
        case _, None:
            return "–"
        case ("state", str()):
            return voice.one(lists.STATES[value])
        case ("level", str()):
            return voice.one(LEVELS[value])
        case ("kind", str()):
            return voice.one(alerts.SHORT_KINDS[value])
        case ("respondent", str()):
            return voice.one(lists.RESPONDENTS[value])
        case _, bool():
            return voice.one(lists.YES if value else lists.NO)
        case ("reasons", list()):
            return "\n".join(reason["text"] for reason in value[:3])
        case _, str() if column.endswith("_at"):
            return _minute(value)
        case _:
            return str(value)


def print_status(voice: Voice, shown: Mapping[str, Any]) -> None:
    """Counts and health, one line each."""
    for name, value in shown.items():
        print(f"{voice.one(lists.STATUS[name])}: {plain(_health(voice, name, value))}")


def _health(voice: Voice, name: str, value: Any) -> str:
    match name, value:
        case _, None | [] | {}:
            return "–"
        case "rehearsal", dict():
            return voice.one(lists.REHEARSED, time=_minute(value["now"]), speed=f"{value['speed']:g}")
        case "processes", list():
            return ", ".join(f"{one['process']} ({_minute(one['last_seen'])})" for one in value)
        case "failing", list():
            return ", ".join(f"{one['job']}: {one['outcome']} ({one['process']})" for one in value)
        case (("last_tick" | "oldest_due"), str()):
            return _minute(value)
        case _, dict():
            states = lists.STATES
            return ", ".join(
                f"{voice.one(states[state]) if state in states else state} {n}" for state, n in value.items()
            )
        case _, list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _minute(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M}"
