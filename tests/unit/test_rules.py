"""The rules file: what the shipped one says, and what a consultancy's own may change and may not."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from risk.model import Level
from risk.rules import FORBIDDEN, RulesError, load, parse, reason_codes, refuse_forbidden
from surveys.loader import DRIVERS


def refusal(text: str) -> RulesError:
    with pytest.raises(RulesError) as caught:
        parse(text, source="own.yaml", base=load())
    return caught.value


def test_the_shipped_rules_carry_the_weights_of_the_design() -> None:
    rules = load()
    weights = {name: (c.answered, c.not_answered, c.sd) for name, c in rules.constructs.items()}
    assert weights == {
        "intention": (0.60, 0.0, 0.25),
        "overall": (0.12, 0.25, 0.15),
        "rewards": (0.15, 0.25, 0.15),
        "supervisor": (0.10, 0.20, 0.15),
        "stress": (0.05, 0.10, 0.10),
        "clarity": (0.05, 0.05, 0.10),
        "peer": (0.05, 0.05, 0.10),
        "workload": (0.0, 0.0, 0.10),
        "language": (0.0, 0.0, 0.10),
        "life": (0.0, 0.0, 0.10),
        "change": (0.0, 0.0, 0.10),
    }
    assert rules.constructs["overall"].alone == 0.45
    assert (rules.drop.weight, rules.missed.weight, rules.manager.weight) == (0.15, 0.25, 0.35)


def test_the_rules_know_everything_that_the_surveys_ask_about_and_no_more() -> None:
    assert set(load().drivers) == DRIVERS


@pytest.mark.parametrize(
    ("months", "weight"),
    [(0, 0.4), (5, 0.4), (6, 0.4), (12, 0.3), (24, 0.0), (36, -0.2), (60, -0.75), (119, -0.75), (120, -1.5), (None, 0)],
)
def test_the_tenure_table_is_read_by_whole_months(months: int | None, weight: float) -> None:
    assert load().tenure_weight(months) == weight


def test_the_bands_of_the_levels() -> None:
    levels = load().levels
    found = {level: (band.ratio, band.at_least) for level in Level if (band := levels.of(level))}
    assert found == {
        Level.WATCH: (1.5, 0.06),
        Level.ELEVATED: (2.5, 0.12),
        Level.HIGH: (4.0, 0.20),
        Level.CRITICAL: (8.0, 0.40),
    }


def test_every_reason_has_a_sentence_and_what_can_be_acted_on_has_a_first_step() -> None:
    rules = load()
    assert set(rules.reasons) == set(reason_codes(rules))
    without_step = {code for code in reason_codes(rules) if rules.first_step(code) is None}
    assert without_step == {"held", "uncertain"}


def test_a_sentence_comes_with_its_key_in_the_catalog() -> None:
    rules = load()
    assert rules.reason("level.supervisor").id == "risk.reason.level.supervisor"
    step = rules.first_step("lowest_twice.intention")
    assert step is not None
    assert step.id == "risk.step.intention"
    ids = [message.id for message in rules.messages()]
    assert len(ids) == len(set(ids)) == len(rules.reasons) + len(rules.first_steps) + 1


def test_nobody_can_change_rules_that_are_in_force() -> None:
    with pytest.raises(ValidationError):
        load().capacity = 7


def test_an_own_file_says_only_what_it_changes(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("version: 1001\nconstructs: {supervisor: {answered: 0.2}}\ncapacity: 4\n", encoding="utf-8")
    rules = load(own)
    assert (rules.version, rules.capacity) == (1001, 4)
    assert rules.constructs["supervisor"].answered == 0.2
    assert rules.constructs["supervisor"].not_answered == 0.20
    assert rules.tenure == load().tenure


def test_an_own_file_must_have_a_version_of_its_own() -> None:
    assert refusal("capacity: 4").code == "rules.version_taken"
    assert refusal("version: 1\ncapacity: 4").values == {"source": "own.yaml", "version": 1}
    # Those from a million on belong to what was learned.
    assert refusal("version: 1000000").values == {"source": "own.yaml", "version": 1_000_000, "most": 999_999}


@pytest.mark.parametrize(
    "name",
    [
        *("nationality", "religion", "sex", "gender", "age", "birth_date", "pregnancy", "family", "marriage", "race"),
        *("children", "health", "illness", "disability", "union", "ethnicity", "Sick-Leave", "marriedStatus"),
        *("国籍", "本人の年齢", "年 齢", "ＧＥＮＤＥＲ", "sex2", "isPregnant", "Quốc_Tịch"),
        *("ton-giao", "jenis_kelamin", "Relihiyon", "性别"),
        *("उमेर", "လူမျိုး", "종교코드", "Religião"),
    ],
)
@pytest.mark.parametrize(
    "where",
    [
        "constructs: {{x: {{drivers: [{0}], answered: 0.1, not_answered: 0.1, sd: 0.1}}}}",
        "constructs: {{{0}: {{drivers: [y], answered: 0.1, not_answered: 0.1, sd: 0.1}}}}",
        "context: {{{0}: {{weight: 0.1, days: 30}}}}",
        "{0}: 0.3",
        "manager: {{{0}: 0.3}}",
        'reasons: {{level.{0}: {{text: "a"}}}}',
    ],
)
def test_a_forbidden_input_is_refused_wherever_it_stands(name: str, where: str) -> None:
    error = refusal("version: 2\n" + where.format(name))
    assert error.code == "rules.forbidden"
    assert name in str(error.values["name"])


@pytest.mark.parametrize("name", ["language", "wage", "manager", "engagement", "average", "reunion_pay", "message"])
def test_a_word_that_only_contains_a_forbidden_one_is_no_forbidden_input(name: str) -> None:
    refuse_forbidden([name], FORBIDDEN)


def test_the_forbidden_list_can_grow_and_never_shrinks() -> None:
    everything = ", ".join(load().forbidden)
    grown = parse(f"version: 2\nforbidden: [{everything}, blood_type]", source="own.yaml", base=load())
    assert "blood_type" in grown.forbidden
    error = refusal("version: 2\nforbidden: [religion]")
    assert error.code == "rules.forbidden_missing"
    assert "nationality" in str(error.values["names"])


def test_a_word_added_to_the_list_is_refused_at_once() -> None:
    everything = ", ".join(load().forbidden)
    construct = "constructs: {zodiac: {drivers: [zodiac], answered: 0.1, not_answered: 0.1, sd: 0.1}}"
    sentence = 'reasons: {level.zodiac: {text: "a"}}'
    error = refusal(f"version: 2\nforbidden: [{everything}, zodiac]\n{construct}\n{sentence}")
    assert error.code == "rules.forbidden"


def test_an_answer_about_a_forbidden_or_unknown_thing_is_refused() -> None:
    rules = load()
    with pytest.raises(RulesError) as forbidden:
        rules.check_input("pregnancy")
    assert (forbidden.value.code, forbidden.value.values) == ("rules.forbidden", {"name": "pregnancy"})
    with pytest.raises(RulesError) as unknown:
        rules.check_input("weather")
    assert (unknown.value.code, unknown.value.values) == ("rules.unknown_item", {"item": "weather"})
    rules.check_input("supervisor")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("version: 2\nwieghts: {}", "wieghts"),
        ("version: 2\nmanager: {weight: 0.3, sd: 0.2, colourless: 1}", "manager.colourless"),
        ("version: 2\nmanager: {weight: .nan}", "manager.weight"),
        ("version: 2\nmanager: {weight: .inf}", "manager.weight"),
        ("version: 2\nmanager: {weight: -0.1}", "manager.weight"),
        ("version: 2\nmanager: {weight: '0.3'}", "manager.weight"),
        ("version: 2\nmanager: {weight: true}", "manager.weight"),
        ("version: 2\nscale: {sd: 0}", "scale.sd"),
        ("version: 2\ncapacity: 0", "capacity"),
        ("version: 2\ncapacity: 2.5", "capacity"),
        ("version: two", "version"),
        ("version: 2\nturnover: {min: 0.5}", "turnover"),
        ("version: 2\nlevels: {high: {ratio: 2.0}}", "levels"),
        ("version: 2\ntenure: {bands: [{below: 6, weight: 0.1}]}", "tenure"),
        (
            "version: 2\ntenure: {bands: [{below: 9, weight: 0.1}, {below: 6, weight: 0.1}, {below: null, weight: 0}]}",
            "tenure",
        ),
        ("version: 2\nexplicit: {signals: [yawned]}", "explicit.signals.0"),
        ("version: 2\nalerts: [{kind: risk, delivered: now, acknowledge_within: 1, unit: days}]", "alerts.0"),
        ("version: 2\nalerts: [{kind: help, delivered: now}]", "alerts.0"),
        ("version: 2\nalerts: [{kind: help, delivered: list, acknowledge_within: 1, unit: days}]", "alerts.0"),
        ("version: 2\nalerts: [{kind: help, delivered: now, acknowledge_within: 1}]", "alerts.0"),
        (
            "version: 2\nalerts: [{kind: help, delivered: now, second_after: 9, acknowledge_within: 1, unit: days}]",
            "alerts.0",
        ),
        ("[1, 2]", ""),
        ("1: 2", ""),
    ],
)
def test_a_wrong_number_or_an_unknown_key_is_refused_with_its_place(text: str, where: str) -> None:
    error = refusal(text)
    assert error.code == "rules.invalid"
    assert error.values["where"] == where
    assert error.values["source"] == "own.yaml"


def test_a_key_written_twice_is_refused_with_its_line() -> None:
    error = refusal("version: 2\ncapacity: 4\ncapacity: 9\n")
    assert (error.code, error.values) == ("rules.duplicate", {"source": "own.yaml", "key": "capacity", "line": 3})


def test_broken_yaml_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    assert refusal("version: [2").code == "rules.unreadable"
    with pytest.raises(RulesError) as missing:
        load(tmp_path / "nowhere.yaml")
    assert missing.value.code == "rules.unreadable"
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("version: 2 # é".encode("latin-1"))
    with pytest.raises(RulesError) as coded:
        load(latin)
    assert coded.value.code == "rules.unreadable"


def test_a_driver_belongs_to_one_construct_and_two_drivers_must_be_there() -> None:
    construct = "constructs: {{extra: {{drivers: [{0}], answered: 0.1, not_answered: 0.1, sd: 0.1}}}}"
    assert refusal("version: 2\n" + construct.format("pay")).values == {"driver": "pay"}
    assert refusal("version: 2\nconstructs: {overall: {drivers: [mood]}}").values == {"driver": "overall"}


def test_the_alert_table_has_every_row_once() -> None:
    error = refusal("version: 2\nalerts: [{kind: help, delivered: now, acknowledge_within: 1, unit: hours}]")
    assert (error.code, error.values) == ("rules.alert_rows", {"name": "safety", "rows": 0})
    row = "{kind: safety, delivered: now, acknowledge_within: 9, unit: clock}"
    assert refusal(f"version: 2\nalerts: [{row}, {row}]").values == {"name": "safety", "rows": 2}


def test_a_new_driver_needs_a_sentence() -> None:
    construct = "constructs: {commute: {drivers: [commute], answered: 0.1, not_answered: 0.1, sd: 0.1}}"
    assert refusal(f"version: 2\n{construct}").values == {"name": "level.commute"}
    sentence = 'reasons: {level.commute: {text: "The way to work is long: %(answers)s"}}'
    assert "commute" in parse(f"version: 2\n{construct}\n{sentence}", source="own.yaml", base=load()).drivers


@pytest.mark.parametrize("text", ["%(salary)s", "100 % sure", "%s", "%(times)d"])
def test_a_sentence_that_cannot_be_filled_is_refused(text: str) -> None:
    error = refusal(f'version: 2\nreasons: {{level.pay: {{text: "{text}"}}}}')
    assert error.code == "rules.placeholder"
    assert error.values["name"] == "level.pay"


def test_a_sentence_about_nothing_is_refused() -> None:
    assert refusal('version: 2\nreasons: {level.moon: {text: "a"}}').code == "rules.sentence_unknown"
    assert refusal('version: 2\nfirst_steps: {moon: {text: "a"}}').values == {"name": "moon"}
