"""The queries of a refresh: one per figure for all rows together, never one per row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.config.label_matchers import Matcher, any_of
from relaytop.fleet.prometheus.counters import counted, difference
from relaytop.fleet.prometheus.labels import pattern_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
LATENCY = "ai_api_request_latency_seconds"
TTFT = "ai_api_time_to_first_token_seconds"
RECENT_S = 120.0
"""A status is judged by so much of the window's end, where there are samples enough in it."""
JUDGED = {LATENCY: ("p95", 0.95), TTFT: ("p50", 0.5)}
"""Metric → the percentile that its threshold is of."""
RULE = "rule"
"""The figure of a recording rule that exists."""
FIGURE = "figure"
"""The label that tells apart what one query asks for."""
MEMBERS_S = 3600
"""A row that was reported within the last hour is one of the fleet."""
RULE_WINDOW_S = 300.0
"""The window of the recording rules."""
_HOLE = "\0"
"""Where a selector takes more matchers; no matcher holds it."""
_RULE_PREFIX = "relaytop:"
_RULE_SUFFIX = ":rate5m"


def recorded(metric: str) -> str:
    """Return the name of a metric's recording rule."""
    return f"{_RULE_PREFIX}{metric.removesuffix('_total')}{_RULE_SUFFIX}"


RULES = tuple(recorded(f"{metric}_bucket") for metric in (LATENCY, TTFT))


@dataclass(frozen=True, slots=True)
class Places:
    """The labels by which rows have a place."""

    label: str = "instance"
    """The one that names the place."""
    otherwise: str | None = None
    """The one for series that have none of it; None: all have it."""

    def by(self, expr: str, *more: str, how: str = "sum") -> str:
        """Return an aggregation by row.

        Args:
            expr: PromQL, whose selectors are those of `Queries.select`.
            more: Labels that are kept beside the row's.
            how: The operator.
        """
        keep = ", ".join(("provider", "model", *more))
        if self.otherwise is None:
            return f"{how} by ({keep}, {self.label}) ({_matching(expr)})"
        having = _matching(expr, Matcher(self.label, "!=", ""))
        lacking = _matching(expr, Matcher(self.label, "=", ""))
        return (
            f"({how} by ({keep}, {self.label}) ({having})"
            f" or {how} by ({keep}, {self.otherwise}) ({lacking}))"
        )


def _matching(expr: str, *matchers: Matcher) -> str:
    return expr.replace(_HOLE, "".join(f", {matcher}" for matcher in matchers))


