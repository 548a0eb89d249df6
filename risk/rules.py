"""The rules of the risk engine as data: read, merged with a consultancy's own file, and checked.

Everything that a number of docs/risk.md decides stands in ``risk/rules.yaml``. ``risk/schema.py`` gives its shape;
here stand the checks that go across it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, ValidationError

from risk.schema import (
    AlertRule,
    Construct,
    Context,
    Count,
    Drop,
    Explicit,
    Gap,
    Levels,
    Missed,
    Part,
    Scale,
    Sentence,
    Share,
    Smoothing,
    Tenure,
    Turnover,
    Weighted,
)
from surveys.model import Message

FORBIDDEN = frozenset({
    "nationality", "citizenship", "origin", "race", "ethnicity", "religion", "creed", "sex", "gender", "age", "birth",
    "pregnancy", "maternity", "family", "marriage", "spouse", "child", "children", "health", "illness", "sickness",
    "medical", "disability", "union",
})  # fmt: skip
"""Never an input, whatever a rules file says. The file lists these and more; it cannot take one of these away."""

LEARNED_FROM = 1_000_000
"""The first version number of what was learned; files of a consultancy's own stay below it."""

_LATIN = "\u024f"  # the last of the letters whose words have gaps between them
_LATIN_ACCENTS = ("\u0300", "\u036f")
_BETWEEN = r"[\s!-@\[-`{-~・–—]+"  # Signs and digits end a word; the vowel signs of other scripts belong to theirs.

_CONTEXT = ("contract", "status", "transfer", "second_june")
_ALERTS = ("safety", "help", "critical", "high", "elevated", "watch", "silence", "unreachable", "deadline")
_LEVEL = frozenset({"times", "answers", "day"})
_GAP = frozenset({"subject", "hire", "hire_on", "manager", "manager_on"})
_PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "level": _LEVEL,
    "drop": _LEVEL,
    "missed": frozenset({"times", "missed", "closed", "run"}),
    "manager": _LEVEL,
    "gap": _GAP,
    "gap_below": _GAP,
    "context": frozenset({"times", "on", "days"}),
    "explicit": frozenset({"on"}),
    "lowest": frozenset({"answers"}),
    "lowest_twice": frozenset({"answers"}),
    "held": frozenset({"level"}),
    "uncertain": frozenset({"months"}),
}


class RulesError(Exception):
    """A rules file or an input cannot be used. ``code`` names the sentence, ``values`` fill its placeholders.

    Codes: ``rules.unreadable`` (source, detail), ``rules.invalid`` (source, where, detail), ``rules.duplicate``
    (source, key, line), ``rules.version_taken`` (source, version), ``rules.version_high`` (source, version, most),
    ``rules.forbidden`` (name), ``rules.forbidden_missing`` (names), ``rules.reason_missing`` and
    ``rules.sentence_unknown`` (name),
    ``rules.placeholder`` (name, placeholders), ``rules.driver_twice`` and ``rules.driver_missing`` (driver),
    ``rules.unknown_item`` (item), ``rules.unknown_time`` (name),
    ``rules.alert_rows`` (name, rows).
    """

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values


class Rules(Part):
    """Everything that the engine and the policy are told; immutable. ``load`` makes one."""

    version: Count
    forbidden: tuple[str, ...]
    scale: Scale
    newcomer_months: Annotated[int, Field(strict=True, ge=0)]
    level: Smoothing
    constructs: Mapping[str, Construct]
    drop: Drop
    missed: Missed
    manager: Weighted
    gap: Gap
    tenure: Tenure
    turnover: Turnover
    context: Context
    spread: Share
    levels: Levels
    explicit: Explicit
    alerts: tuple[AlertRule, ...]
    capacity: Count
    expectation: Sentence
    reasons: Mapping[str, Sentence]
    first_steps: Mapping[str, Sentence]

    @cached_property
    def drivers(self) -> Mapping[str, Construct]:
        """Each driver with its construct."""
        return {driver: construct for construct in self.constructs.values() for driver in construct.drivers}

    def check_input(self, item: str) -> None:
        """Refuse an answer that is about a forbidden thing, or about nothing that the rules know (RulesError)."""
        if item not in self.drivers:
            refuse_forbidden([item], self.forbidden)
            raise RulesError("rules.unknown_item", item=item)

    def tenure_weight(self, months: int | None) -> float:
        """The tenure term after so many whole months; 0 where no start date is known."""
        if months is None:
            return 0.0
        return next(band.weight for band in self.tenure.bands if band.below is None or months < band.below)

    def reason(self, code: str) -> Message:
        """The sentence of a reason; KeyError when there is none."""
        return Message(f"risk.reason.{code}", self.reasons[code].text)

    def first_step(self, code: str) -> Message | None:
        """The first step for a reason: ``level.pay`` and ``lowest.pay`` are both about ``pay``; None without one."""
        subject = code.rpartition(".")[2]
        step = self.first_steps.get(subject)
        return None if step is None else Message(f"risk.step.{subject}", step.text)

    def messages(self) -> tuple[Message, ...]:
        """Every sentence of the rules, for the catalogs."""
        reasons = [self.reason(code) for code in self.reasons]
        steps = [Message(f"risk.step.{subject}", step.text) for subject, step in self.first_steps.items()]
        return (*reasons, *steps, Message("risk.expectation", self.expectation.text))


