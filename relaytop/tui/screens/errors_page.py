"""The failures of one target, by class and message."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from relaytop.tui.draw.error_page import class_items, group_items, key_of
from relaytop.tui.draw.panel import title
from relaytop.tui.keys import ERRORS_BINDINGS
from relaytop.tui.screens.page import Page

if TYPE_CHECKING:
    from relaytop.tui.draw.error_page import Key
    from relaytop.tui.draw.pages import Item
    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.view import View


class ErrorsPage(Page):
    """Lists groups of failures; the selected one unfolds to its single failures.

    Args:
        view: What is shown.
        target: The target's id.
    """

    BINDINGS: ClassVar = ERRORS_BINDINGS
    place: ClassVar = "failures"
    hints: ClassVar = (("enter", "unfold"),)

    def __init__(self, view: View, target: str) -> None:
        super().__init__(view)
        self._target = target
        self._unfolded: set[Key] = set()

    def heading(self, view: View) -> Line:
        """Return the target, its status, why and since when."""
        summary = view.source.summary(self._target, view.now)
        thresholds = view.thresholds[self._target]
        width = max(0, self.size.width - 2)
        return [
            (" ", "text"),
            *title(summary, thresholds, view.now, width, view.glyphs, ruled=False),
        ]

    def items(self, view: View, width: int) -> list[Item]:
        """Return the groups, the most frequent first."""
        groups = view.source.error_groups(self._target)
        if not groups:
            return class_items(view.source.summary(self._target, view.now).errors, width)
        errors = view.source.errors(self._target)
        known = {key_of(group) for group in groups} | {None}
        if self.cursor is None or (isinstance(self.cursor, tuple) and self.cursor not in known):
            self.cursor = key_of(max(groups, key=lambda group: (group.count, -group.first_at)))
        return group_items(
            groups,
            errors,
            view.now,
            width,
            view.glyphs,
            unfolded=self._unfolded,
            cursor=self.cursor,
        )

    def action_fold(self) -> None:
        """Unfold the selected group to its single failures, or fold it."""
        key = self.group_at_cursor()
        if key is None:
            return
        self._unfolded ^= {key}
        self.cursor = key
        self.watch_view()
        self.show_cursor()

    def group_at_cursor(self) -> Key | None:
        """Return the key of the group that the cursor is in."""
        if isinstance(self.cursor, tuple):
            return self.cursor
        found: Key | None = None
        for owner in self.owners:
            if isinstance(owner, tuple):
                found = owner
            if owner is self.cursor:
                return found
        return None
