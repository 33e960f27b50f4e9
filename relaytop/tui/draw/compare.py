"""One model at several providers, side by side, against the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor import number_format
from relaytop.tui.draw.glyphs import ROLE
from relaytop.tui.draw.limits import tightest
from relaytop.tui.draw.sparkline import sparkline
from relaytop.tui.draw.table import ENOUGH, percentile
from relaytop.tui.draw.text_runs import align_right, fit, fit_middle, merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relaytop.config.settings import Thresholds
    from relaytop.monitor.source import Bin
    from relaytop.monitor.summary import Distribution, Summary
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Run

NAME_WIDTH = 12
VALUE_WIDTH = 9
CHANGE_WIDTH = 8
COLUMN_WIDTH = VALUE_WIDTH + CHANGE_WIDTH + 2
MIN_CHANGE_PERCENT = 0.1


def same_model_targets(
    target: str, targets: Iterable[str], aliases: Mapping[str, Sequence[str]]
) -> list[str]:
    """Return the targets that are the same model elsewhere.

    By an alias of the config, by an equal id, or by an equal id without its maker's name.
    """
    named = {name for names in aliases.values() if target in names for name in names}
    bare = target.rpartition("/")[2].lower()
    return [
        name
        for name in targets
        if name != target and (name in named or name.rpartition("/")[2].lower() == bare)
    ]


def columns_that_fit(width: int) -> int:
    """Return how many targets have room side by side."""
    return max(1, (width - NAME_WIDTH - 1) // COLUMN_WIDTH)


def comparison(
    summaries: Sequence[Summary], thresholds: Mapping[str, Thresholds], glyphs: Glyphs
) -> list[Line]:
    """Draw the figures of each target, those behind the first with the difference from it."""
    names: Line = [(" " * (NAME_WIDTH + 1), "text")]
    status: Line = [(fit(" status", NAME_WIDTH + 1), "dim")]
    for s in summaries:
        names.append((fit_middle(s.target, COLUMN_WIDTH - 2) + "  ", "bold"))
        status.append((fit(f"{glyphs.status[s.status]} {s.status}", COLUMN_WIDTH), ROLE[s.status]))
    lines = [names, status]
    for title, name in (("P50", "p50"), ("P95", "p95"), ("P99", "p99")):
        cells = [
            percentile(s.latency, name, thresholds[s.target].p95_ms, s.timeout_ms)
            for s in summaries
        ]
        lines.append(_row(f"{title} ms", cells, [_known(s.latency, name) for s in summaries]))
    ttft = [
        percentile(s.ttft, "p50", thresholds[s.target].ttft_ms, s.timeout_ms) for s in summaries
    ]
    lines.append(_row("TTFT ms", ttft, [_known(s.ttft, "p50") for s in summaries]))
    plain = (
        ("tok/s", [(number_format.format_rate(s.tok_s_p50), s.tok_s_p50) for s in summaries]),
        ("$ each", [_each(s) for s in summaries]),
        ("tokens in", [_input_each(s) for s in summaries]),
        ("err%", [(_percent(s.error_rate), None) for s in summaries]),
        ("requests", [(number_format.format_count(s.requests), None) for s in summaries]),
        ("skipped", [(number_format.format_count(s.skipped), None) for s in summaries]),
        ("left", [(_left(s), None) for s in summaries]),
    )
    for title, pairs in plain:
        texts: list[Run] = [(text, "text") for text, _value in pairs]
        lines.append(_row(title, texts, [value for _text, value in pairs]))
    return lines


def sparklines(
    rows: Sequence[tuple[Summary, Sequence[Bin | None]]],
    thresholds: Mapping[str, Thresholds],
    glyphs: Glyphs,
) -> list[Line]:
    """Draw the latency of each over the same time, against its threshold."""
    lines: list[Line] = [[(" latency of each, a level is a doubling up to its threshold", "dim")]]
    for s, bins in rows:
        name = fit_middle(s.target, 2 * NAME_WIDTH)
        spark = sparkline(bins, thresholds[s.target].p95_ms, glyphs)
        lines.append([(f" {name} ", "bold"), *spark])
    return lines


def _row(title: str, cells: Sequence[Run], values: Sequence[float | None]) -> Line:
    line: Line = [(fit(f" {title}", NAME_WIDTH + 1), "dim")]
    base = values[0]
    for at, ((text, role), value) in enumerate(zip(cells, values, strict=True)):
        change = ""
        if at and base and value is not None:
            percent = (value / base - 1) * 100
            change = f"{percent:+.0f}%" if abs(percent) >= MIN_CHANGE_PERCENT else "="
        line += [
            (align_right(text, VALUE_WIDTH), role),
            (" " + fit(change, CHANGE_WIDTH) + " ", "accent" if role != "dim" else "dim"),
        ]
    return merged(line)


def _known(figure: Distribution, name: str) -> float | None:
    """Return a figure that enough samples carry."""
    if name in figure.censored or figure.n < ENOUGH[name]:
        return None
    value: float | None = getattr(figure, name)
    return value


def _each(s: Summary) -> tuple[str, float | None]:
    if s.cost_usd is None or not s.cost_complete or not s.ok:
        return "", None
    each = s.cost_usd / s.ok
    return number_format.format_dollars(each), each


def _input_each(s: Summary) -> tuple[str, float | None]:
    each = input_tokens_each(s)
    return ("" if each is None else f"{each:.4g}"), each


def input_tokens_each(s: Summary) -> float | None:
    """Return the input tokens of a request by the provider's count; None where it tells none."""
    return s.input_tokens / s.ok if s.input_tokens is not None and s.ok else None


def _percent(share: float | None) -> str:
    return "" if share is None else number_format.format_percent(share)


def _left(s: Summary) -> str:
    found = tightest(s)
    if found is None or found.remaining is None:
        return ""
    return number_format.format_limit(found.remaining, found.limit)
