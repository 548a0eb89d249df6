"""Settings: where they stand, which place wins, and that every slip is told with its place and a remedy."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings, SettingsRefusal, load_settings
from bot.text.settings_errors import SETTINGS_ERRORS
from scheduler.plan import Cadence
from store.seal import new_key

KEY, OLD_KEY = (base64.urlsafe_b64encode(bytes([byte] * 32)).decode() for byte in (0, 255))


class Desk:
    """A folder with settings in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str, encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path

    def load(self, config: Path | None = None, /, **environ: str) -> Settings:
        return load_settings(config, environ, self.folder)

    def faults(self, config: Path | None = None, /, **environ: str) -> list[dict[str, Any]]:
        """All faults, each as its code with its values; every one has a sentence that they fill."""
        with pytest.raises(SettingsRefusal) as caught:
            self.load(config, **environ)
        for fault in caught.value.faults:
            assert "%" not in SETTINGS_ERRORS[fault.code].text % fault.values
        return [{"code": fault.code, **fault.values} for fault in caught.value.faults]

    def fault_of(self, toml: str) -> tuple[str, str]:
        """The code and the key of the only fault of a settings file."""
        self.write("teichaku.toml", toml)
        (fault,) = self.faults()
        return fault["code"], fault["key"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def secret(value: Any) -> str:
    return str(value.get_secret_value())


# Which place wins.


def test_without_any_file_the_defaults_are_those_of_the_documentation(desk: Desk) -> None:
    settings = desk.load()
    assert settings == Settings()
    assert secret(settings.database_url) == "sqlite:///teichaku.db"
    assert settings.desk_bind == ("127.0.0.1", 8700)
    assert settings.calendar.closures == ("12-29..01-03", "08-13..08-16")
    assert (settings.privacy.retention.free_text, settings.privacy.retention.scores) == (6, 24)
    assert settings.secret_keys == ()


def test_the_default_cadence_is_the_one_of_the_scheduler() -> None:
    assert Cadence(**Settings().cadence.model_dump()) == Cadence()


def test_the_environment_wins_over_dotenv_which_wins_over_the_file_which_wins_over_the_default(desk: Desk) -> None:
    places = {"capacity": 3, "digest": '"08:00"', "hours": '"10:00-19:00"'}
    desk.write("teichaku.toml", "[alerts]\n" + "\n".join(f"{name} = {value}" for name, value in places.items()))
    desk.write(".env", "TEICHAKU_ALERTS__CAPACITY=4\nTEICHAKU_ALERTS__DIGEST=08:30\n")
    alerts = desk.load(TEICHAKU_ALERTS__CAPACITY="5").alerts
    assert alerts.capacity == 5
    assert alerts.digest == time(8, 30)
    assert alerts.hours == (time(10), time(19))
    assert alerts.help_hours == (time(8), time(21))


def test_an_empty_variable_is_no_variable(desk: Desk) -> None:
    desk.write(".env", "TEICHAKU_SLACK_BOT_TOKEN=xoxb-1\n")
    assert secret(desk.load(TEICHAKU_SLACK_BOT_TOKEN="  ").slack_bot_token) == "xoxb-1"


def test_the_process_environment_and_folder_are_read_unless_others_are_given(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("TEICHAKU_")]:
        monkeypatch.delenv(name)
    desk.write("teichaku.toml", "[alerts]\ncapacity = 3\n")
    monkeypatch.chdir(desk.folder)
    monkeypatch.setenv("TEICHAKU_PUBLIC_URL", "https://desk.example.jp")
    settings = load_settings()
    assert (settings.alerts.capacity, settings.public_url) == (3, "https://desk.example.jp")


def test_the_settings_file_is_the_argument_else_what_a_variable_names(desk: Desk) -> None:
    for number, name in enumerate(("argument.toml", "variable.toml", "written.toml", "teichaku.toml"), start=1):
        desk.write(name, f"[alerts]\ncapacity = {number}\n")
    assert desk.load().alerts.capacity == 4
    desk.write(".env", "TEICHAKU_CONFIG=written.toml\n")
    assert desk.load().alerts.capacity == 3
    assert desk.load(TEICHAKU_CONFIG="variable.toml").alerts.capacity == 2
    assert desk.load(desk.folder / "argument.toml", TEICHAKU_CONFIG="variable.toml").alerts.capacity == 1


def test_a_rules_file_is_looked_for_beside_the_settings_file(desk: Desk) -> None:
    (desk.folder / "etc").mkdir()
    config = desk.write("etc/own.toml", '[risk]\npath = "rules.yaml"\n')
    assert desk.load(config).risk.path == desk.folder / "etc" / "rules.yaml"


# Secrets.


def test_a_secret_may_stand_in_a_file_of_its_own(desk: Desk) -> None:
    desk.write("token", "\ufeffxoxb-from-a-file\n")
    desk.write(".env", "TEICHAKU_SLACK_BOT_TOKEN=xoxb-from-dotenv\n")
    assert secret(desk.load(TEICHAKU_SLACK_BOT_TOKEN_FILE="token").slack_bot_token) == "xoxb-from-a-file"
    desk.write("database", "postgresql://teichaku:pass@db/teichaku")
    assert "pass@db" in secret(desk.load(TEICHAKU_DATABASE_URL_FILE=str(desk.folder / "database")).database_url)
    key = new_key()
    (desk.folder / "key").write_text(key, encoding="utf-8")
    assert desk.load(TEICHAKU_SECRET_KEY_FILE="key").secret_keys == (key,)


def test_a_secret_in_two_ways_in_one_place_is_a_contradiction(desk: Desk) -> None:
    desk.write("token", "xoxb-1")
    (fault,) = desk.faults(TEICHAKU_SLACK_BOT_TOKEN="xoxb-2", TEICHAKU_SLACK_BOT_TOKEN_FILE="token")
    assert (fault["code"], fault["other"]) == ("secret_twice", "TEICHAKU_SLACK_BOT_TOKEN")


def test_the_home_of_nobody_is_a_path_like_any_other(desk: Desk) -> None:
    (fault,) = desk.faults(TEICHAKU_SLACK_BOT_TOKEN_FILE="~nobody-of-that-name/token")
    assert fault["code"] == "secret_unreadable"
    (fault,) = desk.faults(TEICHAKU_CONFIG="~nobody-of-that-name/teichaku.toml")
    assert fault["code"] == "config_missing"


@pytest.mark.parametrize(("text", "code"), [(None, "secret_unreadable"), (" \n", "secret_empty")])
def test_a_secret_file_that_gives_no_secret_is_told(desk: Desk, text: str | None, code: str) -> None:
    if text is not None:
        desk.write("token", text)
    (fault,) = desk.faults(TEICHAKU_SLACK_BOT_TOKEN_FILE="token")
    assert (fault["code"], fault["where"]) == (code, "TEICHAKU_SLACK_BOT_TOKEN_FILE")


def test_the_settings_file_is_no_place_for_a_secret(desk: Desk) -> None:
    desk.write("teichaku.toml", 'telegram_bot_token = "123:abc"\ndatabase_url = "sqlite:///other.db"\n')
    (fault,) = desk.faults()
    assert (fault["code"], fault["variable"]) == ("secret_in_file", "TEICHAKU_TELEGRAM_BOT_TOKEN")


def test_several_keys_are_kept_newest_first(desk: Desk) -> None:
    assert desk.load(TEICHAKU_SECRET_KEY=f"{KEY}, {OLD_KEY}").secret_keys == (KEY, OLD_KEY)


@pytest.mark.parametrize("text", ["short", f"{KEY},short", KEY[:-4], ",", f"{KEY} {OLD_KEY}", "鍵"])
def test_what_is_no_key_is_told_before_anything_is_encrypted(desk: Desk, text: str) -> None:
    assert [fault["code"] for fault in desk.faults(TEICHAKU_SECRET_KEY=text)] == ["setting_not_key"]


def test_no_secret_is_ever_repeated(desk: Desk) -> None:
    marked = "MARKED"
    desk.write(
        "teichaku.toml", f'slack_app_token = "{marked}"\npublic_url = "{marked}"\n[alerts]\nhours = "{marked}"\n'
    )
    desk.write(
        ".env", f"TEICHAKU_SECRET_KEY={marked}\nTEICHAKU_DESK_BIND={marked}\nTEICHAKU_SLACK_CLIENT_SECRET:{marked}\n"
    )
    environ = {"TEICHAKU_DATABASE_URL": marked, "TEICHAKU_SLACK_BOT_TOKEN_FILE": marked, "TEICHAKU_TOKEN": marked}
    with pytest.raises(SettingsRefusal) as caught:
        desk.load(**environ)
    refusal = caught.value
    assert len(refusal.faults) == 9
    assert marked not in repr([(fault.code, fault.values) for fault in refusal.faults])
    assert refusal.__context__ is None, "pydantic's own error would print what it read"


def test_settings_may_be_printed_without_harm() -> None:
    settings = load_settings(
        environ={"TEICHAKU_SLACK_BOT_TOKEN": "MARKED", "TEICHAKU_DATABASE_URL": "postgresql://u:MARKED@h/d"},
        cwd=Path("nowhere"),
    )
    assert "MARKED" not in f"{settings!r} {settings} {settings.model_dump()}"


# Slips of the pen.


@pytest.mark.parametrize(
    ("toml", "key", "nearest"),
    [
        ("[alert]\ncapacity = 3", "alert", "alerts"),
        ("[alerts]\ncapacty = 3", "alerts.capacty", "alerts.capacity"),
        ("capacity = 3", "capacity", "alerts.capacity"),
        ("[privacy.retention]\nfree_txt = 3", "privacy.retention.free_txt", "privacy.retention.free_text"),
        ('[[staff]]\nname = "A"\n[[staff]]\nname = "B"\nmail = "b@example.jp"', "staff[2].mail", "staff[2].email"),
        ('[companies."㈱丸山"]\nturnover = 0.1', 'companies."㈱丸山".turnover', 'companies."㈱丸山".yearly_turnover'),
        ("works_on_public_holidays = true", "works_on_public_holidays", "calendar.works_on_public_holidays"),
        ("zzz = 1", "zzz", ""),
    ],
)
def test_an_unknown_key_of_the_file_is_told_with_the_nearest_known_one(
    desk: Desk, toml: str, key: str, nearest: str
) -> None:
    desk.write("teichaku.toml", toml)
    (fault,) = desk.faults()
    assert (fault["code"], fault["key"], fault["where"]) == ("setting_unknown", key, f"teichaku.toml: {key}")
    assert fault["nearest"] == nearest or (not nearest and fault["nearest"])


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("TEICHAKU_TELEGRAM_TOKEN", "TEICHAKU_TELEGRAM_BOT_TOKEN"),
        ("TEICHAKU_SLACK_BOT_TOKEN_FIEL", "TEICHAKU_SLACK_BOT_TOKEN_FILE"),
        ("TEICHAKU_DESK_BIND_FILE", "TEICHAKU_DESK_BIND"),
        ("TEICHAKU_CONFG", "TEICHAKU_CONFIG"),
        ("TEICHAKU_ALERTS__CAPACTY", "TEICHAKU_ALERTS__CAPACITY"),
        ("TEICHAKU_PUBLIC_URL__HOST", "TEICHAKU_PUBLIC_URL"),
    ],
)
def test_an_unknown_variable_is_told_with_the_nearest_known_one(desk: Desk, variable: str, nearest: str) -> None:
    expected = {"code": "setting_unknown", "key": variable, "nearest": nearest}
    assert desk.faults(**{variable: "x"}) == [expected | {"where": variable}]
    desk.write(".env", f"export {variable}='x' # a comment\nSOMEBODY_ELSES=1\n")
    assert desk.faults(OTHER_VARIABLE="x") == [expected | {"where": f".env: {variable}"}]


