"""Figures of both sides, and the paired differences that the permutation test judges.

A figure belongs to a subject: success, latency (TTFT too), cost, length, tokens. Each subject has a
block length of its own: failures may come in bursts where latencies do not.
"""

from __future__ import annotations

import dataclasses
import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from relaytop.jobs.shadow.block_length import block_length
from relaytop.jobs.shadow.bootstrap import PairedSample, confidence_intervals, percentile
from relaytop.jobs.shadow.figure import Figure
from relaytop.jobs.shadow.permutation import SPREAD, log_spread
from relaytop.jobs.shadow.prompt_effect import without_prompt_effect
from relaytop.jobs.shadow.tail_test import TAIL, TAIL_MIN_ROUNDS, tail_differences, tail_weight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.jobs.shadow.arrays import Floats, Indices
    from relaytop.jobs.shadow.bootstrap import Statistic
    from relaytop.jobs.shadow.rounds import Round

REQUIREMENTS = {
    "p95": (TAIL_MIN_ROUNDS, 0.05),
    "p99": (100, 0.01),
    TAIL: (TAIL_MIN_ROUNDS, 0.05),
    "far_tail": (100, 0.025),
    "last_tail": (200, 0.0125),
    SPREAD: (TAIL_MIN_ROUNDS, 0.05),
}
"""Figure → (rounds it needs, share of timeouts beyond which it is cut off)."""
UNITS = {SPREAD: "times"}
UNTESTED = {"tokens", "input_tokens"}
"""Output tokens go with the length, and providers count all tokens differently."""
_MEANS = (
    ("input_tokens", "tokens"),
    ("tokens", "tokens"),
    ("length", "characters"),
    ("cost_usd", "USD"),
)


_SUBJECTS = {"success_rate": "success"} | {name: name for name in ("cost", "length", *UNTESTED)}


def subject_of(name: str) -> str:
    """Return what a figure or a test is of."""
    return _SUBJECTS.get(name, "latency")


