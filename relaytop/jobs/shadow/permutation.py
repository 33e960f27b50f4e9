"""Which differences chance does not explain: sides swapped at random, all figures together."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

from relaytop.jobs.shadow.stepdown import stepdown

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

SWAPS = 2000
SPREAD = "spread"
_SPREAD_PART = 5
_SAME = 1e-12
_COINS = bytes.maketrans(b"01", b"\0\1")


class Seen(NamedTuple):
    """What one test saw."""

    step: float
    """Positive where b has more."""
    chance: float
    """How often chance alone shows as much in any of the tests."""


def chances(
    steps: Mapping[str, Sequence[float]],
    logs: tuple[Sequence[float], Sequence[float]],
    answered: Sequence[int],
    random_: random.Random,
    weights: Mapping[str, float],
    swaps: int = SWAPS,
) -> dict[str, Seen]:
    """Return test → what it saw, and how often chance shows as much in any; the strongest first.

    If both sides were equal, each round's two outcomes could as well have come the other way
    round. So they are swapped, each round by the toss of a coin, the same for all tests, and what
    is seen then is what chance can do. That is exact whatever the replies are like. A probability
    below 3 % holds for all tests together, not for each.

    Nearly all tests add up b − a over the rounds, so that swapping changes signs. No such sum is
    ever many standard deviations off, which keeps a wild one from hiding what the others see. The
    spread alone (how far the slowest fifth lies above the mean) is taken anew from each side of
    each run, since what belongs to the mean has to be taken off a side as a whole.

    Args:
        steps: Test → b − a by round, as many for each; 0 where a side has none.
        logs: Both sides' evened log latencies, for each round that both answered; nothing where the
            spread is not to be tested.
        answered: Which rounds those are.
        random_: Tosses the coins.
        weights: Test → its part of the error, in relation to the others.
        swaps: Runs.
    """
    columns = {
        name: list(values)
        for name, values in steps.items()
        if any(abs(value) > _SAME for value in values)
    }
    totals = {name: sum(values) for name, values in columns.items()}
    runs = {name: [total] for name, total in totals.items()}
    a, b = logs
    spread = [_spread(b) - _spread(a)] if a else []
    rounds = max(map(len, steps.values()), default=0)
    for _ in range(swaps if rounds else 0):
        coins = f"{random_.getrandbits(rounds):0{rounds}b}".encode().translate(_COINS)
        for name, values in columns.items():
            runs[name].append(totals[name] - 2 * sum(compress(values, coins)))
        if spread:
            turned = [coins[i] for i in answered]
            left = [y if coin else x for coin, x, y in zip(turned, a, b, strict=True)]
            right = [x if coin else y for coin, x, y in zip(turned, a, b, strict=True)]
            spread.append(_spread(right) - _spread(left))
    if spread:
        runs[SPREAD] = spread
    found = stepdown(runs, weights)
    return {name: Seen(runs[name][0], chance) for name, chance in found.items()}


def _spread(logs: Sequence[float]) -> float:
    """Return how far the mean of the slowest fifth lies above the mean of all."""
    k = max(1, round(len(logs) / _SPREAD_PART))
    return sum(sorted(logs)[-k:]) / k - sum(logs) / len(logs)
