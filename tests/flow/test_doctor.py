"""``teichaku doctor``: everything that is missing or wrong is said in words, with the way to mend it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from bot import fonts
from bot.clock import real_now
from bot.commands.doctor import Finding, examine, installation
from bot.commands.setup import initialise
from bot.flow.learned import adopt
from bot.flow.roster import store_roster
from bot.flow.roster.model import CompanyRow, Roster, RosterRow
from bot.main import opened
from bot.settings import load_settings
from bot.text.catalog import SHIPPED, Voice
from risk.learn import Learned
from scheduler.hotlines import shipped
from store.queries import desks
from store.seal import new_key
from tests.house import row

ENGLISH, JAPANESE = Voice(("en",), "staff"), Voice(("ja",), "staff")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation that ``teichaku init`` has just made; commands run in it."""
    for name in [name for name in os.environ if name.startswith("TEICHAKU_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    initialise(tmp_path)
    with opened(load_settings()) as app, app.store.begin() as tx:
        for one in shipped():  # Whenever these tests run, nobody has let the hotlines grow old.
            desks.confirm(tx, one.id, by="Mori Aiko", on=real_now().date(), at=real_now())
    return tmp_path


def imports(*rows: RosterRow, companies: tuple[CompanyRow, ...] = ()) -> None:
    with opened(load_settings()) as app:
        store_roster(app, Roster(sheet="test", rows=rows, companies=companies))


def sql(statement: str) -> None:
    with opened(load_settings()) as app, app.store.begin() as tx:
        tx.connection().exec_driver_sql(statement)


def says(folder: Path, text: str) -> None:
    (folder / "teichaku.toml").write_text(text, encoding="utf-8")


def findings(voice: Voice = ENGLISH) -> dict[str, Finding]:
    """What was found, by check; each has one line here."""
    return {one.check: one for one in examine(voice)}


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).resolve().parents[2]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TEICHAKU_")}
    return subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main()", *arguments],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(root), "LC_ALL": "C.UTF-8"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_fresh_installation_wants_a_roster_and_nothing_is_wrong(folder: Path) -> None:
    found = findings()
    assert not [one for one in found.values() if one.mark == "wrong"]
    assert found["roster"].mark == "attention"
    assert "roster import" in str(found["roster"].remedy)
    assert found["key"].what == "The key opens what is stored."


def test_what_is_fine_needs_no_remedy_and_everything_else_has_one(folder: Path) -> None:
    imports(row())
    for voice in (ENGLISH, JAPANESE):
        for one in examine(voice):
            assert (one.mark == "ok") == (one.remedy is None), one
            assert "%(" not in one.what + (one.remedy or "")


def test_who_is_not_linked_and_who_has_no_lead_is_counted(folder: Path) -> None:
    imports(row(), row(row=3, placement_id="A-2", hire_name="RAI Bina", hire_email="b@example.com"))
    found = findings()
    assert found["links"].what == "Not connected yet: hires 2, managers 1, people of the agency 1."
    assert "teichaku invite" in str(found["links"].remedy)
    assert found["lead"].what.startswith("There is no lead anywhere")
    assert found["calendars"].what.endswith(": Sakura Foods.")


def test_what_is_mended_is_fine(folder: Path) -> None:
    lead = {"lead_name": "Oda Ken", "lead_email": "oda@example.com", "hire_languages": ("en",)}
    imports(row(**lead), companies=(CompanyRow(row=2, company="Sakura Foods", working_weekdays=(0, 1, 2, 3, 4, 5)),))
    sql(
        'INSERT INTO address (person_id, platform, team, "user", state, linked_at) '
        "SELECT id, 'telegram', '', id, 'linked', '2026-04-01 00:00:00' FROM person"
    )
    found = findings()
    assert {found[check].mark for check in ("links", "lead", "calendars", "roster", "zones")} == {"ok"}
    assert "translations" not in found


def test_a_calendar_in_the_settings_counts_as_one(folder: Path) -> None:
    imports(row())
    says(folder, '[companies."Sakura Foods".calendar]\nclosures = ["08-10..08-20"]\n')
    assert findings()["calendars"].mark == "ok"


def test_a_lead_in_the_settings_counts_and_one_whom_nobody_knows_is_wrong(folder: Path) -> None:
    imports(row())
    says(folder, '[alerts]\nlead = "mori@example.com"\n')
    assert findings()["lead"].mark == "ok"
    says(folder, '[[staff]]\nname = "Oda Ken"\nrole = "lead"\n')
    assert findings()["lead"].mark == "ok"
    says(folder, '[alerts]\nlead = "Oda Ken"\n')
    wrong = [one for one in examine(ENGLISH) if one.mark == "wrong"]
    assert [one.what for one in wrong] == ["[alerts] lead names Oda Ken, whom nobody knows."]


def test_languages_that_nobody_knows_and_those_without_sentences_are_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SHIPPED, "hire", ("en", "ja", "ja@simple"))
    imports(row(hire_languages=("vi", "ja@simple")))
    says(folder, '[languages]\ndefault = ["en", "xx"]\n')
    found = findings()
    assert found["languages"].what == "The settings name languages that are not known: xx."
    assert "ja@simple" in str(found["languages"].remedy)
    assert found["translations"].what == (
        "There are no sentences yet in Tiếng Việt: 1 people read another language instead."
    )
    assert "やさしい日本語" in found["catalogs"].what


