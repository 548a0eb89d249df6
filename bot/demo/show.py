"""Showing the rehearsal: the transcripts, the alert, what was done, and the caseload at the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.channels.terminal import plain, wrap
from bot.demo.play import TOKYO, Line, Rehearsal
from bot.flow.render.case import alert_view
from bot.messages import FORM, Outbound, Style
from bot.text import alerts as alert_words
from bot.text import dates
from bot.text import demo as words
from bot.text.catalog import Voice
from bot.text.follow_up import entry_line
from bot.text.levels import LEVELS
from bot.text.reasons import subject
from store import facts
from store.queries import alerts, answers, assessments, placements
from surveys.model import Message

STYLES = {Style.TITLE: "bold", Style.BODY: "", Style.QUIET: "dim"}
STORY = "S-101"
A_WHILE = timedelta(minutes=10)


def show(console: Console, played: Rehearsal, voice: Voice) -> None:
    """Show what happened, in the order of the path."""
    with played.app.store.read() as tx:
        placement = placements.by_key(tx, STORY)
        assert placement is not None
        found = [
            one
            for one in reversed(alerts.listed(tx, [placement.id]))
            if one.kind == "risk" and one.delivered_at is not None
        ]
        about = answers.about(tx, [placement.id])
    hires = {checkin.period: checkin for checkin, _ in about if checkin.respondent == "hire"}
    managers = [checkin for checkin, _ in about if checkin.respondent == "manager" and checkin.started_at]
    raised = found[0].opened_at if found else None
    turning = _latest(list(hires.values()), raised)
    month = turning.period.removeprefix("m")
    _section(console, voice, words.HIRE_CHAT, name=placement.hire.name, month=month, day=_day(voice, turning))
    _chat(console, _between(played, turning), placement.hire.called)
    manager = _latest(managers, raised)
    _section(console, voice, words.MANAGER_CHAT, name=placement.manager.name, day=_day(voice, manager))
    _chat(console, _about(_between(played, manager), manager.id), placement.manager.called)
    if found:
        _show_case(console, played, voice, placement, found[0])
    after = [one for one in hires.values() if one.context.get("promised_topic") and one.started_at]
    if after:
        _section(console, voice, words.FOLLOW_UP, day=_day(voice, after[0]))
        _chat(console, _between(played, after[0])[:5], placement.hire.called)
    _effect(console, played, voice, placement)
    _caseload(console, played, voice)


def _latest(rows: Sequence[facts.CheckIn], before: datetime | None) -> facts.CheckIn:
    """The last check-in that was answered before a time."""
    answered = [one for one in rows if one.completed_at is not None]
    return max(
        (one for one in answered if before is None or (one.completed_at or before) <= before),
        key=lambda one: one.due_on,
        default=answered[0],
    )


def _section(console: Console, voice: Voice, message: Message, **values: str | int) -> None:
    console.print()
    console.print(Text(voice.one(message, **values), style="bold cyan"))
    console.print()


def _day(voice: Voice, checkin: facts.CheckIn) -> str:
    return dates.day(voice, (checkin.opened_at or checkin.opens_at).astimezone(TOKYO).date())


def _between(played: Rehearsal, checkin: facts.CheckIn) -> list[Line]:
    """What was said from the opening of a check-in to its end."""
    begin = checkin.opened_at or checkin.opens_at
    end = checkin.closed_at or checkin.expires_at
    return [line for line in played.lines[checkin.person_id] if begin <= line.at <= end]


def _about(lines: Sequence[Line], checkin_id: int) -> list[Line]:
    """The part of a manager's conversation that is about one hire: the questions of one check-in, and the replies."""
    kept, on = [], False
    for line in lines:
        if line.outbound is not None and line.outbound.rows:
            payload = line.outbound.rows[0][0].payload
            on = payload.kind == "opening" or payload.subject == checkin_id
        if on:
            kept.append(line)
    return kept


def _chat(console: Console, lines: Sequence[Line], name: str) -> None:
    for line in lines:
        if line.outbound is not None:
            _bubble(console, line.outbound)
        else:
            console.print(Text(f"    {name} ▸ {plain(line.said or '')}", style="green"))
            console.print()


