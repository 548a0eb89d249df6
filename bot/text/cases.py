"""The caseload as somebody of the agency reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.messages import Button, Limits, Paragraph, Style
from bot.text.alerts import open_label
from bot.text.catalog import Voice
from bot.text.dates import day
from bot.text.fitting import fitted, fitting
from bot.text.follow_up import SAYS
from bot.text.levels import level_word
from bot.text.prompts import Content, press
from bot.text.reasons import listed, subject
from surveys.model import Message

SIZE = 10
"""Cases of one page: what can be read on a phone without scrolling for long."""
MOST_COMPANIES = 8
MOST_SUBJECTS = 2

CASELOAD = Message("desk.caseload", "Your cases: %(count)s, the most urgent first")
LINE = Message("case.line", "%(hire)s, %(company)s: %(level)s; %(answered)s")
LINE_WHY = Message("case.line_why", "%(hire)s, %(company)s: %(level)s (%(why)s); %(answered)s")
LINE_LEAVES = Message("case.line_leaves", "%(hire)s, %(company)s: last day %(day)s; %(answered)s")
TODAY = Message("case.today", "answered today")
SILENT = Message("case.silent", "days since the last answer: %(count)s")
NEVER = Message("case.never", "no answer yet")
OF = Message("case.of", "Page %(page)s of %(pages)s")
OF_COMPANY = Message("case.of_company", "%(company)s. Your cases there: %(count)s, the most urgent first")
BACK = Message("case.back", "Page back")
MORE = Message("case.more", "Next page")
ALL = Message("case.all", "All companies")
CASE = Message("case.case", "Case: %(hire)s")

HELP = (
    Message(
        "case.help.what",
        "I ask hires and their managers a few short questions each month, and I tell you here when somebody may leave, needs help, does "
        "not answer or cannot be reached.",
    ),
    Message("case.help.now", "Your cases at the moment: %(cases)s. Open alerts: %(alerts)s."),
    Message(
        "case.help.how",
        "Write “list” for your cases. Below an alert you say that you take care of it, put it off, note what you will do or close it. On "
        "a case's page you log a visit or a call, pause the check-ins, record a notice, correct the start date or invite somebody anew.",
    ),
    Message(
        "case.help.safety",
        "When somebody tells of danger or calls for help you hear of it at once. I am no emergency service: whoever is in danger now calls "
        "110 (police) or 119 (fire, ambulance).",
    ),
    Message(
        "case.help.private",
        "What a hire tells us is for the agency alone. Please pass nothing of it on to the company.",
    ),
)
LIST_WORDS = Message("desk.words.list", "list, cases, caseload")
HELP_WORDS = Message("desk.words.help", "help, what can you do")
SHOW_CASES = Message("case.help.show", "Show my cases")


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a list. ``silent_days`` is None where nobody has answered yet; ``alert`` is the one to open; ``left_on`` is
    the last day of somebody who leaves, of whom no level is told any more. ``level`` is None where nothing is estimated."""

    placement: int
    hire: str
    company_id: int
    company: str
    level: str | None
    reasons: tuple[str, ...]
    silent_days: int | None
    alert: int | None
    left_on: date | None


def caseload(
    voice: Voice, limits: Limits, cases: Sequence[Case], *, company: int = 0, page: int = 0, said: str | None = None
) -> Content:
    """A page of the cases, of all companies or of one; ``said`` is what has just been done, and stands above."""
    names = {one.company_id: one.company for one in cases}
    company = company if company in names else 0
    chosen = [one for one in cases if company in (0, one.company_id)]
    size = min(SIZE, max(1, (limits.buttons - 4) // 2))
    pages = max(1, -(-len(chosen) // size))
    page = min(page, pages - 1)
    shown = chosen[page * size : (page + 1) * size]

    title = (
        voice.one(OF_COMPANY, company=names[company], count=len(chosen))
        if company
        else voice.one(CASELOAD, count=len(chosen))
    )
    paragraphs = [Paragraph(said)] if said else []
    paragraphs.append(Paragraph(title, Style.TITLE))
    paragraphs.append(Paragraph("\n".join(f"• {_line(voice, one)}" for one in shown) or voice.one(SAYS["no_cases"])))
    if pages > 1:
        paragraphs.append(Paragraph(voice.one(OF, page=page + 1, pages=pages), Style.QUIET))

    rows = [_buttons(voice, limits, one) for one in shown]
    turning = [(BACK, page - 1)] * (page > 0) + [(MORE, page + 1)] * (page < pages - 1)
    if turning:
        rows.append(tuple(press("case", company, to, "list", voice.label(one, limits.button)) for one, to in turning))
    rows += _companies(voice, limits, names, company)[: max(0, limits.buttons - 2 * len(shown) - 2)]
    return fitted(paragraphs, limits), tuple(rows)


def guide(voice: Voice, limits: Limits, cases: Sequence[Case], *, person: int) -> Content:
    """What the bot does for somebody of the agency, how their cases stand, and what it is not for."""
    values = {"cases": len(cases), "alerts": sum(one.alert is not None for one in cases)}
    show = press("menu", person, 0, "home", voice.label(SHOW_CASES, limits.button))
    return tuple(Paragraph(voice.one(message, **values)) for message in HELP), ((show,),)


def _buttons(voice: Voice, limits: Limits, one: Case) -> tuple[Button, ...]:
    """The alert that waits, where there is one, and the case's own page."""
    page = press("case", one.placement, 0, "open", fitting(voice.one(CASE, hire=one.hire), limits))
    if one.alert is None:
        return (page,)
    return (press("alert", one.alert, 0, "open", open_label(voice, limits, one.hire)), page)


def _companies(voice: Voice, limits: Limits, names: dict[int, str], company: int) -> list[tuple[Button, ...]]:
    """One button a company; of one company the way back to all."""
    if company:
        return [(press("case", 0, 0, "list", voice.label(ALL, limits.button)),)]
    if len(names) < 2:
        return []
    first = sorted(names.items(), key=lambda one: one[1])[:MOST_COMPANIES]
    return [(press("case", one, 0, "list", name[: limits.button]),) for one, name in first]


def _line(voice: Voice, one: Case) -> str:
    subjects = dict.fromkeys(found for code in one.reasons if (found := subject(voice, code)))
    why = listed(voice, [*subjects][:MOST_SUBJECTS])
    answered = voice.one(NEVER)
    if one.silent_days is not None:
        answered = voice.one(SILENT, count=one.silent_days) if one.silent_days else voice.one(TODAY)
    if one.left_on is not None:
        last = day(voice, one.left_on)
        return voice.one(LINE_LEAVES, hire=one.hire, company=one.company, day=last, answered=answered)
    values = {"hire": one.hire, "company": one.company, "level": level_word(voice, one.level), "answered": answered}
    return voice.one(LINE_WHY, why=why, **values) if why else voice.one(LINE, **values)
