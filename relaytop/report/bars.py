"""A bar of block characters, or of ASCII."""

from __future__ import annotations

BLOCKS = "▏▎▍▌▋▊▉█"
"""A bar's last cell, from the thinnest to the full one."""
ASCII_BLOCKS = "#"


def bar(share: float, width: int, *, ascii_only: bool = False) -> str:
    """Draw a share of a bar of `width` cells; whatever is more than nothing is seen.

    Args:
        share: 0 to 1.
        width: Cells of a full bar.
        ascii_only: No characters beyond ASCII.
    """
    blocks = ASCII_BLOCKS if ascii_only else BLOCKS
    steps = max(1, round(share * width * len(blocks))) if share > 0 else 0
    full, rest = divmod(steps, len(blocks))
    return blocks[-1] * full + (blocks[rest - 1] if rest else "")
