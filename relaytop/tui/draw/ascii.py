"""Text in ASCII alone, cell for cell, for terminals that show nothing else."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len

SAME = {
    "…": "~",
    "×": "x",
    "•●": "*",
    "▲↑": "^",
    "↓▼": "v",
    "→▶»": ">",
    "←◀«": "<",
    "≥": ">",
    "≤": "<",
    "≈": "~",
    "≡": "c",
    "≠": "/",
    "‖": "=",
    "✗": "x",
    "○": "o",
    "·–—−─━╌═▔▁▂▃": "-",
    "│┃┊║▏▎▍▌▐▕▊": "|",
    "╭╮╰╯┌┐└┘├┤┬┴┼": "+",
    "█▉▇▆▅▄▀▓▒░": "#",
    "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "“”": '"',
    "\N{NO-BREAK SPACE}": " ",
}
"""Signs of ours and of Textual's → what stands for them."""
TABLE = {sign: plain for signs, plain in SAME.items() for sign in signs}


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return `text` in as many cells without a character beyond ASCII; `?` for the unknown."""
    if text.isascii():
        return text
    return "".join(
        char if char.isascii() else TABLE.get(char) or "?" * cell_len(char) for char in text
    )
