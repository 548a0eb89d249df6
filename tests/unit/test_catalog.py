"""The reader's languages: what falls back to what, two at once, and labels that fit."""

from __future__ import annotations

import gettext
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.memory import LIMITS
from bot.text import catalog, consent, prompts, replies
from bot.text.catalog import ALIASES, KNOWN_LOCALES, SHIPPED, Voice, spoken, translate
from surveys.loader import load_bank
from surveys.model import Message

SHORT = Message("prompt.later", "Later")
BANK = load_bank()
LABELS = [choice.label for survey in BANK.values() for question in survey.questions for choice in question.choices]


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        ("en", "en"),
        ("ja", "ja"),
        ("ja@simple", "ja@simple"),
        ("ja-easy", "ja@simple"),
        ("ja-Hira", "ja@simple"),
        ("ja_JP", "ja"),
        ("zh_Hans", "zh_Hans"),
        ("my", "my"),
        ("vi", "vi"),
        ("tlh", "en"),
        ("", "en"),
    ],
)
def test_what_is_not_shipped_falls_back(locale: str, shown: str) -> None:
    assert spoken(locale, "hire") == shown


def test_staff_have_no_plain_japanese_and_read_japanese() -> None:
    assert spoken("ja@simple", "staff") == "ja"


@pytest.mark.parametrize(
    ("languages", "locales"),
    [
        (("ko", "ja@simple"), ("en", "ja@simple")),
        (("ja", "en"), ("ja", "en")),
        (("ko", "en"), ("en",)),
        (("ko", "pt", "ja"), ("en", "ja")),
        (("en", "ja", "ja@simple"), ("en", "ja")),
        ((), ("en",)),
    ],
)
def test_two_languages_at_most_without_repetition(languages: tuple[str, ...], locales: tuple[str, ...]) -> None:
    assert Voice.of(languages, "hire").locales == locales
    assert Voice.of(languages, "hire", stacked=False).locales == locales[:1]


def test_two_languages_stand_one_below_the_other_the_own_one_first() -> None:
    english, japanese = (translate(SHORT, locale, "hire") for locale in ("en", "ja"))
    assert english != japanese
    assert Voice(("ja", "en"), "hire").say(SHORT) == f"{japanese}\n{english}"
    assert Voice(("ja", "en"), "hire").one(SHORT) == japanese


def test_what_reads_the_same_in_both_is_said_once() -> None:
    unknown = Message("no.such.sentence", "12:10")
    assert Voice(("ja", "en"), "hire").say(unknown) == "12:10"


def test_a_sentence_that_plain_japanese_lacks_is_said_in_japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    japanese = _Catalog({SHORT.id: "あとで"})
    plain = _Catalog({})
    plain.add_fallback(japanese)
    monkeypatch.setattr(catalog, "_catalog", lambda locale, domain: plain)
    assert translate(SHORT, "ja@simple", "hire") == "あとで"


class _Catalog(gettext.NullTranslations):
    """A catalog with these sentences."""

    def __init__(self, said: dict[str, str]) -> None:
        super().__init__()
        self.said = said

    def pgettext(self, context: str, message: str) -> str:
        return self.said[context] if context in self.said else super().pgettext(context, message)


