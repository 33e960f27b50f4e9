"""Choosing models: the first-run screen, and what `a` opens. Nothing costs before it is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from relaytop.monitor.number_format import format_dollars
from relaytop.pricing.estimate import estimate_usd_per_h
from relaytop.tui.draw.glyphs import CHOSEN, NOT_CHOSEN
from relaytop.tui.draw.text_runs import fit_middle
from relaytop.tui.screens.catalogue_status import complaint, status_lines
from relaytop.tui.screens.dialog import Dialog
from relaytop.tui.widgets.choice_list import ChoiceList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.app import ComposeResult

    from relaytop.config.settings import Settings
    from relaytop.protocol.messages import Models
    from relaytop.tui.draw.glyphs import Glyphs

Choice = tuple[str, str]
"""A (provider, model) pair."""
SHOWN = 500
"""Entries listed at once; the filter reaches the rest."""
NAME_WIDTHS = (16, 64)
UNPRICED = ", unpriced"
"""After a cost at the assumed price, where there is room for it."""


class ModelPicker(Dialog[list[Choice]]):
    """Lists what the providers' `/models` offer: filter by typing, choose several.

    Args:
        settings: Where prices, interval and probe come from.
        ask: Called with a provider's name; its models arrive through `add_models`.
        watched: Target ids that are probed already.
        glyphs: The shapes that the terminal can show.
        chosen: What was chosen when the list was left without starting it.
    """

    BINDINGS: ClassVar = [
        Binding("escape", "cancel", "cancel", id="choose.cancel"),
        Binding("enter", "done", "start", id="choose.done", priority=True),
        # With priority, since keys that come at once must be obeyed in their order.
        Binding("down", "move(1)", "list", show=False, id="choose.down", priority=True),
        Binding("up", "move(-1)", "filter", show=False, id="choose.up", priority=True),
        Binding("space", "pick", "choose", show=False, id="choose.toggle", priority=True),
        Binding("ctrl+a", "pick_all", "all", show=False, id="choose.all", priority=True),
    ]

    def __init__(
        self,
        settings: Settings,
        ask: Callable[[str], None],
        watched: frozenset[str],
        glyphs: Glyphs,
        chosen: Iterable[Choice] = (),
    ) -> None:
        super().__init__()
        self._settings = settings
        self._ask = ask
        self._watched = watched
        self._glyphs = glyphs
        self._offers: dict[str, Models] = {}
        self._shown: list[Choice] = []
        self._chosen = {each: None for each in chosen if "/".join(each) not in watched}
        self._filter = Input(placeholder="filter", id="filter")
        self._asking = Static("", id="asking", markup=False)
        self._listing = ChoiceList(id="models", markup=False)
        self._sum = Static("", id="sum", markup=False)

    def compose(self) -> ComposeResult:
        """Lay out the filter, the list and the sum."""
        with Vertical(id="dialog", classes="tall") as dialog:
            dialog.border_title = "choose models to watch"
            down = self._glyphs.arrows.get("↓", "↓")
            keys = ("type: filter", f"{down} list", "space choose", "^a all", "enter start", "esc")
            dialog.border_subtitle = f" {self._glyphs.dot} ".join(keys)
            yield self._filter
            yield self._asking
            yield self._listing
            yield self._sum

    def on_mount(self) -> None:
        """Ask every provider at once."""
        for provider in self._settings.providers:
            self._ask(provider.name)
        self._fill()

    def add_models(self, models: Models) -> None:
        """List a provider's models too, or tell why there are none."""
        self._offers[models.provider] = models
        self._fill()

    def update_prices(self, settings: Settings) -> None:
        """Show the prices of settings in which more of them are known."""
        self._settings = settings
        self._fill()

    def complaint(self) -> str | None:
        """Return one sentence on why there is nothing to choose; None where there is, or may be."""
        return complaint(self._settings, self._offers)

    @property
    def chosen(self) -> tuple[Choice, ...]:
        """What is chosen, whatever the filter hides."""
        return tuple(self._chosen)

    @property
    def modes(self) -> dict[Choice, str]:
        """What is offered → the mode in which it can be probed, where that is not `chat`."""
        return {
            (name, model): mode
            for name, offer in self._offers.items()
            for model, mode in offer.modes.items()
        }

    @property
    def _in_list(self) -> bool:
        """Whether keys are the list's; `has_focus` would tell only after its own event."""
        return self.focused is self._listing

    # ── the list ─────────────────────────────────────────────────────────────

    def _matching(self) -> list[Choice]:
        words = self._filter.value.lower().split()
        return [
            (name, model)
            for name, offer in sorted(self._offers.items())
            for model in offer.models
            if f"{name}/{model}" not in self._watched
            and all(word in f"{name}/{model}".lower() for word in words)
        ]

    def _fill(self) -> None:
        if not self._listing.is_attached:  # the engine reports before it is shown, and at its end
            return
        matching = self._matching()
        listing = self._listing
        highlighted = self.highlighted
        listing.clear_options()
        self._shown = matching[:SHOWN]
        listing.add_options([Option(self._label(choice)) for choice in self._shown])
        if highlighted in self._shown:
            listing.highlighted = self._shown.index(highlighted)
        lines = status_lines(self._settings, self._offers)
        if len(matching) > SHOWN:
            lines.append(f"{len(matching)} match; first {SHOWN} shown")
        elif not matching and not lines:
            lines.append("nothing matches the filter")
        self._asking.update("\n".join(lines))
        self._show_total()

    @property
    def highlighted(self) -> Choice | None:
        """The choice under the cursor."""
        at = self._listing.highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    def _label(self, choice: Choice) -> Text:
        usd, known = self._usd_per_h(choice)
        per_h = f"${format_dollars(usd, 3)}/h"
        mode = self._mode(choice)
        # The dialog's border and the list's, their padding, the scroll bar, the mark, two blanks.
        room = min(110, self.size.width * 9 // 10) - 14 - (0 if mode is None else len(mode) + 2)
        price = per_h if known else f"{self._glyphs.under}{per_h}"
        if not known and room - len(price) - len(UNPRICED) >= NAME_WIDTHS[0]:
            price += UNPRICED
        room -= len(price)
        price = price if mode is None else f"{mode}  {price}"
        chosen = choice in self._chosen
        width = max(NAME_WIDTHS[0], min(NAME_WIDTHS[1], room))
        label = Text(CHOSEN if chosen else NOT_CHOSEN, "bold" if chosen else "")
        return label.append(fit_middle("/".join(choice), width) + "  ").append(price, "dim")

    def _mode(self, choice: Choice) -> str | None:
        offer = self._offers.get(choice[0])
        return offer.modes.get(choice[1]) if offer is not None else None

    def _usd_per_h(self, choice: Choice) -> tuple[float, bool]:
        return estimated_usd_per_h(self._settings, *choice, self._mode(choice))

    def _show_total(self) -> None:
        prices = [self._usd_per_h(choice) for choice in self._chosen]
        total = sum(usd for usd, _known in prices)
        bound = "" if all(known for _usd, known in prices) else " at the assumed price"
        budget = self._settings.budget_usd
        text = (
            f"{len(self._chosen)} chosen, ${format_dollars(total, 3)} per hour{bound}; "
            f"budget ${format_dollars(budget)} a day"
        )
        if total > 0 and budget > 0:
            text += f", lasts {budget / total:.1f} h"
        self._sum.update(text)

    # ── events and keys ──────────────────────────────────────────────────────

    def on_input_changed(self) -> None:
        """Filter as one types."""
        self._fill()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose what was clicked, or not."""
        self._toggle(event.option_index)

    def on_resize(self) -> None:
        """Write the labels as wide as there is room now."""
        self._fill()

    def _toggle(self, at: int) -> None:
        """Mark a choice or not; it stays so, whatever the filter hides later."""
        choice = self._shown[at]
        if choice in self._chosen:
            del self._chosen[choice]
        else:
            self._chosen[choice] = None
        self._listing.replace_option_prompt_at_index(at, self._label(choice))
        self._show_total()

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
            self.set_focus(self._filter)
        else:
            listing.highlighted = min(listing.option_count - 1, max(0, (at or 0) + step))

    def action_pick(self) -> None:
        """Choose the model under the cursor, or not."""
        at = self._listing.highlighted
        if at is not None:
            self._toggle(at)

    def action_pick_all(self) -> None:
        """Choose all that the filter lets through; none of them where all are chosen."""
        matching = self._matching()
        if all(choice in self._chosen for choice in matching):
            for choice in matching:
                del self._chosen[choice]
        else:
            self._chosen.update(dict.fromkeys(matching))
        self._fill()

    def action_done(self) -> None:
        """Start watching what is chosen."""
        if self._chosen:
            self.dismiss(list(self._chosen))
        else:
            self._sum.update("select at least one with space, or esc to cancel")

    def action_cancel(self) -> None:
        """Leave without choosing."""
        self.dismiss([])


def estimated_usd_per_h(
    settings: Settings, provider: str, model: str, mode: str | None = None
) -> tuple[float, bool]:
    """Return the estimated USD per hour of watching a model, and whether its price is known."""
    target = settings.new_target(provider, model, mode)
    estimate = estimate_usd_per_h(target, settings.provider(provider), settings.assumed_price)
    return estimate.usd_per_h, estimate.known
