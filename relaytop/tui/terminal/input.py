"""Reads what is typed without waking up for nothing."""

from __future__ import annotations

import inspect
import os
import re
import select
import time
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._xterm_parser import XTermParser

from relaytop.tui.terminal.tokenizer import ESC, Tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.message import Message

    from relaytop.tui.terminal.tokenizer import Token

READ_BYTES = 4096
_REPORT = re.compile(
    r"\x1b\[(<\d{1,6};-?\d{1,6};-?\d{1,6}[Mm]|[IO]|\?(2026|2048);\d\$y|\d{1,6};\d{1,6}R|48(;\d{1,6}){4}t)"
)
"""What Textual knows beside keys: the mouse, focus, two modes, the cursor's place, the size."""
_KEY = re.compile(r"\x1b\[(\d{0,7})(?:;\d{0,7}(?:;\d{0,7})?)?([u~ABCDEFHPQS])")


def read_input(
    fd: int, wake: int, on_message: Callable[[Message], None], typed_ahead: bytes = b""
) -> bool:
    """Read a terminal until woken; return False if the terminal was gone before.

    Args:
        fd: The terminal.
        wake: Becomes readable when it is time to end.
        on_message: Called with each key, mouse event, paste, and what of a terminal's answers the
            app asked for.
        typed_ahead: What was read of the terminal before.
    """
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    poll.register(wake, select.POLLIN)
    tokenizer, decoder = Tokenizer(), InputDecoder()
    decode = getincrementaldecoder("utf-8")("surrogateescape").decode
    data = typed_ahead
    while True:
        for token in tokenizer.feed(decode(data), time.monotonic()):
            for message in decoder.decode(token):
                on_message(message)
        deadline_s = tokenizer.deadline_s
        wait_ms = None if deadline_s is None else max(0.0, deadline_s - time.monotonic()) * 1000 + 1
        ready = dict(poll.poll(wait_ms))
        if wake in ready:
            return True
        data = b""
        if fd in ready:
            # What was typed before a hang-up is still readable; then nothing is, or an error.
            data = _read(fd) if ready[fd] & select.POLLIN else b""
            if not data:
                return False


class _Parser(XTermParser):
    """Textual's parser, without the cache that would keep the last 1024 of them."""

    _parse_extended_key = inspect.unwrap(XTermParser._parse_extended_key)  # noqa: SLF001 - its own


class InputDecoder:
    """Makes messages of tokens; sequences that are no known key and no known report make none."""

    def __init__(self) -> None:
        self._parser = _Parser()

    def decode(self, token: Token) -> Iterator[Message]:
        """Yield the messages of a token."""
        if token.kind == "paste":
            yield events.Paste(token.text.replace("\x00", ""))
            return
        parser = self._renew()
        text = token.text
        if token.kind == "text" or text == ESC or not _is_introduced(text):
            # A key, or alt and a key: the end of the input says that nothing more belongs to it.
            yield from [*parser.feed(text), *parser.feed("")]
        elif _REPORT.fullmatch(text) or _is_key(text):
            try:
                messages = list(parser.feed(text))
            except (ValueError, OverflowError):
                return  # a code point that there is not
            yield from messages

    def _renew(self) -> _Parser:
        """Make another parser: the last one may still wait for more of what it did not know.

        After a report of the size it would take places for pixels, which nobody asked for.
        """
        last, self._parser = self._parser, _Parser()
        self._parser.last_x, self._parser.last_y = last.last_x, last.last_y
        self._parser.terminal_size = last.terminal_size
        self._parser.terminal_pixel_size = last.terminal_pixel_size
        return self._parser


def _is_key(sequence: str) -> bool:
    if sequence in ANSI_SEQUENCES_KEYS:
        return True
    match = _KEY.fullmatch(sequence)
    # Textual takes the number for a code point, whatever the letter; only kitty's `u` means that.
    return match is not None and (
        match[2] == "u" or f"{match[1] or 1}{match[2]}" in FUNCTIONAL_KEYS
    )


def _is_introduced(sequence: str) -> bool:
    return sequence[1:2] in {"[", "O"}


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, READ_BYTES)
    except OSError:
        return b""
