"""The command line: one thin function a command, each importing what it needs, so that ``--help`` is there at once.

A command exits 0 on success, 1 on a refusal that it explains on stderr, 2 on wrong usage; nobody sees a traceback.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot.text.catalog import Voice
from bot.text.commands import APP, HELP, OPTIONS, LeaveReason, PauseReason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import date

    from bot.app import App
    from bot.commands.invite import Invited
    from surveys.model import Message


def terminal_voice() -> Voice:
    """English, or Japanese where the terminal's locale says so."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return Voice.of(("ja" if value.startswith("ja") else "en",), "staff", stacked=False)
    return Voice(("en",), "staff")


VOICE = terminal_voice()


def _help(message: Message) -> str:
    return VOICE.one(message)


app = typer.Typer(help=_help(APP), no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
roster = typer.Typer(help=_help(HELP["roster"]), no_args_is_help=True, rich_markup_mode=None)
surveys = typer.Typer(help=_help(HELP["surveys"]), no_args_is_help=True, rich_markup_mode=None)
desks = typer.Typer(help=_help(HELP["hotlines"]), no_args_is_help=True, rich_markup_mode=None)
app.add_typer(roster, name="roster")
app.add_typer(desks, name="hotlines")
app.add_typer(surveys, name="surveys")

AsJson = Annotated[bool, typer.Option("--json", help=_help(OPTIONS["json"]))]
Company = Annotated[str | None, typer.Option("--company", help=_help(OPTIONS["company"]))]
Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help=_help(OPTIONS["since"]))]
PlacementArgument = Annotated[str, typer.Argument(metavar="PLACEMENT", help=_help(OPTIONS["placement"]))]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help=_help(OPTIONS["file"]))]


@app.callback()
def _settings_file(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option("--config", help=_help(OPTIONS["config"]))] = None,
) -> None:
    # Not in main(): the log's library takes longer to import than ``--help`` to answer.
    from bot.logs import configure

    configure()
    context.obj = config


def _opened(context: typer.Context) -> AbstractContextManager[App]:
    from contextlib import contextmanager

    from bot.main import opened

    @contextmanager
    def app_of() -> Iterator[App]:
        from bot.settings import load_settings

        with opened(load_settings(context.obj)) as found:
            yield found

    return app_of()


def _day(text: str) -> date:
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


def _known_company(app_: App, name: str | None) -> str | None:
    """The company as it is stored; a name that is not known is refused with those that are."""
    from bot.flow.roster.values import name_key
    from bot.refusal import Refusal
    from store.queries import placements

    if name is None:
        return None
    with app_.store.read() as tx:
        known = {name_key(one.company): one.company for one in placements.everyone(tx)}
    if name_key(name) not in known:
        raise Refusal("company_unknown", name=name, known=", ".join(sorted(known.values())) or "–")
    return known[name_key(name)]


