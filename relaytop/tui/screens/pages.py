"""The pages over the monitor: the event log, a target's failures, one model at its providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.draw.compare import same_model_targets
from relaytop.tui.screens.compare_page import ComparePage
from relaytop.tui.screens.errors_page import ErrorsPage
from relaytop.tui.screens.log_page import LogPage

if TYPE_CHECKING:
    from relaytop.tui.screens.page import Page
    from relaytop.tui.view import View


def make_page(name: str, view: View) -> Page | None:
    """Return the page `log`, `errors` or `compare` of a view.

    None where there is nothing to compare with.
    """
    selected = view.selected
    if name == "log" or selected is None:
        return LogPage(view)
    if name == "errors":
        return ErrorsPage(view, selected)
    others = same_model_targets(selected, view.source.targets(), view.aliases)
    return ComparePage(view, [selected, *others]) if others else None