def test_all_faults_are_told_in_one_run_each_with_its_place(desk: Desk) -> None:
    desk.write("teichaku.toml", '[alerts]\ndigest = "25:00"\ncapacity = 0\n[[staff]]\nrole = "boss"\n')
    desk.write(".env", "TEICHAKU_DESK_BIND=8700\nTEICHAKU_ALERTS__CAPACITY=many\n")
    assert {(fault["code"], fault["where"]) for fault in desk.faults(TEICHAKU_PUBLIC_URL="desk.example.jp")} == {
        ("setting_not_time", "teichaku.toml: alerts.digest"),
        ("setting_missing", "teichaku.toml: staff[1].name"),
        ("setting_not_choice", "teichaku.toml: staff[1].role"),
        ("setting_not_bind", ".env: TEICHAKU_DESK_BIND"),
        ("setting_not_whole_number", ".env: TEICHAKU_ALERTS__CAPACITY"),
        ("setting_not_url", "TEICHAKU_PUBLIC_URL"),
    }


# How values are written.

FITTING: Mapping[str, tuple[str, Callable[[Settings], Any], Any]] = {
    "times_of_toml": ("[alerts]\ndigest = 08:30:00", lambda s: s.alerts.digest, time(8, 30)),
    "full_width": ('[alerts]\nhours = "９：００〜１８：００"', lambda s: s.alerts.hours, (time(9), time(18))),
    "one_digit": ('[cadence]\nhire_hour = "8:05"', lambda s: s.cadence.hire_hour, time(8, 5)),
    "amounts": (
        '[alerts.acknowledge]\nsafety = "15 minutes"\nhelp = "2時間"\nhigh = 3\nsilence = "7営業日"',
        lambda s: s.alerts.acknowledge.model_dump(exclude_unset=True),
        {"safety": 15, "help": 2, "high": 3, "silence": 7},
    ),
    "closures": (
        '[calendar]\nclosures = ["12-29 to 1-4", "8/13〜8/16", "2026-08-10..2026-08-14", "5-1", 2026-06-01, "2-29"]',
        lambda s: s.calendar.closures,
        (
            "12-29..01-04",
            "08-13..08-16",
            "2026-08-10..2026-08-14",
            "05-01..05-01",
            "2026-06-01..2026-06-01",
            "02-29..02-29",
        ),
    ),
    "no_closures": ("[calendar]\nclosures = []", lambda s: s.calendar.closures, ()),
    "weekdays": (
        '[calendar]\nworking_weekdays = "Mon-Fri, Sunday"',
        lambda s: s.calendar.working_weekdays,
        (0, 1, 2, 3, 4, 6),
    ),
    "weekdays_ja": ('[calendar]\nworking_weekdays = "金-火"', lambda s: s.calendar.working_weekdays, (0, 1, 4, 5, 6)),
    "weekdays_run": (
        '[calendar]\nworking_weekdays = "火水木金土"',
        lambda s: s.calendar.working_weekdays,
        (1, 2, 3, 4, 5),
    ),
    "languages": ('[languages]\ndefault = "vi、ja@simple"', lambda s: s.languages.default, ("vi", "ja@simple")),
    "reminders": ("[cadence]\nremind_after = [3]", lambda s: s.cadence.remind_after, (3,)),
    "no_reminders": ("[cadence]\nremind_after = []", lambda s: s.cadence.remind_after, ()),
    "percent": ("[companies.A]\nyearly_turnover = '15 %'", lambda s: s.company("A").yearly_turnover, 0.15),
    "ipv6": ('desk_bind = "[::1]:8700"', lambda s: s.desk_bind, ("::1", 8700)),
    "api": (
        'telegram_api_url = "http://127.0.0.1:8081/bot"',
        lambda s: s.telegram_api_url,
        "http://127.0.0.1:8081/bot",
    ),
}