def test_settings_that_cannot_be_read_are_told_one_by_one_and_the_rest_is_looked_at(folder: Path) -> None:
    says(folder, '[alerts]\nhuors = "09:00-18:00"\n[cadence]\nexpire_after = "soon"\n')
    found = examine(ENGLISH)
    assert len([one for one in found if one.check == "settings" and one.mark == "wrong"]) == 2
    assert any("hours" in one.what for one in found if one.check == "settings")
    assert {"catalogs", "packages", "occasions"} <= {one.check for one in found}


def test_without_a_key_and_without_a_database_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TEICHAKU_SECRET_KEY", raising=False)
    found = findings()
    assert (found["key"].mark, found["database"].mark) == ("wrong", "wrong")
    assert "teichaku init" in str(found["key"].remedy)
    assert "teichaku init" in found["database"].what
    assert list(tmp_path.iterdir()) == []


def test_another_key_than_that_of_the_stored_words_is_wrong(folder: Path) -> None:
    imports(row())
    with opened(load_settings()) as app, app.store.begin() as tx:
        from store.queries import alerts

        now = app.clock()
        alerts.add_entry(tx, placement_id=1, kind="action", state="open", note="Call the company", at=now)
    assert findings()["key"].mark == "ok"
    (folder / ".env").write_text(f"TEICHAKU_SECRET_KEY={new_key()}\n", encoding="utf-8")
    assert findings()["key"].mark == "wrong"
    assert "opens what is stored" in findings()["key"].what


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "newer version"),
        ("DROP TABLE alembic_version", "no teichaku database here yet"),
    ],
)
def test_a_database_of_another_version_is_wrong(folder: Path, statement: str, said: str) -> None:
    sql(statement)
    assert findings()["database"].mark == "wrong"
    assert said in findings()["database"].what


def test_a_file_that_is_no_database_and_a_server_that_does_not_answer_are_wrong(folder: Path) -> None:
    (folder / "teichaku.db").write_bytes(b"this is no database at all " * 200)
    assert findings()["database"].mark == "wrong"
    with (folder / ".env").open("a", encoding="utf-8") as file:
        file.write("TEICHAKU_DATABASE_URL=postgresql://nobody:secret@127.0.0.1:9/none\n")
    found = findings()["database"]
    assert found.mark == "wrong"
    assert "secret" not in found.what


def test_a_time_zone_without_data_is_wrong(folder: Path) -> None:
    imports(row())
    sql("UPDATE placement SET timezone = 'Asia/Atlantis'")
    assert findings()["zones"].mark == "wrong"
    assert "Asia/Atlantis" in findings()["zones"].what


