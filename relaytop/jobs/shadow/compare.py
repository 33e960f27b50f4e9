"""Comparison of two sides: each figure with its interval, and which differences are significant."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from relaytop.jobs.shadow.bootstrap import RESAMPLES
from relaytop.jobs.shadow.figures import Measurements
from relaytop.jobs.shadow.permutation import (
    PERMUTATIONS,
    SPREAD,
    PermutationResult,
    permutation_test,
)
from relaytop.jobs.shadow.tail_test import TAIL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.jobs.shadow.figure import Figure
    from relaytop.jobs.shadow.rounds import Round

FAMILYWISE_ERROR = 0.03
"""Probability that two equal sides are declared different, by any figure of a model."""
FIGURES_OF_TEST = {
    "success_rate": ("success_rate",),
    "typical": ("p50", "typical"),
    TAIL: ("p95", TAIL, "far_tail", "last_tail", "p99"),
    SPREAD: (SPREAD,),
    "ttft": ("ttft",),
    "cost": ("cost",),
    "length": ("length",),
}
"""Test → the figures that may be shown for it, the plainest first."""
LATENCY_TESTS = ("typical", TAIL, SPREAD, "ttft")


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """One model at both providers."""

    rounds: int
    figures: Mapping[str, Figure]
    resamples: int
    latency_judged: bool = True
    """Whether the verdict may speak of latencies and TTFTs."""


def compare(
    rounds: Sequence[Round],
    seed: int | str,
    *,
    latency_judged: bool = True,
    resamples: int = RESAMPLES,
    permutations: int = PERMUTATIONS,
) -> Comparison:
    """Compare two sides.

    Two conditions decide whether the verdict may speak of a figure:

    1. The permutation test rejects that the sides are equal: success, the typical latency, the
       tail, the spread above the mean, the typical TTFT, the cost, the length of the reply, all
       tested together. Equal sides are declared different in at most 3 of 100
       comparisons, by whichever of them.
    2. The figure's own 95 % bootstrap interval excludes zero, on the side that the test found.
       Where several figures can be shown for one test, the first whose interval lets it is: P95,
       the slowest tenth, twentieth, fortieth, and P99 last, since it hangs on one or two replies.

    No percentile is tested itself: where a tenth of the replies is slow, P95 jumps between two
    heights in the permutations, and hides a real step between them. The tail as a whole shows it.

    Latencies and TTFTs enter as logarithms without the prompts' effect (`prompt_effect`): prompts
    differ more than providers, and both sides were asked the same. What is plain (mean, min, max,
    P50, P95, P99) is of the times as they were. Min and max have no interval, since no resample
    finds what lies beyond them. Times are of rounds that both sides answered; where timeouts cut a
    tail off, its figures are absent.

    Args:
        rounds: What both sides made of each request.
        seed: The same seed gives the same answer.
        latency_judged: Whether the verdict may speak of latencies and TTFTs.
        resamples: Bootstrap resamples, for the intervals.
        permutations: For the tests.
    """
    generator = np.random.default_rng(list(f"{seed}".encode()))
    measured = Measurements(rounds)
    figures = measured.figures(generator, resamples)
    results = permutation_test(
        measured.differences,
        measured.log_latencies,
        measured.answered,
        generator,
        measured.weights,
        permutations,
    )
    for tested, names in FIGURES_OF_TEST.items():
        tail_shown = any(figures[n].shown for n in FIGURES_OF_TEST[TAIL] if n in figures)
        if tested in LATENCY_TESTS and not latency_judged:
            continue
        if tested == SPREAD and tail_shown:
            # It would say the same again.
            continue
        # The tail is tested in several ways; the results are in order of significance.
        result = next((one for name, one in results.items() if _tests(name, tested)), None)
        figure = _shown(figures, names, result) if result is not None else None
        if figure is not None:
            figures[figure.name] = dataclasses.replace(figure, shown=True)
    return Comparison(len(rounds), figures, resamples, latency_judged)


def _tests(name: str, tested: str) -> bool:
    return name == tested or (tested == TAIL and name.startswith(f"{TAIL}_"))


def _shown(
    figures: Mapping[str, Figure], names: Sequence[str], result: PermutationResult
) -> Figure | None:
    """Return the first of some figures that agrees with a significant result, if any."""
    if result.p_value > FAMILYWISE_ERROR:
        return None
    for name in names:
        figure = figures.get(name)
        if figure and figure.excludes_zero and result.statistic * figure.difference > 0:
            return figure
    return None