def load(path: Path | None = None) -> Rules:
    """The shipped rules, or with ``path`` the shipped rules changed by a consultancy's own file.

    Raises RulesError when the file cannot be read, says something unknown or impossible, or names a forbidden input.
    """
    shipped = parse((files("risk") / "rules.yaml").read_text(encoding="utf-8"), source="risk/rules.yaml")
    if path is None:
        return shipped
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RulesError("rules.unreadable", source=path.name, detail=str(error)) from error
    return parse(text, source=path.name, base=shipped)


def parse(text: str, *, source: str, base: Rules | None = None) -> Rules:
    """Rules from YAML text, merged over ``base`` where given. Raises RulesError (see there for the codes)."""
    own = _read(text, source)
    if base is not None:
        if own.get("version", base.version) == base.version:
            # An assessment remembers only the number, so two different sets of rules must never share one.
            raise RulesError("rules.version_taken", source=source, version=base.version)
        if isinstance(own["version"], int) and own["version"] >= LEARNED_FROM:
            values = {"version": own["version"], "most": LEARNED_FROM - 1}
            raise RulesError("rules.version_high", source=source, **values)
        own = _merged(base.model_dump(mode="python"), own)
    inputs = {key: value for key, value in own.items() if key != "forbidden"}
    refuse_forbidden(_names(inputs), FORBIDDEN if base is None else base.forbidden)
    try:
        rules = Rules.model_validate(own)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise RulesError("rules.invalid", source=source, where=where, detail=first["msg"]) from error
    _check_inputs(rules, base)
    _check_alerts(rules)
    _check_sentences(rules)
    return rules


def weight_of(rules: Rules, path: str) -> float:
    """A weight by its path, such as ``constructs.pay.answered`` or ``drop.weight``."""
    first, *rest = path.split(".")
    part = rules.constructs[rest[0]] if first == "constructs" else getattr(rules, first)
    return float(getattr(part, rest[-1]))


def has_weight(rules: Rules, path: str) -> bool:
    """Whether these rules know a weight of that path; those of another file may not."""
    first, *rest = path.split(".")
    part = rules.constructs.get(rest[0]) if first == "constructs" else getattr(rules, first, None)
    return getattr(part, rest[-1], None) is not None


def changed(rules: Rules, weights: Mapping[str, float], version: int) -> Rules:
    """The rules with other weights (by their path, such as ``constructs.pay.answered``) under another version. A weight
    that a rules file does not have any more is left out.
    """
    data: dict[str, Any] = rules.model_dump(mode="python")
    for path, value in weights.items():
        if not has_weight(rules, path):
            continue
        place: Any = data
        *steps, last = path.split(".")
        for step in steps:
            place = place[step]
        place[last] = round(value, 6)
    return Rules.model_validate(data | {"version": version})


def refuse_forbidden(names: Iterable[str], words: Iterable[str]) -> None:
    """Raise RulesError ``rules.forbidden`` for the first name that contains a forbidden word.

    ``birth_date`` and ``sick-leave`` contain one; ``language``, ``wage`` and ``manager`` do not contain ``age``.
    Scripts without gaps between their words, such as Japanese or Burmese, have theirs found anywhere. Width, case, accents
    and what stands between two words make no difference: ``Quốc_Tịch`` and ``quoc tich`` are the same.
    """
    plain = {_spelled(word).strip() for word in words} - {""}
    for name in names:
        spelled = _spelled(name)
        squeezed = spelled.replace(" ", "")
        if any(word in squeezed if word[0] > _LATIN else f" {word} " in spelled for word in plain):
            raise RulesError("rules.forbidden", name=name)


