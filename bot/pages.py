"""Pages that people open from a chat: plain HTML that an old phone shows, without a script, and nothing from elsewhere."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Route

from bot.app import App
from bot.flow import forms, inbound
from bot.messages import NotRecorded
from bot.text import forms as words
from bot.text.catalog import Voice, tag
from surveys.model import Message

MOST_WORDS = 4000
LARGEST = 64_000
"""Bytes that a page may send; each character of the longest answer takes up to twelve."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=31536000",
}
STYLE = """body { font: 18px/1.5 sans-serif; max-width: 36em; margin: 0 auto; padding: 16px; color: #111; background: #fff; }
h1 { font-size: 20px; } textarea { font: inherit; width: 100%; box-sizing: border-box; padding: 8px; }
.choice { display: block; padding: 10px 0; } .choice input { width: 20px; height: 20px; }
button { font: inherit; width: 100%; padding: 14px; margin-top: 12px; } .quiet { color: #555; font-size: 16px; }"""


def form_routes(app: App) -> list[BaseRoute]:
    """The page of a question: GET shows it, POST sends the answer."""

    async def show(request: Request) -> HTMLResponse:
        page = await app.store.run(forms.look, app, request.path_params["token"])
        return _past() if page is None else _form(page)

    async def send(request: Request) -> HTMLResponse:
        token = request.path_params["token"]
        page = await app.store.run(forms.look, app, token)
        if page is None or not _own(request, app.settings.public_url or ""):
            return _past()
        length = request.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST:
            return _form(page, words.LONG, 413)
        field = "words" if page.asked.is_text else "choice"
        said = parse_qs((await request.body()).decode("utf-8", "replace")).get(field, [""])[0].strip()
        if len(said) > MOST_WORDS:
            return _form(page, words.LONG, 413, said)
        if not said or (page.asked.choices and page.asked.choice(said) is None):
            return _form(page, words.EMPTY, 400)
        update = await app.store.run(forms.answer, app, token, said)
        if update is None:
            return _past()
        try:
            outcome = await inbound.keep(app, update)
        except NotRecorded:
            return _form(page, words.AGAIN, 503, said)
        await app.store.run(forms.close, app, token)
        await inbound.reply(app, update, outcome)
        return _page(page.voice, f"<p>{_said(page.voice, words.THANKS)}</p>")

    path = forms.PATH + "/{token:str}"
    return [Route(path, show, methods=["GET"]), Route(path, send, methods=["POST"])]


def _own(request: Request, public: str) -> bool:
    """A browser says from which site a form is sent; another site's must not fill in ours."""
    origin = request.headers.get("Origin")
    return origin in (None, "null") or public.rstrip("/").startswith(origin)


def _form(page: forms.Page, note: Message | None = None, status: int = 200, filled: str = "") -> HTMLResponse:
    voice = page.voice
    asked = _said(voice, page.asked.label, hire=page.hire, promise="")
    hint = "" if page.asked.hint is None else f"<p>{_said(voice, page.asked.hint, hire=page.hire, promise='')}</p>"
    told = f"<p><strong>{_said(voice, note)}</strong></p>" if note else ""
    seen = _said(voice, words.SEEN_BY, consultant=page.consultant)
    return _page(
        voice,
        f'<h1>{asked}</h1>{hint}{told}<form method="post">{_fields(page, filled)}'
        f'<p class="quiet">{seen}</p><button type="submit">{_said(voice, words.SEND)}</button></form>',
        status,
    )


def _fields(page: forms.Page, filled: str) -> str:
    if page.asked.is_text:
        return (
            f'<label for="words">{_said(page.voice, words.FIELD)}</label>'
            f'<textarea id="words" name="words" rows="8" maxlength="{MOST_WORDS}" required>{escape(filled)}</textarea>'
        )
    return "".join(
        f'<label class="choice"><input type="radio" name="choice" value="{escape(choice.name)}" required> '
        f"{_said(page.voice, choice.label)}</label>"
        for choice in page.asked.choices
    )


def _past() -> HTMLResponse:
    """The same for whatever opens nothing, so that nobody learns which links there are."""
    voice = Voice(("ja", "en"), "hire")
    return _page(voice, f"<p>{_said(voice, words.PAST)}</p>", 404)


def _said(voice: Voice, message: Message, **values: str) -> str:
    return "<br>".join(escape(line) for line in voice.lines(message, **values))


def _page(voice: Voice, body: str, status: int = 200) -> HTMLResponse:
    title = escape(voice.one(words.TITLE))
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    head = f'<meta charset="utf-8">{view}<title>{title}</title>'
    page = f'<!doctype html><html lang="{tag(voice.first)}"><head>{head}<style>{STYLE}</style></head><body>{body}</body></html>'
    return HTMLResponse(page, status, HEADERS)
