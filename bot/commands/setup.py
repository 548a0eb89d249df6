"""``teichaku init``: the files and the database of a new installation."""

from __future__ import annotations

import os
from pathlib import Path

from bot.refusal import Refusal
from bot.settings import load_settings
from store.migrate import upgrade
from store.seal import new_key
from store.session import opened_engine

SETTINGS_FILE = "teichaku.toml"
ENVIRONMENT_FILE = ".env"
SETTINGS = """\
# The settings of teichaku that are no secret; docs/operations.md explains each. Secrets stand in .env.

[languages]
default = ["en", "ja"]

[calendar]
country = "JP"
closures = ["12-29..01-03", "08-13..08-16"]

[alerts]
hours = "09:00-18:00"
# lead = "Name of the person who hears when a consultant does not act"
"""


def initialise(folder: Path, config: Path | None = None) -> tuple[list[str], list[str]]:
    """Write what is missing, never over what is there; a ``.env`` without a key gets one at its end. Gives the names of
    what was made and of what was kept.

    Raises Refusal("file_unwritable"), SettingsRefusal or StoreError.
    """
    made: list[str] = []
    kept: list[str] = []
    settings_file = folder / (config or SETTINGS_FILE)
    for path, content, mode in (
        (settings_file, SETTINGS, 0o644),
        (folder / ENVIRONMENT_FILE, f"TEICHAKU_SECRET_KEY={new_key()}\n", 0o600),
    ):
        (made if _write_new(path, content, mode) else kept).append(path.name)
    settings = load_settings(config, cwd=folder)
    if not settings.secret_keys:
        _add_key(folder / ENVIRONMENT_FILE)
        kept.remove(ENVIRONMENT_FILE)
        made.append(ENVIRONMENT_FILE)
    with opened_engine(settings.database_url.get_secret_value()) as engine:
        upgrade(engine)
        if engine.url.get_backend_name() == "sqlite" and engine.url.database:
            os.chmod(engine.url.database, 0o600)  # It holds people's answers, as .env holds the key to their words.
        made.append(str(engine.url.render_as_string(hide_password=True)))
    return made, kept


def _add_key(path: Path) -> None:
    """Put a key at the end of a ``.env`` that has none, such as a copy of .env.example."""
    try:
        if b"\0" in path.read_bytes():
            raise Refusal("no_key")  # Saved as UTF-16: bytes of another encoding at its end would break the file.
        path.chmod(0o600)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\nTEICHAKU_SECRET_KEY={new_key()}\n")
    except OSError as fault:
        raise Refusal("file_unwritable", file=path.name) from fault


def _write_new(path: Path, content: str, mode: int) -> bool:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        return False
    except OSError as fault:
        raise Refusal("file_unwritable", file=path.name) from fault
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    return True
