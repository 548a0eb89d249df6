"""Compile the message catalogs whenever a wheel or an editable installation is built."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogs(BuildHookInterface[Any]):
    """Runs ``locales.compile_all`` on this checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write a ``.mo`` beside each ``.po``; ``artifacts`` in pyproject.toml brings them into the wheel."""
        sys.path.insert(0, self.root)
        from locales import compile_all

        compile_all(Path(self.root, "locales"))
