"""A command for a fleet as commands for its hosts."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.config.target_id import join_target, split_target
from relaytop.protocol.messages import Add, ListModels, Pause, Resume, SetBudget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.settings import Target
    from relaytop.protocol.messages import Budget, Command


def commands_for(
    command: Command, obeying: Sequence[str], budgets: Mapping[str, Budget | None]
) -> dict[str, Command]:
    """Return host → the command that it is to be given; those that it does not concern are absent.

    Args:
        command: What the user wants of the fleet; its targets have places.
        obeying: The hosts that obey.
        budgets: Host → its budget, of those that obey and those that do not.
    """
    match command:
        case Pause(target) | Resume(target) if target is not None:
            provider, model, place = split_target(target)
            own = type(command)(join_target(provider, model))
            return {place: own} if place in obeying else {}
        case Add(targets):
            return _added(targets, obeying)
        case SetBudget(usd):
            return _divided(usd, obeying, budgets)
        case ListModels():
            return dict.fromkeys(obeying[:1], command)
        case _:
            return dict.fromkeys(obeying, command)


def _added(targets: Sequence[Target], obeying: Sequence[str]) -> dict[str, Command]:
    found: dict[str, list[Target]] = {}
    for target in targets:
        if target.place in obeying:
            found.setdefault(target.place, []).append(dataclasses.replace(target, place=""))
    return {place: Add(tuple(own)) for place, own in found.items()}


def _divided(
    usd: float, obeying: Sequence[str], budgets: Mapping[str, Budget | None]
) -> dict[str, Command]:
    """Divide the fleet's budget among the hosts that obey, in the proportion of their own."""
    own = {place: _usd(budgets.get(place)) for place in obeying}
    fixed = sum(_usd(budget) for place, budget in budgets.items() if place not in own)
    total, left = sum(own.values()), max(0.0, usd - fixed)
    return {
        place: SetBudget(left * (share / total if total > 0 else 1 / len(own)))
        for place, share in own.items()
    }


def _usd(budget: Budget | None) -> float:
    return budget.budget_usd if budget is not None else 0.0
