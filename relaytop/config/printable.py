"""Text of the user's that a sentence repeats, with nothing in it that a terminal would obey."""

from __future__ import annotations


def printable(text: str, *, keep: str = "") -> str:
    r"""Return a text with each character that cannot be printed as its escape: `\x00`, `\u202e`.

    Args:
        text: Any text.
        keep: Characters that stay as they are.
    """
    return "".join(c if c.isprintable() or c in keep else repr(c)[1:-1] for c in text)
