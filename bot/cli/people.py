"""Who takes part, and who looks after them: ``invite``, ``pause``, ``left``, ``handover``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.shared import VOICE, AsJson, Company, PlacementArgument, day_of, help_of, known_company, opened, show
from bot.text.commands import OPTIONS, LeaveReason, PauseReason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.app import App
    from bot.commands.invite import Invited


def invite(
    context: typer.Context,
    company: Company = None,
    person: Annotated[str | None, typer.Option("--person", help=help_of(OPTIONS["person"]))] = None,
    relink: Annotated[bool, typer.Option("--relink", help=help_of(OPTIONS["relink"]))] = False,
    cards: Annotated[Path | None, typer.Option("--cards", metavar="FILE", help=help_of(OPTIONS["cards"]))] = None,
    as_json: AsJson = False,
) -> None:
    from bot.commands import invite as invitations
    from bot.text import changes as words

    if relink and person is None:
        raise typer.BadParameter(VOICE.one(words.RELINK_WHOM), param_hint="--relink")
    if cards is not None and cards.suffix.lower() not in (".pdf", ".html"):
        raise typer.BadParameter(VOICE.one(words.CARDS_FORM), param_hint="--cards")
    with opened(context) as found:
        known = known_company(found, company)
        if cards is not None:
            cards.touch()  # A code is shown once: a file that cannot be written must be found before any is made.
        issued = invitations.invite(found, company=known, person=person, relink=relink)
        if cards is not None:
            _write_cards(found, issued, cards, quiet=as_json)
    if as_json:
        show(invitations.as_rows(issued), (), as_json=True)
    elif not issued:
        typer.echo(VOICE.one(words.INVITE_ALL_LINKED))
    else:
        columns = ("placement_id", "person", "role", "channel", "code", "link", "valid_until")
        show(invitations.as_lines(VOICE, issued), columns, as_json=False)
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


def pause(
    context: typer.Context,
    placement: PlacementArgument,
    first: Annotated[str, typer.Option("--from", metavar="DATE", help=help_of(OPTIONS["from"]))],
    last: Annotated[str, typer.Option("--to", metavar="DATE", help=help_of(OPTIONS["to"]))],
    reason: Annotated[PauseReason, typer.Option("--reason", help=help_of(OPTIONS["reason"]))] = PauseReason.HOME_LEAVE,
) -> None:
    from bot.commands import changes

    begin, end = day_of(first), day_of(last)
    with opened(context) as found:
        typer.echo(changes.pause(found, VOICE, placement, begin, end, reason=reason))


def left(
    context: typer.Context,
    placement: PlacementArgument,
    notice_on: Annotated[str, typer.Option("--notice-on", metavar="DATE", help=help_of(OPTIONS["notice_on"]))],
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=help_of(OPTIONS["on"]))],
    reason: Annotated[LeaveReason, typer.Option("--reason", help=help_of(OPTIONS["reason"]))],
) -> None:
    from bot.commands import changes

    notice, last = day_of(notice_on), day_of(on)
    with opened(context) as found:
        typer.echo(changes.left(found, VOICE, placement, notice_on=notice, left_on=last, reason=reason))


def handover(
    context: typer.Context,
    giver: Annotated[str, typer.Option("--from", metavar="CONSULTANT", help=help_of(OPTIONS["giver"]))],
    taker: Annotated[str, typer.Option("--to", metavar="CONSULTANT", help=help_of(OPTIONS["taker"]))],
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help=help_of(OPTIONS["until"]))] = None,
    as_json: AsJson = False,
) -> None:
    from bot.commands import changes

    day = None if until is None else day_of(until)
    with opened(context) as found:
        rows, sentence = changes.handover(found, VOICE, giver, taker, until=day)
    if rows or as_json:
        show(rows, ("placement_id", "company", "hire_name"), as_json=as_json)
    if not as_json:
        typer.echo(sentence)
