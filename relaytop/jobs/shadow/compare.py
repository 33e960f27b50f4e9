"""From rounds to figures: both sides, the difference, its interval, and whether it is shown."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from relaytop.jobs.shadow.evened import evened_logs
from relaytop.jobs.shadow.resample import RESAMPLES, intervals, mean_interval, percentile
from relaytop.jobs.shadow.swaps import FAR_TAIL, SPREAD, SWAPS, TAIL, chances

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relaytop.jobs.shadow.rounds import Outcome, Round

ERROR = 0.04
"""How often two equal sides may be told apart, by any figure of a model."""
CARRIES = {"p95": (20, 0.05), "p99": (100, 0.01), "tail": (20, 0.05), "spread": (20, 0.05)}
"""Figure → (rounds it needs, share of timeouts beyond which it is cut off)."""

UNITS = {SPREAD: "times"}

Values = tuple[list[float], list[float]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of both sides, over the rounds that tell it of both."""

    name: str
    unit: str
    """`share`, `ms`, `tokens`, `characters`, `USD` or `times`."""
    n: int
    """Rounds."""
    a: float
    b: float
    low: float | None = None
    """Of the 95 % interval of b − a; None where there is none to give."""
    high: float | None = None
    shown: bool = False
    """Whether the verdict may speak of it."""

    @property
    def difference(self) -> float:
        """What b has more than a."""
        return self.b - self.a


@dataclass(frozen=True, slots=True)
class Comparison:
    """One model at both providers."""

    rounds: int
    figures: Mapping[str, Figure]
    resamples: int


def compare(
    rounds: Sequence[Round],
    seed: int | str,
    *,
    resamples: int = RESAMPLES,
    swaps: int = SWAPS,
) -> Comparison:
    """Compare two sides.

    Two questions are asked of each figure, and the verdict speaks of those alone that pass both:

    1. Could two equal sides show as much, in any figure? `chances` swaps the sides of each round at
       random and looks at all figures together: success, the typical latency, the slowest tenth
       and twentieth, the spread above the mean, the typical TTFT, the cost, the length of the
       reply. Equal sides are told apart in at most 4 of 100 comparisons, by whichever of them.
    2. Does its own 95 % interval leave out zero? `intervals` draws the rounds again.

    Latencies and TTFTs enter as logarithms, with each prompt moved to the mean of all (`evened`):
    prompts differ more than providers, and both sides were asked the same. What is plain (mean,
    min, max, P50, P95, P99) is of the times as they were. Min and max have no interval, since
    drawing again cannot find what lies beyond them. Times are of rounds that both sides answered;
    where timeouts cut a tail off, its figures are absent.

    Args:
        rounds: What was found.
        seed: The same seed gives the same answer.
        resamples: For the intervals.
        swaps: For what chance explains.
    """
    work = _Work(rounds, random.Random(f"{seed}"), resamples)  # noqa: S311 - not a secret
    work.success()
    work.latency()
    work.ttft()
    for name, unit, of in _MEANS:
        work.mean(name, unit, of)
    chance = chances(work.differences, work.logs, work.answered, work.random, swaps)
    figures = {name: _judged(figure, chance) for name, figure in work.figures.items()}
    return Comparison(len(rounds), figures, resamples)


_MEANS: tuple[tuple[str, str, Callable[[Outcome], float | None]], ...] = (
    ("tokens", "tokens", lambda outcome: outcome.tokens),
    ("length", "characters", lambda outcome: outcome.length),
    ("cost", "USD", lambda outcome: outcome.cost_usd),
)
_UNTESTED = {"tokens"}
"""Output tokens go with the length, and providers count them differently."""
_TESTS = {TAIL: (TAIL, FAR_TAIL)}
"""Figure → the tests of which one must find it; the rest have one of their own name."""


def _judged(figure: Figure, chance: Mapping[str, float]) -> Figure:
    found = any(chance.get(t, 1.0) <= ERROR for t in _TESTS.get(figure.name, (figure.name,)))
    sure = figure.low is not None and figure.high is not None and figure.low * figure.high > 0
    if not (found and sure):
        return figure
    return Figure(
        figure.name, figure.unit, figure.n, figure.a, figure.b, figure.low, figure.high, shown=True
    )


