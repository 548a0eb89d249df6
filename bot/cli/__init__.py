"""The command line: one thin function a command, each importing what it needs, so that ``--help`` is there at once.

A command exits 0 on success, 1 on a refusal that it explains on stderr, 2 on wrong usage; nobody sees a traceback.
``COMMANDS`` and ``GROUPS`` are the whole of it: a function's name is its command's, and finds its help in ``HELP``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.cli import hotlines, lists, own_data, people, risk, roster, service, setup, surveys
from bot.cli.shared import VOICE, help_of
from bot.text.commands import APP, HELP, OPTIONS

COMMANDS = (
    setup.init,
    setup.migrate,
    lists.plan,
    lists.placements,
    lists.checkins,
    lists.alerts,
    lists.status,
    people.invite,
    people.pause,
    people.left,
    people.handover,
    risk.score,
    risk.backtest,
    risk.learn,
    risk.explain,
    own_data.export,
    own_data.erase,
    setup.doctor,
    service.demo,
    service.chat,
    service.run,
)
GROUPS = {
    "roster": (roster.template, roster.import_, roster.export),
    "hotlines": (hotlines.list_, hotlines.confirm),
    "surveys": (surveys.check, surveys.export, surveys.import_),
}


def _settings_file(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option("--config", help=help_of(OPTIONS["config"]))] = None,
) -> None:
    # Not in main(): the log's library takes longer to import than ``--help`` to answer.
    from bot.logs import configure

    configure()
    context.obj = config


def _command_line() -> typer.Typer:
    line = typer.Typer(
        callback=_settings_file,
        help=help_of(APP),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for name, members in GROUPS.items():
        group = typer.Typer(help=help_of(HELP[name]), no_args_is_help=True, rich_markup_mode=None)
        for member in members:
            short = member.__name__.rstrip("_")  # Python keeps "import" for itself, and "list" is taken.
            group.command(short, help=help_of(HELP[f"{name}_{short}"]))(member)
        line.add_typer(group, name=name)
    for command in COMMANDS:
        line.command(command.__name__, help=help_of(HELP[command.__name__]))(command)
    return line


app = _command_line()


def main() -> NoReturn:
    """The console script: run a command, and turn whatever goes wrong into a sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # A terminal's encoding must end nothing.
    try:
        app(prog_name="teichaku")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except SystemExit as ended:
        if ended.code == 2 and VOICE.first != "en":  # What is wrong, the library has said in English only.
            from bot.text.lists import WRONG_USAGE

            print(VOICE.one(WRONG_USAGE), file=sys.stderr)
        raise
    except Exception as fault:
        from bot.commands.explain import explain

        for sentence in explain(VOICE, fault):
            print(sentence, file=sys.stderr)
        sys.exit(1)
    sys.exit(0)
