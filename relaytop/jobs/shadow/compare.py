"""Comparison of two sides: each figure with its interval, and which differences are significant."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from relaytop.jobs.shadow.blocks import Blocks, blocks_needed
from relaytop.jobs.shadow.bootstrap import RESAMPLES
from relaytop.jobs.shadow.detectable import detectable_mean, detectable_share, detectable_times
from relaytop.jobs.shadow.figures import Measurements, subject_of
from relaytop.jobs.shadow.permutation import PERMUTATIONS, SPREAD, permuted_statistics
from relaytop.jobs.shadow.stepdown import StepDown
from relaytop.jobs.shadow.tail_test import TAIL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.jobs.shadow.figure import Figure
    from relaytop.jobs.shadow.rounds import Round

FAMILYWISE_ERROR = 0.03
"""Probability that two equal sides are declared different, by any figure of any model of a run."""
MIN_BEYOND = 6
"""Permutations that lie beyond the level at the least: fewer would make it coarse."""
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
_TIMES = {"p50": "typical", "p95": "typical", "ttft_p50": "ttft"}
"""Percentiles whose smallest detectable difference is told → the log times that it is found in."""


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """One model at both providers."""

    rounds: int
    figures: Mapping[str, Figure]
    resamples: int
    latency_judged: bool = True
    """Whether the verdict may speak of latencies and TTFTs."""
    blocks: Mapping[str, Blocks] = dataclasses.field(default_factory=dict)
    """Subject (success, latency, cost, length …) → its independent blocks."""

    def judged(self, subject: str) -> bool:
        """Whether the verdict may speak of a subject."""
        if subject == "latency" and not self.latency_judged:
            return False
        return subject in self.blocks and self.blocks[subject].enough

    def lost(self, subject: str) -> bool:
        """Whether a subject's rounds are too few, or too alike, for a verdict."""
        if subject == "latency" and not self.latency_judged:
            return False
        return subject in self.blocks and not self.blocks[subject].enough


def compare(
    rounds: Sequence[Round],
    seed: int | str,
    *,
    latency_judged: bool = True,
    level: float = FAMILYWISE_ERROR,
    resamples: int = RESAMPLES,
    permutations: int = PERMUTATIONS,
) -> Comparison:
    """Compare two sides.

    Two conditions decide whether the verdict may speak of a figure:

    1. The permutation test rejects that the sides are equal: success, the typical latency, the
       tail, the spread above the mean, the typical TTFT, the cost, the length of the reply, all
       tested together. Equal sides are declared different with the probability of `level`, by
       whichever of them.
    2. The figure's own 95 % bootstrap interval excludes zero, on the side that the test found.
       Where several figures can be shown for one test, the first whose interval lets it is: P95,
       the slowest tenth, twentieth, fortieth, and P99 last, since it hangs on one or two replies.

    Where neighbouring rounds are alike, both swap or draw blocks of them. Of a subject with fewer
    blocks than a verdict can rest on there are neither tests nor intervals.

    No percentile is tested itself: where a tenth of the replies is slow, P95 jumps between two
    heights in the permutations, and hides a real step between them. The tail as a whole shows it.

    Latencies and TTFTs enter as logarithms without the prompts' effect (`prompt_effect`): prompts
    differ more than providers, and both sides were asked the same. What is plain (mean, min, max,
    P50, P95, P99) is of the times as they were. Min and max have no interval, since no resample
    finds what lies beyond them. Times are of rounds that both sides answered; where timeouts cut a
    tail off, its figures are absent.

    Args:
        rounds: What both sides made of each request, in the order of time.
        seed: The same seed gives the same answer.
        latency_judged: Whether the verdict may speak of latencies and TTFTs.
        level: This comparison's share of the run's family-wise error.
        resamples: Bootstrap resamples, for the intervals.
        permutations: For the tests; more where the level is small.
    """
    generator = np.random.default_rng(list(f"{seed}".encode()))
    measured = Measurements(rounds)
    needed = blocks_needed(level)
    blocks = {
        subject: Blocks(measured.counts[subject], length, needed)
        for subject, length in measured.block_rounds.items()
    }
    figures = {
        name: figure if blocks[subject_of(name)].enough else figure.without_interval()
        for name, figure in measured.figures(generator, resamples).items()
    }
    latency = "latency" in blocks and blocks["latency"].enough
    spread = (SPREAD,) if latency else ()
    differences = {
        name: row for name, row in measured.differences.items() if blocks[subject_of(name)].enough
    }
    tests = StepDown(
        permuted_statistics(
            differences,
            measured.log_latencies if latency else None,
            measured.answered,
            generator,
            {test: blocks[subject_of(test)].block_rounds for test in (*differences, *spread)},
            max(permutations, math.ceil(MIN_BEYOND / level)),
        ),
        measured.weights,
    )
    figures = _with_detectable(figures, measured, tests, level, latency_judged=latency_judged)
    p_values = {test: p for test, p in tests.p_values().items() if p <= level}
    for tested, names in FIGURES_OF_TEST.items():
        tail_shown = any(figures[n].shown for n in FIGURES_OF_TEST[TAIL] if n in figures)
        if tested in LATENCY_TESTS and not latency_judged:
            continue
        if tested == SPREAD and tail_shown:
            # It would say the same again.
            continue
        # The tail is tested in several ways; the p-values are in order of significance.
        found = next((name for name in p_values if _tests(name, tested)), None)
        figure = _shown(figures, names, tests.observed[found]) if found is not None else None
        if figure is not None:
            figures[figure.name] = dataclasses.replace(figure, shown=True)
    return Comparison(len(rounds), figures, resamples, latency_judged, blocks)


def _tests(name: str, tested: str) -> bool:
    return name == tested or (tested == TAIL and name.startswith(f"{TAIL}_"))


def _shown(figures: Mapping[str, Figure], names: Sequence[str], statistic: float) -> Figure | None:
    """Return the first of some figures that agrees with a significant statistic, if any."""
    for name in names:
        figure = figures.get(name)
        if figure and figure.excludes_zero and statistic * figure.difference > 0:
            return figure
    return None


def _with_detectable(
    figures: Mapping[str, Figure],
    measured: Measurements,
    tests: StepDown,
    level: float,
    *,
    latency_judged: bool,
) -> dict[str, Figure]:
    """Return the figures, those that a reader plans by with the smallest difference detectable."""
    z = tests.critical_value(level)
    z_tail = tests.critical_value(level, measured.weights.get(SPREAD, 1.0))
    found = dict(figures)
    for name, figure in figures.items():
        subject = subject_of(name)
        unjudged = subject == "latency" and not latency_judged
        if unjudged or figure.low is None or figure.high is None:
            continue
        length, least = measured.block_rounds[subject], None
        if name == "success_rate":
            failures = 1 - (figure.a + figure.b) / 2
            differences = measured.differences[name]
            least = detectable_share(failures, differences, length, z)
        elif name in ("cost", "length"):
            least = detectable_mean(measured.differences[name], length, z)
        elif name in _TIMES:
            times = measured.log_times[_TIMES[name]]
            tail = name == "p95"
            share = detectable_times(times, length, z_tail if tail else z, tail=tail)
            least = None if share is None else share * (figure.a + figure.b) / 2
        found[name] = dataclasses.replace(figure, detectable=least)
    return found