@pytest.mark.parametrize(
    "broken",
    ["こんにちは %(nobody)s", "%(name)d さん", "100 % です", "%(name", "%(name)s %"],
)
def test_a_broken_translation_gives_way_to_english(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    message = Message("prompt.opening", "Hello %(name)s. Your check-in is ready.")
    monkeypatch.setattr(catalog, "_catalog", lambda locale, domain: _Catalog({message.id: broken}))
    assert translate(message, "ja", "hire", name="An") == "Hello An. Your check-in is ready."


@pytest.mark.parametrize("name", ["100 %", "%(name)s", "{name}", "%s", "<b>An</b>", "グエン"])
def test_a_name_is_never_read_as_a_placeholder(name: str) -> None:
    said = Voice(("en", "ja"), "hire").say(prompts.OPENING, name=name)
    assert said.count(name) == 2


@pytest.mark.parametrize("locale", SHIPPED["hire"])
def test_every_shipped_sentence_can_be_said(locale: str) -> None:
    values = {
        "name": "An",
        "consultant": "Mori",
        "company": "Sakura",
        "hire": "An",
        "reference": "7",
        "number": 1,
        "total": 5,
        "promise": "pay",
        "words": 6,
        "answers": 24,
    }
    messages = [
        *prompts.LEADS.values(),
        *prompts.TOPICS.values(),
        *replies.REPLIES.values(),
        *consent.HIRE,
        *consent.MANAGER,
        *LABELS,
    ]
    for message in messages:
        said = translate(message, locale, "hire", **values)
        assert said.strip()
        assert "%(" not in said


@pytest.mark.parametrize("limit", [64, 40, 20, 10])
@pytest.mark.parametrize("languages", [("en",), ("en", "ja"), ("ja@simple", "en")])
def test_every_label_fits(languages: tuple[str, ...], limit: int) -> None:
    voice = Voice(languages, "hire")
    for label in LABELS:
        shown = voice.label(label, limit, prefix="12. ")
        assert len(shown) <= limit
        assert shown.startswith("12. ")
        assert len(shown) > len("12. ")


def test_both_languages_of_a_label_are_there_and_whole_where_they_fit() -> None:
    for label in LABELS:
        both = " / ".join(translate(label, locale, "hire") for locale in ("en", "ja"))
        assert len(both) + 3 <= LIMITS.button, "every label of the bank can be shown whole in two languages"
        assert Voice(("en", "ja"), "hire").label(label, LIMITS.button, prefix="1. ") == f"1. {both}"


@given(st.text(min_size=1, max_size=120), st.text(min_size=1, max_size=120), st.integers(5, 80))
def test_any_two_labels_fit_and_neither_disappears_without_need(first: str, second: str, limit: int) -> None:
    message = Message("x", "x")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalog, "translate", lambda message, locale, domain, **_: {"en": first, "ja": second}[locale])
        shown = Voice(("en", "ja"), "hire").label(message, limit)
    assert len(shown) <= limit
    if len(first) + len(second) + 3 <= limit:
        assert shown == (f"{first} / {second}" if first != second else first)


def test_every_alias_and_every_locale_of_the_roster_is_spoken() -> None:
    for domain in ("hire", "staff"):
        for locale in (*KNOWN_LOCALES, *ALIASES):
            assert spoken(locale, domain) in SHIPPED[domain]


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("帮助！", "help"),
        ("停止", "stop"),
        ("मद्दत।", "help"),
        ("maddat chahiyo", "help"),
        ("रोक", "stop"),
        ("အကူအညီ။", "help"),
        ("ရပ်", "stop"),
        ("စတင်", "start"),
    ],
)
def test_a_command_is_understood_in_every_language_however_it_ends(written: str, command: str) -> None:
    assert replies.command(written) == command


@pytest.mark.parametrize("locale", SHIPPED["hire"])
def test_what_a_text_says_to_write_is_understood(locale: str) -> None:
    """“write “stop”” helps nobody whose language has another word in its list."""
    said = {"stopped": "start", "paused": "start", "privacy": "stop"}
    for reply, command in said.items():
        quoted = re.findall("[“「]([^”」]+)[”」]", translate(replies.REPLIES[reply], locale, "hire", consultant="Mori"))
        assert command in {replies.command(word) for word in quoted}
    free = next(one for one in consent.HIRE if one.id == "consent.hire.free")
    for lead in (prompts.THANKS_NEXT, consent.DECLINED, free):
        quoted = re.findall("[“「]([^”」]+)[”」]", translate(lead, locale, "hire", company="Sakura"))
        assert any(replies.command(word) for word in quoted)
