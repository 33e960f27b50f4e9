"""The dialog that asks for how long nobody is to be told of a target or a provider."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets.option_list import Option

from relaytop.tui.screens.dialog import Dialog
from relaytop.tui.widgets.choice_list import ChoiceList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

SPANS = (("15 min", 900.0), ("1 h", 3600.0), ("until it resolves", math.inf))
"""What is offered → seconds."""
END = ("end the snooze", 0.0)


class Snoozable(NamedTuple):
    """Something that can be snoozed."""

    name: str
    keys: Sequence[str]
    """Of its alerts, or the provider's name."""
    snoozed: str | None
    """For how long it is snoozed already, in words; None: it is not."""


class Snooze(NamedTuple):
    """An answer."""

    what: Snoozable
    seconds: float
    """Infinity: until it resolves; 0 ends a snooze."""


class SnoozeScreen(Dialog[Snooze]):
    """Lists spans of time; the answer is one of them, or None: as before.

    Args:
        choices: What can be snoozed, the first unless another is chosen: a target, its provider.
    """

    BINDINGS: ClassVar = [
        Binding("escape,q,S", "dismiss", "cancel", id="snooze.cancel"),
        Binding("p", "widen", "the provider", id="snooze.provider"),
        Binding("j", "select(1)", "down", show=False, id="snooze.down"),
        Binding("k", "select(-1)", "up", show=False, id="snooze.up"),
        *(Binding(str(n), f"choose({n})", show=False) for n in range(1, len(SPANS) + 2)),
    ]

    def __init__(self, choices: Sequence[Snoozable]) -> None:
        super().__init__()
        self._choices = choices
        self._at = 0
        self._list = ChoiceList(id="spans", markup=False)
        self._dialog = Vertical(self._list, id="dialog")

    def compose(self) -> ComposeResult:
        """Lay out the spans."""
        yield self._dialog

    def on_mount(self) -> None:
        """Begin at the shortest."""
        self._list.focus()
        self._fill()

    @property
    def _what(self) -> Snoozable:
        return self._choices[self._at]

    @property
    def _spans(self) -> Sequence[tuple[str, float]]:
        return [*SPANS, *([END] if self._what.snoozed is not None else [])]

    def _fill(self) -> None:
        state = f" ({self._what.snoozed})" if self._what.snoozed is not None else ""
        self._dialog.border_title = Content(f"snooze {self._what.name}{state}")
        other = self._choices[(self._at + 1) % len(self._choices)].name
        keys = [f"p: {other}"] * (len(self._choices) > 1)
        hint = ", ".join([*keys, "enter selects", "esc cancels"])
        self._dialog.border_subtitle = Content(hint)
        self._list.clear_options()
        labels = (f"{number}  {text}" for number, (text, _s) in enumerate(self._spans, 1))
        self._list.add_options(map(Option, labels))
        self._list.highlighted = 0

    # ── events and keys ──────────────────────────────────────────────────────

    def on_option_list_option_selected(self, event: ChoiceList.OptionSelected) -> None:
        """Answer with the span."""
        self.action_choose(event.option_index + 1)

    def action_choose(self, number: int) -> None:
        """Answer with the span of that number, if there is one."""
        if number <= len(self._spans):
            self.dismiss(Snooze(self._what, self._spans[number - 1][1]))

    def action_widen(self) -> None:
        """Snooze the provider instead of the target, or the target after all."""
        self._at = (self._at + 1) % len(self._choices)
        self._fill()

    def action_select(self, step: int) -> None:
        """Go to another span."""
        at = (self._list.highlighted or 0) + step
        self._list.highlighted = max(0, min(len(self._spans) - 1, at))
