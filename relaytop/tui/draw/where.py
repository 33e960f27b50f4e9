"""The detail's first lines where it is known where a failure's cause is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.draw.text_runs import cropped, wrapped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from relaytop.monitor.where import Verdict
    from relaytop.tui.draw.text_runs import Line

MOST = 2
"""Lines of one sentence."""


def where_lines(
    verdicts: Iterable[Verdict], targets: Collection[str], width: int, height: int
) -> list[Line]:
    """Draw what explains the failures of these targets; nothing where no line would be left.

    Args:
        verdicts: That of the most rows first.
        targets: The ids of the targets that the detail shows.
        width: Cells.
        height: Lines there are.
    """
    shown = {*targets}
    verdict = next((v for v in verdicts if shown.intersection(v.targets)), None)
    if verdict is None or height <= MOST + 1:
        return []
    pieces = wrapped(verdict.text, width, MOST)
    return [cropped([(piece, "bad")], width) for piece in pieces]