def _show(rows: Sequence[dict[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """One JSON document, or a table of some of the columns."""
    from bot.commands.tables import print_json, print_table

    if as_json:
        print_json(list(rows))
    else:
        print_table(VOICE, rows, columns)


@app.command(help=_help(HELP["init"]))
def init(context: typer.Context) -> None:
    from bot.commands.setup import initialise
    from bot.text import lists

    made, kept = initialise(Path.cwd(), context.obj)
    if kept:
        typer.echo(VOICE.one(lists.KEPT_FILES, files=", ".join(kept)))
    typer.echo(VOICE.one(lists.INITIALISED, files=", ".join(made + kept)))


@app.command(help=_help(HELP["migrate"]))
def migrate(context: typer.Context) -> None:
    from bot.settings import load_settings
    from bot.text import lists
    from store.migrate import head, upgrade
    from store.session import opened_engine

    with opened_engine(load_settings(context.obj).database_url.get_secret_value()) as engine:
        upgrade(engine)
    typer.echo(VOICE.one(lists.MIGRATED, schema=head()))


@roster.command("template", help=_help(HELP["roster_template"]))
def roster_template(file: FileArgument) -> None:
    from bot.commands.roster import template

    template(VOICE, file)


@roster.command("import", help=_help(HELP["roster_import"]))
def roster_import(
    context: typer.Context,
    file: FileArgument,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_help(OPTIONS["dry_run"]))] = False,
    annotate: Annotated[Path | None, typer.Option("--annotate", help=_help(OPTIONS["annotate"]))] = None,
) -> None:
    from bot.commands.roster import import_file

    with _opened(context) as found:
        import_file(found, VOICE, file, dry_run=dry_run, annotated=annotate)


@roster.command("export", help=_help(HELP["roster_export"]))
def roster_export(context: typer.Context, file: FileArgument) -> None:
    from bot.commands.roster import export_file

    with _opened(context) as found:
        export_file(found, VOICE, file)


@app.command(help=_help(HELP["plan"]))
def plan(
    context: typer.Context,
    first: Annotated[str, typer.Option("--from", metavar="DATE", help=_help(OPTIONS["from"]))],
    last: Annotated[str, typer.Option("--to", metavar="DATE", help=_help(OPTIONS["to"]))],
    company: Company = None,
    as_json: AsJson = False,
) -> None:
    from bot.commands import lists
    from bot.refusal import Refusal

    begin, end = _day(first), _day(last)
    if begin > end:
        raise Refusal("days_reversed")
    if end.year - begin.year > lists.LONGEST_PLAN:
        raise Refusal("range_long", years=lists.LONGEST_PLAN)
    with _opened(context) as found:
        rows = lists.plan(found, VOICE, first=begin, last=end, company=_known_company(found, company))
    columns = ("open_at", "placement_id", "respondent", "survey", "period", "due_on", "expire_at", "moved_because")
    _show(rows, columns, as_json=as_json)


@app.command(help=_help(HELP["placements"]))
def placements(context: typer.Context, company: Company = None, since: Since = None, as_json: AsJson = False) -> None:
    from bot.commands import lists

    day = None if since is None else _day(since)
    with _opened(context) as found:
        rows = lists.placement_rows(found, company=_known_company(found, company), since=day, apart=not as_json)
    columns = (
        "placement_id",
        "company",
        "hire_name",
        "start_date",
        "state",
        "level",
        "last_answered_at",
        "hire_linked",
    )
    _show(rows, columns, as_json=as_json)


@app.command(help=_help(HELP["checkins"]))
def checkins(context: typer.Context, company: Company = None, since: Since = None, as_json: AsJson = False) -> None:
    from bot.commands import lists

    day = None if since is None else _day(since)
    with _opened(context) as found:
        rows = lists.checkin_rows(found, company=_known_company(found, company), since=day)
    columns = (
        "id",
        "placement_id",
        "company",
        "respondent",
        "survey",
        "period",
        "state",
        "opened_at",
        "answered",
        "asked",
    )
    _show(rows, columns, as_json=as_json)


@app.command(help=_help(HELP["alerts"]))
def alerts(
    context: typer.Context,
    company: Company = None,
    since: Since = None,
    reader: Annotated[str | None, typer.Option("--as", metavar="PERSON", help=_help(OPTIONS["reader"]))] = None,
    as_json: AsJson = False,
) -> None:
    from bot.commands import lists

    day = None if since is None else _day(since)
    with _opened(context) as found:
        rows = lists.alert_rows(found, VOICE, company=_known_company(found, company), since=day, reader=reader)
    _show(
        rows,
        ("id", "placement_id", "company", "kind", "level", "state", "opened_at", "due_at", "reasons"),
        as_json=as_json,
    )


@app.command(help=_help(HELP["status"]))
def status(context: typer.Context, as_json: AsJson = False) -> None:
    from bot.commands import lists
    from bot.commands.tables import print_json, print_status

    with _opened(context) as found:
        shown = lists.status(found)
    if as_json:
        print_json(shown)
    else:
        print_status(VOICE, shown)


@app.command(help=_help(HELP["invite"]))
def invite(
    context: typer.Context,
    company: Company = None,
    person: Annotated[str | None, typer.Option("--person", help=_help(OPTIONS["person"]))] = None,
    relink: Annotated[bool, typer.Option("--relink", help=_help(OPTIONS["relink"]))] = False,
    cards: Annotated[Path | None, typer.Option("--cards", metavar="FILE", help=_help(OPTIONS["cards"]))] = None,
    as_json: AsJson = False,
) -> None:
    from bot.commands import invite as invitations
    from bot.text import changes as words

    if relink and person is None:
        raise typer.BadParameter(VOICE.one(words.RELINK_WHOM), param_hint="--relink")
    if cards is not None and cards.suffix.lower() not in (".pdf", ".html"):
        raise typer.BadParameter(VOICE.one(words.CARDS_FORM), param_hint="--cards")
    with _opened(context) as found:
        known = _known_company(found, company)
        if cards is not None:
            cards.touch()  # A code is shown once: a file that cannot be written must be found before any is made.
        issued = invitations.invite(found, company=known, person=person, relink=relink)
        if cards is not None:
            _write_cards(found, issued, cards, quiet=as_json)
    if as_json:
        _show(invitations.as_rows(issued), (), as_json=True)
    elif not issued:
        typer.echo(VOICE.one(words.INVITE_ALL_LINKED))
    else:
        columns = ("placement_id", "person", "role", "channel", "code", "link", "valid_until")
        _show(invitations.as_lines(VOICE, issued), columns, as_json=False)
        typer.echo(VOICE.one(words.INVITE_NOTE))


def _write_cards(found: App, issued: Sequence[Invited], file: Path, *, quiet: bool) -> None:
    from bot.commands import cards
    from bot.text import changes as words

    made = cards.cards_of(found, issued)
    written = cards.write(made, file)
    if written != file:
        file.unlink()
    said = words.CARDS_WRITTEN if written == file else words.CARDS_WITHOUT_PDF
    typer.echo(VOICE.one(said, file=str(written), count=len(made)), err=quiet)


@app.command(help=_help(HELP["pause"]))
def pause(
    context: typer.Context,
    placement: PlacementArgument,
    first: Annotated[str, typer.Option("--from", metavar="DATE", help=_help(OPTIONS["from"]))],
    last: Annotated[str, typer.Option("--to", metavar="DATE", help=_help(OPTIONS["to"]))],
    reason: Annotated[PauseReason, typer.Option("--reason", help=_help(OPTIONS["reason"]))] = PauseReason.HOME_LEAVE,
) -> None:
    from bot.commands import changes

    begin, end = _day(first), _day(last)
    with _opened(context) as found:
        typer.echo(changes.pause(found, VOICE, placement, begin, end, reason=reason))


@app.command(help=_help(HELP["left"]))
def left(
    context: typer.Context,
    placement: PlacementArgument,
    notice_on: Annotated[str, typer.Option("--notice-on", metavar="DATE", help=_help(OPTIONS["notice_on"]))],
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=_help(OPTIONS["on"]))],
    reason: Annotated[LeaveReason, typer.Option("--reason", help=_help(OPTIONS["reason"]))],
) -> None:
    from bot.commands import changes

    notice, last = _day(notice_on), _day(on)
    with _opened(context) as found:
        typer.echo(changes.left(found, VOICE, placement, notice_on=notice, left_on=last, reason=reason))


