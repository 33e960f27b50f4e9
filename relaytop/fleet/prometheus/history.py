"""The past of single rows, asked for what is in sight alone, and kept for a while.

Whoever draws asks for bins or points and never waits: what is not here yet is noted, asked for in
the background by `fetch`, and drawn with the next picture.
"""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

from relaytop.fleet.prometheus.errors import PrometheusError
from relaytop.fleet.prometheus.figures import key_of
from relaytop.fleet.prometheus.quantile import classic_quantile
from relaytop.fleet.prometheus.queries import FIGURE
from relaytop.fleet.prometheus.step_store import StepStore, step_for, step_for_span
from relaytop.monitor.points import Point
from relaytop.monitor.record import OK, outcome_of
from relaytop.monitor.source import Bin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from relaytop.fleet.prometheus.client import PrometheusClient
    from relaytop.fleet.prometheus.figures import Key
    from relaytop.fleet.prometheus.queries import Places, Queries
    from relaytop.fleet.prometheus.series import Range

MAX_POINTS = 12
"""Points that stand for the samples of one step."""
SPARKLINES = 80
"""Rows whose sparklines are asked for in one question."""
Points = tuple[Point, ...]


class History:
    """Bins for sparklines and the chart, points for the zoomed one.

    Args:
        on_wanted: Called where something is drawn that is not known.
    """

    def __init__(self, on_wanted: Callable[[], None]) -> None:
        self._bins: StepStore[Bin] = StepStore(4 * SPARKLINES, SPARKLINES)
        self._points: StepStore[Points] = StepStore(8, 1)
        self._on_wanted = on_wanted

    def bins(self, key: Key, start: float, bin_s: float, n: int, now: float) -> list[Bin]:
        """Return `n` bins from `start` (Unix seconds) on, as far as they are known.

        Bins that are narrower than a step share one: its median and its share of failures are
        those of each.
        """
        step_s = step_for(bin_s)
        end = start + n * bin_s
        first, last = math.floor(start / step_s), math.ceil(end / step_s) - 1
        steps = self._bins.want(key, step_s, first, last, now)
        if any(number not in steps for number in range(first, min(last, int(now // step_s) - 1))):
            self._on_wanted()
        return [_between(steps, start + i * bin_s, bin_s, step_s) for i in range(n)]

    def points(self, key: Key, start: float, end: float, now: float) -> list[Point]:
        """Return points from `start` to before `end` (Unix seconds), as far as they are known.

        They stand for a step's samples: as many as there were, up to a bound, at the quantiles of
        its histogram.
        """
        if start > 0 and end - start >= step_for_span(0):
            step_s = step_for_span(end - start)
            first, last = math.floor(start / step_s), math.ceil(end / step_s) - 1
            self._points.want(key, step_s, first, last, now)
            if self.lacks_points(key, now):
                self._on_wanted()
        known = self._points.known(key)
        found = [p for _step_s, points in known.values() for p in points if start <= p.at < end]
        return sorted(found)

    def lacks_points(self, key: Key, now: float) -> bool:
        """Return whether points of a row that are drawn are not known yet."""
        return self._points.lacks(key, now)

    async def fetch(
        self, client: PrometheusClient, queries: Queries, now: float, skew_s: float
    ) -> None:
        """Ask for what is in sight and not known: two questions at most.

        Args:
            client: Whom to ask.
            queries: The questions.
            now: Unix seconds.
            skew_s: Prometheus' clock less this machine's.

        Raises:
            PrometheusError: It cannot be had.
        """
        for asked in self._bins.missing(now)[:1]:
            first, last = asked.first * asked.step_s, (asked.last + 1) * asked.step_s
            expr = queries.history(asked.rows, asked.step_s)
            start = first + asked.step_s + skew_s
            try:
                found = await client.query_range(expr, start, last + skew_s, asked.step_s)
            except PrometheusError as error:
                if error.asks_less:
                    self._bins.ask_less()
                raise
            bins = _bins(found, queries.places, asked.step_s, skew_s)
            self._bins.put(asked, bins, Bin())
        for want in self._points.missing(now)[:1]:
            step_s = want.step_s
            expr = queries.samples(want.rows[0], step_s)
            start, end = (want.first + 1) * step_s + skew_s, (want.last + 1) * step_s + skew_s
            ranges = await client.query_range(expr, start, end, step_s)
            points = _points(ranges, want.rows[0], queries.places, step_s, skew_s)
            self._points.put(want, {want.rows[0]: points}, ())

    def begin_refresh(self, now: float) -> None:
        """Ask anew for the newest steps: they may have been scraped since."""
        self._bins.ask_newest_anew(now)
        self._points.ask_newest_anew(now)


def _between(steps: Mapping[int, Bin], start: float, bin_s: float, step_s: int) -> Bin:
    """Return the bin of a span of time: of the step that it lies in, or of those in it."""
    if bin_s < step_s:
        return steps.get(math.floor((start + bin_s / 2) / step_s), Bin())
    # A step belongs to the bin in which it begins.
    begin, end = math.ceil(start / step_s), math.ceil((start + bin_s) / step_s)
    inside = [steps[number] for number in range(begin, end) if number in steps]
    medians = [(b.p50_ms, b.ok) for b in inside if b.p50_ms is not None]
    if not medians:
        return Bin(sum(b.ok for b in inside), sum(b.failed for b in inside))
    weight = sum(ok for _ms, ok in medians) or 1
    return Bin(
        sum(b.ok for b in inside),
        sum(b.failed for b in inside),
        sum(ms * ok for ms, ok in medians) / weight,
        max((b.max_ms for b in inside if b.max_ms is not None), default=None),
    )


def _bins(
    found: Iterable[Range], places: Places, step_s: int, skew_s: float
) -> dict[Key, dict[int, Bin]]:
    """Return row → step → its bin."""
    cells: dict[Key, dict[int, dict[str, float]]] = {}
    for series in found:
        rows = cells.setdefault(key_of(series.labels, places), {})
        figure = series.labels.get(FIGURE, "")
        for at, value in series.points:
            if math.isfinite(value) and value >= 0:
                rows.setdefault(_step_before(at - skew_s, step_s), {})[figure] = value
    return {key: {n: _bin(cell) for n, cell in rows.items()} for key, rows in cells.items()}


def _bin(cell: Mapping[str, float]) -> Bin:
    ok, failed = (round(cell.get(name, 0.0)) for name in ("ok", "failed"))
    if not ok or "p50" not in cell:
        return Bin(ok, failed)
    p50_ms = cell["p50"] * 1000
    return Bin(ok, failed, p50_ms, max(p50_ms, cell.get("max", 0.0) * 1000))


def _step_before(at: float, step_s: int) -> int:
    """Return the step that ends at a moment."""
    return round(at / step_s) - 1


def _points(
    found: Iterable[Range], key: Key, places: Places, step_s: int, skew_s: float
) -> dict[int, Points]:
    """Return step → points that stand for its samples."""
    buckets: dict[str, dict[int, dict[float, float]]] = {"latency": {}, "ttft": {}}
    failed: dict[int, dict[str, float]] = {}
    for series in found:
        figure = series.labels.get(FIGURE, "")
        if key_of(series.labels, places) != key:
            continue
        for at, value in series.points:
            step = _step_before(at - skew_s, step_s)
            if figure in buckets:
                end = _end(series.labels.get("le", ""))
                buckets[figure].setdefault(step, {})[end] = value
            elif figure == "failed":
                failed.setdefault(step, {})[series.labels.get("class", "")] = value
    return {
        step: _stand_ins(
            step,
            step_s,
            buckets["latency"].get(step, {}),
            buckets["ttft"].get(step, {}),
            failed.get(step, {}),
        )
        for step in buckets["latency"].keys() | failed.keys()
    }


def _stand_ins(
    step: int,
    step_s: int,
    latency: Mapping[float, float],
    ttft: Mapping[float, float],
    failed: Mapping[str, float],
) -> Points:
    """Return points for the samples of a step, in an order of chance: when each was is unknown."""
    count = round(max(latency.values(), default=0.0))
    shown = min(count, MAX_POINTS)
    outcomes: list[tuple[float, float, int]] = []
    for rank in range(shown):
        q = (rank + 0.5) / shown
        outcomes.append((_ms(q, latency), _ms(q, ttft), OK))
    for name, number in failed.items():
        outcomes += [(math.nan, math.nan, outcome_of(name))] * min(round(number), MAX_POINTS)
    random.Random(step).shuffle(outcomes)  # noqa: S311 - an order, no secret
    width_s = step_s / max(1, len(outcomes))
    begin = step * step_s
    return tuple(Point(begin + (i + 0.5) * width_s, *outcome) for i, outcome in enumerate(outcomes))


def _ms(q: float, buckets: Mapping[float, float]) -> float:
    found = classic_quantile(q, buckets)
    return math.nan if found is None else found.value * 1000


def _end(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
