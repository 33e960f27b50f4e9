"""Percentiles of histograms, and the users' figures beside the probes'."""

import dataclasses

import pytest

from relaytop.config.settings import Thresholds
from relaytop.monitor.group import group_by_place, summarise
from relaytop.monitor.summary import Distribution, Summary
from relaytop.monitor.why import why
from relaytop.tui.draw.ascii import plain
from relaytop.tui.draw.columns import fit_columns
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.tui.draw.group_row import group_row
from relaytop.tui.draw.panel import panel, title
from relaytop.tui.draw.reasons import reason
from relaytop.tui.draw.table import cell, percentile
from relaytop.tui.draw.text_runs import line_width
from relaytop.tui.rows.sort_keys import SORT_KEYS
from tests.support.fleets import NOW, approximate, row_of, traffic_of

LIMITS = Thresholds()
ROW = row_of("relay/m @ eu", 615.0)
SENTENCE = "users wait longer: P95 4200 ms, probes 1230 ms: queueing?"
SERVED = dataclasses.replace(ROW, traffic=traffic_of(2100.0, SENTENCE))


def lines(s: Summary, width: int, height: int = 30) -> list[str]:
    drawn = panel(s, [], LIMITS, NOW, width, height, UNICODE)
    assert all(line_width(line) <= width for line in drawn)
    return ["".join(text for text, _role in line).rstrip() for line in drawn]


def test_a_percentile_of_a_histogram_is_marked_and_keeps_its_colour() -> None:
    assert cell("p95", ROW, LIMITS, NOW, UNICODE) == ("≈1230", "text")
    slow = row_of("relay/m @ eu", 1230.0)
    assert cell("p95", slow, LIMITS, NOW, UNICODE) == ("≈2460", "warn")
    assert cell("p99", row_of("a/m", 50_000.0), LIMITS, NOW, UNICODE)[0] == "≈150s"
    few = dataclasses.replace(ROW, latency=approximate(615.0, n=19))
    assert cell("p95", few, LIMITS, NOW, UNICODE) == ("≈1230", "dim")
    assert plain("≈1230") == "~1230"


@pytest.mark.parametrize("p50", [1.0, 99.94, 9_999.0, 33_333.0, 49_999.0])
def test_it_fits_its_column_whatever_it_is(p50: float) -> None:
    for name in ("p50", "p95", "p99"):
        assert len(percentile(approximate(p50), name, 2000.0, 30_000.0)[0]) <= 6


def test_beyond_the_last_bucket_only_its_beginning_is_known() -> None:
    slow = dataclasses.replace(ROW, latency=approximate(615.0, last=True))
    assert cell("p99", slow, LIMITS, NOW, UNICODE) == (">82s", "bad")
    assert SORT_KEYS["p99"](slow, NOW) == float("inf")
    assert SORT_KEYS["p95"](slow, NOW) == 1230.0
    assert any("P99" in line and ">82s" in line for line in lines(slow, 40))


def test_probes_that_were_skipped_still_show_the_most_it_may_be() -> None:
    exact = Distribution(n=100, p95=200.0, bounds={"p95": (200.0, 900.0)})
    assert percentile(exact, "p95", 2000.0, 30_000.0) == ("…900", "text")


@pytest.mark.parametrize("width", [31, 39, 65, 90])
def test_the_detail_has_the_bucket_of_each_percentile(width: int) -> None:
    shown = lines(ROW, width)
    assert shown[0] == "ms    probes"
    assert "P95    ≈1230 1100–1375" in shown
    assert "TTFT    ≈308 275–344" in shown


def test_the_users_stand_beside_the_probes() -> None:
    wide, narrow = lines(SERVED, 44), lines(SERVED, 31)
    assert wide[:2] == ["users wait longer: P95 4200 ms, probes 1230", "ms: queueing?"]
    assert "ms    probes            users litellm" in wide
    assert "P95    ≈1230 1100–1375  ≈4200 3757–4696" in wide
    assert "P95    ≈1230 1100–1375  ≈4200" in narrow
    assert "err%     0.0              1.2" in narrow
    assert "req/s                    20.0" in narrow
    assert "$/h                      3.21" in narrow
    assert "waiting 12  running 8" in narrow
    assert "kv cache █████████████░  93.0 %" in narrow
    assert "ms    probes          litellm" in narrow


def test_several_exporters_have_a_line_of_their_own_where_there_is_no_room() -> None:
    assert SERVED.traffic is not None
    both = dataclasses.replace(SERVED.traffic, exporter="litellm+vllm")
    served = dataclasses.replace(SERVED, traffic=both)
    wide, narrow = lines(served, 60), lines(served, 31)
    assert any(line.endswith("users litellm+vllm") for line in wide)
    assert "users: litellm+vllm" in narrow
    assert "ms    probes            users" in narrow


