"""One model at several providers, side by side, against the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.config.target_id import PLACE_MARK, split_target
from relaytop.monitor import number_format
from relaytop.monitor.traffic import Traffic
from relaytop.tui.draw.chart.axes import LABEL_WIDTH
from relaytop.tui.draw.chart.overlay import letter_of, role_of
from relaytop.tui.draw.glyphs import ROLE
from relaytop.tui.draw.limits import tightest
from relaytop.tui.draw.names import short_names
from relaytop.tui.draw.sparkline import sparkline
from relaytop.tui.draw.table import ENOUGH, percentile
from relaytop.tui.draw.text_runs import align_right, fit, merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relaytop.config.settings import Thresholds
    from relaytop.monitor.source import Bin
    from relaytop.monitor.summary import Distribution, Summary
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Run

NOTHING = Traffic(exporter="")
NAME_WIDTH = 12
VALUE_WIDTH = 9
CHANGE_WIDTH = 8
COLUMN_WIDTH = VALUE_WIDTH + CHANGE_WIDTH + 2
MIN_CHANGE_PERCENT = 0.1


def same_model_targets(
    target: str, targets: Iterable[str], aliases: Mapping[str, Sequence[str]]
) -> list[str]:
    """Return the targets that are the same model elsewhere.

    By an alias of the config, by an equal id, or by an equal id without its maker's name. First
    come those of its place, then those of its provider, for they differ from it in one thing.
    """
    named = {name for names in aliases.values() if target in names for name in names}
    bare, own = _bare_model(target), split_target(target)
    found = [
        name for name in targets if name != target and (name in named or _bare_model(name) == bare)
    ]
    parts = {name: split_target(name) for name in found}
    return sorted(
        found,
        key=lambda name: (parts[name].place != own.place, parts[name].provider != own.provider),
    )


def _bare_model(target: str) -> str:
    return split_target(target).model.rpartition("/")[2].lower()


def columns_that_fit(width: int) -> int:
    """Return how many targets have room side by side."""
    return max(1, (width - NAME_WIDTH - 1) // COLUMN_WIDTH)


def column_names(targets: Sequence[str]) -> dict[str, str]:
    """Return target id → what stands over its column: that in which it differs from the others.

    The provider, the place or both, where these tell them apart; else the whole id.
    """
    parts = {target: split_target(target) for target in targets}
    choices = (
        {target: each.provider for target, each in parts.items()},
        {target: each.place for target, each in parts.items()},
        {target: f"{each.provider}{PLACE_MARK}{each.place}" for target, each in parts.items()},
    )
    names = next((n for n in choices if len(set(n.values())) == len(targets)), None)
    names = names or {target: target for target in targets}
    short = short_names(tuple(names.values()), COLUMN_WIDTH - 2 - len("A "))
    return {target: short[name] for target, name in names.items()}


def compared(targets: Sequence[str]) -> str:
    """Return how many of what are compared: providers, places, or targets of both."""
    parts = [split_target(target) for target in targets]
    for name, values in (
        ("providers", {each.provider for each in parts}),
        ("places", {each.place for each in parts}),
    ):
        if len(values) == len(targets):
            return f"{len(targets)} {name}"
    return f"{len(targets)} {'targets' if parts[0].place else 'providers'}"


def comparison(
    summaries: Sequence[Summary],
    targets: Sequence[str],
    thresholds: Mapping[str, Thresholds],
    glyphs: Glyphs,
) -> list[Line]:
    """Draw the figures of some targets, those behind the first with the difference from it.

    Args:
        summaries: Those that have room, the first one first.
        targets: The ids of all that are compared: a target's place decides its letter.
        thresholds: Target id → its thresholds.
        glyphs: The shapes that the terminal can show.
    """
    names: Line = [(" " * (NAME_WIDTH + 1), "text")]
    status: Line = [(fit(" status", NAME_WIDTH + 1), "dim")]
    over = column_names(targets)
    for s in summaries:
        index = targets.index(s.target)
        names.append((f"{letter_of(index)} ", role_of(index)))
        names.append((fit(over[s.target], COLUMN_WIDTH - 4) + "  ", "bold"))
        status.append((fit(f"{glyphs.status[s.status]} {s.status}", COLUMN_WIDTH), ROLE[s.status]))
    lines = [names, *_model_line(summaries, targets), status]
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
    lines += _users(summaries, thresholds)
    plain = (
        ("tok/s", [(number_format.format_rate(s.tok_s_p50), s.tok_s_p50) for s in summaries]),
        ("$/request", [_each(s) for s in summaries]),
        ("tokens in", [_input_each(s) for s in summaries]),
        ("err%", [(_percent(s.error_rate), None) for s in summaries]),
        ("requests", [(number_format.format_count(s.requests), None) for s in summaries]),
        ("skipped", [(number_format.format_count(s.skipped), None) for s in summaries]),
        ("limit left", [(_left(s), None) for s in summaries]),
    )
    for title, pairs in plain:
        if not any(text for text, _value in pairs):
            continue  # the chart has a use for the row
        texts: list[Run] = [(text, "text") for text, _value in pairs]
        lines.append(_row(title, texts, [value for _text, value in pairs]))
    return lines


def _users(summaries: Sequence[Summary], thresholds: Mapping[str, Thresholds]) -> list[Line]:
    """Draw what the users' requests take and how many fail, where that is known."""
    known = [s.traffic or NOTHING for s in summaries]
    p95 = [
        percentile(t.latency, "p95", thresholds[s.target].p95_ms, s.timeout_ms)
        for s, t in zip(summaries, known, strict=True)
    ]
    errors: list[Run] = [(_percent(t.error_rate), "text") for t in known]
    lines = []
    if any(text for text, _role in p95):
        lines.append(_row("users P95", p95, [_known(t.latency, "p95") for t in known]))
    if any(text for text, _role in errors):
        lines.append(_row("users err%", errors, [None] * len(known)))
    return lines


def _model_line(summaries: Sequence[Summary], targets: Sequence[str]) -> list[Line]:
    """Draw the models' ids, where they differ and no column's name has them."""
    models = tuple(dict.fromkeys(split_target(target).model for target in targets))
    providers = {split_target(target).provider for target in targets}
    if len(models) == 1 or len(providers) < len(targets):
        return []
    short = short_names(models, COLUMN_WIDTH - 2)
    line: Line = [(fit(" model", NAME_WIDTH + 1), "dim")]
    return [[*line, *((fit(short[s.model], COLUMN_WIDTH), "text") for s in summaries)]]


def strip(s: Summary, index: int, cells: Sequence[Bin | None], limit_ms: float, g: Glyphs) -> Line:
    """Draw a target's latency over the chart's time as a sparkline, with its letter before it.

    Args:
        s: The target.
        index: Its place among all that are compared.
        cells: The bin of each cell.
        limit_ms: Its threshold in milliseconds.
        g: The shapes that the terminal can show.
    """
    head: Line = [
        (f" {letter_of(index)}", role_of(index)),
        (f" {g.status[s.status]}".ljust(LABEL_WIDTH - 2), ROLE[s.status]),
    ]
    return [*head, *sparkline(cells, limit_ms, g)]


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
