"""The pulses and budgets of all hosts as those of one engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.protocol.messages import Budget, Pulse

if TYPE_CHECKING:
    from relaytop.fleet.ssh.relocation import Relocation


class MergedState:
    """The newest pulse and budget of each host, together."""

    def __init__(self) -> None:
        self._pulses: dict[str, Pulse] = {}
        self._budgets: dict[str, Budget] = {}

    def set_pulse(self, pulse: Pulse, relocation: Relocation, now: float) -> None:
        """Note a host's pulse."""
        name = relocation.name
        self._pulses[relocation.place] = Pulse(
            at=relocation.at(pulse.at, now),
            in_flight=pulse.in_flight,
            running={name(t): relocation.at(at, now) for t, at in pulse.running.items()},
            skipped={name(t): count for t, count in pulse.skipped.items()},
            dropped=pulse.dropped,
            paced={name(t): count for t, count in pulse.paced.items()},
        )

    def set_budget(self, place: str, budget: Budget) -> str | None:
        """Note a host's budget; return what is to be told of it, if anything."""
        before = self._budgets.get(place)
        self._budgets[place] = budget
        if before is None or before.state == budget.state or budget.state != "reached":
            return None
        return (
            f"{place}: budget reached: ${budget.spent_usd:.4f} of ${budget.budget_usd:.2f} "
            "spent today (UTC)"
        )

    def remove(self, place: str) -> None:
        """Forget what a host does now; what it has spent stays spent."""
        self._pulses.pop(place, None)

    def budget_of(self, place: str) -> Budget | None:
        """Return a host's budget."""
        return self._budgets.get(place)

    def pulse(self, now: float) -> Pulse:
        """Return the pulse of all hosts together."""
        pulses = self._pulses.values()
        return Pulse(
            at=now,
            in_flight=sum(pulse.in_flight for pulse in pulses),
            running={name: at for pulse in pulses for name, at in pulse.running.items()},
            skipped={name: n for pulse in pulses for name, n in pulse.skipped.items()},
            dropped=sum(pulse.dropped for pulse in pulses),
            paced={name: n for pulse in pulses for name, n in pulse.paced.items()},
        )

    def budget(self) -> Budget | None:
        """Return the sum of all hosts' budgets; it is reached where all of them are."""
        found = list(self._budgets.values())
        if not found:
            return None
        states = {budget.state for budget in found if budget.state != "off"}
        state = "off" if not states else "ok"
        if states == {"reached"}:
            state = "reached"
        elif states & {"warn", "reached"}:
            state = "warn"
        return Budget(
            spent_usd=sum(budget.spent_usd for budget in found),
            budget_usd=sum(budget.budget_usd for budget in found),
            state=state,
            complete=all(budget.complete for budget in found),
        )
