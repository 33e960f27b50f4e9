"""The detail says where replies came from, and how they were read."""

import dataclasses
from typing import Any

import pytest

from relaytop.config.settings import Thresholds
from relaytop.monitor.summary import Distribution, Summary
from relaytop.tui.draw.columns import fit_columns
from relaytop.tui.draw.glyphs import ASCII, UNICODE, Glyphs
from relaytop.tui.draw.panel import panel
from relaytop.tui.draw.reasons import reason
from relaytop.tui.draw.table import row
from relaytop.tui.draw.text_runs import fit_middle, line_width
from relaytop.wire.facts import Served
from tests.support.samples import T0

GOOD = Summary(
    target="relay/gpt-4.1",
    provider="relay",
    model="gpt-4.1",
    status="up",
    since=T0,
    requests=9,
    ok=9,
)


def detail(width: int = 60, **facts: Any) -> str:
    summary = dataclasses.replace(GOOD, **facts)
    lines = panel(summary, [], Thresholds(), T0, width, 40, UNICODE)
    assert all(line_width(line) <= width for line in lines)
    return "\n".join("".join(run for run, _role in line) for line in lines)


def test_a_good_target_has_none_of_it() -> None:
    assert detail() == "no errors seen"


def test_how_many_answers_came_from_a_cache_and_by_which_sign() -> None:
    told = detail(80, cached=40, cache_sign="x-cache: HIT")
    assert "≡ 40 of 49 replies cached (x-cache: HIT): not measured" in told


def test_who_served_in_place_of_whom() -> None:
    told = detail(served={"gpt-4.1-mini": 8, "gpt-4.1": 1}, served_match="different")
    assert "≠ asked for gpt-4.1, served by gpt-4.1-mini (8), gpt-4.1 (1)" in told


def test_a_variant_is_a_fact_and_no_warning() -> None:
    served = {"gpt-4.1-2025-04-14": 9}
    last = Served("gpt-4.1-2025-04-14", "fp_1", "Azure")
    told = detail(served=served, served_match="variant", served_last=last)
    assert "served by gpt-4.1-2025-04-14 · Azure · fp_1" in told
    assert "≠" not in told


def test_the_relays_retries_stand_beside_the_latency() -> None:
    told = detail(relay_retries=2, relay_fallbacks=1, relay_rerouted_p50_ms=900.0)
    assert "the relay retried 2 and fell back on 1 of 9: P50 900 ms" in told


def test_median_and_longest_gap() -> None:
    told = detail(gap=Distribution(n=9, p50=45.0, p95=2000.0, max=2400.0))
    assert "gaps 45 ms, longest 2400 ms" in told
    broken = dataclasses.replace(
        GOOD, status="degraded", broken=("gap",), gap=Distribution(n=9, p95=6000.0)
    )
    assert reason(broken, Thresholds()) == "gap 6000 ms > 5000 ms"


def test_a_ttft_that_was_read_late_is_a_bound() -> None:
    assert "TTFT ≤ 310 ms: 4 of 9 read late" in detail(
        ttft=Distribution(n=9, p50=310.0), ttft_bounds=4
    )
    assert "≤" not in detail(ttft=Distribution(n=90, p50=310.0), ttft_bounds=4)


def test_whether_late_reads_are_in_the_figures() -> None:
    late = Distribution(n=9, p50=2.0, p99=32.0)
    assert "reads 2.0 ms late, P99 32: excluded from the latencies" in detail(
        late=late, clock="kernel"
    )
    assert "included where there is no kernel timestamp" in detail(80, late=late, clock="mixed")
    assert "late" not in detail(late=Distribution(n=9, p50=0.1, p99=0.3), clock="kernel")


@pytest.mark.parametrize(
    ("facts", "glyphs", "shown"),
    [
        ({"cached": 1}, UNICODE, "relay/gpt-4.1 ≡ "),
        ({"served_match": "different"}, UNICODE, "relay/gpt-4.1 ≠ "),
        ({"cached": 1, "served_match": "different"}, ASCII, "relay/gpt-4.1 c/ "),
        ({"served_match": "variant"}, UNICODE, "relay/gpt-4.1    "),
        ({"cached": 3, "requests": 0}, UNICODE, " cached "),
    ],
)
def test_the_tables_marks(facts: dict[str, Any], glyphs: Glyphs, shown: str) -> None:
    columns = fit_columns(120, 30)
    summary = dataclasses.replace(GOOD, **facts)
    plain, marked = (
        row(
            each,
            columns,
            [],
            Thresholds(),
            T0,
            glyphs,
            selected=False,
            short_name=lambda width: fit_middle("relay/gpt-4.1", width).rstrip(),
        )
        for each in (GOOD, summary)
    )
    assert line_width(plain) == line_width(marked)
    assert shown in "".join(text for text, _role in marked)
