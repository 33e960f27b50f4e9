"""A terminal's output as an asciinema recording (asciicast, version 2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from terminal import Output


def cast_of(
    outputs: Sequence[Output],
    *,
    size: tuple[int, int],
    title: str,
    term: str,
    markers: Iterable[tuple[float, str]],
) -> str:
    """Return the recording: its header, then a line of JSON for each output and marker.

    Args:
        outputs: What the program sent.
        size: Columns and rows.
        title: Its title.
        term: What the program was told of its terminal.
        markers: Second and words of what players show on their time line.
    """
    columns, rows = size
    header = {
        "version": 2,
        "width": columns,
        "height": rows,
        "title": title,
        "env": {"TERM": term, "SHELL": "/bin/sh"},
    }
    events = [
        *((at_s, "o", text) for at_s, text in outputs),
        *((at_s, "m", words) for at_s, words in markers),
    ]
    lines = [[round(at_s, 3), kind, text] for at_s, kind, text in sorted(events)]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in (header, *lines))
