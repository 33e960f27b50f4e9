"""The detail's percentiles of histograms with their buckets, and the users' beside the probes'."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from relaytop.monitor import number_format
from relaytop.monitor.summary import Distribution
from relaytop.tui.draw.table import error_rate, percentile
from relaytop.tui.draw.text_runs import align_right, fit, line_width, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relaytop.config.settings import Thresholds
    from relaytop.monitor.summary import Summary
    from relaytop.monitor.traffic import Traffic
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Role, Run

LABEL_WIDTH = 6
VALUE_WIDTH = 6
BUCKET_WIDTHS = (9, 11)
"""Cells of a bucket's ends: of those under ten seconds, and of all; few, so that it is steady."""
DIFFERS_LINES = 3
GAUGE_NAME_WIDTH = 9
SHARES: Mapping[str, str] = {"kv_cache": "kv cache", "cache_hits": "hits"}
"""Gauges that are shares of 0 to 1, which are drawn as bars → their name."""
FULL, NEARLY_FULL = 0.9, 0.75
"""Shares of a server's cache from which its use is bad, or a warning."""
NONE = Distribution()
BLANK: Run = ("", "dim")


class Row(NamedTuple):
    """A figure of the probes and of the users, each with the ends of its bucket."""

    title: str
    probes: Run
    probes_bucket: str
    users: Run
    users_bucket: str


def percentile_lines(s: Summary, thresholds: Thresholds, width: int) -> Sequence[Line]:
    """Draw the probes' percentiles and the users' in at most `width` cells.

    Nothing where the percentiles are exact, which the table and the chart show, and nothing is
    known of users.
    """
    if s.traffic is None and not (s.latency.approximate or s.ttft.approximate):
        return []
    rows = [row for row in _rows(s, thresholds) if row.probes[0] or row.users[0]]
    if not rows:
        return []
    buckets = _bucket_widths(rows, width, users=s.traffic is not None)
    lines = _head(s.traffic, buckets, width)
    lines += [_line(row, buckets, users=s.traffic is not None) for row in rows]
    if s.traffic is not None and s.traffic.all_places:
        lines.append([("users of all places together", "dim")])
    return lines


def differs_lines(s: Summary, width: int) -> list[Line]:
    """Draw the sentence on users and probes that differ."""
    if s.traffic is None or not s.traffic.differs:
        return []
    return [[(words, "warn")] for words in wrapped(s.traffic.differs, width, DIFFERS_LINES)]


def gauge_lines(s: Summary, width: int, glyphs: Glyphs) -> list[Line]:
    """Draw what the server says of itself: its queue in a line, the use of its cache as a bar."""
    gauges = s.traffic.gauges if s.traffic is not None else {}
    counts: Line = []
    for name, value in gauges.items():
        if name not in SHARES:
            text = number_format.format_count(round(value))
            counts += [(name.replace("_", " "), "dim"), (f" {text}", "text"), ("  ", "text")]
    lines = [counts[:-1]] if counts else []
    for name, title in SHARES.items():
        if name in gauges:
            lines.append(_bar(title, gauges[name], width, glyphs, rises=name != "cache_hits"))
    return lines


def _rows(s: Summary, thresholds: Thresholds) -> Sequence[Row]:
    t, rows = s.traffic, []
    for title, name in (("P50", "p50"), ("P95", "p95"), ("P99", "p99")):
        rows.append(
            Row(
                title,
                percentile(s.latency, name, thresholds.p95_ms, s.timeout_ms),
                _bucket(s.latency, name),
                *_of_users(NONE if t is None else t.latency, name, thresholds.p95_ms, s.timeout_ms),
            )
        )
    rows.append(
        Row(
            "TTFT",
            percentile(s.ttft, "p50", thresholds.ttft_ms, s.timeout_ms),
            _bucket(s.ttft, "p50"),
            *_of_users(NONE if t is None else t.ttft, "p50", thresholds.ttft_ms, s.timeout_ms),
        )
    )
    if t is not None:
        error, users = (error_rate(each, thresholds) for each in (s.error_rate, t.error_rate))
        rows.append(Row("err%", error, "", users, ""))
        rows.append(Row("req/s", BLANK, "", _plain(t.requests_s, number_format.format_rate), ""))
        rows.append(Row("tok/s", BLANK, "", _plain(t.tokens_s, number_format.format_rate), ""))
        rows.append(Row("$/h", BLANK, "", _plain(t.usd_per_h, number_format.format_dollars), ""))
    return rows


