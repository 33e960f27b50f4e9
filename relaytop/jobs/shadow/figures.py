"""What the rounds tell: figures of both sides, and the steps between them that are tested."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from relaytop.jobs.shadow.bootstrap import Sides, intervals, percentile
from relaytop.jobs.shadow.figure import Figure
from relaytop.jobs.shadow.permutation import SPREAD
from relaytop.jobs.shadow.prompt_effect import without_prompt_effect
from relaytop.jobs.shadow.tail_test import TAIL_NEEDS, tail_steps, tail_weight

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from relaytop.jobs.shadow.rounds import Outcome, Round

    Statistic = Callable[[Sequence[float]], float]
    Tell = Callable[[Outcome], float | None]

TAIL = "tail"
CARRIES = {
    "p95": (TAIL_NEEDS, 0.05),
    "p99": (100, 0.01),
    TAIL: (TAIL_NEEDS, 0.05),
    "far_tail": (100, 0.025),
    "last_tail": (200, 0.0125),
    SPREAD: (TAIL_NEEDS, 0.05),
}
"""Figure → (rounds it needs, share of timeouts beyond which it is cut off)."""
UNITS = {SPREAD: "times"}
UNTESTED = {"tokens"}
"""Output tokens go with the length, and providers count them differently."""
_MEANS: tuple[tuple[str, str, Tell], ...] = (
    ("tokens", "tokens", lambda outcome: outcome.tokens),
    ("length", "characters", lambda outcome: outcome.length),
    ("cost", "USD", lambda outcome: outcome.cost_usd),
)


class Measured:
    """The rounds of one comparison, measured.

    Args:
        rounds: What was found.
    """

    def __init__(self, rounds: Sequence[Round]) -> None:
        self.steps: dict[str, list[float]] = {}
        """Test → b − a by round."""
        self.about: dict[str, str] = {}
        """Test → what it is about, where that is not its own name."""
        self.weights: dict[str, float] = {}
        """Test → its part of the error, in relation to the others."""
        self.logs: tuple[list[float], list[float]] = ([], [])
        """Both sides' evened log latencies, where there are enough to have a tail."""
        self.answered: list[int] = []
        """The rounds of `logs`."""
        self._rounds = rounds
        self._figures: dict[str, Figure] = {}
        self._kinds: dict[tuple[int, ...], list[Sides]] = {}
        n = max(len(rounds), 1)
        self._timeouts = max(
            sum(one.a.timed_out for one in rounds) / n, sum(one.b.timed_out for one in rounds) / n
        )
        self._average("success_rate", "share", lambda outcome: float(outcome.ok))
        self._latency()
        self._ttft()
        for name, unit, tell in _MEANS:
            self._average(name, unit, tell)

    def figures(self, random_: random.Random, resamples: int) -> dict[str, Figure]:
        """Return all figures with their intervals; those of the same rounds are drawn together."""
        found: dict[str, tuple[float, float]] = {}
        for kinds in self._kinds.values():
            found |= intervals(kinds, random_, resamples)
        return {
            name: dataclasses.replace(figure, low=found[name][0], high=found[name][1])
            if name in found
            else figure
            for name, figure in self._figures.items()
        }

    def _average(self, name: str, unit: str, tell: Tell) -> None:
        places, (a, b) = self._known(tell)
        if not places:
            return
        if name not in UNTESTED:
            self._test(name, places, [y - x for x, y in zip(a, b, strict=True)])
        self._add(places, Sides(a, b, {name: _mean}), unit)

    def _latency(self) -> None:
        places, raw = self._known(lambda outcome: outcome.latency_ms)
        if not places:
            return
        for name, plain in (("min", min), ("max", max)):
            self._figures[name] = Figure(name, "ms", len(places), plain(raw[0]), plain(raw[1]))
        percentiles = {f"p{p}": _quantile(p / 100) for p in (50, 95, 99)}
        self._add(places, Sides(*raw, {"mean": _mean, **percentiles}, ordered=True), "ms")
        a, b = without_prompt_effect([self._rounds[i].prompt for i in places], *raw)
        self._test("typical", places, [y - x for x, y in zip(a, b, strict=True)])
        depths = {TAIL: 10, "far_tail": 20, "last_tail": 40}
        slow = {name: _slowest(part) for name, part in depths.items()} | {SPREAD: _spread}
        self._add(places, Sides(a, b, {"typical": _typical, **slow}, ordered=True), "ms")
        if TAIL not in self._figures:
            return
        self.answered, self.logs = places, (a, b)
        weight = tail_weight(len(places))
        self.weights[SPREAD] = weight
        for name, steps in tail_steps(a, b).items():
            self._test(name, places, steps)
            self.about[name], self.weights[name] = TAIL, weight

    def _ttft(self) -> None:
        places, raw = self._known(lambda outcome: outcome.ttft_ms)
        if not places:
            return
        percentiles = {"ttft_p50": _quantile(0.5), "ttft_p95": _quantile(0.95)}
        self._add(places, Sides(*raw, percentiles, ordered=True), "ms")
        a, b = without_prompt_effect([self._rounds[i].prompt for i in places], *raw)
        self._test("ttft", places, [y - x for x, y in zip(a, b, strict=True)])
        self._add(places, Sides(a, b, {"ttft": _typical}), "ms")

    def _known(self, tell: Tell) -> tuple[list[int], tuple[list[float], list[float]]]:
        """Return the rounds of which both sides tell something, and what."""
        pairs = [(i, tell(one.a), tell(one.b)) for i, one in enumerate(self._rounds)]
        known = [(i, a, b) for i, a, b in pairs if a is not None and b is not None]
        return [i for i, _, _ in known], ([a for _, a, _ in known], [b for _, _, b in known])

    def _test(self, name: str, places: Sequence[int], steps: Sequence[float]) -> None:
        row = [0.0] * len(self._rounds)
        for i, step in zip(places, steps, strict=True):
            row[i] = step
        self.steps[name] = row

    def _add(self, places: Sequence[int], sides: Sides, unit: str) -> None:
        n = len(places)
        carried = {}
        for name, statistic in sides.statistics.items():
            needs, most_timeouts = CARRIES.get(name.removeprefix("ttft_"), (1, 1.0))
            if n >= needs and self._timeouts <= most_timeouts:
                carried[name] = statistic
        sides = dataclasses.replace(sides, statistics=carried)
        self._kinds.setdefault(tuple(places), []).append(sides)
        a, b = sorted(sides.a), sorted(sides.b)
        for name, statistic in carried.items():
            figure_unit = UNITS.get(name, unit)
            self._figures[name] = Figure(name, figure_unit, n, statistic(a), statistic(b))


def _quantile(share: float) -> Statistic:
    return lambda ordered: percentile(ordered, share)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _typical(logs: Sequence[float]) -> float:
    return math.exp(_mean(logs))


def _slowest(part: int) -> Statistic:
    return lambda logs: math.exp(_mean(logs[-max(1, round(len(logs) / part)) :]))


def _spread(logs: Sequence[float]) -> float:
    return math.exp(_mean(logs[-max(1, round(len(logs) / 5)) :]) - _mean(logs))
