"""Prometheus alert rules, with the thresholds of the settings in force."""

from __future__ import annotations

from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from relaytop.engine.daily_budget import WARN_SHARE
from relaytop.engine.headroom import SCARCE_SHARE
from relaytop.monitor.credit_words import credit_thresholds
from relaytop.monitor.lateness import BUSY_MS
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.config.settings import Settings, Target, Thresholds

SHORTEST_S = 120.0
"""A range must hold a few scrapes."""
USUAL_S = 600.0
"""The range where the window is a number of requests."""
PROBES = 4
"""Least number of the slowest target's probes in a range."""
OLD_S = 900.0
"""The last success is too old from then on, or after the range, where that is longer."""
CACHED_SHARE = SKIPPED_SHARE = 0.1
PLACES = 3
"""One place is held against the others from this many on."""
REQUESTS = "ai_api_requests_total"
REGION = "{{ with $labels.region }} ({{ . }}){{ end }}"
PLACE = (
    "{{ with $labels.region }} from {{ . }}{{ else }}"
    "{{ with $labels.instance }} from {{ . }}{{ end }}{{ end }}"
)
"""The place in a summary; empty where the labels do not exist."""
_INDENT = " " * 10
_OR = "\nor\n"


class _Alerts(Template):
    delimiter = "@"  # `$` is Prometheus's own


def rules_file(settings: Settings) -> str:
    """Return the rules as YAML.

    Args:
        settings: Their thresholds, those of single targets too, and their window.
    """
    slowest_s = max((t.interval_s for t in settings.targets), default=settings.defaults.interval_s)
    window_s = settings.window.seconds or USUAL_S
    span_s = max(SHORTEST_S, window_s, PROBES * slowest_s)
    span = f"{round(span_s)}s"
    failed = _rate(f'{REQUESTS}{{status="error"}}', span)
    error_rate = _exprs(settings, f"{failed}\n/ {_rate(REQUESTS, span)}", _error_rate)
    exprs = {
        "p95": _exprs(settings, _quantile(0.95, "ai_api_request_latency_seconds", span), _p95_s),
        "ttft": _exprs(
            settings, _quantile(0.5, "ai_api_time_to_first_token_seconds", span), _ttft_s
        ),
        "gap": _exprs(settings, _quantile(0.95, "ai_api_stream_gap_seconds", span), _gap_s),
        "error_rate": error_rate,
        "credit": _credit(settings),
        "one_place": _one_place(error_rate, _rate(REQUESTS, span)),
    }
    text = files("relaytop.export").joinpath("alerts.yml").read_text(encoding="utf-8")
    return _Alerts(text).substitute(
        {name: expr.replace("\n", "\n" + _INDENT) for name, expr in exprs.items()},
        range=span,
        old=f"{round(max(OLD_S, span_s))}",
        cached=f"{CACHED_SHARE:g}",
        skipped=f"{SKIPPED_SHARE:g}",
        busy=f"{BUSY_MS / 1000:g}",
        place=PLACE,
        region=REGION,
        scarce=f"{SCARCE_SHARE:g}",
        warn=f"{WARN_SHARE:g}",
    )


def _p95_s(thresholds: Thresholds) -> float:
    return thresholds.p95_ms / 1000


def _ttft_s(thresholds: Thresholds) -> float:
    return thresholds.ttft_ms / 1000


def _error_rate(thresholds: Thresholds) -> float:
    return thresholds.error_rate


def _gap_s(thresholds: Thresholds) -> float:
    return thresholds.gap_ms / 1000


def _quantile(quantile: float, histogram: str, span: str) -> str:
    return f"histogram_quantile({quantile:g}, rate({histogram}_bucket[{span}]))"


def _rate(series: str, span: str) -> str:
    return f"sum without (status) (rate({series}[{span}]))"


def _one_place(error_rate: str, requests: str) -> str:
    """Return the places whose error rate is too high while that of most others is not.

    A place is what Prometheus scrapes: an instance, in a region or not.
    """
    by = "by (provider, model)"
    failing = f"count {by} (\n    {_deeper(_deeper(error_rate))}\n  )"
    probing = f"count {by} ({requests} > 0)"
    return (
        f"(\n  {_deeper(error_rate)}\n)\n"
        f"and on (provider, model) (\n  {failing}\n  < 0.5 * {probing}\n)\n"
        f"and on (provider, model) {probing} >= {PLACES}"
    )


def _exprs(settings: Settings, figure: str, threshold: Callable[[Thresholds], float]) -> str:
    """Compare a figure with the threshold of all, and of the targets with one of their own."""
    usual = threshold(settings.defaults.thresholds)
    own: dict[float, list[str]] = {}
    for target in settings.targets:
        value = threshold(target.thresholds)
        if value != usual:
            own.setdefault(value, []).append(_series(target))
    if not own:
        return f"{figure}\n> {usual:g}"
    others = " or ".join(series for group in own.values() for series in group)
    parts = [f"(\n  {_deeper(figure)}\n  > {usual:g}\n)\nunless on (provider, model) ({others})"]
    for value, group in own.items():
        of_them = f"and on (provider, model) ({' or '.join(group)})"
        parts.append(f"(\n  {_deeper(figure)}\n  > {value:g}\n)\n{of_them}")
    return _OR.join(f"(\n  {_deeper(part)}\n)" for part in parts)


def _credit(settings: Settings) -> str:
    """Compare what is left with the threshold of all, of single providers, and with nothing."""
    figure = "ai_api_credit_remaining"
    usual = settings.defaults.thresholds.credit or 0.0
    limits = credit_thresholds(settings)
    names = dict.fromkeys(target.provider for target in settings.targets)
    own = {name: limits.get(name, 0.0) for name in names if limits.get(name, 0.0) != usual}
    others = ",".join(f"provider!={_quoted(name)}" for name in own)
    all_limits = {f"{{{others}}}" if own else "": usual}
    all_limits |= {f"{{provider={_quoted(name)}}}": limit for name, limit in own.items()}
    parts = [f"{figure}{where} < {limit:g}" for where, limit in all_limits.items() if limit > 0]
    if len(parts) < len(all_limits):
        parts.append(f"{figure} <= 0")
    return _OR.join(parts)


def _deeper(expr: str) -> str:
    return expr.replace("\n", "\n  ")


def _series(target: Target) -> str:
    provider, model = _quoted(target.provider), _quoted(target.model)
    return f"ai_api_requests_total{{provider={provider},model={model}}}"


def _quoted(text: str) -> str:
    escaped = clean(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
