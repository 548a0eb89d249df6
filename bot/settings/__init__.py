"""The settings: one class, read once, and passed on as a value.

The one convention: a key that does not exist is a fault that names the nearest one that does, so that a slip of the pen
never becomes a silent default; and no fault repeats a value, because a secret may stand in the wrong place.
"""

from bot.settings.load import CONFIG, PREFIX, SettingsRefusal, load_settings
from bot.settings.model import Settings

__all__ = ["CONFIG", "PREFIX", "Settings", "SettingsRefusal", "load_settings"]
