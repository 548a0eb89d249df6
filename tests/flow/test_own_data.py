"""``/privacy``, as its reader sees it: who reads what, everything that is stored, and nothing of it left once it is erased."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text as sql
from sqlalchemy.engine import make_url

from bot.commands import own_data
from bot.commands.backtest import backtest
from bot.commands.changes import left
from bot.commands.invite import invite
from bot.flow import changes, privacy
from bot.refusal import Refusal
from bot.text.catalog import Voice
from bot.text.commands import LeaveReason
from store import facts
from store.queries import people
from tests.house import House, living, moment, row

BEFORE = "2026-03-30 10:00"
WORDS = "GIRAFFE my room is cold"
DANGER = "OKAPI the boss hit me"
MANAGERS = "AXOLOTL he is slow"
VOICE = Voice(("en",), "staff")


async def a_life(house: House, **values: object) -> facts.Placement:
    """Everything that can leave a trace: words, danger, help, a shared topic, an action, a pause, another consultant."""
    placement = await house.welcomes(hire_phone="+81-90-1234-5678", **values)
    an, sato, mori = placement.hire, placement.manager, placement.consultant
    with house.app.store.begin() as tx:
        people.set_call_name(tx, an.id, "Anh Yeu")
    await house.until("2026-05-01 12:10")
    await house.goes_through(an, "2", WORDS)
    offered = [b for one in house.messages(an) for line in one.rows for b in line if b.payload.kind == "share"]
    await house.presses(an, next(b.label for b in offered if b.payload.choice.startswith("topic.")))
    await house.presses(an, "In my name")
    assert house.rows("SELECT count(*) FROM sharing") == [(1,)]
    await house.goes_through(sato, "2", MANAGERS)
    await house.says(an, DANGER)
    await house.runs()
    await house.presses(an, "No, write to me")
    await house.presses(mori, "I take care of it")
    changes.pause(house.app, "A-1", date(2026, 5, 4), date(2026, 5, 5))
    house.imports(row(placement_id="B-1", hire_name="LE THI HOA", hire_email="hoa@example.com"))
    await house.runs()
    return placement


SECRETS = ("NGUYEN VAN AN", "Anh Yeu", "an@example.com", "+81-90-1234-5678", "GIRAFFE", "OKAPI")


def dump(house: House) -> str:
    """Every row of the database, its sealed words opened, as one text."""
    found = []
    with house.app.store.read() as tx:
        for name, rows in house.everything().items():
            for each in rows:
                for value in each:
                    found.append(f"{name}: {_opened(tx.info['box'], value)}")
    return "\n".join(found)


def files_of(house: House, url: str) -> list[Path]:
    """The files in which the tables stand, where they are on this machine."""
    if make_url(url).get_backend_name() == "sqlite":
        return [Path(f"{make_url(url).database}{end}") for end in ("", "-wal")]
    with house.app.store.begin() as tx:
        tx.execute(sql("CHECKPOINT"))
        server = "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
        ((folder, oid),) = tx.execute(sql(server)).all()
    return list(Path(folder, "base", str(oid)).glob("*"))


def _opened(box: object, value: object) -> str:
    if isinstance(value, str) and value.startswith("gAAAA"):
        return str(box.decrypt(value.encode()).decode())  # type: ignore[attr-defined]
    return str(value)


async def test_who_reads_what_and_what_was_shared_stand_on_one_page() -> None:
    async with living(BEFORE) as house:
        an = (await a_life(house)).hire
        await house.says(an, "privacy")
        seen = house.sees(an)

        assert "Mori Aiko, your consultant, and the agency's lead read your answers" in seen
        for button in ("Show what is stored", "Make no estimate", "Keep numbers, no name", "Erase everything"):
            assert f"[{button}]" in seen


async def test_everything_that_is_theirs_is_shown_page_by_page_and_nothing_of_others() -> None:
    async with living(BEFORE) as house:
        placement = await a_life(house)
        an = placement.hire
        await house.says(an, "privacy")
        await house.presses(an, "Show what is stored")
        told = [house.sees(an)]
        while "[→]" in told[-1]:
            await house.presses(an, "→")
            told.append(house.sees(an))
        seen = "\n".join(told)

        for one in ("NGUYEN VAN AN", "an@example.com", "+81-90-1234-5678", "Work: Sakura Foods since April 1, 2026"):
            assert one in seen
        assert "You agreed on March 30, 2026 (text number 4)" in seen
        assert "An estimate is made from your answers." in seen
        assert WORDS in seen
        assert "AXOLOTL" not in seen
        assert "elevated" not in seen
        assert all(len(one) <= 3400 for one in told)


async def test_the_estimate_can_be_turned_off_later_and_the_help_stays() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.says(an, "privacy")
        await house.presses(an, "Make no estimate")
        assert "No estimate is made from your answers." in house.sees(an)
        await house.until("2026-06-20 12:00")
        assert house.rows("SELECT count(*) FROM assessment") == [(0,)]
        await house.says(an, "help")
        assert "With whom is the trouble?" in house.sees(an)


async def test_what_was_estimated_before_goes_when_the_estimate_is_turned_off(tmp_path: Path) -> None:
    async with living(BEFORE, url=f"sqlite:///{tmp_path / 'house.db'}") as house:
        placement = await a_life(house)
        an, mori = placement.hire, placement.consultant
        risk = next(one for one in house.alerts() if one.kind == "risk")
        await house.until("2026-05-07 09:00")
        await house.presses(mori, "Open: NGUYEN VAN AN")
        await house.presses(mori, "Why this level?")
        estimated = house.rows("SELECT reasons FROM assessment WHERE placement_id = 1")
        await house.says(an, "privacy")
        await house.presses(an, "Make no estimate")
        await house.runs()
        content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert [one for (one,) in estimated if one.encode() in content] == []
        assert house.rows("SELECT count(*) FROM assessment WHERE placement_id = 1") == [(0,)]
        (after,) = [one for one in house.alerts() if one.id == risk.id]
        assert (after.state, after.level, after.reasons) == ("resolved", None, ())
        waiting = {one.kind for one in house.alerts() if one.state != "resolved"}
        assert waiting & {"safety", "risk"} == {"safety"}, "the help stays"
        standing = "\n".join(house.shown(mori))
        assert "usual risk" not in standing
        assert "What stood here is not shown any more" in standing
        assert WORDS in standing, "what was said stays, without the levels of the last months"
        assert "Last months" not in standing
        await house.says(mori, "list")
        assert "NGUYEN VAN AN, Sakura Foods: no estimate" in house.sees(mori)
        await house.presses(mori, "Case: NGUYEN VAN AN")
        assert "now: no estimate" in house.sees(mori)
        await house.until("2026-07-10 12:00")
        assert house.rows("SELECT count(*) FROM assessment WHERE placement_id = 1") == [(0,)]


async def test_erasing_takes_the_case_out_of_the_consultants_chat_and_the_details_out_of_the_log() -> None:
    async with living(BEFORE) as house:
        placement = await a_life(house)
        mori = placement.consultant
        changes.pause(house.app, "A-1", date(2026, 5, 20), date(2026, 5, 21), reason="home_leave")
        await house.says(mori, "list")
        await house.presses(mori, "Case: NGUYEN VAN AN")
        own_data.erase(house.app, VOICE, "an@example.com")
        await house.runs()
        assert "What stood here is not shown any more" in "\n".join(house.shown(mori))
        assert house.rows("SELECT count(*) FROM auditentry WHERE details LIKE '%home_leave%'") == [(0,)]


async def test_a_short_number_of_a_hire_damages_nothing_of_others() -> None:
    async with living(BEFORE) as house:
        house.imports(row(hire_id="7"), row(placement_id="B-1", hire_name="LE THI HOA", hire_email="hoa@example.com"))
        changes.pause(house.app, "B-1", date(2026, 5, 7), date(2026, 5, 17))
        before = house.rows("SELECT details FROM auditentry WHERE subject = 'placement:B-1'")
        own_data.erase(house.app, VOICE, "an@example.com")
        assert house.rows("SELECT details FROM auditentry WHERE subject = 'placement:B-1'") == before != []


async def test_who_is_not_sure_erases_nothing() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.says(an, "privacy")
        await house.presses(an, "Erase everything")
        assert "It cannot be undone. Nobody at the company is told. Shall I erase everything?" in house.sees(an)
        await house.presses(an, "No, keep it")
        assert house.placement().hire.name == "NGUYEN VAN AN"


async def test_erasing_leaves_nothing_in_the_database_or_its_file(database_url: str) -> None:
    async with living(BEFORE, url=database_url) as house:
        placement = await a_life(house)
        an, sato, mori = placement.hire, placement.manager, placement.consultant
        before = dump(house)
        assert all(secret in before for secret in SECRETS), "or this proves nothing"
        managers = house.log_of(sato)

        await house.says(an, "privacy")
        await house.presses(an, "Erase everything")
        await house.presses(an, "Yes, erase everything")
        await house.runs()

        after = dump(house)
        assert [secret for secret in SECRETS if secret in after] == []
        assert "AXOLOTL" not in after, "what the manager said about the hire goes along"
        assert "LE THI HOA" in after, "nobody else is touched"
        assert house.sees(an).startswith("Everything about you is erased here.")
        assert [one for one in house.shown(an) if "NGUYEN" in one or "Anh" in one] == []
        assert house.log_of(sato) == managers, "nobody at the company is told"
        assert "Case A-1: the hire has erased everything here" in house.log_of(mori)
        assert not [one for one in house.shown(mori) if "OKAPI" in one], "the alert in the consultant's chat is gone"
        assert house.rows("SELECT count(*) FROM auditentry WHERE action = 'erased'") == [(1,)]
        content = b"".join(file.read_bytes() for file in files_of(house, database_url))
        assert [secret for secret in SECRETS if secret.encode() in content] == []

        await house.says(an, "hello")
        assert "I do not know you yet" in house.sees(an)
        with pytest.raises(Refusal) as refused:
            house.imports(row())
        assert refused.value.code == "rows_erased"


async def test_the_service_goes_on_after_somebody_was_erased() -> None:
    async with living(BEFORE) as house:
        placement = await a_life(house)
        own_data.erase(house.app, VOICE, "A-1")
        await house.until("2026-06-02 12:00")
        await house.says(placement.consultant, "list")
        assert "LE THI HOA" in house.sees(placement.consultant)
        assert house.rows("SELECT count(*) FROM delivery WHERE state = 'failed'") == [(0,)]


async def test_a_manager_is_erased_and_the_case_goes_on() -> None:
    async with living(BEFORE) as house:
        placement = await a_life(house)
        sato = placement.manager
        await house.says(sato, "privacy")
        await house.presses(sato, "erase")
        await house.presses(sato, "yes")
        await house.runs()
        after = dump(house)
        assert [one for one in ("Sato", "sato@example.com", "AXOLOTL") if one in after] == []
        assert house.placement().hire.name == "NGUYEN VAN AN"
        assert "manager" not in {one.whom.role for one in invite(house.app)}, "nobody invites them anew"
        await house.until("2026-06-20 12:00")
        await house.says(placement.consultant, "list")
        assert "NGUYEN VAN AN" in house.sees(placement.consultant)


async def test_what_an_erased_manager_told_is_taken_out_of_the_consultants_chat() -> None:
    async with living(BEFORE) as house:
        placement = await house.welcomes()
        an, sato, mori = placement.hire, placement.manager, placement.consultant
        await house.until("2026-05-01 12:10")
        await house.goes_through(sato, "2")
        await house.goes_through(an, "5")
        await house.says(sato, "WALRUS somebody hit him")
        await house.runs()
        told = "\n".join(house.shown(mori))
        assert "WALRUS" in told, "or this proves nothing"
        assert "The manager is less sure than usual" in told
        own_data.erase(house.app, VOICE, "sato@example.com")
        await house.runs()
        told = "\n".join(house.shown(mori))
        assert "WALRUS" not in told
        assert "The manager is less sure than usual" not in told
        codes = [reason["code"] for alert in house.alerts() for reason in alert.reasons]
        assert [code for code in codes if code.startswith(("manager", "gap"))] == []


async def test_numbers_stay_only_under_a_random_sign_and_only_with_consent() -> None:
    async with living(BEFORE) as house:
        an = (await a_life(house)).hire
        await house.says(an, "privacy")
        await house.presses(an, "Keep numbers, no name")
        assert "your numbers stay under a random sign" in house.sees(an)
        await house.presses(an, "Erase everything")
        await house.presses(an, "Yes, erase everything")

        kept = house.rows("SELECT sign, month, item, value FROM keptnumber")
        assert {item for _, _, item, _ in kept} >= {"supervisor", "probability", "until"}
        assert all(0 <= value <= 1 and month <= 1 for _, month, _, value in kept)
        (sign,) = {sign for sign, *_ in kept}
        assert f"The sign of your numbers is {sign}." in house.sees(an)
        assert own_data.erase(house.app, VOICE, sign) == [f"The numbers under that sign are erased: {len(kept)}."]
        assert house.rows("SELECT count(*) FROM keptnumber") == [(0,)]


async def test_kept_numbers_tell_a_backtest_what_became_of_somebody_and_not_who(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with living(BEFORE) as house:
        an = (await a_life(house)).hire
        left(
            house.app, VOICE, "A-1", notice_on=date(2026, 5, 20), left_on=date(2026, 5, 31), reason=LeaveReason.RESIGNED
        )
        await house.says(an, "privacy")
        await house.presses(an, "Keep numbers, no name")
        house.skips("2026-09-01 12:00")  # Three months after a check-in it is known whether notice came.
        own_data.erase(house.app, VOICE, "an@example.com")
        capsys.readouterr()
        backtest(house.app, VOICE, as_json=True, picture=None, times=1)
        told = json.loads(capsys.readouterr().out)
        assert (told["person_months"], told["erased"]["people"], told["erased"]["left"]) == (0, 1, 1.0)
        assert 0 < told["erased"]["expected"] < 1


async def test_without_that_consent_no_number_stays() -> None:
    async with living(BEFORE) as house:
        await a_life(house)
        own_data.erase(house.app, VOICE, "an@example.com")
        assert house.rows("SELECT count(*) FROM keptnumber") == [(0,)]


async def test_an_export_holds_what_is_theirs() -> None:
    async with living(BEFORE) as house:
        await a_life(house)
        found = own_data.export(house.app, "NGUYEN VAN AN")
        assert (found["name"], found["email"], found["phone"]) == SECRETS[0::2][:1] + SECRETS[2:4]
        assert WORDS in str(found["answers"])
        assert not {"AXOLOTL", "elevated", "probability"} & set(str(found).split())
        about_sato = own_data.export(house.app, "sato@example.com")
        assert "AXOLOTL" in str(about_sato)
        assert "GIRAFFE" not in str(about_sato)
        assert house.rows("SELECT count(*) FROM auditentry WHERE action = 'exported'") == [(2,)]
        for wanted in ("nobody", "mori@example.com", ""):
            with pytest.raises(Refusal):
                own_data.export(house.app, wanted)


async def test_words_and_answers_go_after_the_months_that_the_settings_say(tmp_path: Path) -> None:
    retention = {"retention": {"free_text": 2, "scores": 4}}
    async with living(BEFORE, url=f"sqlite:///{tmp_path / 'house.db'}", privacy=retention) as house:
        placement = await a_life(house)
        await house.until("2026-06-30 12:00", by=None)
        assert WORDS in dump(house)
        sealed = house.rows("SELECT sealed_words FROM answer WHERE sealed_words IS NOT NULL")
        house.skips("2026-07-02 12:00")
        privacy.obey_retention(house.app)
        content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert [one for (one,) in sealed if one.encode() in content] == []
        assert "GIRAFFE" not in dump(house)
        assert "OKAPI" not in dump(house)
        await house.says(placement.hire, "privacy")
        await house.presses(placement.hire, "Show what is stored")
        assert "your own words are erased" in house.log_of(placement.hire)
        assert house.rows("SELECT count(*) FROM answer") != [(0,)]

        house.skips("2026-09-02 12:00")
        privacy.obey_retention(house.app)
        old = [at for (at,) in house.rows("SELECT answered_at FROM answer") if moment(at).month <= 5]
        assert old == []
        before = house.everything()
        privacy.obey_retention(house.app)
        assert house.everything() == before, "what has had its time goes once"


async def test_somebody_elses_button_shows_and_erases_nothing() -> None:
    async with living(BEFORE) as house:
        placement = await house.welcomes()
        await house.says(placement.hire, "privacy")
        shown = {b.payload.choice: b.payload for line in house.messages(placement.hire)[-1].rows for b in line}
        before = len(house.rows("SELECT id FROM person"))
        for person in (placement.manager, placement.consultant):
            for choice in ("show", "erase", "yes", "keep", "score_off", "nonsense"):
                payload = replace(shown["erase"], choice=choice)
                await house.channel.press_on(house.address(person), None, payload)
        assert len(house.rows("SELECT id FROM person")) == before
        assert house.placement().manager.name == "Sato Kenji", "nor does it erase whoever presses it"
        assert "an@example.com" not in house.log_of(placement.manager)
