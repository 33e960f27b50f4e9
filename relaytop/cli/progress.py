"""What is under way, on one line of a terminal, once it takes longer than a second."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

PATIENCE_S = 1.0
STEP_S = 0.25
_ERASED = "\r\x1b[K"


@contextlib.asynccontextmanager
async def shown_on(
    stream: TextIO, doing: Mapping[str, str], patience_s: float = PATIENCE_S
) -> AsyncIterator[None]:
    """Show on a terminal what is under way while the block runs; on nothing else.

    Args:
        stream: Where, if it is a terminal.
        doing: Who → what, kept up to date by the block.
        patience_s: Seconds before the first word.
    """
    if not stream.isatty():
        yield
        return
    task = asyncio.ensure_future(_show(stream, doing, patience_s))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _show(stream: TextIO, doing: Mapping[str, str], patience_s: float) -> None:
    await asyncio.sleep(patience_s)
    try:
        while True:
            erased(stream, line_of(doing, shutil.get_terminal_size().columns - 1))
            await asyncio.sleep(STEP_S)
    finally:
        erased(stream)


def erased(stream: TextIO, text: str = "") -> None:
    """Write a text in place of what the line holds."""
    stream.write(_ERASED + text)
    stream.flush()


def line_of(doing: Mapping[str, str], width: int) -> str:
    """Return what is under way in at most `width` characters."""
    text = ", ".join(f"{who}: {what}" for who, what in doing.items())
    return text if len(text) <= width else text[: max(width - 3, 0)] + "..."