def test_users_of_all_places_together_are_told_so() -> None:
    assert SERVED.traffic is not None
    together = dataclasses.replace(SERVED.traffic, all_places=True)
    said = "users of all places together"
    assert said in lines(dataclasses.replace(SERVED, traffic=together), 31)
    assert said not in lines(SERVED, 31)


def test_users_alone_have_their_figures_where_no_probe_has_finished() -> None:
    alone = dataclasses.replace(SERVED, latency=Distribution(), ttft=Distribution())
    assert any("P95" in line and "≈4200" in line for line in lines(alone, 31))


def test_exact_percentiles_have_no_bucket() -> None:
    exact = dataclasses.replace(ROW, latency=Distribution(n=9, p50=1.0), ttft=Distribution())
    assert not [line for line in lines(exact, 40) if "probes" in line]


def test_the_users_p95_has_a_column_only_where_it_is_known() -> None:
    assert cell("users", SERVED, LIMITS, NOW, UNICODE) == ("≈4200", "warn")
    agreed = dataclasses.replace(SERVED, traffic=traffic_of(500.0))
    assert cell("users", agreed, LIMITS, NOW, UNICODE) == ("≈1000", "text")
    differs = dataclasses.replace(SERVED, traffic=traffic_of(500.0, "users fail, probes do not"))
    assert cell("users", differs, LIMITS, NOW, UNICODE) == ("≈1000", "warn")
    assert cell("users", ROW, LIMITS, NOW, UNICODE) == ("", "dim")
    for width in (80, 120, 200):
        keys = {
            users: [c.key for c in fit_columns(width, 20, users=users)] for users in (False, True)
        }
        assert "users" not in keys[False]
        assert "users" in keys[True]
    assert "users" not in [c.key for c in fit_columns(200, 20, chosen=("p95",), users=True)]


def test_a_group_has_the_worst_p95_of_its_users() -> None:
    group = group_by_place([ROW.target])[0]
    other = dataclasses.replace(SERVED, target="relay/n @ eu")
    columns = fit_columns(120, 20, users=True)
    line = group_row(
        summarise(group, [ROW, other]),
        columns,
        {ROW.target: LIMITS, other.target: LIMITS},
        lambda width: "eu"[:width],
        NOW,
        UNICODE,
        selected=False,
        folded=False,
    )
    assert "≈4200" in "".join(text for text, _role in line)


def test_failures_of_which_only_the_classes_are_known_are_counted_and_are_the_reason() -> None:
    down = dataclasses.replace(
        ROW, status="down", ok=391, error_rate=9 / 400, errors={"timeout": 2, "rate_limited": 7}
    )
    assert "errors  rate_limited 7 · timeout 2" in lines(down, 44)
    assert reason(down, LIMITS) == "rate_limited"
    silent = dataclasses.replace(ROW, status="down", ok=0, requests=0)
    assert why(silent) == "errors"


UNHEARD = dataclasses.replace(ROW, status="unknown", reason="unreachable", last_at=NOW - 200)


def test_an_unreachable_row_says_so_and_its_figures_are_dim() -> None:
    keys = ("why", "p95", "error")
    shown = [cell(key, UNHEARD, LIMITS, NOW, UNICODE) for key in keys]
    assert shown == [("unreachable", "dim"), ("≈1230", "dim"), ("0.0", "dim")]
    assert cell("age", UNHEARD, LIMITS, NOW, UNICODE)[0] == "3m"
    assert reason(UNHEARD, LIMITS).startswith("unreachable since ")
    line = "".join(text for text, _role in title(UNHEARD, LIMITS, NOW, 120, UNICODE))
    assert "○ unknown  unreachable since " in line
    assert reason(dataclasses.replace(UNHEARD, last_at=None), LIMITS) == "unreachable"


def test_an_answer_of_prometheus_is_old_from_a_minute_on_however_short_the_cadence() -> None:
    often = dataclasses.replace(ROW, interval_s=1.0, last_at=NOW - 20)
    assert cell("age", often, LIMITS, NOW, UNICODE) == ("20s", "dim")
    assert cell("age", often, LIMITS, NOW + 41, UNICODE) == ("61s", "warn")


def test_a_group_tells_how_many_are_unreachable() -> None:
    group = group_by_place([ROW.target])[0]
    whole = summarise(group, [UNHEARD, UNHEARD])
    assert (whole.status, whole.why and whole.why.sentence) == ("unknown", "2 of 2 unreachable")
    assert whole.why is not None
    assert whole.why.texts[-1] == "unreachable"
    part = summarise(group, [UNHEARD, ROW])
    assert part.why is not None
    assert part.why.texts[1:] == ("1/2 unreach", "1 unreach")
    assert (part.status, part.why and part.why.sentence) == ("up", "1 of 2 unreachable")
    down = dataclasses.replace(ROW, status="down", errors={"timeout": 9})
    assert summarise(group, [UNHEARD, down]).why != whole.why
