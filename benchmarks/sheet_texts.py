"""Every text that people read in a chat, on a card or on a private page: what ``benchmarks.sheets`` lays out.

First the messages that are more than one sentence, with their buttons, then every sentence of the catalog that none of
them has said. So nothing can be forgotten that a new step brings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.sheet_desk import to_the_agency
from benchmarks.sheet_samples import COMPANY, CONSULTANT, LATER, NAME, NOW, TODAY, by, placeholders, values_of
from bot.channels.slack import LIMITS as SLACK
from bot.channels.telegram.channel import LIMITS as TELEGRAM
from bot.messages import Limits, Paragraph
from bot.text import consent, home, privacy, prompts, replies, safety, sharing
from bot.text.catalog import Voice
from bot.text.extract import sentences
from bot.text.prompts import Content, press
from bot.text.wording import is_read
from risk.policy import ReadingTime
from scheduler import hotlines
from surveys.loader import load_bank
from surveys.model import Message

ROOT = Path(__file__).resolve().parents[1]
TOKYO = ZoneInfo("Asia/Tokyo")
SHORT = 40
"""Characters of an English sentence that is perhaps a button's."""
TERMINAL = (
    *("backtest", "commands", "demo", "doctor", "errors", "hotlines", "learned", "lists", "own_data", "score"),
    *("roster_errors", "roster_words", "settings_errors", "survey_errors"),
)
"""Files whose sentences the agency reads at the command line; all others are read in a chat."""


def everything(voice: Voice) -> Iterator[tuple[Content, Content]]:
    """All texts of the voice's domain, each as it is worded for Telegram and for Slack."""
    make = _to_hires if voice.domain == "hire" else to_the_agency
    told = [list(make(voice, limits)) for limits in (TELEGRAM, SLACK)]
    yield from zip(*told, strict=True)
    lines = [{line for content in each for line in lines_of(content)} for each in told]
    left = list(untold(voice, lines[0] & lines[1]))
    yield from zip(*(list(_alone(voice, limits, left)) for limits in (TELEGRAM, SLACK)), strict=True)


def _to_hires(voice: Voice, limits: Limits) -> Iterator[Content]:
    yield from _beginning(voice, limits)
    for kind in ("opening", "reminder", "halfway"):
        yield prompts.opening(voice, limits, checkin=1, name=NAME, kind=kind)
    yield prompts.later(voice, limits, checkin=1)
    topics, leads = list(prompts.TOPICS), list(prompts.LEADS)
    bank = [(survey, asked) for survey in load_bank().values() for asked in survey.questions]
    bank += [one for one in bank if "%(promise)s" in one[1].label.text] * len(topics)
    for place, (survey, asked) in enumerate(bank):
        yield prompts.question(
            voice,
            limits,
            checkin=1,
            turn=1,
            asked=asked,
            number=12,
            total=12,
            consultant=CONSULTANT,
            hire=NAME,
            about=NAME if survey.respondent == "manager" else None,
            topic=topics[place % len(topics)],
            lead=leads[place] if place < len(leads) else None,
        )
    yield prompts.thanks(voice, limits, name=NAME, checkin=1)
    for code, told in replies.REPLIES.items():
        yield replies.reply(voice, limits, code=code, person=1, help_button=True, **values_of(told))
    yield replies.language_menu(voice, limits, person=1, turn=1, languages=("vi", "ja"))
    yield replies.pause_menu(voice, limits, person=1, paused=True)
    for code in replies.NOTICES:
        days = {"first": TODAY, "last": LATER, "day": LATER}
        yield replies.notice(voice, code=code, days=days, name=NAME, consultant=CONSULTANT, before="田中 一郎")
    yield from _safety(voice, limits)
    yield from _shared(voice, limits)


def _beginning(voice: Voice, limits: Limits) -> Iterator[Content]:
    platform = "telegram" if limits == TELEGRAM else "slack"
    for hire_side in (True, False):
        yield consent.ask(
            voice,
            limits,
            placement=1,
            hire_side=hire_side,
            name=NAME if hire_side else "佐藤 健司",
            consultant=CONSULTANT,
            company=COMPANY,
            hire=NAME,
            platform=platform,
            words=6,
            answers=24,
        )
    yield consent.declined(voice)
    yield consent.ask_call_name(voice, limits, person=1, name=NAME)
    yield consent.ask_hour(voice, limits, person=1, name=NAME)
    yield consent.ready(voice, name=NAME)


