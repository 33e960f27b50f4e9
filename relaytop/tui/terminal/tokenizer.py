"""Divides what a terminal sends into keys, escape sequences and pastes.

The states are those of ECMA-48, in 7 and 8 bits. A terminal answers questions (its attributes,
colours, modes, version) at any time and in any pieces: what has begun as a sequence stays one until
it is complete or nothing has come for a while, so that no part of it is read as keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

ESCAPE_S = 0.05
"""After so long an escape alone is the key."""
SEQUENCE_S = 0.75
"""After so long without a character what has come of a sequence is dropped."""
PASTE_S = 5.0
"""The same for a paste, of which what has come is passed on."""
MAX_SEQUENCE = 4096
"""Characters; a sequence that is longer is dropped, and what follows is keys again."""
MAX_PASTE = 65_536
"""Characters of a paste that are kept."""
ESC = "\x1b"
PASTE_BEGIN, PASTE_END = "\x1b[200~", "\x1b[201~"
_STRINGS = frozenset("P]X^_")
"""After an escape they begin a DCS, OSC, SOS, PM or APC."""
_INTRODUCERS = _STRINGS | set("[O")
_LATE = _INTRODUCERS | {"\\"}
"""They may follow an escape that was taken for the key: begin a sequence or end a string."""
_CANCEL = frozenset("\x18\x1a")
_INTERRUPT = "\x03"
"""It always gets through."""
_BEL, _ST = "\x07", "\x9c"
_ESCAPED_BYTE = range(0xDC80, 0xDD00)
"""A byte that is no UTF-8, as `surrogateescape` decodes it."""
_C1 = range(0x80, 0xA0)
_X10_MOUSE, _X10_LENGTH = "\x1b[M", 6
_LINUX_FUNCTION_KEY = "\x1b[["

Kind = Literal["text", "sequence", "paste"]
State = Literal["ground", "escape", "csi", "ss3", "string", "string_end"]


@dataclass(frozen=True, slots=True)
class Token:
    """A part of the input that belongs together."""

    kind: Kind
    """`text`: one character, that is a key; `sequence`: one, from its escape on; `paste`."""
    text: str


class Tokenizer:
    """Takes the input in any pieces; sequences that are cut off or too long are left out.

    Times are seconds of any steady clock.
    """

    def __init__(self) -> None:
        self._state: State = "ground"
        self._sequence = ""
        self._paste: str | None = None
        self._escaped = False
        """Whether the key escape was passed on just now, and may begin a sequence after all."""
        self._last = True
        """Whether the character at hand is the last that was read."""
        self._at_s = 0.0
        self._states: Mapping[State, Callable[[str], Iterator[Token]]] = {
            "ground": self._read_ground,
            "escape": self._read_escape,
            "csi": self._read_csi,
            "ss3": self._read_ss3,
            "string": self._read_string,
            "string_end": self._read_string_end,
        }

    @property
    def deadline_s(self) -> float | None:
        """The moment to call `expire`; None where nothing is pending."""
        if self._state == "escape" and self._paste is None and not self._escaped:
            return self._at_s + ESCAPE_S
        if self._state != "ground" or self._escaped:
            return self._at_s + SEQUENCE_S
        return None if self._paste is None else self._at_s + PASTE_S

    def feed(self, text: str, now_s: float) -> list[Token]:
        """Return what is complete; `text` is decoded from UTF-8 with `surrogateescape`."""
        tokens = self.expire(now_s)
        if text:
            self._at_s = now_s
        for index, character in enumerate(text):
            self._last = index + 1 == len(text)
            tokens += self._states[self._state](_unescaped(character))
        return tokens

    def expire(self, now_s: float) -> list[Token]:
        """Wait no longer for what should have come by now; return what that makes of the rest."""
        tokens: list[Token] = []
        while (deadline_s := self.deadline_s) is not None and now_s >= deadline_s:
            tokens += self._give_up(deadline_s)
        return tokens

    def _give_up(self, deadline_s: float) -> Iterator[Token]:
        if self._state == "escape" and self._paste is None and not self._escaped:
            self._reset()
            self._escaped, self._at_s = True, deadline_s
            yield Token("sequence", ESC)
        elif self._state != "ground":
            introducer = self._sequence[1:] if self._escaped else ""
            self._reset()
            if len(introducer) == 1:  # two keys after all, with little time between them
                yield Token("text", introducer)
        elif self._escaped:
            self._escaped = False
        else:
            yield from self._end_paste()

    def _reset(self) -> None:
        self._state, self._sequence, self._escaped = "ground", "", False

    def _begin(self, state: State, sequence: str) -> None:
        self._state, self._sequence = state, sequence

    def _complete(self) -> Iterator[Token]:
        sequence = self._sequence
        self._reset()
        if sequence == PASTE_BEGIN:
            self._paste = ""
        elif sequence == PASTE_END:
            yield from self._end_paste()
        elif self._paste is None:
            yield Token("sequence", sequence)

    def _end_paste(self) -> Iterator[Token]:
        text, self._paste = self._paste, None
        if text:
            yield Token("paste", text)

    # ── the states ───────────────────────────────────────────────────────────

    def _read_ground(self, character: str) -> Iterator[Token]:
        # An O may be a key right after the escape; an answer never begins with ESC O.
        if self._escaped and character in _LATE and (character != "O" or not self._last):
            self._begin("escape", ESC)
            yield from self._read_escape(character)
            return
        self._escaped = False
        if character == ESC:
            self._begin("escape", ESC)
        elif ord(character) in _C1:
            yield from self._read_c1(character)
        elif self._paste is not None:
            self._paste = (self._paste + character)[:MAX_PASTE]
        else:
            yield Token("text", character)

    def _read_c1(self, character: str) -> Iterator[Token]:
        """Read what is an escape and a letter in 8 bits: it begins a sequence, or is nothing."""
        letter = chr(ord(character) - 0x40)
        if letter in _INTRODUCERS:
            self._begin("escape", ESC)
            yield from self._read_escape(letter)

    def _read_escape(self, character: str) -> Iterator[Token]:
        if character == ESC:
            if self._paste is None and not self._escaped:
                yield Token("sequence", ESC)
            return
        self._sequence += character
        if character == "[":
            self._state = "csi"
        elif character == "O":
            self._state = "ss3"
        elif character in _STRINGS:
            self._state = "string"
        elif character == "\\" or ord(character) in _C1 or self._paste is not None:
            self._reset()  # the end of a string that was given up
        else:
            yield from self._complete()

    def _read_csi(self, character: str) -> Iterator[Token]:
        if (yield from self._interrupted(character)):
            return
        self._sequence += character
        sequence = self._sequence
        if sequence.startswith(_X10_MOUSE):
            if len(sequence) >= _X10_LENGTH:
                yield from self._complete()
        elif len(sequence) > MAX_SEQUENCE:
            self._reset()
        elif sequence == _LINUX_FUNCTION_KEY:
            return  # one more character says which
        elif "@" <= character <= "~" or sequence in ANSI_SEQUENCES_KEYS:
            yield from self._complete()
        elif not " " <= character <= "?":
            self._reset()  # no sequence has it

    def _read_ss3(self, character: str) -> Iterator[Token]:
        if (yield from self._interrupted(character)):
            return
        self._sequence += character
        yield from self._complete()

    def _read_string(self, character: str) -> Iterator[Token]:
        is_osc = self._sequence.startswith("\x1b]")
        if character == ESC:
            self._state = "string_end"
        elif character == _ST or (is_osc and character == _BEL) or character in _CANCEL:
            self._reset()
        elif character == _INTERRUPT:
            self._reset()
            yield Token("text", character)
        else:
            self._sequence += character
            if len(self._sequence) > MAX_SEQUENCE:
                self._reset()

    def _read_string_end(self, character: str) -> Iterator[Token]:
        self._reset()
        if character != "\\":  # another sequence cuts the string off
            self._begin("escape", ESC)
            yield from self._read_escape(character)

    def _interrupted(self, character: str) -> Generator[Token, None, bool]:
        """Read what breaks into a sequence; return whether something did."""
        if character == ESC:
            self._reset()
            self._begin("escape", ESC)
        elif character in _CANCEL:
            self._reset()
        elif character < " ":  # a key that was hit in the middle of it
            yield Token("text", character)
        elif ord(character) in _C1:
            self._reset()
            yield from self._read_c1(character)
        else:
            return False
        return True


def _unescaped(character: str) -> str:
    """Return the control character that a byte is by itself; any other becomes U+FFFD."""
    code = ord(character)
    if code not in _ESCAPED_BYTE:
        return character
    return chr(code - 0xDC00) if code - 0xDC00 in _C1 else "\N{REPLACEMENT CHARACTER}"
