"""Choosing models: the first-run screen, and what `a` opens. Nothing costs before it is left."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, SelectionList, Static
from textual.widgets.selection_list import Selection

from relaytop.pricing.estimate import estimate_usd_per_h
from relaytop.tui.draw.runs import fit_middle

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from relaytop.config.settings import Settings
    from relaytop.engine.messages import Models

Choice = tuple[str, str]
"""A (provider, model) pair."""
SHOWN = 500
"""Entries listed at once; the filter reaches the rest."""
NAME_WIDTHS = (24, 64)


class ChooseScreen(ModalScreen[list[Choice]]):
    """Lists what the providers' `/models` offer: filter by typing, choose several.

    Args:
        settings: Where prices, interval and probe come from.
        ask: Called with a provider's name; its models arrive through `offer`.
        taken: Pairs that are probed already.
    """

    BINDINGS: ClassVar = [
        Binding("escape", "cancel", "cancel", id="choose.cancel"),
        Binding("enter", "done", "start", id="choose.done", priority=True),
        # With priority, since keys that come at once must be obeyed in their order.
        Binding("down", "move(1)", "list", show=False, id="choose.down", priority=True),
        Binding("up", "move(-1)", "filter", show=False, id="choose.up", priority=True),
        Binding("space", "pick", "choose", show=False, id="choose.toggle", priority=True),
    ]

    def __init__(
        self, settings: Settings, ask: Callable[[str], None], taken: frozenset[str]
    ) -> None:
        super().__init__()
        self._settings = settings
        self._ask = ask
        self._taken = taken
        self._offers: dict[str, Models] = {}
        self._chosen: dict[Choice, None] = {}

    def compose(self) -> ComposeResult:
        """Lay out the filter, the list and the sum."""
        with Vertical(id="dialog", classes="tall") as dialog:
            dialog.border_title = "choose models to watch"
            dialog.border_subtitle = "type to filter · ↓ list · space choose · enter start · esc"
            yield Input(placeholder="filter", id="filter")
            yield Static("", id="asking", markup=False)
            yield SelectionList[Choice](id="models")
            yield Static("", id="sum", markup=False)

    def on_mount(self) -> None:
        """Ask every provider at once."""
        for provider in self._settings.providers:
            self._ask(provider.name)
        self._fill()

    def offer(self, models: Models) -> None:
        """Take a provider's list, or why there is none."""
        self._offers[models.provider] = models
        self._fill()

    def price(self, settings: Settings) -> None:
        """Take settings in which more prices are known."""
        self._settings = settings
        self._fill()

    @property
    def _listing(self) -> SelectionList[Choice]:
        return self.query_one(SelectionList)

    @property
    def _in_list(self) -> bool:
        """Whether keys are the list's; `has_focus` would tell only after its own event."""
        return self.focused is self._listing

    # ── the list ─────────────────────────────────────────────────────────────

    def _matching(self) -> list[Choice]:
        words = self.query_one(Input).value.lower().split()
        return [
            (name, model)
            for name, offer in sorted(self._offers.items())
            for model in offer.models
            if f"{name}/{model}" not in self._taken
            and all(word in f"{name}/{model}".lower() for word in words)
        ]

    def _fill(self) -> None:
        matching = self._matching()
        listing, at = self._listing, self._listing.highlighted
        under = listing.get_option_at_index(at).value if at is not None else None
        listing.clear_options()
        shown = matching[:SHOWN]
        listing.add_options(
            Selection(self._label(choice), choice, choice in self._chosen) for choice in shown
        )
        if under in shown:
            listing.highlighted = shown.index(under)
        self.query_one("#asking", Static).update(self._state(len(matching)))
        self._sum()

    def _label(self, choice: Choice) -> Text:
        usd, known = estimated(self._settings, *choice)
        price = f"${usd:.3f}/h" if known else f"≤ ${usd:.3f}/h, unpriced"
        width = max(NAME_WIDTHS[0], min(NAME_WIDTHS[1], self.size.width * 9 // 10 - 32))
        label = Text(fit_middle("/".join(choice), width) + "  ")
        return label.append(price, "dim")

    def _state(self, matching: int) -> str:
        lines = []
        for provider in self._settings.providers:
            offer = self._offers.get(provider.name)
            if offer is None:
                lines.append(f"{provider.name}: asking {provider.base_url} …")
            elif offer.error:
                lines.append(f"{provider.name}: {offer.error}")
            elif not offer.models:
                lines.append(f"{provider.name}: offers no models (empty list at /models)")
        if matching > SHOWN:
            lines.append(f"{matching} match; the first {SHOWN} are listed")
        elif not matching and not lines:
            lines.append("nothing matches the filter")
        return "\n".join(lines)

    def _sum(self) -> None:
        prices = [estimated(self._settings, *choice) for choice in self._chosen]
        total = sum(usd for usd, _known in prices)
        bound = "" if all(known for _usd, known in prices) else " at the assumed price"
        budget = self._settings.budget_usd
        text = (
            f"{len(self._chosen)} chosen, ${total:.3f} per hour{bound}; budget ${budget:.2f} a day"
        )
        if total > 0 and budget > 0:
            text += f", lasts {budget / total:.1f} h"
        self.query_one("#sum", Static).update(text)

    # ── events and keys ──────────────────────────────────────────────────────

    def on_input_changed(self) -> None:
        """Filter as one types."""
        self._fill()

    def on_selection_list_selection_toggled(
        self, event: SelectionList.SelectionToggled[Choice]
    ) -> None:
        """Keep what was clicked."""
        self._keep(event.selection.value)

    def _keep(self, choice: Choice) -> None:
        """Remember whether a choice is marked, whatever the filter hides later."""
        self._chosen.pop(choice, None)
        if choice in self._listing.selected:
            self._chosen[choice] = None
        self._sum()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the space to the filter while one types there."""
        del parameters
        return action != "pick" or self._in_list

    def action_move(self, step: int) -> None:
        """Go down from the filter into the list, within it, and up again out of it."""
        listing = self._listing
        if not listing.option_count:
            return
        at = listing.highlighted
        if not self._in_list:
            if step > 0:
                self.set_focus(listing)
                listing.highlighted = at or 0
        elif at == 0 and step < 0:
            self.set_focus(self.query_one(Input))
        else:
            listing.highlighted = min(listing.option_count - 1, max(0, (at or 0) + step))

    def action_pick(self) -> None:
        """Choose the model under the cursor, or not."""
        listing = self._listing
        if listing.highlighted is not None:
            choice = listing.get_option_at_index(listing.highlighted).value
            listing.toggle(choice)
            self._keep(choice)

    def action_done(self) -> None:
        """Start watching what is chosen."""
        if self._chosen:
            self.dismiss(list(self._chosen))
        else:
            self.query_one("#sum", Static).update("choose at least one with space, or esc to leave")

    def action_cancel(self) -> None:
        """Leave without choosing."""
        self.dismiss([])


def estimated(settings: Settings, provider: str, model: str) -> tuple[float, bool]:
    """Return the estimated USD per hour of watching a model, and whether its price is known."""
    target = dataclasses.replace(settings.defaults, provider=provider, model=model)
    estimate = estimate_usd_per_h(target, settings.provider(provider), settings.assumed_price)
    return estimate.usd_per_h, estimate.known
