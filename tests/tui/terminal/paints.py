"""Random paints, written as Textual writes them."""

from __future__ import annotations

from hypothesis import strategies as st

COLOURS = ("12;200;0", "255;255;255", "0;0;0")
FLAGS = ("1", "3", "4", "7", "9")
STEADY = "ab 0.5 ─▆⡇•"
WIDE = "漢字한カ"
MARKED = ("e\u0301", "o\u0302")

sgr = st.builds(
    lambda flags, fg, bg: ";".join([*flags, *fg, *bg]),
    st.lists(st.sampled_from(FLAGS), max_size=2, unique=True),
    st.sampled_from([(), ("31",), ("97",), *((f"38;2;{c}",) for c in COLOURS)]),
    st.sampled_from([(), ("44",), *((f"48;2;{c}",) for c in COLOURS)]),
)
texts = st.one_of(
    st.text(STEADY, min_size=1, max_size=12),
    st.lists(st.sampled_from([*STEADY, *WIDE, *MARKED]), min_size=1, max_size=5).map("".join),
)
segments = st.builds(lambda s, t: f"\x1b[{s}m{t}\x1b[0m" if s else t, sgr, texts)


def spans(width: int, height: int) -> st.SearchStrategy[str]:
    """Dirty spans: a move of the cursor and segments, as the compositor renders them."""
    return st.builds(
        lambda x, y, parts: f"\x1b[{y + 1};{x + 1}H{''.join(parts)}",
        st.integers(0, width - 1),
        st.integers(0, height - 1),
        st.lists(segments, min_size=1, max_size=4),
    )


def writes(width: int, height: int) -> st.SearchStrategy[str]:
    """Whole writes: spans one after the other, now and then an erasure."""
    erasures = st.sampled_from(["\x1b[2J", "\x1b[K", "\x1b[1K", "\x1b[J", "\x1b[2;2H\x1b[1J"])
    part = st.one_of(*[spans(width, height)] * 6, erasures)
    return st.lists(part, min_size=1, max_size=8).map("".join)
