"""From rounds to figures: both sides, the difference, its interval, and whether it is shown."""

from __future__ import annotations

import dataclasses
import random
from typing import TYPE_CHECKING

from relaytop.jobs.shadow.bootstrap import RESAMPLES
from relaytop.jobs.shadow.figures import TAIL, Measured
from relaytop.jobs.shadow.permutation import SPREAD, SWAPS, Seen, chances

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.jobs.shadow.figure import Figure
    from relaytop.jobs.shadow.rounds import Round

ERROR = 0.03
"""How often two equal sides may be told apart, by any figure of a model."""
SPEAKERS = {
    "success_rate": ("success_rate",),
    "typical": ("p50", "typical"),
    TAIL: ("p95", TAIL, "far_tail", "last_tail", "p99"),
    SPREAD: (SPREAD,),
    "ttft": ("ttft",),
    "cost": ("cost",),
    "length": ("length",),
}
"""What is tested → the figures that may speak of it, the plainest first."""


@dataclasses.dataclass(frozen=True, slots=True)
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

    Two questions are asked, and the verdict speaks of those figures alone that pass both:

    1. Could two equal sides show as much, in any figure? `chances` swaps the sides of each round at
       random and looks at all tests together: success, the typical latency, the slow end, the
       spread above the mean, the typical TTFT, the cost, the length of the reply. Equal sides are
       told apart in at most 3 of 100 comparisons, by whichever of them.
    2. Does its own 95 % interval leave out zero, on the side that the test found? `intervals` draws
       the rounds again. Where several figures can speak of what was found, the first one does whose
       interval lets it: P95, the slowest tenth, twentieth, fortieth, and P99 last, since it hangs
       on one or two replies.

    No percentile is tested itself: where a tenth of the replies is slow, P95 jumps between two
    heights in the runs of chance, and hides a real step between them. The slow end as a whole shows
    it.

    Latencies and TTFTs enter as logarithms, with each prompt moved towards the mean of all
    (`evened`): prompts differ more than providers, and both sides were asked the same. What is
    plain (mean, min, max, P50, P95, P99) is of the times as they were. Min and max have no
    interval, since drawing again cannot find what lies beyond them. Times are of rounds that both
    sides answered; where timeouts cut a tail off, its figures are absent.

    Args:
        rounds: What was found.
        seed: The same seed gives the same answer.
        resamples: For the intervals.
        swaps: For what chance explains.
    """
    random_ = random.Random(f"{seed}")  # noqa: S311 - not a secret
    work = Measured(rounds)
    figures = work.figures(random_, resamples)
    seen = chances(work.steps, work.logs, work.answered, random_, work.weights, swaps)
    for what in SPEAKERS:
        if what == SPREAD and any(
            figures[name].shown for name in SPEAKERS[TAIL] if name in figures
        ):
            # It would say the same again.
            continue
        tests = [one for name, one in seen.items() if work.about.get(name, name) == what]
        speaker = _speaker(figures, what, tests[0]) if tests else None
        if speaker is not None:
            figures[speaker.name] = dataclasses.replace(speaker, shown=True)
    return Comparison(len(rounds), figures, resamples)


def _speaker(figures: Mapping[str, Figure], what: str, strongest: Seen) -> Figure | None:
    """Return the figure that may speak of what its strongest test found; None where none may."""
    if strongest.chance > ERROR:
        return None
    for name in SPEAKERS[what]:
        figure = figures.get(name)
        if figure and figure.sure and strongest.step * figure.difference > 0:
            return figure
    return None
