"""``teichaku backtest``: what the alerts foresaw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from bot.app import App
from bot.commands.progress import working
from bot.commands.tables import console, print_json
from bot.flow import outcomes
from bot.refusal import Refusal
from bot.text import backtest as words
from bot.text.catalog import Voice
from risk.backtest import Group, Report
from risk.measure import Estimate


def backtest(app: App, voice: Voice, *, as_json: bool, picture: Path | None, times: int = 200) -> None:
    """Print every figure beside chance, the last answer and the client's rate, and draw the picture where one is asked for."""
    with working(voice.one(words.WORKING)), app.store.read() as tx:
        report = outcomes.measured(app, tx, times=times)
    if picture is not None:
        _write(picture, words.drawing(voice, report))
    if as_json:
        print_json(as_row(voice, report))
        return
    if report.months:
        console().print(table(voice, report))
    for line in words.lines(voice, report):
        print(line)


def table(voice: Voice, report: Report) -> Table:
    """The figures of each way of ranking, whole on a terminal of 80 columns in every language."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for heading in words.HEADINGS:
        shown.add_column(voice.one(heading).replace(" ", "\n", 1), no_wrap=heading in words.AREAS, overflow="fold")
    for name, row in report.rows.items():
        # An interval has a line of its own, so that the table is whole on a terminal of 80 columns.
        areas = (words.interval(one, "\n") for one in (row.auroc, row.auroc_within, row.auprc))
        figures = (words.percent(row.precision), words.percent(row.recall), words.squared(row.brier, report))
        shown.add_row(voice.one(words.ROWS[name]), *areas, *figures)
    return shown


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise Refusal("file_unwritable", file=str(path)) from fault


def as_row(voice: Voice, report: Report) -> dict[str, Any]:
    """The report as one JSON object."""
    return {
        "person_months": report.months,
        "people": report.people,
        "leavers": report.leavers,
        "leavers_within_90_days": report.seen,
        "capacity": report.capacity,
        "base_rate": report.base_rate,
        "rows": {
            name: {
                "auroc": _estimate(row.auroc),
                "auroc_within_client": _estimate(row.auroc_within),
                "auprc": _estimate(row.auprc),
                "precision_at_capacity": row.precision,
                "recall_at_capacity": row.recall,
                "brier": row.brier,
            }
            for name, row in report.rows.items()
        },
        "shuffled_auroc": report.shuffled,
        "calibration": {
            "in_the_large": _estimate(report.in_the_large),
            "slope": _estimate(report.slope),
            "groups": [{"expected": e, "observed": o, "person_months": n} for e, o, n in report.bins],
        },
        "lead_time_weeks": {
            "median": report.lead_median,
            "share_of_leavers_four_weeks": report.lead_four_weeks,
            "each": list(report.lead_weeks),
        },
        "never_alerted": report.never_alerted,
        "alerts_per_100_person_months": report.alerts_per_100,
        "share_of_repeats": report.repeats,
        "acted_on": {
            "person_months": report.acted,
            "left": report.acted_left,
            "auroc_of_the_others": report.auroc_unacted,
        },
        "by_language": _groups(report.by_language),
        "by_company_size": _groups(report.by_size),
        "erased": None if report.erased is None else asdict(report.erased),
        "standard_error_of_65": report.error_of_65,
        "enough": report.enough,
        "says": words.can_show(voice, report),
    }


def _estimate(one: Estimate) -> dict[str, float | None]:
    return {"value": one.value, "low": one.low, "high": one.high}


def _groups(groups: Mapping[str, Group]) -> dict[str, dict[str, float | None]]:
    return {
        name: {
            "person_months": one.months,
            "people": one.people,
            "elevated": one.elevated.value,
            "low": one.elevated.low,
            "high": one.elevated.high,
        }
        for name, one in groups.items()
    }
