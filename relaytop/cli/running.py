"""Running a job to its end, or until a signal asks for what there is."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from relaytop.cli.errors import INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

REFRESH_S = 0.25
ENDING = (signal.SIGTERM, signal.SIGHUP)
"""What a scheduler and a closed connection send: what was paid for is worth reporting then too."""


async def run_job(work: Coroutine[Any, Any, None], tell: Callable[[], None]) -> int | None:
    """Run a job; return the exit code that a signal asks for, None where it came to its end.

    Args:
        work: The job.
        tell: Says how far it is; called now and then.
    """
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    codes: list[int] = []

    def end(number: int) -> None:
        codes.append(128 + number)
        task.cancel()

    heard = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    for number in heard:
        loop.add_signal_handler(number, end, number)
    try:
        while not task.done():
            tell()
            await asyncio.wait([task], timeout=REFRESH_S)
        await task
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        current = asyncio.current_task()
        if current is not None:
            current.uncancel()  # ^C cancels this task too
        return codes[0] if codes else INTERRUPTED
    finally:
        for number in heard:
            loop.remove_signal_handler(number)
    return None
