"""What is planned, and what is there: ``plan``, ``placements``, ``checkins``, ``alerts``, ``status``."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.shared import VOICE, AsJson, Company, Since, day_of, help_of, known_company, opened, show
from bot.text.commands import OPTIONS


def plan(
    context: typer.Context,
    first: Annotated[str, typer.Option("--from", metavar="DATE", help=help_of(OPTIONS["from"]))],
    last: Annotated[str, typer.Option("--to", metavar="DATE", help=help_of(OPTIONS["to"]))],
    company: Company = None,
    as_json: AsJson = False,
) -> None:
    from bot.commands import lists
    from bot.refusal import Refusal

    begin, end = day_of(first), day_of(last)
    if begin > end:
        raise Refusal("days_reversed")
    if end.year - begin.year > lists.LONGEST_PLAN:
        raise Refusal("range_long", years=lists.LONGEST_PLAN)
    with opened(context) as found:
        rows = lists.plan(found, VOICE, first=begin, last=end, company=known_company(found, company))
    columns = ("open_at", "placement_id", "respondent", "survey", "period", "due_on", "expire_at", "moved_because")
    show(rows, columns, as_json=as_json)


def placements(context: typer.Context, company: Company = None, since: Since = None, as_json: AsJson = False) -> None:
    from bot.commands import lists

    day = None if since is None else day_of(since)
    with opened(context) as found:
        rows = lists.placement_rows(found, company=known_company(found, company), since=day, apart=not as_json)
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
    show(rows, columns, as_json=as_json)


def checkins(context: typer.Context, company: Company = None, since: Since = None, as_json: AsJson = False) -> None:
    from bot.commands import lists

    day = None if since is None else day_of(since)
    with opened(context) as found:
        rows = lists.checkin_rows(found, company=known_company(found, company), since=day)
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
    show(rows, columns, as_json=as_json)


def alerts(
    context: typer.Context,
    company: Company = None,
    since: Since = None,
    reader: Annotated[str | None, typer.Option("--as", metavar="PERSON", help=help_of(OPTIONS["reader"]))] = None,
    as_json: AsJson = False,
) -> None:
    from bot.commands import lists

    day = None if since is None else day_of(since)
    with opened(context) as found:
        rows = lists.alert_rows(found, VOICE, company=known_company(found, company), since=day, reader=reader)
    show(
        rows,
        ("id", "placement_id", "company", "kind", "level", "state", "opened_at", "due_at", "reasons"),
        as_json=as_json,
    )


def status(context: typer.Context, as_json: AsJson = False) -> None:
    from bot.commands import lists
    from bot.commands.tables import print_json, print_status

    with opened(context) as found:
        shown = lists.status(found)
    if as_json:
        print_json(shown)
    else:
        print_status(VOICE, shown)
