"""Text measured in cells of a terminal."""

from __future__ import annotations

# wcwidth takes 50 ms to import, so it is left alone where every character is a cell wide.


def cell_width(text: str) -> int:
    """Return how many cells a text takes in a terminal."""
    if text.isascii():
        return len(text)
    from wcwidth import width  # noqa: PLC0415 - see above

    return width(text)


def pad(text: str, width: int, *, left: bool = True) -> str:
    """Fill a text up to `width` cells, flush left or flush right."""
    blank = " " * (width - cell_width(text))
    return text + blank if left else blank + text


def wrap(text: str, width: int | None) -> list[str]:
    """Divide a text between its words into lines of at most `width` cells; a longer word is cut.

    Without a width it is one line.
    """
    if width is None:
        return [text]
    from wcwidth import wrap as wrapped  # noqa: PLC0415 - see above

    # A word that is too long begins a line of its own.
    parts = [p for word in text.split() for p in wrapped(word, width, break_on_hyphens=False)]
    return wrapped(" ".join(parts), width, break_on_hyphens=False) or [""]


def cut_middle(text: str, width: int, ellipsis: str) -> str:
    """Leave out a text's middle, where it must be, so that it takes at most `width` cells."""
    shown, length = text, len(text)
    while cell_width(shown) > width:
        length -= 1
        shown = text[: length // 2] + ellipsis + text[len(text) - length + length // 2 :]
    return shown
