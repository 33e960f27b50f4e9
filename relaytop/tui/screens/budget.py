"""The dialog that changes today's budget: an amount, and `y` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Static

from relaytop.config.dollars import parse_dollars
from relaytop.monitor.number_format import format_dollars
from relaytop.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult


ANSWERS = {"y", "n", "q"}


class AmountInput(Input):
    """A field for an amount: the keys that answer the question are not typed into it."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Return whether a key is typed rather than obeyed."""
        return key not in ANSWERS and super().check_consume_key(key, character)


class BudgetScreen(Dialog[float]):
    """Asks for today's budget, up or down; the answer is the amount, or None: it stays.

    Args:
        budget_usd: Today's budget.
        spent_usd: What of it is spent.
    """

    BINDINGS: ClassVar = [
        # With priority: no amount has these letters, and Enter must never be a yes.
        Binding("y", "set", "yes", id="budget.yes", priority=True),
        Binding("n,escape,q", "cancel", "no", id="budget.no", priority=True),
        Binding("enter", "wait", "wait for y", id="budget.enter", priority=True, show=False),
    ]

    def __init__(self, budget_usd: float, spent_usd: float) -> None:
        super().__init__()
        self._budget_usd = budget_usd
        self._spent_usd = spent_usd
        self._input = AmountInput(_plain(budget_usd), id="amount")
        self._answer = Static("", id="answer", markup=False)
        self._asked: tuple[str, float] | None = None
        """What is typed and its USD, that the question on the screen is about; None: there is none
        yet."""

    def compose(self) -> ComposeResult:
        """Lay out the amount, and what comes of it."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "today's budget"
            spent, budget = format_dollars(self._spent_usd, 4), format_dollars(self._budget_usd)
            text = f"${spent} of ${budget} spent today (UTC). New amount in USD:"
            yield Static(text, markup=False)
            yield self._input
            yield self._answer

    def on_mount(self) -> None:
        """Let the first digit replace the amount."""
        self._input.focus()
        self._explain()

    def on_input_changed(self) -> None:
        """Say what comes of the amount so far."""
        self._explain()

    def _explain(self) -> None:
        self._asked = None
        try:
            usd = parse_dollars(self._input.value)
        except ValueError as error:
            self._answer.update(f"{error}\nesc  keep ${format_dollars(self._budget_usd)}")
            return
        if usd == self._budget_usd:
            self._answer.update("Already today's budget: type another amount.\nesc  cancel")
            return
        question = f"Set today's budget to ${format_dollars(usd)}? y/n"
        self._answer.update("\n".join([*budget_effect(usd, self._spent_usd), question]))
        self.call_after_refresh(self._note_asked, (self._input.value, usd))

    def _note_asked(self, asked: tuple[str, float]) -> None:
        self._asked = asked

    def action_wait(self) -> None:
        """Do nothing: only `y` spends money."""

    def action_set(self) -> None:
        """Answer with the amount that was asked about.

        Keys that arrive at once, as on a link that lags, change nothing before it can be read what.
        """
        self._input.call_later(self._take)  # behind the digits that it has not taken yet

    def _take(self) -> None:
        if self._asked is not None and self._asked[0] == self._input.value:
            self.dismiss(self._asked[1])

    def action_cancel(self) -> None:
        """Leave the budget as it is."""
        self.dismiss(None)


def budget_effect(usd: float, spent_usd: float) -> list[str]:
    """Return what a budget stops at once, in at most one line."""
    if usd <= 0:
        return ["No paid probes will be sent."]
    if usd <= spent_usd:
        return [f"${format_dollars(spent_usd, 4)} already spent: paid probes stop at once."]
    return []


def _plain(usd: float) -> str:
    """Return an amount as it is typed."""
    return f"{usd:.2f}" if round(usd, 2) == usd else f"{usd:.9f}".rstrip("0")