class Measurements:
    """Figures and tests of one comparison.

    Times are of rounds that both sides answered, any other figure of those that tell it of both.

    Args:
        rounds: What both sides made of each request.
    """

    def __init__(self, rounds: Sequence[Round]) -> None:
        self.differences: dict[str, Floats] = {}
        """Test → b − a by round, shape (rounds,); 0 where a side has no value."""
        self.weights: dict[str, float] = {}
        """Test → its share of the error, relative to the others."""
        self.log_times: dict[str, tuple[Floats, Floats]] = {}
        """Test (typical, ttft) → both sides' log times without the prompts' effect."""
        self.log_latencies: tuple[Floats, Floats] | None = None
        """Both sides' without the prompts' effect, shape (answered,); None: too few for a tail."""
        self.answered: Indices = np.empty(0, dtype=np.intp)
        """The rounds of `log_latencies`."""
        self.counts: dict[str, int] = {}
        """Subject → rounds that tell it of both sides."""
        self.block_rounds: dict[str, int] = {}
        """Subject → consecutive rounds that are resampled together."""
        self._rounds = rounds
        self._prompts = np.array([one.prompt for one in rounds], dtype=np.intp)
        self._figures: dict[str, Figure] = {}
        self._samples: list[tuple[str, Indices, PairedSample]] = []
        """Subject, places of the rounds, and what was measured in them."""
        timed_out = [(one.a.timed_out, one.b.timed_out) for one in rounds] or [(False, False)]
        self._timeout_share = float(np.mean(timed_out, axis=0).max())
        self._add_mean("success_rate", "ok", "share")
        self._add_latency()
        self._add_ttft()
        for field, unit in _MEANS:
            self._add_mean(field.removesuffix("_usd"), field, unit)

    def figures(self, generator: np.random.Generator, resamples: int) -> dict[str, Figure]:
        """Return all figures with their intervals; those of the same rounds are drawn together."""
        figures = dict(self._figures)
        together: dict[tuple[int, bytes], list[PairedSample]] = {}
        for subject, places, sample in self._samples:
            key = self.block_rounds[subject], places.tobytes()
            together.setdefault(key, []).append(sample)
        for (block_rounds, _places), samples in together.items():
            found = confidence_intervals(samples, generator, resamples, block_rounds)
            for name, (low, high) in found.items():
                figure = figures[name]
                most = 1.0 if figure.unit == "share" else math.inf
                figures[name] = dataclasses.replace(
                    figure, low=max(-most, low), high=min(most, high)
                )
        return figures

    def _add_mean(self, name: str, field: str, unit: str) -> None:
        places, a, b = self._paired(field)
        if places.size:
            self._add_test(name, places, b - a)
        self._add(places, unit, PairedSample(a, b, {name: _mean}))

    def _add_latency(self) -> None:
        places, a_ms, b_ms = self._paired("latency_ms")
        if not places.size:
            return
        for name, extreme in (("min", np.min), ("max", np.max)):
            a, b = float(extreme(a_ms)), float(extreme(b_ms))
            self._figures[name] = Figure(name, "ms", len(places), a, b)
        plain = {"mean": _mean} | {f"p{p}": _percentile(p) for p in (50, 95, 99)}
        self._add(places, "ms", PairedSample(a_ms, b_ms, plain, ordered=True))
        logs = without_prompt_effect(self._prompts[places], a_ms, b_ms)
        self.log_times["typical"] = logs
        self._add_test("typical", places, logs[1] - logs[0])
        adjusted: dict[str, Statistic] = {
            "typical": _geometric_mean,
            TAIL: partial(_geometric_mean, slowest=10),
            "far_tail": partial(_geometric_mean, slowest=20),
            "last_tail": partial(_geometric_mean, slowest=40),
            SPREAD: lambda ordered: np.exp(log_spread(ordered)),
        }
        self._add(places, "ms", PairedSample(*logs, adjusted, ordered=True))
        if TAIL not in self._figures:
            return
        self.answered, self.log_latencies = places, logs
        tail = tail_differences(*logs)
        self.weights = dict.fromkeys((SPREAD, *tail), tail_weight(len(places)))
        for name, differences in tail.items():
            self._add_test(name, places, differences)

    def _add_ttft(self) -> None:
        places, a_ms, b_ms = self._paired("ttft_ms")
        if not places.size:
            return
        plain = {f"ttft_p{p}": _percentile(p) for p in (50, 95)}
        self._add(places, "ms", PairedSample(a_ms, b_ms, plain, ordered=True))
        a, b = without_prompt_effect(self._prompts[places], a_ms, b_ms)
        self.log_times["ttft"] = a, b
        self._add_test("ttft", places, b - a)
        self._add(places, "ms", PairedSample(a, b, {"ttft": _geometric_mean}))

    def _paired(self, field: str) -> tuple[Indices, Floats, Floats]:
        """Return the rounds in which both sides have a value, and each side's values."""
        sides = [[getattr(side, field) for side in (one.a, one.b)] for one in self._rounds]
        values = np.array(sides, dtype=float).reshape(-1, 2)  # None becomes NaN
        places = np.flatnonzero(~np.isnan(values).any(axis=1))
        a, b = values[places].T
        return places, a, b

    def _add_test(self, name: str, places: Indices, differences: Floats) -> None:
        """Add a test, unless it is untested, and what it says of its subject's block length."""
        row = np.zeros(len(self._rounds))
        row[places] = differences
        subject = subject_of(name)
        if name not in UNTESTED:
            self.differences[name] = row
        length = block_length(row, places, self._prompts)
        self.block_rounds[subject] = max(length, self.block_rounds.get(subject, 1))
        self.counts[subject] = max(len(places), self.counts.get(subject, 0))

    def _add(self, places: Indices, unit: str, sample: PairedSample) -> None:
        """Add a sample's figures, as far as there are rounds enough and timeouts few enough."""
        n = len(places)
        carried: dict[str, Statistic] = {}
        for name, statistic in sample.statistics.items():
            min_rounds, max_timeouts = REQUIREMENTS.get(name.removeprefix("ttft_"), (1, 1.0))
            if n >= min_rounds and self._timeout_share <= max_timeouts:
                carried[name] = statistic
        if not carried:
            return
        sample = dataclasses.replace(sample, statistics=carried)
        self._samples.append((subject_of(next(iter(carried))), places, sample))
        a, b = np.sort(sample.a), np.sort(sample.b)
        for name, statistic in carried.items():
            values = float(statistic(a)), float(statistic(b))
            self._figures[name] = Figure(name, UNITS.get(name, unit), n, *values)


def _mean(values: Floats) -> Floats:
    mean: Floats = values.mean(axis=-1)
    return mean


def _percentile(percent: int) -> Statistic:
    return lambda ordered: percentile(ordered, percent / 100)


def _geometric_mean(logs: Floats, slowest: int = 1) -> Floats:
    """Return exp(mean) of all, or of the slowest tenth, twentieth, … of sorted logarithms."""
    k = max(1, round(logs.shape[-1] / slowest))
    return np.exp(_mean(logs[..., -k:]))
