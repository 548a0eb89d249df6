"""Where settings stand: the places are read, laid over each other, and every fault is told with its place."""

from __future__ import annotations

import codecs
import io
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from pathlib import Path
from typing import Any, get_args

from dotenv.parser import parse_stream
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import EnvSettingsSource

from bot.refusal import Refusal
from bot.settings.model import Settings

PREFIX = "TEICHAKU_"
CONFIG = "TEICHAKU_CONFIG"
"""The variable that names the settings file; the only one that is no setting itself."""

Location = tuple[int | str, ...]


class SettingsRefusal(Refusal):
    """The settings cannot be used. ``faults`` are all the reasons; the refusal itself reads as the first of them."""

    def __init__(self, faults: Iterable[Refusal]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults[0].code, **self.faults[0].values)


def load_settings(
    config: Path | None = None, environ: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Settings:
    """The settings: defaults < ``teichaku.toml`` < ``.env`` < environment.

    The settings file is ``config``, else what TEICHAKU_CONFIG names, else ``teichaku.toml`` in ``cwd`` if there is one;
    ``.env`` is read in ``cwd``. A secret may stand in a file of its own, named by its variable with ``_FILE``.
    Raises SettingsRefusal with all faults at once; their codes are those of ``bot.text.settings_errors``.
    """
    faults: list[Refusal] = []
    cwd = cwd or Path.cwd()
    environ = os.environ if environ is None else environ
    written = _dotenv(cwd / ".env", faults)

    named = config or environ.get(CONFIG) or written.get(CONFIG)
    path = _path(cwd, str(named or "teichaku.toml"))
    places = (
        _variables(environ, "", cwd, faults),
        _variables(written, ".env", cwd, faults),
        _Place(path.name, _toml(path, faults, wanted=named is not None)),
    )
    _refuse_secrets(places[-1], faults)

    merged: dict[str, Any] = {}
    for place in reversed(places):
        merged = _over(merged, place.values)
    try:
        settings = Settings(**merged)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        faults += (_fault(details, places) for details in found)
    if faults:
        raise SettingsRefusal(faults)
    return settings


@dataclass(frozen=True, slots=True)
class _Place:
    """One place that settings come from: a file, or '' for the environment; ``variables`` says how keys are written there."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)
    variables: bool = False

    def has(self, location: Location) -> bool:
        """True when something stands there, at whatever depth the fault lies."""
        inner: Any = self.values
        for step in location:
            try:
                inner = inner[step]
            except (LookupError, TypeError):
                return False
        return True

    def where(self, location: Location) -> dict[str, str]:
        """The key as it is written there, and the same with the file's name. Nobody asks in which file the environment is."""
        key = self.shown(location)
        return {"key": key, "where": f"{self.name}: {key}" if self.name else key}

    def shown(self, location: Location) -> str:
        """The location as it is written in this place; entries are counted from 1."""
        if self.variables:
            return PREFIX + "__".join(str(step) for step in location).upper()
        text = ""
        for step in location:
            if isinstance(step, int):
                text += f"[{step + 1}]"
            else:
                text += ("." if text else "") + (step if re.fullmatch(r"[\w-]+", step, re.ASCII) else f'"{step}"')
        return text


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one place over another; tables are merged, everything else is replaced."""
    merged = dict(below)
    for name, value in above.items():
        inner = merged.get(name)
        merged[name] = _over(inner, value) if isinstance(inner, Mapping) and isinstance(value, Mapping) else value
    return merged


# The places.


def _read(path: Path) -> str:
    """The text of a file that any editor in Japan may have saved. Raises OSError, or ValueError for no text."""
    raw = path.read_bytes()
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp932")


def _toml(path: Path, faults: list[Refusal], *, wanted: bool) -> dict[str, Any]:
    text = ""
    try:
        text = _read(path)
        values = tomllib.loads(text)
    except FileNotFoundError:
        if wanted:
            faults.append(Refusal("config_missing", path=str(path)))
        return {}
    except OSError:
        faults.append(Refusal("config_unreadable", path=str(path)))
        return {}
    except UnicodeDecodeError:
        faults.append(Refusal("config_encoding", path=str(path)))
        return {}
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        faults.append(Refusal("config_syntax", path=str(path), line=int(found[1]) if found else len(text.splitlines())))
        return {}
    for table in (values.get("risk"), values.get("surveys")):
        if isinstance(table, dict) and isinstance(table.get("path"), str):
            table["path"] = str(_path(path.parent, table["path"]))
    return values


def _dotenv(path: Path, faults: list[Refusal]) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        bindings = list(parse_stream(io.StringIO(_read(path))))
    except OSError:
        faults.append(Refusal("config_unreadable", path=str(path)))
        return {}
    except UnicodeDecodeError:
        faults.append(Refusal("config_encoding", path=str(path)))
        return {}
    for binding in bindings:
        # The library skips such a line with a word in the log, and then a token is missing for no visible reason.
        if binding.error or (binding.value is None and (binding.key or "").startswith(PREFIX)):
            text = binding.original.string
            blank = text[: len(text) - len(text.lstrip())].count("\n")
            faults.append(Refusal("env_syntax", path=str(path), line=binding.original.line + blank))
    return {binding.key: binding.value for binding in bindings if binding.key and binding.value is not None}


def _variables(raw: Mapping[str, str], name: str, cwd: Path, faults: list[Refusal]) -> _Place:
    """The settings among variables; an empty variable counts as none, as in compose files."""
    found: dict[str, str | None] = {}
    for variable, text in raw.items():
        if not variable.startswith(PREFIX) or variable == CONFIG:
            continue
        secret = variable.removesuffix("_FILE")
        where = {"key": variable, "where": f"{name}: {variable}" if name else variable}
        if variable != secret and secret in _SECRETS:
            if text.strip() and raw.get(secret, "").strip():
                faults.append(Refusal("secret_twice", **where, other=secret))
            elif text.strip():
                found[secret.lower()] = _secret(_path(cwd, text.strip()), where, faults)
        elif not _is_variable(variable):
            faults.append(Refusal("setting_unknown", **where, nearest=_nearest_variable(variable)))
        elif text.strip():
            found[variable.lower()] = text.strip()
    source = EnvSettingsSource(Settings, env_prefix=PREFIX)
    source.env_vars = found
    return _Place(name, source(), variables=True)


def _path(folder: Path, text: str) -> Path:
    """What a path in the settings means, seen from that folder."""
    try:
        return folder / Path(text).expanduser()
    except RuntimeError:  # The home of somebody who does not exist: then it is a name like any other.
        return folder / text


def _secret(path: Path, where: Mapping[str, str], faults: list[Refusal]) -> str | None:
    """The content of a secret's own file. The path is not told: somebody may have put the secret itself there."""
    try:
        text = _read(path).strip()
    except (OSError, ValueError):
        faults.append(Refusal("secret_unreadable", **where))
        return None
    if not text:
        faults.append(Refusal("secret_empty", **where))
    return text or None


def _refuse_secrets(toml: _Place, faults: list[Refusal]) -> None:
    """The settings file is shown around and kept with other files, so a token must not be in it."""
    for name in [name for name in toml.values if PREFIX + name.upper() in _SECRETS and name != "database_url"]:
        del toml.values[name]
        faults.append(Refusal("secret_in_file", **toml.where((name,)), variable=PREFIX + name.upper()))


# What exists, and what is nearest to what does not.


def _model(annotation: Any) -> type[BaseModel] | None:
    """The table behind a field: itself, or of a list or of names."""
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _paths(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key and table that can be written; ``*`` stands for a company's name or an entry's number."""
    for name, info in model.model_fields.items():
        yield (*above, name)
        if inner := _model(info.annotation):
            named = inner is not info.annotation
            yield from _paths(inner, (*above, name, "*") if named else (*above, name))


_PATHS = tuple(_paths(Settings))
_SECRETS = {
    PREFIX + name.upper()
    for name, info in Settings.model_fields.items()
    if any(one is SecretStr or SecretStr in get_args(one) for one in (info.annotation, *get_args(info.annotation)))
}
_VARIABLES = tuple(
    [PREFIX + "__".join(path).upper() for path in _PATHS if "*" not in path and (*path, "*") not in _PATHS]
    + [f"{secret}_FILE" for secret in sorted(_SECRETS)]
    + [CONFIG]
)


def _is_variable(variable: str) -> bool:
    """True when the variable begins at a setting; what lies below a table is checked with the table."""
    head, _, below = variable.removeprefix(PREFIX).lower().partition("__")
    info = Settings.model_fields.get(head)
    return info is not None and bool(below) <= bool(_model(info.annotation))


def _nearest_variable(variable: str) -> str:
    return max(_VARIABLES, key=lambda known: SequenceMatcher(None, variable, known).ratio())


def _nearest(location: Location) -> Location:
    """The key that was most likely meant: a neighbour, the same name elsewhere, else the most alike of all."""
    generic = tuple("*" if _is_free(location, depth) else str(step) for depth, step in enumerate(location))
    neighbours = [path[-1] for path in _PATHS if path[:-1] == generic[:-1]]
    if close := get_close_matches(generic[-1], neighbours, n=1):
        return (*location[:-1], close[0])
    elsewhere = [path for path in _PATHS if path[-1] == generic[-1]] or [
        max(_PATHS, key=lambda path: SequenceMatcher(None, ".".join(generic), ".".join(path)).ratio())
    ]
    return tuple(step if step != "*" else "X" if elsewhere[0][0] == "companies" else 0 for step in elsewhere[0])


def _is_free(location: Location, depth: int) -> bool:
    return isinstance(location[depth], int) or (depth == 1 and location[0] == "companies")


# From pydantic's errors to faults with a place.

_CODES = {
    "missing": "setting_missing",
    "bool_parsing": "setting_not_yes_or_no",
    "bool_type": "setting_not_yes_or_no",
    "string_type": "setting_not_text",
    "string_too_short": "setting_not_text",
    "path_type": "setting_not_text",
    "model_type": "setting_not_table",
    "dict_type": "setting_not_table",
    "tuple_type": "setting_not_entries",
}


def _fault(details: ErrorDetails, places: tuple[_Place, ...]) -> Refusal:
    """One error of the model as a fault, with the place that it stands in."""
    kind, location, context = details["type"], details["loc"], details.get("ctx", {})
    stands = location[:-1] if kind == "missing" else location
    place = next((place for place in places if place.has(stands)), places[-1])
    where = place.where(location)
    match kind:
        case "extra_forbidden":
            return Refusal("setting_unknown", **where, nearest=place.shown(_nearest(location)))
        case "literal_error":
            return Refusal(
                "setting_not_choice", **where, choices=", ".join(re.findall("'([^']+)'", context["expected"]))
            )
        case "greater_than_equal":
            return Refusal("setting_too_small", **where, least=context["ge"])
        case "less_than_equal":
            return Refusal("setting_too_large", **where, most=context["le"])
    if kind.startswith("setting_"):
        return Refusal(kind, **where, **context)
    return Refusal(_CODES.get(kind, "setting_wrong"), **where)
