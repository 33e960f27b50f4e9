import dataclasses
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import Window
from relaytop.monitor.source import Overview
from relaytop.protocol.messages import Budget
from relaytop.tui.draw.glyphs import ASCII, UNICODE, Glyphs
from relaytop.tui.draw.text_runs import line_width
from relaytop.tui.draw.topline import Badges, topline
from tests.support.alerts import FIRING, alert

NOW = 1_790_000_000.0
USUAL = Overview(
    counts={"up": 6, "degraded": 1, "down": 2},
    probes_s=9.0,
    in_flight=2,
    skipped=0,
    dropped=0,
    budget=Budget(0.4123, 20.0, "ok"),
    paced=0,
    usd_per_h=0.32,
    projected_usd_per_h=0.35,
    usd_per_h_complete=True,
    common_error=None,
    window=Window(),
)
overviews = st.builds(
    Overview,
    counts=st.dictionaries(st.sampled_from(["up", "down", "paused"]), st.integers(0, 300)),
    probes_s=st.floats(0, 999),
    in_flight=st.integers(0, 300),
    skipped=st.integers(0, 10**7),
    dropped=st.integers(0, 10**7),
    budget=st.none()
    | st.builds(
        Budget,
        st.floats(0, 2000),
        st.floats(0, 2000),
        st.sampled_from(["ok", "warn", "reached", "off"]),
        st.booleans(),
    ),
    paced=st.integers(0, 10**7),
    usd_per_h=st.none() | st.floats(0, 1e4),
    projected_usd_per_h=st.none() | st.floats(0, 1e4),
    usd_per_h_complete=st.booleans(),
    common_error=st.none(),
    busy_ms=st.none() | st.floats(5, 60_000),
    window=st.just(Window()),
)


def text(overview: Overview, width: int, badges: Badges | None = None) -> str:
    line = topline(overview, NOW, width, UNICODE, badges or Badges(), live=True)
    return "".join(run for run, _role in line)


@pytest.fixture(autouse=True)
def _utc(zone: Callable[[str], None]) -> None:
    zone("UTC")


@given(overviews, st.integers(100, 300), st.sampled_from([UNICODE, ASCII]))
def test_it_takes_the_whole_width(overview: Overview, width: int, glyphs: Glyphs) -> None:
    badges = Badges(agent=True, frozen=True)
    line = topline(overview, NOW, width, glyphs, badges, live=True)
    assert line_width(line) == width


@pytest.mark.parametrize(
    ("width", "skipped", "shown"),
    [
        (60, 0, ["$0.4123", "$0.32/h"]),
        (60, 7, ["$0.4123", "$0.32/h"]),
        (80, 0, ["$0.4123", "$0.32/h", "lasts 2d", "of $20.00", "UTC", "10m"]),
        (80, 7, ["7 skipped", "$0.4123", "$0.32/h", "lasts 2d", "10m"]),
        (80, 12_345, ["12k skipped", "$0.4123", "$0.32/h", "10m"]),
        (120, 7, ["7 skipped", "$0.32/h", "lasts 2d", "of $20.00", "next hour ≤$0.35", "UTC"]),
        (160, 7, ["2 in flight", "next hour ≤$0.35", "window 10m", "6 up", "2 down", "today"]),
    ],
)
def test_what_the_usual_terminals_show(width: int, skipped: int, shown: list[str]) -> None:
    line = text(dataclasses.replace(USUAL, skipped=skipped), width)
    assert [words for words in shown if words not in line] == []


@pytest.mark.parametrize("width", [60, 80, 120])
def test_alerts_come_first_at_every_width(width: int) -> None:
    alerts = [FIRING, FIRING, alert(acknowledged=True)]
    busy = dataclasses.replace(USUAL, busy_ms=32.0, skipped=7)
    line = text(busy, width, Badges(frozen=True, alerts=alerts))
    assert line.startswith("  2 alerts  1 ack  ")
    assert "FROZEN" in line
    assert line_width([(line, "text")]) == width


@pytest.mark.parametrize(
    ("width", "shown"), [(60, " BUSY HOST "), (80, " BUSY HOST "), (120, " BUSY HOST 32 ms late ")]
)
def test_a_busy_box_is_told_at_every_width(width: int, shown: str) -> None:
    assert shown in text(dataclasses.replace(USUAL, busy_ms=32.0), width)
    assert "BUSY" not in text(USUAL, width)


def test_the_runway_of_prices_that_are_assumed_is_a_bound() -> None:
    unpriced = dataclasses.replace(
        USUAL,
        budget=Budget(0.0, 1.0, "ok", complete=False),
        usd_per_h=None,
        projected_usd_per_h=None,
        usd_per_h_complete=False,
        reserved_usd_per_h=0.25,
    )
    line = text(unpriced, 160)
    assert "cost/h unknown" in line
    assert "budget left for ≥4 h" in line
    assert "$?/h" in text(unpriced, 100)


def test_nothing_is_reckoned_where_nothing_may_cost() -> None:
    free = dataclasses.replace(USUAL, budget=Budget(0.0, 0.0, "off"))
    assert "free" in text(free, 160)
    assert "/h" not in text(free, 160)


@given(st.integers(60, 250), st.integers(0, 999))
def test_the_cost_per_hour_goes_after_the_budget_the_name_and_the_words(
    width: int, skipped: int
) -> None:
    line = text(dataclasses.replace(USUAL, skipped=skipped), width)
    for lesser in ("of $20.00", "relaytop", " up", "window", "today", "next hour"):
        assert lesser not in line or "/h" in line


def words(line: str) -> list[str]:
    return [word for word in re.sub(r"[^a-z/]+", " ", line).split() if word != "m"]


@given(st.integers(60, 250), st.floats(0.01, 99.0), st.floats(0, 20), st.integers(0, 99))
def test_no_part_comes_and_goes_with_a_digit(
    width: int, rate: float, spent: float, in_flight: int
) -> None:
    other = dataclasses.replace(
        USUAL,
        probes_s=rate,
        usd_per_h=rate,
        projected_usd_per_h=rate,
        in_flight=in_flight,
        budget=Budget(spent, 20.0, "ok"),
    )
    ages = re.compile(r"(lasts \S+|budget left for \S+ \S+)")
    assert words(ages.sub("lasts", text(other, width))) == words(
        ages.sub("lasts", text(USUAL, width))
    )


def test_small_sums_keep_their_digits() -> None:
    small = dataclasses.replace(USUAL, budget=Budget(0.00041, 0.0005, "warn"), usd_per_h=0.0012)
    line = text(small, 120)
    for said in ("$0.00041", "of $0.0005", "$0.0012/h"):
        assert said in line


def test_badges_stay_at_every_width() -> None:
    badges = Badges(replay="REPLAY ×10", frozen=True, paused=True)
    for width in (60, 80, 120):
        assert [b for b in ("REPLAY ×10", "FROZEN", "PAUSED") if b in text(USUAL, width, badges)]
    assert "2026-" in text(USUAL, 100, Badges(replay="REPLAY ×10"))


@pytest.mark.parametrize(
    ("width", "shown"),
    [(60, "ALSO PID 6446"), (80, "also probed by pid 6446"), (120, "also probed by pid 6446")],
)
def test_who_probes_the_same_is_told_at_every_width(width: int, shown: str) -> None:
    assert f" {shown} " in text(USUAL, width, Badges(also_probed_by=(6446,)))
    several = text(USUAL, 120, Badges(also_probed_by=(6446, 6447)))
    assert " also probed by 2 others " in several
