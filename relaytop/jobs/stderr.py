"""Lines on stderr while a command works, and its progress where stderr is a terminal."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
import threading
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

DELAY_S = 1.0
"""Work that ends sooner shows no progress."""
REFRESH_S = 0.25
_ERASE_LINE = "\r\x1b[K"


def notice(text: str) -> None:
    """Write a line to stderr."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


@contextlib.asynccontextmanager
async def progress_line(steps: Mapping[str, str], delay_s: float = DELAY_S) -> AsyncIterator[None]:
    """Show on a terminal what is under way while the block runs; on nothing else.

    Args:
        steps: Who → what, kept up to date by the block.
        delay_s: Seconds before anything is shown.
    """
    if not sys.stderr.isatty():
        yield
        return
    task = asyncio.ensure_future(_refresh(steps, delay_s))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _refresh(steps: Mapping[str, str], delay_s: float) -> None:
    await asyncio.sleep(delay_s)
    stream = sys.stderr
    try:
        while True:
            _rewrite_line(stream, progress_text(steps, shutil.get_terminal_size().columns - 1))
            await asyncio.sleep(REFRESH_S)
    finally:
        _rewrite_line(stream)


@contextlib.contextmanager
def progress_line_of_thread(text: Callable[[], str]) -> Iterator[None]:
    """Show a text on a terminal while the block runs; on a thread, for a block that never awaits.

    Args:
        text: Returns what is shown now.
    """
    if not sys.stderr.isatty():
        yield
        return
    stream, done = sys.stderr, threading.Event()

    def refresh() -> None:
        if done.wait(DELAY_S):
            return
        while True:
            _rewrite_line(stream, text())
            if done.wait(REFRESH_S):
                break
        _rewrite_line(stream)

    thread = threading.Thread(target=refresh, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _rewrite_line(stream: TextIO, text: str = "") -> None:
    stream.write(_ERASE_LINE + text)
    stream.flush()


def progress_text(steps: Mapping[str, str], width: int) -> str:
    """Return what is under way in at most `width` characters."""
    text = ", ".join(f"{who}: {what}" for who, what in steps.items())
    return text if len(text) <= width else text[: max(width - 3, 0)] + "..."
