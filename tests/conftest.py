"""What every test relies on: asyncio under anyio, and hypothesis without a deadline.

``pyproject.toml`` closes the network for the whole suite but for this machine itself (pytest-socket): a test that reached
Slack or Telegram would depend on them, and could write to somebody.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# A shared machine is slow now and then, which says nothing about the code.
settings.register_profile("default", deadline=None)
settings.register_profile("thorough", deadline=None, max_examples=2_000)
# A build that fails must fail again with the same examples when somebody looks into it.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "default"))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests on asyncio, as the service does."""
    return "asyncio"
