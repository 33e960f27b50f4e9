"""Reads what is typed without waking up for nothing."""

from __future__ import annotations

import os
import select
import time
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING

from textual._xterm_parser import XTermParser
from textual.constants import ESCAPE_DELAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message import Message

ESCAPE_CHECK_S = 0.1
"""Seconds between two checks whether an escape was a key or begins a sequence."""
SETTLED_S = ESCAPE_DELAY + 4 * ESCAPE_CHECK_S
"""After so long without input nothing can be pending."""
READ_BYTES = 4096


def read_input(fd: int, wake: int, on_message: Callable[[Message], None], *, debug: bool) -> bool:
    """Read a terminal until woken; return False if the terminal was gone before.

    Args:
        fd: The terminal.
        wake: Becomes readable when it is time to end.
        on_message: Called with each key, mouse event or answer of the terminal.
        debug: Whether Textual logs what it parses.
    """
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    poll.register(wake, select.POLLIN)
    parser = XTermParser(debug)
    decode = getincrementaldecoder("utf-8")("replace").decode
    last_input_s = -SETTLED_S
    while True:
        settled = time.monotonic() - last_input_s > SETTLED_S
        ready = dict(poll.poll(None if settled else ESCAPE_CHECK_S * 1000))
        if wake in ready:
            return True
        if fd in ready:
            # What was typed before a hang-up is still readable; then nothing is, or an error.
            data = _read(fd) if ready[fd] & select.POLLIN else b""
            if not data:
                return False
            last_input_s = time.monotonic()
            for message in parser.feed(decode(data)):
                on_message(message)
        for message in parser.tick():
            on_message(message)


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, READ_BYTES)
    except OSError:
        return b""
