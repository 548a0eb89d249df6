"""A sign of life for work that takes longer than a moment: on a terminal only, and gone when it is done."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

SHOWN_AFTER = 1.0
"""Seconds; what is done sooner needs no bar."""


@contextmanager
def working(words: str) -> Iterator[None]:
    """Show a moving bar with these words on stderr while the block lasts longer than a second."""
    if not sys.stderr.isatty():
        yield
        return
    # Reading and storing a roster are one step each, all rows or none, so that there is no share to show.
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=Console(stderr=True), transient=True
    )
    bar.add_task(words, total=None)
    shown = threading.Timer(SHOWN_AFTER, bar.start)
    shown.daemon = True
    shown.start()
    try:
        yield
    finally:
        shown.cancel()
        shown.join()
        bar.stop()
