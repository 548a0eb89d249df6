"""Cards to hand out: for each person half a sheet of A4, with a QR code and plain sentences in the person's languages."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

import segno
from babel.dates import format_date

from bot import fonts
from bot.app import App
from bot.commands.invite import Invited
from bot.text import cards as words
from bot.text.catalog import Voice, tag
from store import facts
from store.queries import placements
from surveys.model import Message

QR_MODULE = 3
"""How many pixels a module of the code is wide where the picture is not scaled."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a card says in one language: a heading, sentences, how to begin, and until when."""

    locale: str
    title: str
    sentences: tuple[str, ...]
    how: str
    until: str


@dataclass(frozen=True, slots=True)
class Card:
    """One card. ``scanned`` is what the QR code holds, ``code`` what can be typed instead."""

    name: str
    parts: tuple[Part, ...]
    scanned: str
    code: str


def cards_of(app: App, issued: Sequence[Invited]) -> list[Card]:
    """A card for each hire and manager; people of the agency need none."""
    with app.store.read() as tx:
        known = {one.id: one for one in placements.everyone(tx)}
    return [
        _card(one, known[one.whom.placement_id]) for one in issued if one.whom.placement_id in known and _outside(one)
    ]


def _outside(one: Invited) -> bool:
    return one.whom.role in ("hire", "manager")


def _card(one: Invited, placement: facts.Placement) -> Card:
    is_hire = one.whom.role == "hire"
    person = one.whom.person
    values = {"consultant": placement.consultant.name, "company": placement.company}
    title = words.TITLE if is_hire else words.MANAGER_TITLE
    said: tuple[Message, ...] = (words.FROM_AGENCY, words.WHAT, words.WHO)
    if not is_hire:
        said = (words.MANAGER_FROM, words.MANAGER_WHAT, words.MANAGER_WHO)
    day = one.valid_until.astimezone(ZoneInfo(one.whom.timezone)).date()
    parts = []
    for locale in Voice.of(person.languages, "hire", stacked=person.stacked).locales:
        voice = Voice((locale,), "hire")
        shown = format_date(day, "long", locale=locale.partition("@")[0])
        sentences = tuple(voice.one(message, **values) for message in (*said, words.NEVER))
        how = voice.one(words.SCAN if one.link else words.SEND)
        parts.append(Part(locale, voice.one(title), sentences, how, voice.one(words.UNTIL, day=shown)))
    return Card(person.name, tuple(parts), one.link or one.code, one.code)


def as_html(cards: Sequence[Card], *, embedded: bool = False) -> str:
    """The page. ``embedded`` names the shipped fonts by their files; a browser uses its own."""
    faces = "".join(
        f'@font-face {{ font-family: "{family}"; src: url("{fonts.path(family).as_uri()}"); }}\n'
        for family in (fonts.FILES if embedded else ())
    )
    body = "\n".join(_as_html(card) for card in cards)
    head = f'<meta charset="utf-8"><title>Cards</title><style>\n{faces}{STYLE}</style>'
    return f"<!doctype html>\n<html><head>{head}</head>\n<body>\n{body}\n</body></html>\n"


def _as_html(card: Card) -> str:
    code = segno.make(card.scanned, error="m", micro=False).svg_inline(scale=QR_MODULE, border=2, omitsize=True)
    parts = "\n".join(_part(part, first=place == 0) for place, part in enumerate(card.parts))
    return (
        f'<section class="card"><div class="code">{code}<p class="name">{escape(card.name)}</p>'
        f'<p class="typed">{escape(card.code)}</p></div>\n<div class="words">{parts}</div></section>'
    )


def _part(part: Part, *, first: bool) -> str:
    family = ", ".join(f"'{name}'" for name in fonts.families(part.locale))
    lines = "".join(f"<p>{escape(line)}</p>" for line in part.sentences)
    heading = f"<h1>{escape(part.title)}</h1>" if first else f"<h2>{escape(part.title)}</h2>"
    return (
        f'<div lang="{tag(part.locale)}" style="font-family: {family}, sans-serif">{heading}{lines}'
        f'<p class="how">{escape(part.how)}</p><p class="until">{escape(part.until)}</p></div>'
    )


STYLE = """@page { size: A4; margin: 0; }
* { box-sizing: border-box; margin: 0; }
body { font-size: 8.8pt; line-height: 1.35; color: #111; font-family: 'DejaVu Sans', 'BIZ UDPGothic', 'Noto Sans Myanmar',
  'Noto Sans Devanagari', 'Noto Sans CJK SC', sans-serif; }
.card { min-height: 148.5mm; padding: 9mm 13mm; border-bottom: 0.3mm dashed #999; break-inside: avoid; display: flex; }
.code { width: 52mm; flex: none; padding-right: 8mm; }
.code svg { width: 44mm; height: 44mm; display: block; }
.name { font-size: 12pt; margin-top: 4mm; }
.typed { font-size: 6.2pt; margin-top: 2mm; color: #444; word-break: break-all; }
.words { flex: 1; }
.words div + div { margin-top: 3.5mm; padding-top: 3mm; border-top: 0.2mm solid #ccc; }
h1 { font-size: 12pt; font-weight: normal; margin-bottom: 2mm; }
h2 { font-size: 11pt; font-weight: normal; margin-bottom: 2mm; }
p + p { margin-top: 1.2mm; }
.how { margin-top: 2.5mm; padding: 1.5mm 2mm; background: #eef3f8; }
.until { color: #444; font-size: 8pt; }
"""


def write(cards: Sequence[Card], file: Path) -> Path:
    """Write the cards; the file that was written, which is HTML where PDF was asked for and its part is missing."""
    if file.suffix.lower() == ".pdf":
        if (page := _pdf(as_html(cards, embedded=True))) is not None:
            file.write_bytes(page)
            return file
        file = file.with_suffix(".html")
    file.write_text(as_html(cards), "utf-8")
    return file


def _pdf(page: str) -> bytes | None:
    """The page as PDF; None without the extra ``pdf`` or without Pango, on which it stands."""
    try:
        with warnings.catch_warnings():  # It warns of what a future version will need.
            warnings.simplefilter("ignore", DeprecationWarning)
            from weasyprint import HTML
    except (ImportError, OSError):
        return None
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    made: bytes = HTML(string=page).write_pdf()
    return made