def test_other_programs_with_packages_named_like_ours_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "packages_distributions", lambda: {"bot": ["discord-thing", "teichaku"]})
    assert findings()["packages"].what.endswith(": bot (discord-thing).")
    assert findings()["packages"].mark == "attention"
    monkeypatch.setattr(installation, "OWN_PACKAGES", ("bot", "json"))
    assert findings()["packages"].mark == "wrong"
    assert "json" in findings()["packages"].what


def test_the_command_exits_with_one_only_when_something_is_wrong(folder: Path) -> None:
    done = run(folder, "doctor", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    shown = json.loads(done.stdout)
    assert {tuple(one) for one in shown} == {("mark", "check", "what", "remedy")}
    assert {one["mark"] for one in shown} == {"ok", "attention"}
    (folder / "teichaku.db").unlink()
    done = run(folder, "doctor", LC_ALL="ja_JP.UTF-8")
    assert done.returncode == 1
    assert "異常" in done.stdout
    assert "→ " in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_an_old_hotline_is_red_until_somebody_has_compared_it(folder: Path) -> None:
    assert findings()["hotlines"].mark == "ok"
    sql("DELETE FROM hotlinecheck WHERE hotline = 'fresc'")
    sql("INSERT INTO timekeeping VALUES (1, 'rehearsal', '2027-06-01', '2027-06-01', 1.0, '2027-06-01')")
    found = findings()["hotlines"]

    assert found.mark == "wrong"
    assert "fresc" in found.what
    assert "teichaku hotlines confirm" in str(found.remedy)


def test_people_on_a_platform_without_a_token_are_told(folder: Path) -> None:
    imports(row(hire_channel="telegram"))
    found = findings_of("platforms")
    assert [one.what for one in found] == [
        "On Slack 1 people are to be reached, and no token of Slack is set.",
        "On Telegram 1 people are to be reached, and TEICHAKU_TELEGRAM_BOT_TOKEN is not set.",
    ]
    assert [one.remedy for one in found] == [
        "docs/slack/README.md leads to the two tokens.",
        "docs/telegram.md leads to the token.",
    ]


@pytest.mark.parametrize(
    ("text", "check", "mark", "what"),
    [
        ("[risk]\npath = 'no.yaml'\n", "rules", "wrong", "no.yaml"),
        ("[calendar]\ncountry = 'XX'\n", "calendar", "wrong", "“XX”"),
        ("[companies.'Sakura Food']\nyearly_turnover = 0.1\n", "companies", "attention", "Sakura Food"),
    ],
)
def test_what_the_settings_only_name_is_looked_up(folder: Path, text: str, check: str, mark: str, what: str) -> None:
    imports(row())
    says(folder, text)
    (found,) = findings_of(check)
    assert (found.mark, what in found.what) == (mark, True)
    assert found.remedy


def findings_of(check: str) -> list[Finding]:
    return [one for one in examine(ENGLISH) if one.check == check]


def test_a_clock_that_is_slow_is_told(folder: Path) -> None:
    assert findings()["clock"].mark == "ok"
    sql(
        "INSERT INTO heartbeat (process, job, at, outcome) VALUES ('elsewhere', 'tick', '2126-01-01 00:00:00.000000', 'done')"
    )
    found = findings()["clock"]
    assert (found.mark, "but it has been 2126-01-01 09:00+09:00 already elsewhere" in found.what) == ("wrong", True)
    assert "NTP" in str(found.remedy)


def test_what_was_learned_around_other_rules_is_told_to_wait(folder: Path) -> None:
    with opened(load_settings()) as app, app.store.begin() as tx:
        adopt(app, tx, Learned({}, 1.0, {"drop.weight": 0.2}, 50, 900))
    assert "learned" not in findings()
    (folder / "own.yaml").write_text("version: 7\n", encoding="utf-8")
    says(folder, '[risk]\npath = "own.yaml"')
    waits = findings()["learned"]
    assert waits.mark == "attention"
    assert "belongs to version 1 of the risk's rules, and today's is 7." in waits.what


def test_a_font_that_is_missing_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings()["fonts"].mark == "ok"
    monkeypatch.setitem(fonts.FILES, fonts.MYANMAR, "nowhere.ttf")
    assert findings()["fonts"].what == "Fonts for cards and pictures are missing: nowhere.ttf."
