"""The one ASGI server of the service: what platforms post, and the pages that people open, on the address of TEICHAKU_DESK_BIND.

A proxy with a certificate stands before it (docs/operations.md). Nothing is written of a request: addresses hold secrets.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

log = structlog.get_logger()

LONGEST_END = 2
"""Seconds for requests that are under way when the service stops."""


class _Server(uvicorn.Server):
    """The library's server, which leaves signals to the service."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(host: str, port: int, routes: Sequence[BaseRoute]) -> AsyncIterator[int | None]:
    """Serve these routes while the block lasts; the port, which is another where ``port`` is 0.

    None where another process has the port: on one machine one process serves, and the database is the same for all.
    """
    try:
        listening = _bound(host, port)
    except OSError as fault:
        log.warning("web.not_served", host=host, port=port, fault=fault.__class__.__name__)
        yield None
        return
    config = uvicorn.Config(
        Starlette(routes=list(routes)),
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        lifespan="off",
        timeout_graceful_shutdown=LONGEST_END,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await asyncio.wait({serving}, timeout=2 * LONGEST_END)
        listening.close()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening
