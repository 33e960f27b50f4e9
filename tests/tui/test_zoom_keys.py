"""The keys of the zoomed chart, in the monitor, frozen, and on a recording."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from relaytop.protocol.messages import Finished
from relaytop.watch.session import Session
from tests.support.fake_engine import NAMES, NOW, feed, session_of
from tests.support.samples import T0, sample
from tests.tui.pilots import (
    clock_of,
    monitor_of,
    notices,
    on_monitor,
    running,
    settled,
    shown,
    shown_zoom,
)

LONG = "upstream connect error or disconnect/reset before headers"


def hour(session: Session) -> Session:
    """An hour of the first target: a failure each ten minutes."""
    for step in range(720):
        at = step * 5.0
        failed = step % 120 == 60
        made = sample(
            at,
            200.0 + step % 50,
            target=NAMES[0],
            error="server_error" if failed else None,
            message=f"{LONG} {step}",
            ttft_ms=None if failed else 90.0,
        )
        session.monitor.apply(Finished(made), T0 + at)
    clock_of(session).now = T0 + 3600
    return session


async def pressed(pilot: Pilot[int], *keys: str) -> str:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)
    return shown_zoom(pilot)


@pytest.fixture(autouse=True)
def _utc(zone: object) -> None:
    assert callable(zone)
    zone("UTC")


async def test_v_goes_through_the_drawings(tmp_path: Path) -> None:
    async with running(feed(session_of(tmp_path))) as pilot:
        text = await pressed(pilot, "z")
        assert text.startswith(" latency line, last 5m  60 probes")
        assert any("⠀" < char <= "⣿" for char in text)
        text = await pressed(pilot, "v")
        assert text.startswith(" latency bands, last 5m  60 probes  P50")
        assert "• P50 ▒ to P95 ░ to P99" in text.split("\n")[0]
        text = await pressed(pilot, "v")
        assert "histogram" in text
        assert "P50" in text.split("\n")[1]
        text = await pressed(pilot, "v")
        assert "heat map, last 5m  60 probes" in text
        assert "line" in (await pressed(pilot, "v")).split("\n")[0]


async def test_the_keys_are_there_while_it_is_zoomed(tmp_path: Path) -> None:
    async with running(feed(session_of(tmp_path))) as pilot:
        before = shown(pilot, "keys")
        assert "drawing" not in before
        await pressed(pilot, "v", "L", "comma", "full_stop", "left_square_bracket")
        assert monitor_of(pilot).zoom == type(monitor_of(pilot).zoom)()
        await pressed(pilot, "z")
        keys = shown(pilot, "keys")
        assert keys.startswith(
            " esc back  v drawing  ← → time  , . failure  [ ] range  L log  T TTFT  end now  ? help"
        )
        assert "L log" in keys
        await pressed(pilot, "L", "T")
        assert "L linear  T latency" in shown(pilot, "keys")
        await pressed(pilot, "v", "v")
        assert "L linear" not in shown(pilot, "keys")
        await pressed(pilot, "v", "v", "L", "T")
        await pressed(pilot, "z")
        assert shown(pilot, "keys") == before


async def test_l_and_t_change_the_scale_and_the_figure(tmp_path: Path) -> None:
    async with running(feed(session_of(tmp_path))) as pilot:
        linear = await pressed(pilot, "z")
        assert "\n    0" in linear
        log = await pressed(pilot, "L")
        assert "log scale" in log
        assert "\n    0" not in log
        assert (await pressed(pilot, "T")).startswith(" TTFT line")


async def test_a_reply_that_is_not_streamed_has_no_ttft(tmp_path: Path) -> None:
    session = session_of(tmp_path)
    for step in range(30):
        session.monitor.apply(Finished(sample(step * 5.0, target=NAMES[0])), T0 + step * 5)
    clock_of(session).now = T0 + 150
    async with running(session) as pilot:
        text = await pressed(pilot, "z", "T")
        for _ in range(4):
            assert "no TTFT in this range: replies are not streamed" in text
            text = await pressed(pilot, "v")


async def test_the_range_moves_over_all_that_is_kept(tmp_path: Path) -> None:
    async with running(hour(session_of(tmp_path))) as pilot:
        text = await pressed(pilot, "z")
        assert text.startswith(" latency line, last 10m")
        text = await pressed(pilot, "left")
        assert text.startswith("  PAST 15:00:50 to 15:10:50   latency line, 10m")
        assert monitor_of(pilot).zoom.end == T0 + 3450
        await pressed(pilot, "home")
        assert monitor_of(pilot).zoom.end == T0 + 600
        await pressed(pilot, "left")
        assert notices(pilot)[-1] == "no older samples kept"
        text = await pressed(pilot, "end")
        assert "PAST" not in text
        await pressed(pilot, "left", "right")
        assert monitor_of(pilot).zoom.end is None
        text = await pressed(pilot, *["right_square_bracket"] * 4)
        assert text.startswith(" latency line, last 1h  720 probes  6 failed")
        await pressed(pilot, "right_square_bracket")
        assert notices(pilot)[-1] == "no older samples kept"
        text = await pressed(pilot, *["left_square_bracket"] * 5)
        assert text.startswith(" latency line, last 5m")


async def test_what_is_past_stands_still_while_probes_go_on(tmp_path: Path) -> None:
    session = hour(session_of(tmp_path))
    async with running(session) as pilot:
        before = await pressed(pilot, "z", "left", "left")
        session.monitor.apply(Finished(sample(3604, 900.0, target=NAMES[0])), T0 + 3604)
        clock_of(session).now = T0 + 3605
        await settled(pilot)
        assert await pressed(pilot) == before
        await pressed(pilot, "z", "z")
        assert "PAST" not in shown(pilot, "chart")


async def test_failures_are_stepped_through_with_the_servers_words(tmp_path: Path) -> None:
    async with running(hour(session_of(tmp_path))) as pilot:
        text = await pressed(pilot, "z")
        assert text.rstrip().endswith("1 failure in this range: server_error 1")
        assert "×" in text.split("\n")[-3]
        text = await pressed(pilot, "comma")
        assert text.split("\n")[-2].startswith(" ▼ 1 of 1  15:08:20  server_error")
        assert text.split("\n")[-1].startswith(f"   {LONG} 660 ")
        assert "▼" in text.split("\n")[-4]
        text = await pressed(pilot, "comma", "comma")
        assert "PAST" in text
        assert "server_error" in text.split("\n")[-2]
        text = await pressed(pilot, *["comma"] * 4)
        assert notices(pilot)[-1] == "no earlier failure kept"
        text = await pressed(pilot, "full_stop")
        assert "server_error" in text.split("\n")[-2]
        text = await pressed(pilot, "j")
        assert "server_error" not in text


async def test_a_target_without_a_sample_says_so(tmp_path: Path) -> None:
    async with running(session_of(tmp_path)) as pilot:
        for keys in ("z", "v", "v", "v"):
            text = await pressed(pilot, keys)
            assert "no samples in this range" in text
            assert "no failures in this range" in text
        await pressed(pilot, "left", "comma", "full_stop", "left_square_bracket", "home", "end")
        assert on_monitor(pilot)


async def test_a_frozen_picture_can_be_looked_through(tmp_path: Path) -> None:
    session = hour(session_of(tmp_path))
    async with running(session) as pilot:
        await pressed(pilot, "f", "z")
        session.monitor.apply(Finished(sample(3604, 9000.0, target=NAMES[0])), T0 + 3604)
        clock_of(session).now = T0 + 3700
        text = await pressed(pilot, "left", "end")
        assert "last 10m  120 probes" in text
        text = await pressed(pilot, "comma")
        assert "server_error" in text.split("\n")[-2]


async def test_a_failure_whose_words_are_gone_has_its_class(tmp_path: Path) -> None:
    session = session_of(tmp_path)
    for step in range(120):
        made = sample(step * 5.0, target=NAMES[0], error="timeout", message=f"late {step}")
        session.monitor.apply(Finished(made), T0 + step * 5)
    clock_of(session).now = NOW + 300
    async with running(session) as pilot:
        text = await pressed(pilot, "z", "home", "comma", *["comma"] * 118)
        assert "timeout  message no longer kept" in text.split("\n")[-1]
