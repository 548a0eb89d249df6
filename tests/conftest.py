"""What every test relies on: asyncio under anyio, and hypothesis without a deadline.

``pyproject.toml`` closes the network for the whole suite but for this machine itself (pytest-socket): a test that reached
Slack or Telegram would depend on them, and could write to somebody.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from tests.databases import ABSENT, Databases, Files, Server, postgresql

# A shared machine is slow now and then, which says nothing about the code.
settings.register_profile("default", deadline=None)
settings.register_profile("thorough", deadline=None, max_examples=2_000)
# A build that fails must fail again with the same examples when somebody looks into it.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
# Commands and help are compared in English, also where the terminal of whoever runs the tests is Japanese.
os.environ["LC_ALL"] = "C.UTF-8"
# Tables are compared at the width of a pipe, whatever the width of that terminal.
os.environ.pop("COLUMNS", None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """``make transcripts`` writes the pages of tests/transcripts instead of comparing them."""
    parser.addoption("--write-transcripts", action="store_true", help="write tests/transcripts anew")


REAL_TIME = ("test_faults.py", "test_rehearsal.py", "test_run.py")
"""Files whose stories run the service in real processes and in real time: a busy machine makes them fail by itself, so
``make proof-run`` runs them, and ``make test`` does not."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what keeps real time, and what plays many stories, which may take minutes."""
    for item in items:
        if item.path.name in REAL_TIME or "in_many_stories" in item.name:
            item.add_marker(pytest.mark.realtime)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests on asyncio, as the service does."""
    return "asyncio"


@pytest.fixture(autouse=True)
def _log_of_its_own() -> Iterator[None]:
    """A test that runs a command configures the log, which must not reach the next test."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Fresh SQLite files."""
    return Files(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
def server() -> Iterator[Server | None]:
    """One PostgreSQL server for the whole run, or None."""
    with postgresql() as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Both engines, one after the other: what a test says then holds on each."""
    if request.param == "sqlite":
        found: Files = request.getfixturevalue("files")
        return found
    there: Server | None = request.getfixturevalue("server")
    if there is None:
        pytest.skip(ABSENT)
    return there


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The address of a fresh, migrated database on each engine."""
    url = databases.fresh()
    yield url
    databases.drop(url)
