"""What can be seen in a translation without speaking its language: plain Japanese, Burmese letters, left-over English."""

from __future__ import annotations

import pytest

from bot.text import locales, replies, wording
from bot.text.catalog import SHIPPED, translate
from bot.text.plain import RULES, TOO_MUCH, UNREAD, broken
from surveys.loader import load_bank
from surveys.model import Labels
from surveys.parse import Parsed, parse

PLAIN = [
    "住所（じゅうしょ）の手続（てつづ）きをします。",
    "%(name)sさん、こんにちは。質問（しつもん）が3つあります。2分（ふん）くらいです。",
    "困（こま）ったときは、いつでも「こまっています」と書（か）いてください。",
    "教（おし）えてくれて、ありがとうございます。",
    "2026年（ねん）12月（がつ）1日（ついたち）（火曜日（かようび））から始（はじ）まります。",
    "言（い）ったとき、あなたに知（し）らせます。",
    "ひる 12:10",
    "よる 7:00",
    "ほかのこと",
]

CLUMSY = [
    ("Y01", "休（やす）みですが、聞（き）きたいので、書（か）いてください。"),
    ("Y02", "これはとてもとてもとてもとてもとてもとてもとてもながいぶんです。"),
    ("Y02+", "これはとてもとてもとてもとてもとてもとてもとてもとてもとてもとてもとてもとてもながいぶんです。"),
    ("Y03", "部長（ぶちょう）と仕事（しごと）の時間（じかん）と給料（きゅうりょう）と休日（きゅうじつ）と一二三四五六です。"),
    ("Y04", "住所の手続（てつづ）きです。"),
    ("Y05", "明日（あした）また聞（き）く。"),
    ("Y05", "これは大切（たいせつ）だ。"),
    ("Y06", "書（か）いていただきたいです。"),
    ("Y06", "ご確認（かくにん）ください。"),
    ("Y06", "担当者（たんとうしゃ）が申（もう）し上（あ）げます。"),
    ("Y07", "言（い）わないことはないです。"),
    ("Y08", "上司（じょうし）に言（い）われました。"),
    ("Y09", "フィードバックがほしいです。"),
    ("Y10", "しっかり休（やす）んでください。"),
    ("Y11", "労働条件（ろうどうじょうけん）を見（み）ます。"),
    ("Y12", "なるべく早（はや）く書（か）いてください。"),
    ("Y13", "名前（なまえ）、電話（でんわ）、住所（じゅうしょ）を書（か）いてください。"),
    ("Y16", "12/1に始（はじ）まります。"),
    ("Y16", "１２月（がつ）に始（はじ）まります。"),
    ("Y16", "19:00に始（はじ）まります。"),
    ("Y18", "はい。はい。はい。はい。"),
    ("Y19", "こまっていませんか。"),
]  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_plain_words_break_no_rule(text: str) -> None:
    assert [(one.rule.id, one.words) for one in broken(text)] == []


@pytest.mark.parametrize(("rule", "text"), CLUMSY)
def test_each_rule_finds_what_it_is_for(rule: str, text: str) -> None:
    assert rule in {one.rule.id for one in broken(text)}


def test_every_rule_has_an_example_and_an_id_of_its_own() -> None:
    ids = [rule.id for rule in (*RULES, UNREAD, TOO_MUCH)]
    assert len(set(ids)) == len(ids)
    assert {rule for rule, _ in CLUMSY} == set(ids)


def test_there_is_room_for_few_warnings_in_the_shipped_plain_japanese() -> None:
    """A number that may only go down: whoever makes a sentence plainer lowers it."""
    assert len(locales.warnings(locales.ROOT)) <= 120


BURMESE = "အလုပ်မှာ အဆင်ပြေပါသလား။ ကျေးဇူးတင်ပါတယ်။ ဥပဒေ၊ သတ္တိ၊ မင်္ဂလာပါ၊ ဩဂုတ်၊ ပြောပြနိုင်ပါတယ်၊ မျှတပါတယ်၊ လွှတ်ပါ။"
ZAWGYI = ["ေမး", "ျမန္မာ", "မဂၤလာပါ", "ေက်းဇူး", "ႏွစ္"]


def test_burmese_in_unicode_is_told_from_zawgyi() -> None:
    assert wording.NOT_BURMESE.search(BURMESE) is None
    assert all(wording.NOT_BURMESE.search(text) for text in ZAWGYI)
    assert list(wording.faults("my", "prompt.start", "Start", ZAWGYI[0])) == [
        "prompt.start is written in Zawgyi, not in Unicode"
    ]


def test_english_that_is_left_is_found() -> None:
    assert list(wording.faults("vi", "prompt.start", "Start", "Start")) == ["prompt.start is still in English"]
    assert list(wording.faults("vi", "prompt.thanks", "Thank you.", "Thank you bạn.")) == [
        "prompt.thanks still has the English word 'you'"
    ]
    assert list(wording.faults("vi", "privacy.checkin", "%(title)s, %(day)s:", "%(title)s, %(day)s:")) == []
    assert list(wording.faults("id", "hire_first_week.life_reasons.bank", "Bank", "Bank")) == []


def test_people_are_told_to_write_only_words_that_work() -> None:
    english = {"command.start": "start, check in", "reply.stopped": "Write “start” to go on.", "prompt.start": "Start"}
    said = {"command.start": "bắt đầu, bat dau", "reply.stopped": "Viết “bắt đầu”.", "prompt.start": "Mở"}
    assert list(wording.unknown_words(english, said)) == []
    assert list(wording.unknown_words(english, {**said, "reply.stopped": "Viết “tiếp tục”."})) == [
        "reply.stopped tells people to use 'start' by a word that does not work: 'Viết “tiếp tục”.'"
    ]


@pytest.mark.parametrize("locale", SHIPPED["hire"])
def test_what_people_may_write_for_a_choice_is_that_choice_and_no_command(locale: str) -> None:
    for survey in load_bank().values():
        for question in survey.questions:
            said = {
                choice.name: (
                    translate(choice.label, locale, "hire"),
                    *(translate(choice.words, locale, "hire").split(",") if choice.words else ()),
                )
                for choice in question.choices
            }
            for name, texts in said.items():
                for text in texts:
                    place = (survey.form_id, question.name, name, text)
                    assert parse(question, text, Labels(said)) == Parsed(name), place
                    assert replies.command(text) is None, place
