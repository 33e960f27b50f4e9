"""A group's line in the table."""

import dataclasses

import pytest

from relaytop.config.settings import Thresholds
from relaytop.monitor.group import GroupSummary, group_by_provider, summarise
from relaytop.monitor.summary import LastError, Summary
from relaytop.protocol.messages import Credit
from relaytop.tui.draw.columns import fit_columns
from relaytop.tui.draw.glyphs import ASCII, UNICODE, Glyphs
from relaytop.tui.draw.group_panel import group_panel, group_title
from relaytop.tui.draw.group_row import group_row
from relaytop.tui.draw.names import short_names
from relaytop.tui.draw.table import header
from relaytop.tui.draw.text_runs import Line, line_width
from tests.support.samples import T0

NAME = "litellm-internal"


def member(model: str, error: str | None = None) -> Summary:
    return Summary(
        target=f"{NAME}/{model}",
        provider=NAME,
        model=model,
        status="down" if error else "up",
        last_error=LastError(error, T0, "", None) if error else None,
        since=T0 - 60,
    )


def drawn(
    group: GroupSummary,
    width: int,
    glyphs: Glyphs,
    chosen: tuple[str, ...] | None = None,
    *,
    name: str = NAME,
) -> Line:
    columns = fit_columns(width, 20, least_target=13, longest_why=12, chosen=chosen)
    line = group_row(
        group,
        columns,
        {s.target: Thresholds() for s in group.members},
        lambda cells: short_names((name,), cells)[name],
        T0,
        glyphs,
        selected=False,
        folded=True,
    )
    assert line_width(line) == line_width(header(columns, "10m"))
    return line


def line_of(width: int, glyphs: Glyphs, chosen: tuple[str, ...] | None = None) -> str:
    members = [member("a", "auth"), member("b", "auth"), member("c")]
    (group,) = group_by_provider([s.target for s in members])
    line = drawn(summarise(group, members), width, glyphs, chosen)
    return "".join(text for text, _role in line)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_its_name_goes_on_where_its_p50_would_be(width: int, glyphs: Glyphs) -> None:
    line = line_of(width, glyphs)
    assert NAME in line
    assert "2/3 auth" in line
    assert width < 80 or "60s" in line.split()


def test_with_chosen_columns_it_keeps_to_its_own() -> None:
    assert "litellm…nternal " in line_of(
        66, UNICODE, ("p95", "p50", "error", "why", "age", "since", "p99")
    )


def test_a_reached_budget_does_not_hide_how_its_targets_were() -> None:
    stopped = [
        dataclasses.replace(s, status="paused", reason="budget", last_status=s.status)
        for s in (member("a", "auth"), member("b", "auth"), member("c"))
    ]
    (group,) = group_by_provider([s.target for s in stopped])
    summary = summarise(group, stopped)
    assert (summary.status, summary.health) == ("paused", "down")
    line = drawn(summary, 120, UNICODE)
    assert {role for text, role in line if text.strip() not in {"", f"▸ {NAME}"}} == {"dim"}
    text = "".join(text for text, _role in line)
    assert text.startswith(" ✗ ")
    assert "budget" in text
    assert "✗2 ●1" in text
    title = "".join(text for text, _role in group_title(summary, T0, 80, UNICODE))
    assert f"{NAME}  ✗ down  not probed, budget reached" in title


def test_what_the_user_paused_is_paused() -> None:
    paused = [dataclasses.replace(member(m), status="paused", reason="user") for m in "ab"]
    (group,) = group_by_provider([s.target for s in paused])
    summary = summarise(group, paused)
    assert (summary.status, summary.health) == ("paused", "paused")
    assert "‖2" in "".join(text for text, _role in drawn(summary, 120, UNICODE))


CREDIT = Credit(NAME, T0 - 5, "USD", 12.3, 20.0, 7.7, 4.1)


@pytest.mark.parametrize(
    ("width", "words"),
    [(80, "12.30 USD"), (120, "12.30 USD"), (200, "12.30 USD, 3 d at this pace")],
)
def test_what_is_left_is_told_in_the_room_that_there_is(width: int, words: str) -> None:
    members = [dataclasses.replace(member(model), credit=CREDIT) for model in "ab"]
    (group,) = group_by_provider([s.target for s in members])
    line = drawn(summarise(group, members), width, UNICODE)
    text = "".join(part for part, _role in line)
    assert words in text
    assert text.count("USD") == 1


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("error", [None, "auth"])
def test_what_is_left_stays_behind_a_name_that_leaves_room(width: int, error: str | None) -> None:
    members = [dataclasses.replace(member("a", error), credit=CREDIT)]
    (group,) = group_by_provider([s.target for s in members])
    line = drawn(summarise(group, members), width, UNICODE, name="relay")
    text = "".join(part for part, _role in line)
    assert text.count("12.30 USD, 3 d" if width < 200 else "12.30 USD, 3 d at this pace") == 1
    assert text.count("USD") == 1
    assert "relay " in text


def test_what_is_left_yields_to_why_a_group_is_not_well() -> None:
    members = [dataclasses.replace(member("a", "auth"), credit=CREDIT)]
    (group,) = group_by_provider([s.target for s in members])
    text = "".join(part for part, _role in drawn(summarise(group, members), 60, UNICODE))
    assert "auth" in text
    assert "USD" not in text


def test_little_credit_is_red_and_in_the_panel() -> None:
    low = dataclasses.replace(CREDIT, remaining=0.0)
    members = [dataclasses.replace(member("a"), credit=low)]
    (group,) = group_by_provider([s.target for s in members])
    summary = summarise(group, members)
    assert ("0.00 USD", "bad") in [(text.strip(), role) for text, role in drawn(summary, 80, ASCII)]
    thresholds = {s.target: Thresholds() for s in members}
    names = {s.target: s.model for s in members}
    lines = group_panel(
        summary, names, thresholds, T0, 60, 10, UNICODE, listed=[s.target for s in members]
    )
    assert "".join(text for text, _role in lines[0]).startswith("credit  0.00 USD")
