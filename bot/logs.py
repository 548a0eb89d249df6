"""The log: one line for the outcome of a step, with ids and codes only. No answer, no name and no token ever stands in it."""

from __future__ import annotations

import logging
import sys

import structlog

TALKATIVE = ("httpx", "httpcore", "slack_sdk", "slack_bolt", "telegram", "aiohttp", "alembic", "uvicorn")
"""Libraries that log addresses at INFO, and with them a bot's token."""

TELLTALE = ("httpx", "telegram.Bot", "telegram.request.BaseRequest", "telegram.request.HTTPXRequest")
"""Loggers that write addresses with a token in them, and whole messages, whatever the level: not even for debugging."""


def _never(record: logging.LogRecord) -> bool:
    return False


def silence(names: tuple[str, ...]) -> None:
    """Let nothing of these loggers through any more, whatever level somebody sets."""
    for name in names:
        logging.getLogger(name).addFilter(_never)


def configure(level: int = logging.WARNING) -> None:
    """Log to stderr from ``level`` on, talkative libraries from WARNING on."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s")
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns of every run that is skipped, without saying which; the ticker tells us, and we say it better.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        # A logger that is kept would keep the level and the stream of its first use, whatever is configured later.
        cache_logger_on_first_use=False,
    )
