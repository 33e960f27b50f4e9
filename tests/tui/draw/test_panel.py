import dataclasses
import time
from collections.abc import Callable

import pytest

from relaytop.config.settings import Thresholds
from relaytop.monitor.summary import Distribution, LastError, Status, Summary, Totals
from relaytop.protocol.messages import Credit
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.tui.draw.layout import arrange
from relaytop.tui.draw.panel import panel, title
from relaytop.tui.draw.reasons import reason
from relaytop.wire.facts import Limit, RateLimit
from tests.support.samples import T0

WORDS = " ".join(f"word{number}" for number in range(60))
DOWN = Summary(
    target="relay/m",
    provider="relay",
    model="m",
    status="down",
    since=T0,
    requests=9,
    errors={"auth": 9},
)
LIMITED = dataclasses.replace(DOWN, rate_limit=RateLimit(Limit(60, 9, 42.0)), rate_limit_at=T0)
ERRORS = [LastError("auth", T0, WORDS, "req-1")]


def text(width: int, height: int, *, uncut: bool = False) -> str:
    lines = panel(DOWN, ERRORS, Thresholds(), T0, width, height, UNICODE, uncut=uncut)
    assert len(lines) <= height
    return "\n".join("".join(run for run, _role in line) for line in lines)


def test_the_servers_words_take_several_lines() -> None:
    assert "word11" in text(46, 20)
    assert "word7" in text(46, 9)
    assert "word59" not in text(46, 20)


def test_older_failures_leave_room_for_what_is_left_of_the_limits() -> None:
    older = [LastError("auth", T0 - n, f"{n} {WORDS}", f"req-{n}") for n in range(2, 9)]
    lines = panel(LIMITED, [*ERRORS, *older], Thresholds(), T0, 46, 24, UNICODE)
    said = "\n".join("".join(run for run, _role in line) for line in lines)
    assert "requests " in said
    assert "2 word0" in said
    assert "word59" not in said


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (52, "credit   6.50 USD, 2 d at this pace; limit 10.00 USD"),
        (51, "credit   6.50 USD, 2 d at this pace"),
        (32, "credit   6.50 USD, 2 d"),
    ],
)
def test_no_part_of_what_is_left_is_cut(width: int, words: str) -> None:
    credit = Credit("relay", T0, "USD", 6.5, 10.0, 3.5, 2.5)
    lines = panel(
        dataclasses.replace(DOWN, credit=credit), [], Thresholds(), T0, width, 20, UNICODE
    )
    assert words in ["".join(run for run, _role in line) for line in lines]


def test_all_of_them_show_where_it_is_zoomed() -> None:
    assert "word59" in text(46, 40, uncut=True)


def test_the_panel_grows_with_the_screen() -> None:
    sides = [
        arrange(width, 50, 6, banner=False, zoomed=False).side for width in (80, 120, 200, 300)
    ]
    assert sides == [32, 40, 90, 100]


def test_the_reason_of_a_status() -> None:
    limits = Thresholds()
    degraded = dataclasses.replace(
        DOWN,
        status="degraded",
        recent=10,
        recent_bad=3,
        slower_by=2.14,
        broken=("recent", "slower"),
    )
    assert (
        reason(degraded, limits) == "3 of the last 10 failed or slow, latency 2.1 × its last hour's"
    )
    assert reason(dataclasses.replace(degraded, broken=("hanging",)), limits) == "hanging"
    recovering = dataclasses.replace(degraded, recovering_ok=9, broken=("recent", "recovering"))
    assert reason(recovering, limits) == "recovering, 9 ok"
    unknown = dataclasses.replace(DOWN, status="unknown", requests=0)
    assert reason(unknown, limits) == "no finished probe yet"
    some = dataclasses.replace(unknown, requests=2, total=Totals(2, 0))
    assert reason(some, limits) == "2 of 2 failed, not yet down"
    assert reason(dataclasses.replace(some, reason="cache"), limits) == "only cached replies"


def test_a_percentile_that_the_window_has_drowned() -> None:
    slow = dataclasses.replace(
        DOWN, status="degraded", broken=("p95",), latency=Distribution(n=99, p95=2639.0)
    )
    assert reason(slow, Thresholds()) == "P95 2639 ms > 2000 ms"
    drowned = dataclasses.replace(slow, latency=Distribution(n=99, p95=900.0))
    assert reason(drowned, Thresholds()) == "P95 recently over 2000 ms"


def test_a_rate_of_errors_has_its_sign() -> None:
    broken = dataclasses.replace(DOWN, status="degraded", broken=("error_rate",), error_rate=0.241)
    assert reason(broken, Thresholds()) == "errors 24.1 % > 5 %"


def test_the_title_has_as_many_reasons_as_leave_the_name_and_the_alert_whole() -> None:
    name = "holysheep/claude-sonnet-4.5"
    slow = dataclasses.replace(
        DOWN,
        target=name,
        status="degraded",
        broken=("recent", "error_rate", "hanging"),
        recent=10,
        recent_bad=5,
        error_rate=0.241,
    )

    def text(width: int) -> str:
        line = title(
            slow,
            Thresholds(),
            T0,
            width,
            UNICODE,
            alert=[("  ", "text"), (" alert ", "bad")],
        )
        return "".join(run for run, _role in line)

    state = f"{name}  ▲ degraded  5 of the last 10 failed or slow"
    assert text(140).startswith(f"{state}, errors 24.1 % > 5 %, hanging   alert   ")
    assert text(119).startswith(f"{state}, errors 24.1 % > 5 %, +1   alert   for ")
    assert text(100).startswith(f"{state}, +2   alert   for ")


@pytest.mark.parametrize("last", ["up", "degraded", "down"])
def test_a_reached_budget_does_not_hide_the_last_status(
    last: Status, zone: Callable[[str], None]
) -> None:
    zone("UTC")
    at = T0 + 60 - T0 % 60
    broke = dataclasses.replace(
        DOWN, status="paused", reason="budget", last_status=last, last_at=at, since=at + 5
    )
    line = "".join(run for run, _role in title(broke, Thresholds(), at + 900, 120, UNICODE))
    clock = time.strftime("%H:%M", time.gmtime(at))
    sign = UNICODE.status[last]
    assert f"relay/m  {sign} {last}  not probed since {clock}, budget reached" in line
    unprobed = dataclasses.replace(broke, last_status=None, last_at=None)
    line = "".join(run for run, _role in title(unprobed, Thresholds(), at, 120, UNICODE))
    assert "‖ paused  not probed, budget reached" in line
    paused = dataclasses.replace(broke, reason="user")
    line = "".join(run for run, _role in title(paused, Thresholds(), at + 900, 120, UNICODE))
    assert "‖ paused  by you  since" in line
