import dataclasses
from typing import Any

import pytest

from relaytop.config.settings import Thresholds
from relaytop.monitor.summary import LastError, Summary
from relaytop.tui.draw.columns import fit_columns
from relaytop.tui.draw.glyphs import ASCII, UNICODE
from relaytop.tui.draw.table import cell, header, hidden_rows, row
from relaytop.tui.draw.text_runs import Line
from tests.support.samples import T0

GOOD = Summary(target="relay/m", provider="relay", model="m", status="up", since=T0)


def text_of(line: Line) -> str:
    return "".join(text for text, _role in line)


@pytest.mark.parametrize(
    ("above", "below", "width", "said"),
    [
        (0, 0, 30, ""),
        (0, 6, 30, "target  ↓6 more"),
        (3, 6, 30, "target  ↑3 ↓6 more"),
        (3, 6, 13, "target ↑3 ↓6"),
        (12, 260, 13, "↑12 ↓260"),
    ],
)
def test_what_is_out_of_sight_is_counted(above: int, below: int, width: int, said: str) -> None:
    assert hidden_rows(above, below, width, UNICODE) == said
    assert hidden_rows(above, below, width, ASCII) == said.replace("↑", "^").replace("↓", "v")


def test_the_header_says_so_in_its_place() -> None:
    columns = fit_columns(80, 30, least_target=24)
    plain, told = (header(columns, "10m", hidden) for hidden in ("", "target ↓6"))
    assert "".join(text for text, _role in told) == "".join(text for text, _role in plain).replace(
        "target   ", "target ↓6"
    )


@pytest.mark.parametrize(
    ("width", "title"), [(110, "latency"), (124, "latency, 10m"), (200, "latency, last 10m")]
)
def test_the_sparklines_title_tells_its_span_apart_from_its_neighbour(
    width: int, title: str
) -> None:
    assert f" for  {title}  " in text_of(header(fit_columns(width, 20), "10m"))


def test_the_sign_of_the_order_leaves_whole_words() -> None:
    columns = fit_columns(140, 13)
    assert " ▼limit " in text_of(header(columns, "10m", order=("limit", "▼")))
    assert " ▼P95 " in text_of(header(columns, "10m", order=("p95", "▼")))


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({"status": "down", "last_error": LastError("rate_limited", T0, "", None)}, "rate_limited"),
        ({"status": "degraded", "broken": ("p95",)}, "slow"),
        ({"status": "degraded", "broken": ("hanging",)}, "hanging"),
        ({"status": "paused", "reason": "budget"}, "budget"),
        ({}, ""),
    ],
)
def test_why_it_is_not_well(facts: dict[str, Any], shown: str) -> None:
    summary = dataclasses.replace(GOOD, **facts)
    columns = fit_columns(120, 30, longest_why=12)
    line = row(
        summary,
        columns,
        [],
        Thresholds(),
        T0,
        UNICODE,
        selected=False,
        short_name=lambda width: "m"[:width],
    )
    at = 1 + sum(c.width + 1 for c in columns[: [c.key for c in columns].index("why")])
    assert text_of(line)[at : at + 12].strip() == shown


def test_a_row_that_the_budget_stopped_keeps_its_status_and_tells_how_old_it_is() -> None:
    broke = dataclasses.replace(
        GOOD,
        status="paused",
        reason="budget",
        last_status="down",
        last_at=T0,
        error_rate=0.5,
        running_since=None,
    )
    cells = {
        key: cell(key, broke, Thresholds(), T0 + 900, UNICODE)
        for key in ("status", "why", "age", "error")
    }
    assert cells["status"] == ("✗", "dim")
    assert cells["why"] == ("budget", "dim")
    assert cells["age"] == ("15m", "dim")
    assert cells["error"][1] == "dim"
    by_user = dataclasses.replace(broke, reason="user")
    assert cell("status", by_user, Thresholds(), T0 + 900, UNICODE) == ("‖", "dim")