@app.command(help=_help(HELP["handover"]))
def handover(
    context: typer.Context,
    giver: Annotated[str, typer.Option("--from", metavar="CONSULTANT", help=_help(OPTIONS["giver"]))],
    taker: Annotated[str, typer.Option("--to", metavar="CONSULTANT", help=_help(OPTIONS["taker"]))],
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help=_help(OPTIONS["until"]))] = None,
    as_json: AsJson = False,
) -> None:
    from bot.commands import changes

    day = None if until is None else _day(until)
    with _opened(context) as found:
        rows, sentence = changes.handover(found, VOICE, giver, taker, until=day)
    if rows or as_json:
        _show(rows, ("placement_id", "company", "hire_name"), as_json=as_json)
    if not as_json:
        typer.echo(sentence)


@app.command(help=_help(HELP["score"]))
def score(
    context: typer.Context,
    history: Annotated[Path, typer.Option("--history", metavar="FILE", help=_help(OPTIONS["history"]))],
    at: Annotated[Path, typer.Option("--at", metavar="FILE", help=_help(OPTIONS["at"]))],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=_help(OPTIONS["out"]))],
) -> None:
    from bot.commands.score import score as scored
    from bot.settings import load_settings
    from risk.rules import load

    if not scored(VOICE, load(load_settings(context.obj).risk.path), history=history, at=at, out=out):
        raise typer.Exit(1)


