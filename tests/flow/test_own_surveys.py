"""A consultancy's own surveys: a file in a folder is asked, and a wording never changes without a new version."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import main
from bot.commands import surveys as commands
from bot.settings import Settings
from bot.settings.model import Surveys
from bot.text.catalog import Voice
from store.migrate import upgrade
from store.seal import new_key
from store.session import make_engine
from surveys.folder import load_folder
from surveys.loader import SurveyError, text_of
from tests.house import living

VOICE = Voice(("en",), "staff")
DORM = """\
settings:
  form_id: dormitory
  version: 1
  title: Your room
  respondent: hire
  default_language: en
  max_questions: 3
  max_follow_ups: 1
  after_start: 20d
survey:
  - type: select_one quiet
    name: dormitory
    label: "%(hire)s, can you sleep well in your room?"
    label::日本語 (ja): "%(hire)sさん、部屋でよく眠れますか。"
    scale: yes
  - {type: text, name: room, label: "What should be better?", "label::ja": 何が良くなるといいですか。}
choices:
  quiet:
    - {name: 1, label: "No", "label::ja": いいえ}
    - {name: 2, label: "Yes", "label::ja": はい}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dormitory.yaml").write_text(DORM, "utf-8")
    return tmp_path


def settings_for(folder: Path) -> Settings:
    return Settings(surveys=Surveys(path=folder))


async def test_an_own_survey_is_asked_in_its_languages_beside_the_shipped_ones(folder: Path) -> None:
    async with living("2026-03-30 10:00", surveys=Surveys(path=folder)) as house:
        placement = await house.welcomes(hire_languages=("ja",))
        await house.until("2026-04-21 12:10")
        assert house.sent_at(placement.hire)[-1] == ("04-21 12:10", "opening")
        await house.presses(placement.hire, "start")
        assert "NGUYEN VAN ANさん、部屋でよく眠れますか。" in house.sees(placement.hire)
        await house.presses(placement.hire, "2. はい")
        await house.says(placement.hire, "静かにしてほしい")
        assert house.given()["dormitory"] == ("2", None)
        newest = house.checkins()[0]
        assert (newest.survey, newest.period, newest.state) == ("dormitory", "after_20d", "completed")
        assert house.rows("SELECT DISTINCT form, version FROM answer") == [("dormitory", 1)]


async def test_a_survey_that_is_taken_away_leaves_no_conversation_stuck(folder: Path) -> None:
    async with living("2026-03-30 10:00", surveys=Surveys(path=folder)) as house:
        placement = await house.welcomes()
        await house.until("2026-04-21 12:10")
        await house.presses(placement.hire, "start")
        house.without_own_surveys()
        await house.presses(placement.hire, "1. No")
        await house.until("2026-05-01 12:10")
        assert house.sent_at(placement.hire)[-1] == ("05-01 12:10", "opening")
        await house.presses(placement.hire, "start")
        assert "Do you want to be working here 6 months from now?" in house.sees(placement.hire)