def _spelled(name: str) -> str:
    """A name as it is compared: its words in lower case without accents, one space around each."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", unicodedata.normalize("NFKC", name))
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFD", spaced.casefold().replace("đ", "d"))
        if not _LATIN_ACCENTS[0] <= letter <= _LATIN_ACCENTS[1]
    )
    return f" {' '.join(re.split(_BETWEEN, unicodedata.normalize('NFC', bare)))} "


class _Loader(yaml.SafeLoader):
    """YAML that refuses a key written twice, of which the plain loader would silently drop the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if key_node.value in seen:
                raise RulesError("rules.duplicate", key=str(key_node.value), line=key_node.start_mark.line + 1)
            seen.add(key_node.value)
        return super().construct_mapping(node, deep=deep)


def _read(text: str, source: str) -> dict[str, Any]:
    try:
        data = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise RulesError("rules.unreadable", source=source, detail=str(error)) from error
    except RulesError as error:
        raise RulesError(error.code, source=source, **error.values) from None
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise RulesError("rules.invalid", source=source, where="", detail="a mapping of names is expected")
    return data


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        below = base.get(key)
        merged[key] = _merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def _names(data: object) -> Iterator[str]:
    """Every key and every listed word, sentences aside: read before the file is validated, to say why it is refused."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield str(key)
            yield from _names(value)
    elif isinstance(data, list | tuple):
        yield from (item for item in data if isinstance(item, str))
        for item in data:
            if not isinstance(item, str):
                yield from _names(item)


def _check_inputs(rules: Rules, base: Rules | None) -> None:
    kept = FORBIDDEN if base is None else FORBIDDEN | set(base.forbidden)
    if gone := sorted(kept - set(rules.forbidden)):
        raise RulesError("rules.forbidden_missing", names=", ".join(gone))
    refuse_forbidden([*rules.constructs, *rules.drivers], rules.forbidden)
    listed = [driver for construct in rules.constructs.values() for driver in construct.drivers]
    if twice := sorted({driver for driver in listed if listed.count(driver) > 1}):
        raise RulesError("rules.driver_twice", driver=twice[0])
    for driver in ("intention", "overall"):  # The explicit rules and the drop speak of these two by name.
        if driver not in listed:
            raise RulesError("rules.driver_missing", driver=driver)


def _check_alerts(rules: Rules) -> None:
    """Every kind and level stands in the table exactly once: a safety report must never find no row."""
    listed: list[str] = [rule.level or rule.kind for rule in rules.alerts]
    for name in _ALERTS:
        if listed.count(name) != 1:
            raise RulesError("rules.alert_rows", name=name, rows=listed.count(name))


def reason_codes(rules: Rules) -> tuple[str, ...]:
    """Every code that the engine can give with these rules (docs/risk.md explains each)."""
    return (
        *(f"level.{driver}" for driver in rules.drivers),
        "drop",
        "missed",
        "manager",
        "gap",
        "gap_below",
        *(f"context.{name}" for name in _CONTEXT),
        *(f"explicit.{signal}" for signal in rules.explicit.signals),
        "lowest.intention",
        "lowest.overall",
        "lowest_twice.intention",
        "held",
        "uncertain",
    )


def _check_sentences(rules: Rules) -> None:
    codes = reason_codes(rules)
    for code in codes:
        if code not in rules.reasons:
            raise RulesError("rules.reason_missing", name=code)
    subjects = {code.rpartition(".")[2] for code in codes}
    unknown = [*(set(rules.reasons) - set(codes)), *(set(rules.first_steps) - subjects)]
    if unknown:
        raise RulesError("rules.sentence_unknown", name=sorted(unknown)[0])
    for code, sentence in rules.reasons.items():
        _check_placeholders(code, sentence.text, _PLACEHOLDERS[code.partition(".")[0]])
    for subject, sentence in rules.first_steps.items():
        _check_placeholders(subject, sentence.text, frozenset())
    _check_placeholders("expectation", rules.expectation.text, frozenset({"one_in"}))


def _check_placeholders(name: str, text: str, allowed: frozenset[str]) -> None:
    """A sentence must be one that the text layer can fill: no unknown name and no stray percent sign."""
    filled = re.sub(r"%\((\w+)\)s", lambda found: "" if found[1] in allowed else "%", text)
    if "%" in filled.replace("%%", ""):
        raise RulesError("rules.placeholder", name=name, placeholders=", ".join(sorted(allowed)) or "none")