@app.command(help=_help(HELP["backtest"]))
def backtest(
    context: typer.Context,
    picture: Annotated[Path | None, typer.Option("--picture", metavar="FILE", help=_help(OPTIONS["picture"]))] = None,
    as_json: AsJson = False,
) -> None:
    from bot.commands import backtest as test

    with _opened(context) as found:
        test.backtest(found, VOICE, as_json=as_json, picture=picture)


@app.command(help=_help(HELP["learn"]))
def learn(
    context: typer.Context,
    adopt: Annotated[bool, typer.Option("--adopt", help=_help(OPTIONS["adopt"]))] = False,
    back: Annotated[bool, typer.Option("--back", help=_help(OPTIONS["back"]))] = False,
    as_json: AsJson = False,
) -> None:
    from bot.commands import backtest as test

    if adopt and back:
        raise typer.BadParameter("--adopt, --back", param_hint="--back")
    with _opened(context) as found:
        test.learn(found, VOICE, adopt=adopt, back=back, as_json=as_json)


@app.command(help=_help(HELP["explain"]))
def explain(
    context: typer.Context,
    placement: PlacementArgument,
    month: Annotated[str | None, typer.Option("--month", metavar="MONTH", help=_help(OPTIONS["month"]))] = None,
    as_json: AsJson = False,
) -> None:
    from bot.commands import why

    with _opened(context) as found:
        why.explain(found, VOICE, placement, month=month, as_json=as_json)


@app.command(help=_help(HELP["export"]))
def export(
    context: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON", help=_help(OPTIONS["whom"]))],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=_help(OPTIONS["export_out"]))] = None,
) -> None:
    import json

    from bot.commands import own_data
    from bot.refusal import Refusal
    from bot.text import own_data as words

    if out is not None and out.exists():
        raise Refusal("file_there", file=str(out))
    with _opened(context) as found:
        text = json.dumps(own_data.export(found, person), ensure_ascii=False, indent=2)
    if out is None:
        typer.echo(text)
        return
    with out.open("x", encoding="utf-8") as file:
        out.chmod(0o600)
        file.write(text + "\n")
    typer.echo(VOICE.one(words.WRITTEN, file=str(out)))


@app.command(help=_help(HELP["erase"]))
def erase(
    context: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON", help=_help(OPTIONS["whom"]))],
    yes: Annotated[bool, typer.Option("--yes", help=_help(OPTIONS["yes"]))] = False,
) -> None:
    from bot.commands import own_data
    from bot.text import own_data as words

    with _opened(context) as found:
        name = own_data.named(found, person)
        asks = name is not None and not yes and sys.stdin.isatty()
        if asks and not typer.confirm(VOICE.one(words.SURE, name=str(name))):
            typer.echo(VOICE.one(words.KEPT))
            return
        for sentence in own_data.erase(found, VOICE, person):
            typer.echo(sentence)