def _of_users(
    figure: Distribution, name: str, limit_ms: float, timeout_ms: float
) -> tuple[Run, str]:
    return percentile(figure, name, limit_ms, timeout_ms), _bucket(figure, name)


def _bucket(figure: Distribution, name: str) -> str:
    found = figure.bucket_of(name)
    return "" if found is None else number_format.format_bucket(*found)


def _plain(value: float | None, written: Callable[[float], str]) -> Run:
    return BLANK if value is None else (written(value), "text")


def _bucket_widths(rows: Sequence[Row], width: int, *, users: bool) -> tuple[int, int]:
    """Return the cells of the probes' buckets and of the users': the users' yield first."""
    needed = max(len(text) for row in rows for text in (row.probes_bucket, row.users_bucket))
    cells = next((each for each in BUCKET_WIDTHS if needed <= each), needed)
    sides = 2 if users else 1
    left = width - LABEL_WIDTH - sides * (VALUE_WIDTH + 1)
    return (cells if left > cells else 0), (cells if users and left > 2 * cells + 1 else 0)


def _head(traffic: Traffic | None, buckets: tuple[int, int], width: int) -> list[Line]:
    """Draw the titles: the exporter's name stands for `users` where both have no room.

    A long one, of several exporters, has a line of its own then.
    """
    line: Line = [(fit("ms", LABEL_WIDTH), "dim"), (_side("probes", buckets[0]), "dim")]
    if traffic is None:
        return [line]
    users = align_right("users", VALUE_WIDTH + 1)
    both: Line = [*line, (f"{users} {traffic.exporter}", "dim")]
    if line_width(both) <= width:
        return [both]
    if line_width([(traffic.exporter, "dim")]) <= len(users):
        return [[*line, (align_right(traffic.exporter, len(users)), "dim")]]
    return [[(fit(f"users: {traffic.exporter}", width), "dim")], [*line, (users, "dim")]]


def _line(row: Row, buckets: tuple[int, int], *, users: bool) -> Line:
    sides = [(row.probes, row.probes_bucket, buckets[0])]
    if users:
        sides.append((row.users, row.users_bucket, buckets[1]))
    line: Line = [(fit(row.title, LABEL_WIDTH), "dim")]
    for at, ((text, role), bucket, cells) in enumerate(sides):
        line.append((" " * at + align_right(text, VALUE_WIDTH), role))
        if cells:
            line.append((" " + fit(bucket, cells), "dim"))
    return line


def _side(title: str, cells: int) -> str:
    return align_right(title, VALUE_WIDTH) + " " * (cells + 1 if cells else 0)


def _bar(title: str, share: float, width: int, glyphs: Glyphs, *, rises: bool) -> Line:
    """Draw a share of 0 to 1 as a bar; `rises`: whether more of it is worse."""
    end = f" {number_format.format_percent(min(1.0, max(0.0, share)))} %".rjust(8)
    room = max(0, width - GAUGE_NAME_WIDTH - len(end))
    filled = round(min(1.0, max(0.0, share)) * room)
    role: Role = "text"
    if rises:
        role = "bad" if share >= FULL else "warn" if share >= NEARLY_FULL else "good"
    return [
        (fit(title, GAUGE_NAME_WIDTH), "dim"),
        (glyphs.full * filled, role),
        (glyphs.empty * (room - filled), "dim"),
        (end, "text"),
    ]