def test_a_wording_that_was_in_use_is_not_changed_without_a_new_version(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = f"sqlite:///{tmp_path / 'house.db'}"
    engine = make_engine(database)
    upgrade(engine)
    engine.dispose()
    settings = Settings(surveys=Surveys(path=folder), database_url=database, secret_key=new_key())
    file = folder / "dormitory.yaml"
    with main.entered(settings) as app:
        assert "dormitory" in app.surveys

    file.write_text(DORM.replace("can you sleep well", "is it quiet"), "utf-8")
    sentence = "dormitory.yaml, line 3: version 1 of dormitory was asked already with another wording"
    assert not commands.check(settings, VOICE, file)
    told = capsys.readouterr().err
    assert sentence in told
    assert "write version: 2, or take the wording back" in told
    with pytest.raises(SurveyError) as refusal, main.entered(settings):
        pass
    assert [(one.code, one.line) for one in refusal.value.faults] == [("wording_changed", 3)]

    # A better translation is no new question, and a new version may say what it likes.
    for text in (
        DORM.replace("よく眠れますか", "ぐっすり眠れますか"),
        DORM.replace("can you", "do you").replace("version: 1", "version: 2"),
    ):
        file.write_text(text, "utf-8")
        assert commands.check(settings, VOICE, file)
        with main.entered(settings):
            pass


def test_a_shipped_wording_is_not_changed_either(tmp_path: Path) -> None:
    (tmp_path / "monthly.yaml").write_text(text_of("hire_monthly").replace("overall?", "as a whole?"), "utf-8")
    with pytest.raises(SurveyError, match=r"monthly\.yaml:\d+ wording_changed"):
        load_folder(tmp_path)
    (tmp_path / "monthly.yaml").write_text(
        text_of("hire_monthly").replace("overall?", "as a whole?").replace("version: 2", "version: 3"), "utf-8"
    )
    assert load_folder(tmp_path)["hire_monthly"].version == 3


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("  after_start: 20d\n", "", "never_asked"),
        ("after_start: 20d", "after_start: soon", "bad_offset"),
        ("form_id: dormitory\n  version: 1", "form_id: manager_exit\n  version: 9", "other_respondent"),
        ('"label::ja": はい', "words: yeah", "missing_translation"),
        ("label::日本語 (ja)", "label::Klingon (tlh)", "unknown_language"),
        ("%(hire)sさん、", "", "other_placeholders"),
        ("max_questions: 3", "max_questions: 11", "too_many"),
    ],
)
def test_what_would_not_work_is_refused(folder: Path, old: str, new: str, code: str) -> None:
    (folder / "dormitory.yaml").write_text(DORM.replace(old, new), "utf-8")
    with pytest.raises(SurveyError) as refusal:
        load_folder(folder)
    assert code in {one.code for one in refusal.value.faults}


def test_two_files_of_one_name_and_a_mirror_of_nothing_are_refused(folder: Path) -> None:
    (folder / "second.yaml").write_text(DORM, "utf-8")
    with pytest.raises(SurveyError, match=r"second\.yaml:1 duplicate_form"):
        load_folder(folder)
    manager = DORM.replace("respondent: hire", "respondent: manager").replace("form_id: dormitory", "form_id: rooms")
    for mirrored, code in (("dormitory", None), ("dormitary", "unknown_mirror"), ("stay", "mirror_points")):
        (folder / "second.yaml").write_text(
            manager.replace("scale: yes", f"scale: yes\n    mirrors: {mirrored}"), "utf-8"
        )
        if code is None:
            assert load_folder(folder)["rooms"].question("dormitory").mirrors == "dormitory"
            continue
        with pytest.raises(SurveyError, match=rf"second\.yaml:\d+ {code}"):
            load_folder(folder)


def test_the_check_names_every_file_of_the_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.check(settings_for(folder), VOICE, None)
    said = capsys.readouterr().out
    assert "hire_monthly, version 2: 37 questions, no fault." in said
    assert "dormitory, version 1: 2 questions, no fault." in said
    (folder / "bad.yaml").write_text("settings: [", "utf-8")
    assert not commands.check(settings_for(folder), VOICE, None)
    assert "bad.yaml, line 1: this is no YAML" in capsys.readouterr().err
    (folder / "bad.yaml").write_bytes(DORM.encode("cp932"))
    assert not commands.check(settings_for(folder), VOICE, None)
    assert "bad.yaml, line 1: the letters cannot be read; save the file in UTF-8." in capsys.readouterr().err
    with pytest.raises(SurveyError, match=r"bad\.yaml:1 bad_encoding"):
        load_folder(folder)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("scale: yes", "relevant: ${x} == 1", "“relevant” cannot be read from character 7 on (${name}, a number"),
        ("name: room", "name: room, follow_up_of: stay", "“follow_up_of” names stay, which does not exist"),
        ("one quiet", "one quite", "there is no list of choices called “quite”; did you mean “quiet”?"),
        ("What should be", "Is 100% of it", "the sign % would be taken for a placeholder"),
        ("choices:\n", "choices: []\nx:\n", "“key: value” lines should stand here"),
    ],
)
def test_a_fault_is_told_in_words(
    folder: Path, old: str, new: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "dormitory.yaml").write_text(DORM.replace(old, new), "utf-8")
    assert not commands.check(settings_for(folder), VOICE, None)
    said = capsys.readouterr().err
    assert told in said
    assert "“”" not in said
