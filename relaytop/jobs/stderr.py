"""Lines on stderr while a command works, and its progress where stderr is a terminal."""

from __future__ import annotations

import contextlib
import shutil
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

DELAY_S = 1.0
"""Work that ends sooner shows no progress."""
REFRESH_S = 0.25
_ERASE_LINE = "\r\x1b[K"


def notice(text: str) -> None:
    """Write a line to stderr."""
    _write(f"{text}\n")


@contextlib.contextmanager
def progress_line(text: Callable[[], str]) -> Iterator[None]:
    """Show on a terminal what is under way while the block runs; on nothing else.

    It is written by a thread, so a block may compute, and a terminal that stalls holds up no loop.

    Args:
        text: Returns what is shown now; called by the thread.
    """
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()

    def refresh() -> None:
        wait_s = DELAY_S
        while not done.wait(wait_s):
            _write(_ERASE_LINE + cut(text(), shutil.get_terminal_size().columns - 1))
            wait_s = REFRESH_S
        if wait_s == REFRESH_S:
            _write(_ERASE_LINE)

    thread = threading.Thread(target=refresh, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def steps_text(steps: Mapping[str, str]) -> str:
    """Return who is at which step, while another thread may change them."""
    return ", ".join(f"{who}: {step}" for who, step in list(steps.items()))


def cut(text: str, width: int) -> str:
    """Return a text in at most `width` characters."""
    return text if len(text) <= width else text[: max(width - 3, 0)] + "..."


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
