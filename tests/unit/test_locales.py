"""The catalogs follow the sentences, and nothing half-translated reaches a reader."""

from __future__ import annotations

import gettext
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text import locales as tool
from bot.text.extract import Sentence, sentences
from locales import compile_all
from risk import rules
from surveys import loader

PROMPTS = """
from surveys.model import Message

# Translators: polite, but not stiff.
HELLO = Message("prompt.hello", "Hello %(name)s.")
LATER = Message("prompt.later", "Later")
"""
ERRORS = 'from surveys.model import Message\nGONE = Message("error.gone", "It is gone, " "100 %% sure.")\n'
SURVEY = """
settings: {form_id: hire_tiny, title: A tiny survey}
survey:
  - {type: hidden, name: month}
  - {type: select_one faces, name: overall, label: "How are you?", hint: Any answer is fine.}
choices:
  faces:
    - {name: "1", label: Bad, words: "bad, awful"}
"""
RULES = """
expectation: {text: "1 in %(one_in)s leaves."}
reasons:
  drop: {text: "Fell to %(answers)s"}
first_steps:
  pay: {text: Read the pay slip together.}
"""
WORDS = {
    "hire_tiny.title": {"ja": "小さな質問", "ja@simple": "みじかい しつもん"},
    "hire_tiny.overall.label": {"ja": "いかがですか。", "ja@simple": "どうですか。"},
    "hire_tiny.overall.hint": {"ja": "どの答えでも構いません。", "ja@simple": "どの こたえでも いいです。"},
    "hire_tiny.faces.1": {"ja": "悪い", "ja@simple": "わるい"},
    "hire_tiny.faces.1.words": {"ja": "悪い, ひどい", "ja@simple": "わるい"},
    "prompt.hello": {"ja": "%(name)sさん、こんにちは。", "ja@simple": "%(name)sさん、こんにちは。"},
    "prompt.later": {"ja": "あとで", "ja@simple": "あとで"},
    "error.gone": {"ja": "100 %%確かに、もうありません。"},
    "risk.expectation": {"ja": "%(one_in)s人に1人が辞めます。"},
    "risk.reason.drop": {"ja": "%(answers)sに下がりました"},
    "risk.step.pay": {"ja": "給与明細を一緒に読みます。"},
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project with one file of each kind that holds sentences, of which two translations are shipped."""
    monkeypatch.setattr(tool, "SHIPPED", {"hire": ("en", "ja", "ja@simple"), "staff": ("en", "ja")})
    write(tmp_path, "bot/text/prompts.py", PROMPTS)
    write(tmp_path, "bot/text/errors.py", ERRORS)
    write(tmp_path, "surveys/bank/hire_tiny.yaml", SURVEY)
    write(tmp_path, "risk/rules.yaml", RULES)
    return tmp_path


@pytest.fixture
def translated(root: Path) -> Path:
    """The same project with complete catalogs."""
    assert fill(root, WORDS) == []
    return root


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def fill(root: Path, words: object) -> list[str]:
    write(root, "words.json", json.dumps(words))
    return tool.fill(root, [root / "words.json"])


def catalog(root: Path, name: str) -> str:
    return (root / "locales" / name).read_text("utf-8")


def read(root: Path, locale: str, id_: str, text: str, *, domain: str = "hire") -> str:
    """What a reader of that locale would see."""
    compile_all(root / "locales")
    with (root / f"locales/{locale}/LC_MESSAGES/{domain}.mo").open("rb") as file:
        return gettext.GNUTranslations(file).pgettext(id_, text)


def test_every_sentence_gets_its_id_its_file_and_its_line(root: Path) -> None:
    assert sentences(root, "hire") == [
        Sentence("hire_tiny.title", "A tiny survey", "surveys/bank/hire_tiny.yaml", 2),
        Sentence("hire_tiny.overall.label", "How are you?", "surveys/bank/hire_tiny.yaml", 5),
        Sentence("hire_tiny.overall.hint", "Any answer is fine.", "surveys/bank/hire_tiny.yaml", 5),
        Sentence("hire_tiny.faces.1", "Bad", "surveys/bank/hire_tiny.yaml", 8),
        Sentence("hire_tiny.faces.1.words", "bad, awful", "surveys/bank/hire_tiny.yaml", 8),
        Sentence("prompt.hello", "Hello %(name)s.", "bot/text/prompts.py", 5, "polite, but not stiff."),
        Sentence("prompt.later", "Later", "bot/text/prompts.py", 6),
    ]
    assert [(s.id, s.text, s.line) for s in sentences(root, "staff")] == [
        ("error.gone", "It is gone, 100 %% sure.", 2),
        ("risk.reason.drop", "Fell to %(answers)s", 4),
        ("risk.step.pay", "Read the pay slip together.", 6),
        ("risk.expectation", "1 in %(one_in)s leaves.", 2),
    ]


def test_the_bank_and_the_rules_ask_for_the_sentences_that_the_catalogs_hold() -> None:
    surveys = loader.load_bank().values()
    said = {(message.id, message.text) for survey in surveys for message in loader.messages(survey)}
    said |= {(message.id, message.text) for message in rules.load().messages()}
    found = [*sentences(tool.ROOT, "hire"), *sentences(tool.ROOT, "staff")]
    assert {(s.id, s.text) for s in found if s.path.endswith(".yaml")} == said


def test_the_shipped_catalogs_are_complete() -> None:
    assert tool.check(tool.ROOT) == []


def test_a_complete_project_has_nothing_to_complain_about(translated: Path) -> None:
    assert tool.check(translated) == []
    assert read(translated, "ja@simple", "hire_tiny.overall.label", "How are you?") == "どうですか。"
    assert read(translated, "ja", "risk.step.pay", "Read the pay slip together.", domain="staff").startswith("給与")


def test_updating_twice_changes_nothing(translated: Path) -> None:
    before = {path: path.read_bytes() for path in translated.rglob("*.po*")}
    tool.update(translated)
    assert {path: path.read_bytes() for path in translated.rglob("*.po*")} == before
    assert len(before) == 5


def test_a_sentence_that_moves_leaves_the_catalogs_as_they_are(translated: Path) -> None:
    before = catalog(translated, "hire.pot")
    write(translated, "bot/text/prompts.py", "\n\n\n" + PROMPTS)
    assert tool.check(translated) == []
    tool.update(translated)
    assert catalog(translated, "hire.pot") == before


def test_a_changed_sentence_is_shown_in_english_until_somebody_has_read_the_translation(translated: Path) -> None:
    write(translated, "bot/text/prompts.py", PROMPTS.replace('"Later"', '"Ask me later"'))
    tool.update(translated)
    assert "#, fuzzy\nmsgctxt" in catalog(translated, "ja/LC_MESSAGES/hire.po")
    assert "# English before: Later" in catalog(translated, "ja/LC_MESSAGES/hire.po")
    assert read(translated, "ja", "prompt.later", "Ask me later") == "Ask me later"
    assert [line for line in tool.check(translated) if "ja/" in line] == [
        "locales/ja/LC_MESSAGES/hire.po: prompt.later is fuzzy: read the translation again, then remove the mark"
    ]

    tool.update(translated)
    assert "# English before: Later" in catalog(translated, "ja/LC_MESSAGES/hire.po")

    assert fill(translated, {"prompt.later": {"ja": "あとで聞く", "ja@simple": "あとで きく"}}) == []
    assert tool.check(translated) == []
    assert "English before" not in catalog(translated, "ja/LC_MESSAGES/hire.po")


def test_a_shipped_language_may_lag_behind_while_somebody_works_but_not_japanese(
    translated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool, "SHIPPED", {"hire": ("en", "ja", "ja@simple", "vi"), "staff": ("en", "ja")})
    tool.update(translated)
    assert fill(translated, {"prompt.later": {"vi": "Để sau", "en": "Some other time"}}) == []
    assert [line.partition(":")[0] for line in tool.check(translated)] == ["locales/vi/LC_MESSAGES/hire.po"] * 2
    assert tool.check(translated, lagging=True) == []

    write(translated, "bot/text/prompts.py", PROMPTS.replace('"Later"', '"Ask me later"'))
    tool.update(translated)
    assert {line.partition(":")[0] for line in tool.check(translated, lagging=True)} == {
        f"locales/{locale}/LC_MESSAGES/hire.po" for locale in ("ja", "ja@simple")
    }


def test_a_sentence_that_is_gone_leaves_the_catalogs(translated: Path) -> None:
    write(translated, "bot/text/errors.py", "")
    tool.update(translated)
    assert "error.gone" not in catalog(translated, "staff.pot") + catalog(translated, "ja/LC_MESSAGES/staff.po")
    assert tool.check(translated) == []


def test_the_header_says_that_nobody_has_reviewed_the_catalog_until_somebody_writes_their_name(root: Path) -> None:
    tool.update(root)
    path = root / "locales/ja/LC_MESSAGES/hire.po"
    assert '"Language-Reviewed: no native speaker has read this catalog yet\\n"' in path.read_text("utf-8")

    path.write_text(path.read_text("utf-8").replace(tool.UNREVIEWED, "2026-12-01 by a native speaker"), "utf-8")
    fill(root, WORDS)
    assert '"Language-Reviewed: 2026-12-01 by a native speaker\\n"' in path.read_text("utf-8")


def test_a_new_language_may_be_half_translated_but_not_wrong(translated: Path) -> None:
    tool.update(translated, ["vi"])
    assert fill(translated, {"prompt.later": {"vi": "Để sau"}}) == []
    assert tool.check(translated) == []
    assert read(translated, "vi", "prompt.later", "Later") == "Để sau"

    path = translated / "locales/vi/LC_MESSAGES/hire.po"
    path.write_text(path.read_text("utf-8").replace("Để sau", "Để sau %(name)s"), "utf-8")
    assert "prompt.later has other placeholders" in "".join(tool.check(translated))


def in_japanese(before: str, after: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        text = catalog(root, "ja/LC_MESSAGES/hire.po")
        assert before in text
        write(root, "locales/ja/LC_MESSAGES/hire.po", text.replace(before, after))

    return change


def with_file(name: str, text: str) -> Callable[[Path], None]:
    return lambda root: write(root, name, text)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (in_japanese("あとで", ""), "1 of 7 sentences are not translated: prompt.later"),
        (in_japanese("%(name)sさん", "さん"), "prompt.hello has other placeholders than the English"),
        (in_japanese("%(name)sさん", "%(名前)sさん"), "prompt.hello has other placeholders than the English"),
        (in_japanese("%(name)sさん", "%(name)さん"), "prompt.hello has other placeholders than the English"),
        (in_japanese("あとで", "100%後で"), "prompt.later has other placeholders than the English"),
        (in_japanese('#: bot/text/prompts.py\nmsgctxt "prompt.later"', '#, fuzzy\nmsgctxt "prompt.later"'), "is fuzzy"),
        (in_japanese('msgctxt "prompt.later"', 'msgctxt "prompt.other"'), "hire.po: out of date, run make locales"),
        (with_file("bot/text/prompts.py", PROMPTS + 'NEW = Message("prompt.new", "New")'), "hire.pot: out of date"),
        (with_file("bot/text/errors.py", ERRORS.replace("error.gone", "prompt.later")), "errors.py:2: the id prompt.later"),
        (with_file("bot/flow/reply.py", 'SORRY = Message("sorry", "Sorry.")'), "bot/flow/reply.py:1: the sentence 'Sorry.'"),
        (with_file("store/names.py", 'Message(id="sorry", text=f"Sorry, {name}")'), "store/names.py:1: the sentence"),
        (with_file("bot/text/replies.py", 'Message("sorry", f"Sorry, {name}")'), "bot/text/replies.py:1: the sentence"),
        (lambda root: (root / "locales/ja/LC_MESSAGES/hire.po").unlink(), "ja/LC_MESSAGES/hire.po: out of date"),
    ],
)  # fmt: skip
def test_what_would_go_wrong_in_front_of_a_reader_is_said_before(
    translated: Path, change: Callable[[Path], None], said: str
) -> None:
    change(translated)
    assert said in "\n".join(tool.check(translated))


def test_a_message_made_of_data_is_no_sentence_of_the_code(translated: Path) -> None:
    write(translated, "surveys/loader.py", 'def label(row): return Message(f"{row.form}.title", row["label"])')
    write(translated, "bot/text/alerts.py", 'step = Message("risk.step.pay", rules.first_steps["pay"].text)')
    assert tool.check(translated) == []


def test_what_cannot_be_filled_in_is_told_and_the_rest_is_kept(root: Path) -> None:
    words = {
        "prompt.hello": {"ja": "こんにちは。", "ja@simple": "%(name)sさん、こんにちは。"},
        "prompt.unknown": {"ja": "なし"},
        "error.gone": {"vi": "Đã mất"},
    }
    assert fill(root, words) == [
        "words.json: prompt.hello in ja has other placeholders than 'Hello %(name)s.'",
        "words.json: no catalog of vi has error.gone",
        "words.json: no catalog of ja has prompt.unknown",
    ]
    assert "こんにちは" in catalog(root, "ja@simple/LC_MESSAGES/hire.po")
    assert "こんにちは" not in catalog(root, "ja/LC_MESSAGES/hire.po")


def test_a_translation_of_an_older_sentence_has_to_be_read_again(root: Path) -> None:
    words = {"prompt.later": {"en": "Some other time", "ja": "また今度"}, "prompt.hello": {"en": "Hello %(name)s."}}
    assert fill(root, words) == []
    assert "# English before: Some other time\n" in catalog(root, "ja/LC_MESSAGES/hire.po")
    assert read(root, "ja", "prompt.later", "Later") == "Later"

    assert fill(root, {"prompt.later": {"en": "Later", "ja": "あとで"}}) == []
    assert read(root, "ja", "prompt.later", "Later") == "あとで"


@pytest.mark.parametrize("words", ["{", "[]", '{"prompt.later": "あとで"}', '{"prompt.later": {"ja": ""}}', None])
def test_a_file_that_is_no_list_of_translations_changes_nothing(
    root: Path, words: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool, "ROOT", root)
    if words is not None:
        write(root, "words.json", words)
    with pytest.raises(SystemExit) as ended:
        tool.main(["fill", str(root / "words.json")])
    assert ended.value.code == 2
    assert "nothing was filled in" in capsys.readouterr().err
    assert not (root / "locales").exists()


def test_the_command_line_updates_fills_checks_and_compiles(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool, "ROOT", root)
    assert tool.main(["update"]) == 0
    assert "locales/ja/LC_MESSAGES/hire.po: 7 sentences, 7 to translate" in capsys.readouterr().out
    assert tool.main(["check"]) == 1
    assert "7 of 7 sentences are not translated" in capsys.readouterr().err

    write(root, "words.json", json.dumps(WORDS))
    assert tool.main(["fill", str(root / "words.json")]) == 0
    assert tool.main(["check"]) == 0
    assert tool.main(["compile"]) == 0
    assert len(list(root.rglob("*.mo"))) == 3


def test_a_language_that_no_roster_may_name_cannot_be_started(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        tool.main(["update", "--language", "xx"])
    assert "invalid choice: 'xx'" in capsys.readouterr().err


@settings(max_examples=40)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="%"), min_size=1))
def test_any_translation_comes_back_as_it_was_written(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, "bot/text/prompts.py", PROMPTS)
        assert fill(root, {"prompt.later": {"ja": text}}) == []
        with (root / "locales/ja/LC_MESSAGES/hire.po").open("rb") as file:
            entry = read_po(file, locale="ja").get("Later", context="prompt.later")
    assert entry is not None
    assert entry.string == text
