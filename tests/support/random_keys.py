"""What a user might do to a terminal in any order: keys, clicks, pastes, resizes; by a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

    from tests.support.terminal import Terminal

SIZES = [(120, 36), (80, 24), (60, 15), (40, 10), (200, 50), (20, 5), (1, 1), (300, 100)]
NAMED = [
    *("\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[H", "\x1b[F", "\x1b[5~", "\x1b[6~"),
    *("\x1b", "\r", "\t", "\x7f", " ", "\x1a", "\x10", "\x01", "\x15", "\x0c", "\x1b[Z", "\x1bOP"),
]
LETTERS = "abcdefghijklmnoprstuvwxyzABCDEFGLMNOSTWYZ0123456789/$+-?!,.[]:\"'é✗"
"""Not q: leaving is tested elsewhere."""
PASTES = ["gpt", "0.5", "a\tb\nc", "x" * 3000]
ANSWERS = ["\x1b[?1;2c", "\x1b[12;7R", "\x1bP>|xterm(390)\x1b\\", "\x1b]11;rgb:0/0/0\x07", "\x1b[I"]


def do_something(terminal: Terminal, chance: random.Random) -> str:
    """Do one thing; return it as it was typed, or its name."""
    kind = chance.random()
    if kind < 0.55:
        done = chance.choice(LETTERS)
    elif kind < 0.85:
        done = chance.choice(NAMED)
    elif kind < 0.92:
        row, column = chance.randrange(1, 40), chance.randrange(1, 130)
        button = chance.choice([0, 0, 2, 64, 65])
        done = f"\x1b[<{button};{column};{row}M\x1b[<{button};{column};{row}m"
    elif kind < 0.94:
        done = chance.choice(ANSWERS)
    elif kind < 0.96:
        done = f"\x1b[200~{chance.choice(PASTES)}\x1b[201~"
    else:
        columns, rows = chance.choice(SIZES)
        terminal.resize(columns, rows)
        return f"resize {columns}x{rows}"
    terminal.press(done)
    return done
