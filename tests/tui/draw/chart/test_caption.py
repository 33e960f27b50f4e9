from collections.abc import Sequence

import pytest

from relaytop.monitor.points import Point
from relaytop.monitor.time_figures import span_figures
from relaytop.tui.draw.chart.caption import caption
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.tui.zoom import Known, Zoom
from tests.tui.draw.chart.test_distributions import T0, bands, heat_map, ok, refused, timed_out

FOUND = [*(ok(i / 2, 300.0 + i) for i in range(100)), refused(55.0)]
HOUR = Known(T0 + 3600, T0, 600.0)


def drawn(zoom: Zoom, width: int, found: Sequence[Point] = FOUND) -> str:
    plot = (heat_map if zoom.drawing == "heat map" else bands)([*found], (width, 20))
    line = caption(
        zoom,
        plot,
        span_figures(found, "latency"),
        HOUR,
        width=width,
        threshold_ms=350.0,
        timeout_ms=30_000.0,
        glyphs=UNICODE,
    )
    return "".join(text for text, _role in line)


@pytest.fixture(autouse=True)
def _utc(zone: object) -> None:
    assert callable(zone)
    zone("UTC")


def test_what_has_no_room_is_left_out_whole() -> None:
    zoom = Zoom("bands")
    assert drawn(zoom, 130) == (
        " latency bands, last 10m  101 probes  1 failed  P50 350  P95 394  P99 398 ms"
        "  ╌ limit 350 ms  • P50 ▒ to P95 ░ to P99"
    )
    assert drawn(zoom, 100) == (
        " latency bands, last 10m  1 failed  P50 350  P95 394  P99 398 ms  • P50 ▒ to P95 ░ to P99"
    )
    assert drawn(zoom, 70) == " latency bands, last 10m  1 failed  P50 350  P95 394  P99 398 ms"
    assert drawn(zoom, 60) == " latency bands, last 10m  101 probes  1 failed  P95 394 ms"
    assert drawn(zoom, 40) == " latency bands, last 10m  1 failed"


def test_a_range_of_the_past_has_its_times() -> None:
    past = Zoom("heat map", end=T0 + 1200, past_s=600.0)
    assert drawn(past, 80).startswith("  PAST 14:23:20 to 14:33:20   latency heat map, 10m")
    assert drawn(past, 20) == "  PAST 14:23:20 to …"


def test_the_unit_stands_behind_the_last_figure_that_has_one() -> None:
    found = [*(ok(i / 2, 300.0) for i in range(48)), timed_out(50.0), timed_out(51.0)]
    assert "P50 300  P95 300 ms  P99 >30s" in drawn(Zoom("bands"), 130, found)