@pytest.mark.parametrize(("toml", "read", "value"), FITTING.values(), ids=FITTING)
def test_a_value_is_understood_as_people_write_it(
    desk: Desk, toml: str, read: Callable[[Settings], Any], value: Any
) -> None:
    desk.write("teichaku.toml", toml)
    assert read(desk.load()) == value


def test_lists_are_written_in_a_variable_with_commas(desk: Desk) -> None:
    settings = desk.load(
        TEICHAKU_CADENCE__REMIND_AFTER="1, 3",
        TEICHAKU_CALENDAR__CLOSURES="12-29..01-03, 05-01",
        TEICHAKU_LANGUAGES__DEFAULT="ja",
        TEICHAKU_PRIVACY__KEEP_ANSWERS_IN_CHAT="true",
    )
    assert settings.cadence.remind_after == (1, 3)
    assert settings.calendar.closures == ("12-29..01-03", "05-01..05-01")
    assert settings.languages.default == ("ja",)
    assert settings.privacy.keep_answers_in_chat is True


@pytest.mark.parametrize(
    ("toml", "code", "key"),
    [
        ("alerts = 3", "setting_not_table", "alerts"),
        ("companies = 3", "setting_not_table", "companies"),
        ('[staff]\nname = "A"', "setting_not_entries", "staff"),
        ("[alerts]\ndigest = 9", "setting_not_time", "alerts.digest"),
        ('[alerts]\ndigest = "24:00"', "setting_not_time", "alerts.digest"),
        ('[alerts]\nhours = "18:00-09:00"', "setting_not_window", "alerts.hours"),
        ('[alerts]\nhours = "09:00-12:00-18:00"', "setting_not_window", "alerts.hours"),
        ("[alerts]\ncapacity = true", "setting_not_whole_number", "alerts.capacity"),
        ("[alerts]\ncapacity = 2.5", "setting_not_whole_number", "alerts.capacity"),
        ("[alerts]\ncapacity = 0", "setting_too_small", "alerts.capacity"),
        ("[alerts]\ncapacity = 1001", "setting_too_large", "alerts.capacity"),
        ('[alerts]\nlead = " "', "setting_not_text", "alerts.lead"),
        ('[alerts.acknowledge]\nsafety = "4 hours"', "setting_not_minutes", "alerts.acknowledge.safety"),
        ('[alerts.acknowledge]\nhelp = "1 day"', "setting_not_hours", "alerts.acknowledge.help"),
        ("[alerts.acknowledge]\nhigh = 0", "setting_not_working_days", "alerts.acknowledge.high"),
        ("[cadence]\nremind_after = [5, 2]", "setting_not_rising", "cadence.remind_after"),
        ("[cadence]\nremind_after = 2", "setting_not_rising", "cadence.remind_after"),
        ("[cadence]\nremind_after = [2, 10]", "setting_reminds_too_late", "cadence"),
        ('[calendar]\ncountry = "Japan"', "setting_not_country", "calendar.country"),
        ('[calendar]\nclosures = ["02-30"]', "setting_not_days", "calendar.closures[1]"),
        ('[calendar]\nclosures = ["2026-08-14..2026-08-10"]', "setting_not_days", "calendar.closures[1]"),
        ('[calendar]\nclosures = ["2026-08-14..08-20"]', "setting_not_days", "calendar.closures[1]"),
        ('[calendar]\nclosures = ["summer"]', "setting_not_days", "calendar.closures[1]"),
        ("[calendar]\nclosures = true", "setting_not_days", "calendar.closures"),
        ('[calendar]\nworking_weekdays = "Mon-Fry"', "setting_not_weekdays", "calendar.working_weekdays"),
        ("[calendar]\nworking_weekdays = []", "setting_not_weekdays", "calendar.working_weekdays"),
        ("[calendar]\nworks_on_public_holidays = 3", "setting_not_yes_or_no", "calendar.works_on_public_holidays"),
        ('[languages]\ndefault = ["en", "ja", "vi"]', "setting_not_pair", "languages.default"),
        ('[languages]\ndefault = "ベトナム語"', "setting_not_languages", "languages.default"),
        ('[privacy]\nconsultant_telegram = "all"', "setting_not_choice", "privacy.consultant_telegram"),
        ('[privacy.free_text]\nslack = "paper"', "setting_not_choice", "privacy.free_text.slack"),
        ("[risk]\npath = 3", "setting_not_text", "risk.path"),
        ('[[staff]]\nname = "A"\nemail = "nobody"', "setting_not_email", "staff[1].email"),
        ('[[staff]]\nemail = "a@example.jp"', "setting_missing", "staff[1].name"),
        ("[companies.A]\nyearly_turnover = 15", "setting_not_share", "companies.A.yearly_turnover"),
        ("[companies.A]\nyearly_turnover = 15.0", "setting_not_share", "companies.A.yearly_turnover"),
        ('desk_bind = "127.0.0.1:87000"', "setting_not_bind", "desk_bind"),
        ('database_url = "mysql://db"', "setting_not_database", "database_url"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_with_its_key(desk: Desk, toml: str, code: str, key: str) -> None:
    assert desk.fault_of(toml) == (code, key)


def test_the_same_person_or_company_twice_is_told_by_number(desk: Desk) -> None:
    desk.write(
        "teichaku.toml",
        '[[staff]]\nname = "A"\nemail = "a@example.jp"\n[[staff]]\nname = "B"\n[[staff]]\nname = "C"\n'
        'email = "A@example.jp"\n[companies."㈱丸山"]\n[companies."(株)丸山"]\n',
    )
    twice = [(fault["code"], fault["key"], fault["first"], fault["second"]) for fault in desk.faults()]
    assert twice == [("setting_twice", "staff", 1, 3), ("setting_twice", "companies", 1, 2)]


def test_a_company_keeps_the_common_calendar_but_for_what_it_sets_itself(desk: Desk) -> None:
    desk.write(
        "teichaku.toml",
        '[calendar]\nclosures = ["12-31..01-02"]\nworks_on_public_holidays = true\n'
        '[companies."㈱丸山".calendar]\nworking_weekdays = "Tue-Sat"\nworks_on_public_holidays = false\n',
    )
    settings = desk.load()
    own = settings.calendar_of(" （株）丸山")
    assert own.working_weekdays == (1, 2, 3, 4, 5)
    assert not own.works_on_public_holidays
    assert own.closures == ("12-31..01-02",)
    assert settings.calendar_of("Somebody else") == settings.calendar


# Files as they come from other people's machines.


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_file_is_read_in_the_encodings_that_editors_in_japan_save(desk: Desk, encoding: str) -> None:
    desk.write("teichaku.toml", '[[staff]]\r\nname = "髙﨑"\r\n', encoding)
    desk.write(".env", "TEICHAKU_ALERTS__LEAD=髙﨑\r\n", encoding)
    settings = desk.load()
    assert settings.staff[0].name == settings.alerts.lead == "髙﨑"


def test_a_file_that_is_no_text_is_told(desk: Desk) -> None:
    (desk.folder / "teichaku.toml").write_bytes(b"\x81\x20\x81")
    (desk.folder / ".env").write_bytes(b"\x81\x20\x81")
    assert [fault["code"] for fault in desk.faults()] == ["config_encoding", "config_encoding"]


def test_a_file_that_cannot_be_opened_is_told(desk: Desk) -> None:
    (desk.folder / "folder.toml").mkdir()
    assert [fault["code"] for fault in desk.faults(TEICHAKU_CONFIG="folder.toml")] == ["config_unreadable"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_told(desk: Desk) -> None:
    for name in ("teichaku.toml", ".env"):
        desk.write(name, "").chmod(0)
    assert [fault["code"] for fault in desk.faults()] == ["config_unreadable", "config_unreadable"]


def test_a_named_file_must_exist_and_a_folder_named_dotenv_is_none(desk: Desk) -> None:
    (desk.folder / ".env").mkdir()
    assert desk.load() == Settings()
    (fault,) = desk.faults(Path("elsewhere.toml"))
    assert fault == {"code": "config_missing", "path": str(desk.folder / "elsewhere.toml")}


@pytest.mark.parametrize(
    ("toml", "line"), [("[alerts]\ncapacity = three\n", 2), ("a = 1\nb = 2\n[alerts", 3), ("x = 1\nx = 2\n", 2)]
)
def test_a_line_that_is_no_toml_is_told_by_its_number(desk: Desk, toml: str, line: int) -> None:
    desk.write("teichaku.toml", toml)
    (fault,) = desk.faults()
    assert (fault["code"], fault["line"]) == ("config_syntax", line)


@pytest.mark.parametrize("wrong", ["TEICHAKU_SLACK_BOT_TOKEN: xoxb-1", "TEICHAKU_SLACK_BOT_TOKEN", "A='open"])
def test_a_line_of_dotenv_that_sets_nothing_is_told_by_its_number(desk: Desk, wrong: str) -> None:
    desk.write(".env", f"# comment\n\n{wrong}\n")
    (fault,) = desk.faults()
    assert (fault["code"], fault["line"]) == ("env_syntax", 3)


def test_a_variable_in_another_encoding_is_told(desk: Desk) -> None:
    (fault,) = desk.faults(TEICHAKU_ALERTS__LEAD=os.fsdecode(b"Andr\xe9"))
    assert (fault["code"], fault["key"]) == ("setting_wrong", "TEICHAKU_ALERTS__LEAD")


def test_a_line_of_dotenv_that_is_for_somebody_else_is_left_alone(desk: Desk) -> None:
    desk.write(".env", "PASSED_ON\nTEICHAKU_ALERTS__CAPACITY=3\n")
    assert desk.load().alerts.capacity == 3


def test_every_sentence_is_reached_by_a_test_above() -> None:
    tests = Path(__file__).read_text(encoding="utf-8")
    assert [code for code in SETTINGS_ERRORS if f'"{code}"' not in tests] == []
