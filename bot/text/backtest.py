"""What ``backtest`` and ``learn`` say: figures with their uncertainty, and what a sample cannot show."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from bot.text.catalog import Voice
from risk.backtest import Group, Report
from risk.measure import Estimate
from surveys.model import Message

WORKING = Message("backtest.working", "Counting …")
NOTHING_YET = Message(
    "backtest.nothing_yet",
    "There is nothing to test yet: three months after a check-in it is known whether somebody has left.",
)
HEADINGS = (
    Message("backtest.heading.way", "ranked by"),
    Message("backtest.heading.auroc", "AUROC"),
    Message("backtest.heading.within", "within client"),
    Message("backtest.heading.auprc", "AUPRC"),
    Message("backtest.heading.precision", "precision at capacity"),
    Message("backtest.heading.recall", "recall at capacity"),
    Message("backtest.heading.brier", "Brier"),
)
AREAS = HEADINGS[1:4]
"""Figures with an interval below them."""
ROWS = {
    "teichaku": Message("backtest.row.teichaku", "teichaku"),
    "last_answer": Message("backtest.row.last_answer", "the last answer alone"),
    "client_rate": Message("backtest.row.client_rate", "the client's rate alone"),
    "random": Message("backtest.row.random", "chance"),
}
SAMPLE = Message(
    "backtest.sample",
    "%(months)s person-months of %(people)s people. Gave notice on their own within three months of one: %(leavers)s. "
    "Capacity: %(capacity)s calls a month.",
)
TOO_FEW = Message(
    "backtest.too_few",
    "This sample is too small to rank methods (leavers: %(leavers)s): an AUROC of .65 has a standard error of %(error)s. "
    "It can show gross faults and how many alerts there are, not which way is better.",
)
NO_LEAVER = Message(
    "backtest.no_leaver",
    "Nobody gave notice within three months of a check-in, so nothing can be said about foresight; only the number of alerts can "
    "be seen.",
)
NO_STAYER = Message(
    "backtest.no_stayer",
    "This sample is too small to rank methods: everybody gave notice within three months of every check-in, so there is nobody to "
    "rank them against.",
)
ENOUGH = Message(
    "backtest.enough",
    "With %(leavers)s leavers an AUROC of .65 has a standard error of %(error)s: smaller differences than twice that show "
    "nothing. Somebody who was helped and stayed counts as a false alarm here.",
)
CALIBRATION = Message(
    "backtest.calibration",
    "Calibration: %(large)s gave notice for each one that was expected; slope %(slope)s (1 is right for both).",
)
LEAD = Message(
    "backtest.lead",
    "Lead time: %(median)s weeks in the median from the first alert to the notice. Of all who ever gave notice (%(leavers)s), "
    "alerted at least four weeks before: %(early)s; never before: %(never)s.",
)
NO_LEAD = Message("backtest.no_lead", "Lead time: none of those who ever gave notice (%(leavers)s) was alerted before.")
BURDEN = Message(
    "backtest.burden",
    "Burden: %(alerts)s alerts for 100 people and month, %(repeats)s of them repeats of the last two months.",
)
SHUFFLED = Message(
    "backtest.shuffled", "With the outcomes dealt out anew: AUROC %(area)s (.50 unless something leaks)."
)
ACTED = Message(
    "backtest.acted",
    "Acted on: %(months)s person-months, of which %(left)s were followed by notice. Without them the AUROC is %(area)s.",
)
BY_LANGUAGE = Message(
    "backtest.by_language", "Elevated or more, by language of the check-in (people / person-months): %(groups)s"
)
BY_SIZE = Message(
    "backtest.by_size", "Elevated or more, by hires of the company at the time (people / person-months): %(groups)s"
)
ERASED = Message(
    "backtest.erased",
    "Of people who were erased and let their numbers be kept (%(people)s, person-months: %(months)s): expected to give notice within "
    "three months %(expected)s, did so %(left)s. The figures above are without them.",
)
INSTRUMENT = Message(
    "backtest.instrument",
    "Where these rates differ much between groups of many people, look at the translation or the way of asking before the "
    "people. Groups of fewer than ten people show nothing.",
)
PICTURE_CALIBRATION = Message("backtest.picture.calibration", "Expected and observed share who leave within 3 months")
PICTURE_EXPECTED = Message("backtest.picture.expected", "expected")
PICTURE_OBSERVED = Message("backtest.picture.observed", "observed")
PICTURE_LEAD = Message("backtest.picture.lead", "People by weeks from the first alert to the notice")
PICTURE_NEVER = Message("backtest.picture.never", "never")


def number(value: float | None, digits: int = 2) -> str:
    """A figure, or a dash for what the sample cannot say."""
    return "–" if value is None else f"{value:.{digits}f}"


def percent(value: float | None) -> str:
    """A share in whole percent."""
    return "–" if value is None else f"{value:.0%}"


def interval(one: Estimate, between: str = " ") -> str:
    """A figure with its interval, where there is one."""
    if one.low is None or one.high is None:
        return number(one.value)
    return f"{number(one.value)}{between}({one.low:.2f}-{one.high:.2f})"


def squared(value: float | None, report: Report) -> str:
    """A Brier score, finer where there are leavers enough for it to mean something."""
    return number(value, 4 if report.enough else 2)


def can_show(voice: Voice, report: Report) -> str:
    """What the sample can and cannot show, in plain words."""
    if report.months == 0:
        return voice.one(NOTHING_YET)
    if report.error_of_65 is None:
        return voice.one(NO_STAYER if report.seen else NO_LEAVER)
    said = ENOUGH if report.enough else TOO_FEW
    return voice.one(said, leavers=report.seen, error=number(report.error_of_65))


def sample(voice: Voice, report: Report) -> str:
    """Of how many people and months the figures are."""
    counted = {"months": report.months, "people": report.people, "leavers": report.seen, "capacity": report.capacity}
    return voice.one(SAMPLE, **counted)


def lines(voice: Voice, report: Report) -> Iterator[str]:
    """Everything below the table; what the sample cannot say is left out."""
    if report.months:
        yield sample(voice, report)
    yield can_show(voice, report)
    if report.months:
        yield voice.one(CALIBRATION, large=interval(report.in_the_large), slope=interval(report.slope))
    if report.lead_weeks:
        early = sum(weeks >= 4 for weeks in report.lead_weeks)
        told = {"early": early, "never": report.never_alerted, "leavers": report.leavers}
        yield voice.one(LEAD, median=number(report.lead_median, 1), **told)
    elif report.leavers:
        yield voice.one(NO_LEAD, leavers=report.leavers)
    if report.alerts_per_100 is not None:
        yield voice.one(BURDEN, alerts=number(report.alerts_per_100, 1), repeats=percent(report.repeats or 0.0))
    if report.shuffled is not None:
        yield voice.one(SHUFFLED, area=number(report.shuffled))
    if report.acted:
        yield voice.one(ACTED, months=report.acted, left=report.acted_left, area=number(report.auroc_unacted))
    if report.months:
        for message, groups in ((BY_LANGUAGE, report.by_language), (BY_SIZE, report.by_size)):
            yield voice.one(message, groups="; ".join(_group(name, one) for name, one in groups.items()))
        yield voice.one(INSTRUMENT)
    if report.erased is not None:
        shares = {"expected": percent(report.erased.expected), "left": percent(report.erased.left)}
        yield voice.one(ERASED, people=report.erased.people, months=report.erased.months, **shares)


def _group(name: str, one: Group) -> str:
    low, high = one.elevated.low, one.elevated.high
    between = "" if low is None or high is None else f", {100 * low:.0f}-{high:.0%}"
    return f"{name} {percent(one.elevated.value)}{between} ({one.people} / {one.months})"


def drawing(voice: Voice, report: Report) -> str:
    """One picture as SVG: calibration on the left, lead time on the right, and below of how many people it is."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="820" height="370" viewBox="0 0 820 370" font-family="sans-serif" '
        'font-size="12">',
        '<rect width="820" height="370" fill="white"/>',
        *_calibration(voice, report),
        *_lead(voice, report),
        _label(20, 358, sample(voice, report) if report.months else voice.one(NOTHING_YET), "start"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _label(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _calibration(voice: Voice, report: Report) -> Iterator[str]:
    most = max([0.1, *(max(expected, observed) for expected, observed, _ in report.bins)])
    yield _label(20, 20, voice.one(PICTURE_CALIBRATION), "start")
    yield '<path d="M60 50V300H340" fill="none" stroke="#333"/>'
    yield '<path d="M60 300L340 50" stroke="#bbb" stroke-dasharray="4"/>'
    for expected, observed, count in report.bins:
        x, y = 60 + 280 * expected / most, 300 - 250 * observed / most
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#1f5fa8"><title>n = {count}</title></circle>'
    yield _label(60, 42, voice.one(PICTURE_OBSERVED))
    yield _label(52, 58, f"{most:.0%}", "end")
    yield _label(52, 304, "0", "end")
    yield _label(200, 322, voice.one(PICTURE_EXPECTED))
    yield _label(340, 322, f"{most:.0%}")


def _lead(voice: Voice, report: Report) -> Iterator[str]:
    groups = (("0-3", 0, 4), ("4-7", 4, 8), ("8-12", 8, 13), ("13-25", 13, 26), ("26+", 26, 10_000))
    bars = [(name, sum(low <= weeks < high for weeks in report.lead_weeks)) for name, low, high in groups]
    most = max([1, report.never_alerted, *(count for _, count in bars)])
    yield _label(450, 20, voice.one(PICTURE_LEAD), "start")
    yield '<path d="M450 50V300H800" fill="none" stroke="#333"/>'
    for place, (name, count) in enumerate([(voice.one(PICTURE_NEVER), report.never_alerted), *bars]):
        height, x = 230 * count / most, 460 + 56 * place
        colour = "#1f5fa8" if place else "#999"
        yield f'<rect x="{x}" y="{300 - height:.1f}" width="44" height="{height:.1f}" fill="{colour}"/>'
        yield _label(x + 22, 294 - height, str(count))
        yield _label(x + 22, 322, name)