@dataclass(frozen=True, slots=True)
class Queries:
    """The queries for one window.

    Args:
        match: The user's matchers, in every selector.
        places: The place's labels.
        window_s: Seconds.
        rules: Recording rules that exist.
    """

    match: tuple[Matcher, ...]
    places: Places
    window_s: float
    rules: Collection[str] = ()

    # ── about the fleet ──────────────────────────────────────────────────────

    def having(self, label: str) -> str:
        """Return the number of series that have a label, and of those that have none."""
        up = self.select("ai_api_up")
        has = _matching(up, Matcher(label, "!=", ""))
        lacks = _matching(up, Matcher(label, "=", ""))
        return _either({"has": f"count({has})", "lacks": f"count({lacks})"})

    def any(self) -> str:
        """Return the number of rows; nothing where none is known."""
        return _matching(f"count({self.select('ai_api_up')})")

    def members(self) -> str:
        """Return the rows that were reported lately by boxes of which nothing is heard now."""
        up = self.select("ai_api_up")
        heard = f"group by (instance) ({up})"
        return self.places.by(f"last_over_time({up}[{MEMBERS_S}s]) unless on (instance) {heard}")

    def shape(self) -> str:
        """Return the number of series by bucket end, of latency and TTFT; and by recording rule."""
        names = Matcher("__name__", "=~", any_of(RULES))
        ends = {
            figure: _matching(f"count by (le) ({self.select(metric + '_bucket')})")
            for figure, metric in (("latency", LATENCY), ("ttft", TTFT))
        }
        rules = f"count by (__name__) ({{{_join((names, *self.match))}}})"
        return _either({**ends, RULE: rules})

    # ── figures ──────────────────────────────────────────────────────────────

    def up(self) -> str:
        """Return the share of boxes that see each row up, what fires, and the last success."""
        return _either(
            {
                "up": self.places.by(self.select("ai_api_up"), how="avg"),
                "last_success": self.places.by(
                    self.select("ai_api_last_success_timestamp_seconds"), how="max"
                ),
                "remaining": self.places.by(
                    self.select("ai_api_rate_limit_remaining"), "kind", how="min"
                ),
                "limit": self.places.by(self.select("ai_api_rate_limit"), "kind", how="max"),
            }
        )

    def firing(self) -> str:
        """Return the alerts that the agents have firing."""
        return self.places.by(f"{self.select('relaytop_alert_firing')} == 1", "alert", how="max")

    def requests(self) -> str:
        """Return requests by status, over the window and over the end of it."""
        spans = {"window": self.window_s, "recent": self.recent_s}
        return _either(
            {
                name: self.places.by(self._counted("ai_api_requests_total", span_s), "status")
                for name, span_s in spans.items()
            }
        )

    @property
    def recent_s(self) -> float:
        """The end of the window, by which the status is judged: what is over is no failure now."""
        return min(RECENT_S, self.window_s)

    def errors(self) -> str:
        """Return failures over the window by class."""
        return self.places.by(self._counted("ai_api_errors_total"), "class")

    def tokens(self) -> str:
        """Return tokens over the window by type."""
        return self.places.by(self._counted("ai_api_tokens_used_total"), "type")

    def others(self) -> str:
        """Return the cost in USD, cached replies and skipped probes over the window."""
        metrics = {
            "cost": "ai_api_cost_usd_total",
            "cached": "ai_api_cached_total",
            "skipped": "relaytop_probes_skipped_total",
        }
        return _either({name: self.places.by(self._counted(m)) for name, m in metrics.items()})

    def quantiles(self, metric: str) -> str:
        """Return the percentiles of a histogram, in seconds."""
        rate = self._bucket_rate(metric, self.window_s)
        found = {name: f"histogram_quantile({q:g}, {rate})" for name, q in QUANTILES.items()}
        name, q = JUDGED[metric]
        recent = self._bucket_rate(metric, self.recent_s)
        return _either({**found, f"recent_{name}": f"histogram_quantile({q:g}, {recent})"})

    def _bucket_rate(self, metric: str, span_s: float) -> str:
        rule = recorded(f"{metric}_bucket")
        if rule in self.rules and self.window_s >= RULE_WINDOW_S:
            steps = max(0.0, span_s - RULE_WINDOW_S)
            rates = self.select(rule)
            if steps > 0:  # each rate covers the five minutes before it
                rates = f"avg_over_time({rates}[{round(steps)}s])"
            return self.places.by(rates, "le")
        span = f"[{round(span_s)}s]"
        classic = self.places.by(f"rate({self.select(metric + '_bucket')}{span})", "le")
        native = self.places.by(f"rate({self.select(metric)}{span})")
        return f"({classic} or {native})"

    def _counted(self, metric: str, span_s: float | None = None) -> str:
        return counted(self.select(metric), self.window_s if span_s is None else span_s)

    # ── history ──────────────────────────────────────────────────────────────

    def history(self, rows: Iterable[tuple[str, str, str]], step_s: float) -> str:
        """Return, by row and step, successes, failures and the median latency.

        Args:
            rows: (provider, model, place) of those that are in sight.
            step_s: Seconds of each step.
        """
        chosen = self._of(rows)
        status = Matcher("status", "=", "success")
        bad = Matcher("status", "=", "error")
        requests, buckets = "ai_api_requests_total", f"{LATENCY}_bucket"
        # A rate over a step as narrow as the interval of scrapes would hold one sample: no rate.
        ok = difference(chosen.select(requests, status), step_s)
        failed = difference(chosen.select(requests, bad), step_s)
        rate = self.places.by(difference(chosen.select(buckets), step_s), "le")
        return _either(
            {
                "ok": self.places.by(ok),
                "failed": self.places.by(failed),
                "p50": f"histogram_quantile(0.5, {rate})",
                "max": f"histogram_quantile(1, {rate})",
            }
        )

    def samples(self, row: tuple[str, str, str], step_s: float) -> str:
        """Return, by step, one row's buckets and its failures by class."""
        chosen = self._of([row])
        figures = {
            figure: self.places.by(difference(chosen.select(metric + "_bucket"), step_s), "le")
            for figure, metric in (("latency", LATENCY), ("ttft", TTFT))
        }
        errors = counted(chosen.select("ai_api_errors_total"), step_s)
        failed = self.places.by(errors, "class")
        return _either({**figures, "failed": failed})

    def _of(self, rows: Iterable[tuple[str, str, str]]) -> Queries:
        """Return the same for these rows; what else they match is left out by the reader."""
        providers, models, places = (sorted(set(names)) for names in zip(*rows, strict=True))
        chosen = [
            Matcher("provider", "=~", pattern_of(providers)),
            Matcher("model", "=~", pattern_of(models)),
        ]
        if self.places.otherwise is None and all(places):
            chosen.append(Matcher(self.places.label, "=~", pattern_of(places)))
        return Queries((*self.match, *chosen), self.places, self.window_s, self.rules)

    def select(self, metric: str, *more: Matcher) -> str:
        """Return a selector, with room for the matchers of its place."""
        return f"{metric}{{{_join((Matcher('provider', '!=', ''), *self.match, *more))}{_HOLE}}}"


def _join(matchers: Iterable[Matcher]) -> str:
    return ", ".join(map(str, matchers))


def _either(figures: dict[str, str]) -> str:
    """Return one query for several figures, each marked with its name."""
    return " or ".join(
        f'label_replace({expr}, "{FIGURE}", "{figure}", "", "")' for figure, expr in figures.items()
    )
