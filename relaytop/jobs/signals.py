"""Work that runs to its end, or until a signal asks for what there is."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

REFRESH_S = 0.25
ENDING = (signal.SIGTERM, signal.SIGHUP)
"""Sent by a scheduler and a closed connection: what was paid for is worth reporting then too."""


async def run_until_signal(
    work: Coroutine[Any, Any, None], refresh: Callable[[], None]
) -> signal.Signals | None:
    """Run some work; return the signal that ended it, None where it came to its end.

    Args:
        work: Cancelled by a signal.
        refresh: Called now and then, to tell how far it is.
    """
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    received: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        received.append(number)
        task.cancel()

    handled = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    for number in handled:
        loop.add_signal_handler(number, end, number)
    try:
        while not task.done():
            refresh()
            await asyncio.wait([task], timeout=REFRESH_S)
        await task
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        current = asyncio.current_task()
        if current is not None:
            current.uncancel()  # ^C cancels this task too
        return received[0] if received else signal.SIGINT
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
    return None
