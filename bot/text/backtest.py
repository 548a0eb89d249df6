"""What ``backtest`` and ``learn`` say: figures with their uncertainty, and what a sample cannot show."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from bot.text.catalog import Voice
from risk.backtest import Report
from risk.learn import CLIENT, SLOPE, WEIGHTS, Proposal
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
ROWS = {
    "teichaku": Message("backtest.row.teichaku", "teichaku"),
    "last_answer": Message("backtest.row.last_answer", "the last answer alone"),
    "client_rate": Message("backtest.row.client_rate", "the client's rate alone"),
    "random": Message("backtest.row.random", "chance"),
}
SAMPLE = Message(
    "backtest.sample", "%(months)s person-months of %(people)s people, %(leavers)s of whom gave notice on their own."
)
TOO_FEW = Message(
    "backtest.too_few",
    "This sample is too small to rank methods: with %(leavers)s leavers an AUROC of .65 has a standard error of %(error)s. "
    "It can show gross faults and how many alerts there are, not which way is better.",
)
NO_LEAVER = Message(
    "backtest.no_leaver",
    "Nobody has left yet, so nothing can be said about foresight; only the number of alerts can be seen.",
)
ENOUGH = Message(
    "backtest.enough",
    "With %(leavers)s leavers an AUROC of .65 has a standard error of %(error)s: smaller differences than twice that show "
    "nothing. Somebody who was helped and stayed counts as a false alarm here.",
)
CALIBRATION = Message(
    "backtest.calibration",
    "Calibration: %(large)s left for each one that was expected; slope %(slope)s (1 is right).",
)
LEAD = Message(
    "backtest.lead",
    "Lead time: %(median)s weeks in the median from the first alert to the notice; %(share)s of the leavers were alerted at "
    "least four weeks before, %(never)s of %(leavers)s never.",
)
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
BY_LANGUAGE = Message("backtest.by_language", "Elevated or more, by language of the check-in: %(groups)s")
BY_SIZE = Message("backtest.by_size", "Elevated or more, by hires of the company: %(groups)s")
ERASED = Message(
    "backtest.erased",
    "Of people who were erased and let their numbers be kept (%(people)s, person-months: %(months)s): expected to give notice within "
    "three months %(expected)s, did so %(left)s. The figures above are without them.",
)
INSTRUMENT = Message(
    "backtest.instrument",
    "Where these rates differ much, look at the translation or the way of asking before the people.",
)
PICTURE_CALIBRATION = Message("backtest.picture.calibration", "Expected and observed share who leave within 3 months")
PICTURE_LEAD = Message("backtest.picture.lead", "Weeks from the first alert to the notice")

ADOPTED = Message(
    "learn.adopted", "In force from the next assessment on, as version %(version)s. “teichaku learn --back” goes back."
)
WITHDRAWN = Message(
    "learn.withdrawn", "Version %(version)s is taken back; what was in force before it is in force again."
)
RESTS = Message("learn.rests", "Learned from %(leavers)s leavers in %(months)s person-months.")
STAGES = Message(
    "learn.stages",
    "A client's rate moves after %(client)s leavers of that client, the common strength of all weights after %(slope)s leavers, "
    "single weights after %(weights)s.",
)
NO_CHANGE = Message("learn.no_change", "Nothing would change.")
CLIENT_RATE = Message("learn.client", "%(company)s: yearly turnover %(before)s → %(after)s")
STRENGTH = Message("learn.strength", "All weights × %(slope)s")
WEIGHT = Message("learn.weight", "%(name)s: %(before)s → %(after)s")
SO_FAR = Message(
    "learn.so_far",
    "Version %(version)s is in force. On later months its loss is %(adopted)s, the frozen prior's %(prior)s (less is better; "
    "%(leavers)s leavers).",
)
SWITCHED_BACK = Message(
    "learn.switched_back", "Version %(version)s did worse than the frozen prior on later months, so it was taken back."
)
NOT_YET = Message("learn.not_yet", "Nothing was changed. “teichaku learn --adopt” puts this in force.")


def number(value: float | None, digits: int = 2) -> str:
    """A figure, or a dash for what the sample cannot say."""
    return "–" if value is None else f"{value:.{digits}f}"


def percent(value: float | None) -> str:
    """A share in whole percent."""
    return "–" if value is None else f"{value:.0%}"


def interval(one: Estimate) -> str:
    """A figure with its interval."""
    if one.value is None:
        return "–"
    return (
        number(one.value) if one.low is None or one.high is None else f"{one.value:.2f} ({one.low:.2f}-{one.high:.2f})"
    )


def can_show(voice: Voice, report: Report) -> str:
    """What the sample can and cannot show, in one sentence."""
    if report.leavers == 0 or report.error_of_65 is None:
        return voice.one(NO_LEAVER)
    said = ENOUGH if report.enough else TOO_FEW
    return voice.one(said, leavers=report.leavers, error=number(report.error_of_65))


def lines(voice: Voice, report: Report) -> Iterator[str]:
    """Everything below the table."""
    yield voice.one(SAMPLE, months=report.months, people=report.people, leavers=report.leavers)
    yield can_show(voice, report)
    yield voice.one(CALIBRATION, large=interval(report.in_the_large), slope=interval(report.slope))
    yield voice.one(
        LEAD,
        median=number(report.lead_median, 1),
        share=percent(report.lead_four_weeks),
        never=report.never_alerted,
        leavers=report.leavers,
    )
    yield voice.one(BURDEN, alerts=number(report.alerts_per_100, 1), repeats=percent(report.repeats))
    yield voice.one(SHUFFLED, area=number(report.shuffled))
    yield voice.one(ACTED, months=report.acted, left=report.acted_left, area=number(report.auroc_unacted))
    for message, groups in ((BY_LANGUAGE, report.by_language), (BY_SIZE, report.by_size)):
        shown = ", ".join(f"{name} {share:.0%} (n = {count})" for name, (count, share) in groups.items())
        yield voice.one(message, groups=shown or "–")
    yield voice.one(INSTRUMENT)
    if report.erased is not None:
        shares = {"expected": percent(report.erased.expected), "left": percent(report.erased.left)}
        yield voice.one(ERASED, people=report.erased.people, months=report.erased.months, **shares)


def proposal(voice: Voice, found: Proposal, *, adopt: bool = False) -> Iterator[str]:
    """What learning would change, and how what is in force has done; ``adopt`` says that it is about to be put in force."""
    learned = found.learned
    yield voice.one(RESTS, leavers=learned.leavers, months=learned.months)
    yield voice.one(STAGES, client=CLIENT, slope=SLOPE, weights=WEIGHTS)
    if found.version is not None and found.loss_in_force is not None:
        figures = {"adopted": number(found.loss_in_force, 4), "prior": number(found.loss_prior, 4)}
        yield voice.one(SO_FAR, version=found.version, leavers=found.later_leavers, **figures)
    if found.worse and found.version is not None:
        yield voice.one(SWITCHED_BACK, version=found.version)
    if not found.changes:
        yield voice.one(NO_CHANGE)
        return
    for company, after in learned.turnover.items():
        before, name = found.before[company], found.names[company]
        yield voice.one(CLIENT_RATE, company=name, before=percent(before), after=percent(after))
    if learned.slope != 1:
        yield voice.one(STRENGTH, slope=number(learned.slope))
    for path, weight in found.weights_before:
        yield voice.one(WEIGHT, name=path, before=number(weight), after=number(learned.weights[path]))
    if not adopt and not found.worse:
        yield voice.one(NOT_YET)


def drawing(voice: Voice, report: Report) -> str:
    """One picture as SVG: calibration on the left, lead time on the right."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 340" font-family="sans-serif" font-size="12">',
        '<rect width="760" height="340" fill="white"/>',
        *_calibration(voice, report),
        *_lead(voice, report),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _calibration(voice: Voice, report: Report) -> Iterator[str]:
    most = max([0.1, *(max(expected, observed) for expected, observed, _ in report.bins)])
    yield f'<text x="50" y="24">{escape(voice.one(PICTURE_CALIBRATION))}</text>'
    yield '<path d="M50 40V290H330" fill="none" stroke="#333"/>'
    yield '<path d="M50 290L330 40" stroke="#bbb" stroke-dasharray="4"/>'
    for expected, observed, count in report.bins:
        x, y = 50 + 280 * expected / most, 290 - 250 * observed / most
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#1f5fa8"><title>n = {count}</title></circle>'
    yield f'<text x="300" y="308">{most:.0%}</text><text x="10" y="46">{most:.0%}</text><text x="40" y="308">0</text>'


def _lead(voice: Voice, report: Report) -> Iterator[str]:
    yield f'<text x="420" y="24">{escape(voice.one(PICTURE_LEAD))}</text>'
    yield '<path d="M420 40V290H740" fill="none" stroke="#333"/>'
    groups = [(0, 4), (4, 8), (8, 13), (13, 26), (26, 10_000)]
    counts = [sum(low <= weeks < high for weeks in report.lead_weeks) for low, high in groups]
    names = ["0-3", "4-7", "8-12", "13-25", "26+"]
    bars = [
        (str(report.never_alerted), "–", report.never_alerted),
        *((str(n), name, n) for n, name in zip(counts, names, strict=True)),
    ]
    most = max([1, *(count for _, _, count in bars)])
    for place, (label, name, count) in enumerate(bars):
        height, x = 230 * count / most, 430 + 52 * place
        colour = "#999" if name == "–" else "#1f5fa8"
        yield f'<rect x="{x}" y="{290 - height:.1f}" width="40" height="{height:.1f}" fill="{colour}"/>'
        yield f'<text x="{x + 14}" y="{284 - height:.1f}">{label}</text><text x="{x + 6}" y="308">{name}</text>'