@desks.command("list", help=_help(HELP["hotlines_list"]))
def hotlines_list(context: typer.Context, as_json: AsJson = False) -> None:
    from bot.commands import hotlines

    with _opened(context) as found:
        rows = hotlines.rows(found, VOICE)
    _show(rows, ("id", "name", "shown", "confidence", "verified_on", "verified_by", "stale"), as_json=as_json)


@desks.command("confirm", help=_help(HELP["hotlines_confirm"]))
def hotlines_confirm(
    context: typer.Context,
    hotline: Annotated[str, typer.Argument(metavar="HOTLINE", help=_help(OPTIONS["hotline"]))],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help=_help(OPTIONS["by"]))],
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help=_help(OPTIONS["looked_on"]))] = None,
) -> None:
    from bot.commands import hotlines

    day = None if on is None else _day(on)
    with _opened(context) as found:
        typer.echo(hotlines.confirm(found, VOICE, hotline, by=by, on=day))


@app.command(help=_help(HELP["doctor"]))
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


@app.command(help=_help(HELP["demo"]))
def demo(
    seed: Annotated[int, typer.Option("--seed", help=_help(OPTIONS["seed"]))] = 1,
    keep: Annotated[Path | None, typer.Option("--keep", metavar="FOLDER", help=_help(OPTIONS["keep"]))] = None,
) -> None:
    from bot.commands.tables import console
    from bot.demo.run import demo as play

    play(console(), VOICE, seed=seed, keep=keep)


@app.command(help=_help(HELP["chat"]))
def chat(
    role: Annotated[str, typer.Option("--as", help=_help(OPTIONS["as"]))] = "hire",
    language: Annotated[str | None, typer.Option("--language", help=_help(OPTIONS["language"]))] = None,
) -> None:
    from bot.demo.practice import practise

    practise(VOICE, role=role, language=language)


@app.command(help=_help(HELP["run"]))
def run(
    context: typer.Context,
    rehearse_from: Annotated[
        str | None, typer.Option("--rehearse-from", metavar="TIME", help=_help(OPTIONS["rehearse_from"]))
    ] = None,
    rehearse_speed: Annotated[
        float | None, typer.Option("--rehearse-speed", metavar="N", help=_help(OPTIONS["rehearse_speed"]))
    ] = None,
) -> None:
    import asyncio
    import gc
    import logging

    from bot.logs import configure
    from bot.main import entered, rehearsal_of, serve
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

        # What was imported lives as long as the process: to look through it again would cost a fifth of each assessment.
        gc.freeze()
        asyncio.run(service())
    typer.echo(VOICE.one(lists.STOPPED))


@surveys.command("check", help=_help(HELP["surveys_check"]))
def surveys_check(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help=_help(OPTIONS["file"]))] = None,
) -> None:
    from bot.commands.surveys import check
    from bot.settings import load_settings

    if not check(load_settings(context.obj), VOICE, file):
        raise typer.Exit(1)


@surveys.command("export", help=_help(HELP["surveys_export"]))
def surveys_export(
    context: typer.Context,
    file: FileArgument,
    form: Annotated[str | None, typer.Option("--form", metavar="FORM", help=_help(OPTIONS["form"]))] = None,
) -> None:
    from bot.commands.surveys import export
    from bot.settings import load_settings

    export(load_settings(context.obj), VOICE, file, form)


@surveys.command("import", help=_help(HELP["surveys_import"]))
def surveys_import(
    context: typer.Context,
    file: FileArgument,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=_help(OPTIONS["survey_out"]))] = None,
) -> None:
    from bot.commands.surveys import import_file
    from bot.settings import load_settings

    if not import_file(load_settings(context.obj), VOICE, file, out):
        raise typer.Exit(1)


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