def _safety(voice: Voice, limits: Limits) -> Iterator[Content]:
    desks = [one for one in hotlines.shipped() if any(hotlines.speaks(one, locale) for locale in voice.locales)]
    hours = {one.id: window for one in desks if (window := one.weekdays or one.weekends)}
    open_now, closed = safety.Desks(tuple(desks), (), TODAY, hours), safety.Desks((), tuple(desks), TODAY, hours)
    steps = [("whom", False, "by"), ("noticed", False, "by"), ("told", False, "on_call"), ("told", True, "not_before")]
    steps += [("told", False, "later"), ("outside", False, "by"), ("when", False, "by"), ("noted", False, "by")]
    for place, (step, above, kind) in enumerate([*steps, ("read", False, "by")]):
        yield safety.message(
            voice,
            limits,
            alert=1,
            step=step,
            reader=CONSULTANT,
            above=above,
            reading=ReadingTime(kind, NOW),  # type: ignore[arg-type]
            zone=TOKYO,
            hold=10,
            desks=closed if place % 2 else open_now,
            go_on=1,
        )


def _shared(voice: Voice, limits: Limits) -> Iterator[Content]:
    yield sharing.offer(voice, limits, checkin=1, consultant=CONSULTANT, topics=list(sharing.TOPICS)[:6])
    yield sharing.offer(voice, limits, checkin=1, consultant=CONSULTANT, topics=list(sharing.TOPICS)[6:])
    for topic in sharing.TOPICS:
        yield sharing.preview(voice, limits, checkin=1, topic=topic, hire=NAME)
    known = [sharing.Shared(place, "pay", "name", CONSULTANT, on) for place, on in enumerate((None, TODAY))]
    shared, undo = sharing.lines(voice, known), sharing.take_back(voice, limits, known)
    for one in (True, False):
        yield privacy.page(
            voice,
            limits,
            person=1,
            consultant=CONSULTANT,
            scored=one,
            keeps=one,
            shared=shared,
            take_back=undo,
            window=False,
            home=False,
        )
        yield privacy.sure(voice, limits, person=1, keeps=one)
    yield privacy.erased(voice, "7f3a91c2"), ()
    view = home.View(1, True, 1, 2, 1, LATER, None, False, ("vi", "ja@simple"), "noon", True, False, shared)
    for each in (view, replace(view, checkin=None, shared=()), replace(view, stopped=True, paused=LATER)):
        yield home.page(voice, limits, each, values={})


def untold(voice: Voice, lines: set[str]) -> Iterator[Message]:
    """What people read of the catalog and what is none of the ``lines``."""
    for one in sentences(ROOT, voice.domain):
        in_chat = Path(one.path).stem not in TERMINAL and not one.id.startswith(("cli.", "error.", "invite."))
        message = Message(one.id, one.text)
        if (voice.domain == "hire" or in_chat) and is_read(one.id) and not _is_told(voice, message, lines):
            yield message


def _alone(voice: Voice, limits: Limits, left: list[Message]) -> Iterator[Content]:
    """Sentences without their message: short ones as buttons."""
    short = [one for one in left if "%" not in one.text and len(one.text) < SHORT and one.text[-1] not in ".,:?)"]
    for some in by([one for one in left if one not in short], 6):
        yield tuple(Paragraph(voice.say(one, **values_of(one))) for one in some), ()
    for some in by(short, 12):
        rows = [press("menu", 1, 0, "shown", voice.label(one, limits.button)) for one in some]
        yield (Paragraph("…"),), tuple((one,) for one in rows)


def lines_of(content: Content) -> Iterator[str]:
    """The lines and buttons of a message, in its reader's first language."""
    said, rows = content
    for line in chain.from_iterable(one.text.splitlines() for one in said):
        yield re.sub(r"^• ", "", line)
    for button in chain.from_iterable(rows):
        yield re.sub(r"^(\d+\. |✕ )", "", button.label).partition(" / ")[0]


def _is_told(voice: Voice, message: Message, lines: set[str]) -> bool:
    said = voice.one(message, **dict.fromkeys(placeholders(message.text), "\x00"))
    if "\0" not in said:
        return said in lines
    pattern = re.compile(".+".join(map(re.escape, said.split("\0"))))
    return any(pattern.fullmatch(line) for line in lines)