class _Work:
    """One comparison under way."""

    def __init__(self, rounds: Sequence[Round], random_: random.Random, resamples: int) -> None:
        self.rounds = rounds
        self.random = random_
        self.resamples = resamples
        self.figures: dict[str, Figure] = {}
        self.differences: dict[str, list[float]] = {}
        self.logs: Values = ([], [])
        self.answered: list[int] = []
        n = max(len(rounds), 1)
        self._timeouts = max(
            sum(one.a.timed_out for one in rounds) / n, sum(one.b.timed_out for one in rounds) / n
        )

    def success(self) -> None:
        self.mean("success_rate", "share", lambda outcome: float(outcome.ok))

    def latency(self) -> None:
        places, raw = self._known(lambda outcome: outcome.latency_ms)
        if not places:
            return
        evened = evened_logs([self.rounds[i].prompt for i in places], *raw)
        self.answered, self.logs = places, evened
        n = len(places)
        for name, plain in (("min", min), ("max", max)):
            self.figures[name] = Figure(name, "ms", n, plain(raw[0]), plain(raw[1]))
        self._add(raw, "ms", {"mean": _mean, **_quantiles("p50", "p95", "p99")})
        self._test("typical", places, evened)
        self._add(evened, "ms", {"typical": _typical, TAIL: _slowest_tenth, SPREAD: _spread})

    def ttft(self) -> None:
        places, raw = self._known(lambda outcome: outcome.ttft_ms)
        if not places:
            return
        self._add(raw, "ms", {"ttft_p50": _quantile(0.5), "ttft_p95": _quantile(0.95)})
        evened = evened_logs([self.rounds[i].prompt for i in places], *raw)
        self._test("ttft", places, evened)
        self._add(evened, "ms", {"ttft": _typical})

    def mean(self, name: str, unit: str, of: Callable[[Outcome], float | None]) -> None:
        places, (a, b) = self._known(of)
        if not places:
            return
        if name not in _UNTESTED:
            self._test(name, places, (a, b))
        steps = [y - x for x, y in zip(a, b, strict=True)]
        low, high = mean_interval(steps, self.random, self.resamples)
        self.figures[name] = Figure(name, unit, len(places), fmean(a), fmean(b), low, high)

    def _known(self, of: Callable[[Outcome], float | None]) -> tuple[list[int], Values]:
        """Return the rounds of which both sides tell something, and what."""
        pairs = [(i, of(one.a), of(one.b)) for i, one in enumerate(self.rounds)]
        known = [(i, a, b) for i, a, b in pairs if a is not None and b is not None]
        return [i for i, _, _ in known], ([a for _, a, _ in known], [b for _, _, b in known])

    def _test(self, name: str, places: Sequence[int], sides: Values) -> None:
        steps = [0.0] * len(self.rounds)
        for i, a, b in zip(places, *sides, strict=True):
            steps[i] = b - a
        self.differences[name] = steps

    def _add(
        self, sides: Values, unit: str, statistics: dict[str, Callable[[Sequence[float]], float]]
    ) -> None:
        n = len(sides[0])
        carried = {}
        for name, statistic in statistics.items():
            needs, most_timeouts = CARRIES.get(name.removeprefix("ttft_"), (1, 1.0))
            if n >= needs and self._timeouts <= most_timeouts:
                carried[name] = statistic
        found = intervals(sides, carried, self.random, self.resamples)
        a, b = map(sorted, sides)
        for name, statistic in carried.items():
            low, high = found[name]
            self.figures[name] = Figure(
                name, UNITS.get(name, unit), n, statistic(a), statistic(b), low, high
            )


def _quantile(share: float) -> Callable[[Sequence[float]], float]:
    return lambda ordered: percentile(ordered, share)


def _quantiles(*names: str) -> dict[str, Callable[[Sequence[float]], float]]:
    return {name: _quantile(int(name[1:]) / 100) for name in names}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _typical(logs: Sequence[float]) -> float:
    return math.exp(_mean(logs))


def _slowest_tenth(logs: Sequence[float]) -> float:
    return math.exp(_mean(logs[-max(1, round(len(logs) / 10)) :]))


def _spread(logs: Sequence[float]) -> float:
    return math.exp(_mean(logs[-max(1, round(len(logs) / 5)) :]) - _mean(logs))