def _bubble(console: Console, outbound: Outbound) -> None:
    for paragraph in outbound.paragraphs:
        for line in wrap(plain(paragraph.text), console.width):
            console.print(Text(line, style=STYLES[paragraph.style]), soft_wrap=True)
    for row in outbound.rows:
        style = "blue" if row[0].payload.kind != "menu" else "dim"
        shown = "  "
        for label in (f"[{plain(button.label)}]  " for button in row):
            if shown.strip() and cell_len(shown + label.rstrip()) > console.width:
                console.print(Text(shown.rstrip(), style=style))
                shown = "  "
            shown += label
        console.print(Text(shown.rstrip(), style=style), soft_wrap=True)
    console.print()


def _show_case(
    console: Console, played: Rehearsal, voice: Voice, placement: facts.Placement, found: facts.Alert
) -> None:
    """The alert as it was when it was raised, and what the consultant did about it."""
    console.print()
    owner = placement.consultant
    lines = played.lines.get(owner.id, [])
    shown = [line for line in lines if line.outbound is not None and _is_alert(line.outbound, found.id)]
    if shown:
        day = dates.day(voice, shown[0].at.astimezone(TOKYO).date())
        _section(console, voice, words.ALERT, name=owner.name, day=day)
        outbound = shown[0].outbound
        assert outbound is not None
        _bubble(console, outbound)
        _section(console, voice, words.ACTION, day=day)
        _chat(console, _worked(lines, shown[0].at, found.id, voice.one(alert_words.ACTION)), owner.name)


def _is_alert(outbound: Outbound, alert_id: int) -> bool:
    payloads = [button.payload for row in outbound.rows for button in row]
    return any(payload.subject == alert_id and payload.choice.removeprefix(FORM) == "action" for payload in payloads)


def _worked(lines: Sequence[Line], since: datetime, alert_id: int, action: str) -> list[Line]:
    """The action that was noted on an alert, from the press to the last answer."""
    kept: list[Line] = []
    for line in lines:
        begun = bool(kept) or line.said == action
        if line.at < since or not begun or (line.outbound is not None and _is_alert(line.outbound, alert_id)):
            continue
        if kept and line.at - kept[-1].at > A_WHILE:
            break
        kept.append(line)
    return kept


def _effect(console: Console, played: Rehearsal, voice: Voice, placement: facts.Placement) -> None:
    with played.app.store.begin() as tx:
        history = assessments.history(tx, placement.id)
        found = alerts.listed(tx, [placement.id])
        view = alert_view(played.app, tx, found[-1], placement.consultant) if found else None
    _section(console, voice, words.EFFECT, name=placement.hire.name)
    months = {one.period.strftime("%Y-%m"): one for one in history}
    for month, one in months.items():
        console.print(f"  {month}  {voice.one(LEVELS[one.level])}")
    if view is not None:
        console.print()
        for entry in view.timeline:
            console.print(Text(f"  • {entry_line(voice, entry)}"))


def _caseload(console: Console, played: Rehearsal, voice: Voice) -> None:
    _section(console, voice, words.CASELOAD)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in words.COLUMNS:
        table.add_column(voice.one(column), overflow="fold")
    with played.app.store.read() as tx:
        rows = placements.everyone(tx)
        latest = assessments.latest(tx, [one.id for one in rows])
        waiting = {one.placement_id: one for one in alerts.unresolved(tx, [one.id for one in rows])}
        order = sorted(rows, key=lambda one: (-_rank(latest, one.id), one.key))
        for one in order:
            assessed = latest.get(one.id)
            level = assessed.level if assessed else "none"
            why = [item for item in (assessed.reasons if assessed else ()) if item["weight"] > 0]
            answered = answers.last_at(tx, one.hire.id)
            alert = waiting.get(one.id)
            table.add_row(
                voice.one(LEVELS[level]),
                one.hire.name,
                one.company,
                dates.day(voice, one.start_date),
                dates.day(voice, answered.astimezone(TOKYO).date()) if answered else "–",
                (subject(voice, why[0]["code"]) if why else "") or "–",
                f"{voice.one(alert_words.SHORT_KINDS[alert.kind])}, {voice.one(alert_words.STATES[alert.state])}"
                if alert
                else "–",
            )
    console.print(table)


def _rank(latest: dict[int, assessments.Assessed], placement_id: int) -> int:
    order = list(LEVELS)
    return order.index(latest[placement_id].level) if placement_id in latest else 0
