"""What keeps plain Japanese (やさしい日本語) plain: rules with ids, for the catalog ``ja@simple``.

The rules are those of the Immigration Services Agency's and the Agency for Cultural Affairs' guideline (2020), Hirosaki
University's rules and those that towns use; the two lengths are our own choice, because the guideline names no number.
Three rules are left to a reader: whether a word is among the first ones that people learn (Y14), where spaces help (Y15),
and whether what matters most comes first (Y17). docs/add-a-language.md says when the catalog was read against them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

READING = re.compile("（[ぁ-ゖー・]+）")
"""A reading in brackets behind its word: 住所（じゅうしょ）. Chats have no smaller letters above a word."""

_PLACEHOLDER = re.compile(r"%\([^)]*\)s")
_KANJI = "一-鿿々〆"

SHORT, LONG = 30, 45
"""Letters of a sentence, without readings: beyond the first it is long, beyond the second too long."""

MANY_KANJI = 13
"""Kanji in one sentence, by Hirosaki's rules."""

_LOANWORDS = """
アパート インタビュー カード カメラ カレンダー ガス グループ コード コンピューター コース サービス シフト スタート スタッフ
ストップ スマホ チーム チェックイン チャット テスト データ トイレ トレーニング バス パスポート パスワード ビザ プログラム
ページ ホーム ボタン ボット マイナンバーカード メッセージ メモ メール リーダー Slack Telegram Start
"""
KNOWN_LOANWORDS = frozenset(_LOANWORDS.split())
"""Words from other languages that people at work in Japan meet every day, and two names that stand on the screen."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: ``find`` gives the words of a sentence (readings taken out) that break it, or None."""

    id: str
    severity: Literal["error", "warning"]
    says: str
    find: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Broken:
    """A sentence that breaks a rule, and the words by which it does."""

    rule: Rule
    words: str


def _searched(pattern: str) -> Callable[[str], str | None]:
    compiled = re.compile(pattern)

    def find(sentence: str) -> str | None:
        found = compiled.search(sentence)
        return found[0] if found else None

    return find


def _often(pattern: str, limit: int) -> Callable[[str], str | None]:
    compiled = re.compile(pattern)

    def find(sentence: str) -> str | None:
        found = compiled.findall(sentence)
        return "".join(found) if len(found) > limit else None

    return find


def _longer(limit: int) -> Callable[[str], str | None]:
    return lambda sentence: f"{len(sentence)}" if len(sentence) > limit else None


def _loanword(sentence: str) -> str | None:
    words: list[str] = re.findall("[ァ-ヴー]{2,}|[A-Za-z]{2,}", sentence)
    return next((word for word in words if word not in KNOWN_LOANWORDS), None)


def _ending(sentence: str) -> str | None:
    """How a whole sentence (one with a full stop) ends, where that is not polite."""
    if not sentence.endswith("。") or _POLITE.search(sentence):
        return None
    return sentence[-8:]


_POLITE = re.compile("(?:です|ます|ました|ません|ませんでした|でした|ましょう|ください|か|こんにちは)。$")


RULES = (
    Rule(
        "Y01", "error", "one sentence says one thing", _often("(?:が|ので|けれども?|けど|から|し|たら|れば|ため)、", 1)
    ),
    Rule("Y02", "warning", f"a sentence is long beyond {SHORT} letters", _longer(SHORT)),
    Rule("Y02+", "error", f"a sentence is too long beyond {LONG} letters", _longer(LONG)),
    Rule("Y03", "warning", f"at most {MANY_KANJI} kanji in a sentence", _often(f"[{_KANJI}]", MANY_KANJI)),
    Rule("Y05", "error", "sentences end with です or ます", _ending),
    Rule(
        "Y06",
        "error",
        "no humble and no honorific forms",
        _searched(
            "いただ[かきくけい]|くださいます(?:よう)?|ご[一-鿿]+ください|お[^。、]{1,5}(?:になる|になり)|申し|存じ|伺[いう]|(?<!ありがとう)ございま"
        ),
    ),
    Rule(
        "Y07",
        "error",
        "no two negations",
        _searched("ない(?:わけ|こと)[はもで]*(?:ない|あり)|なくは?ない|ないと[^。、]*ない|なくもない"),
    ),
    Rule(
        "Y08",
        "warning",
        "no passive, nobody made to do something",
        _searched(
            "[かさたなまらわばが]れ(?:る|ま[すしせ]|た|て)|(?<!知ら)(?<!知)[かたなまらわさ]せ(?:る|ま[すしせ]|た|て)(?!い)|られ"
        ),
    ),
    Rule("Y09", "warning", "few words from other languages", _loanword),
    Rule(
        "Y10",
        "error",
        "no words that paint a sound or a mood",
        _searched(
            "どきどき|しっかり|ちゃんと|きちんと|はっきり|わくわく|いらいら|すっきり|のんびり|ばたばた|ぴったり|さっぱり"
        ),
    ),
    Rule("Y11", "warning", "no chains of nouns", _searched(f"[{_KANJI}]{{4,}}")),
    Rule(
        "Y12",
        "error",
        "nothing vague",
        _searched("おそれがあ|とみられ|なるべく|適宜|原則|できるだけ|必要に応じ|場合によって|など(?:に|の)つい"),
    ),
    Rule("Y13", "warning", "three things are a list", _searched("(?:[^、・。]{1,8}[、・]){2,}[^、・。]{1,8}")),
    Rule(
        "Y16",
        "error",
        "dates and hours in full: 2026年12月1日, 午後7時, から and まで",
        _searched(r"\d+/\d+|[０-９]|[〜～]|\b(?:1[3-9]|2[0-3]):\d\d|(?:令和|平成)"),
    ),
    Rule("Y19", "error", "never ask by a negation", _searched("(?:ない|ません)(?:でした)?か。")),
)
"""Looked for in each sentence. An error stops the check, a warning is counted."""

UNREAD = Rule("Y04", "error", "every kanji has its reading behind it", _searched(""))
TOO_MUCH = Rule("Y18", "warning", "at most three sentences", _searched(""))


_UNREAD = re.compile(f"[{_KANJI}]+(?![{_KANJI}]|か月)(?!{READING.pattern})")
"""Behind a run of kanji stands its reading at once, before the letters that end the word: 大（おお）きい, 数か月（すうかげつ）."""


def broken(text: str) -> Iterator[Broken]:
    """Every rule that a text of the catalog breaks, with the words that break it."""
    said = _PLACEHOLDER.sub("ナ", text)
    for run in _UNREAD.finditer(said):
        yield Broken(UNREAD, run[0])
    parts = [part for part in re.findall("[^。！？\n]+[。！？]?[」）]*", READING.sub("", said)) if part.strip()]
    if len(parts) > 3:
        yield Broken(TOO_MUCH, f"{len(parts)}")
    for sentence in parts:
        for rule in RULES:
            words = rule.find(sentence.strip())
            if words is not None:
                yield Broken(rule, words)
