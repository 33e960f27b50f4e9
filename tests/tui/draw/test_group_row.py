"""A group's line in the table."""

import pytest

from relaytop.config.settings import Thresholds
from relaytop.monitor.group import group_by_provider, summarise
from relaytop.monitor.summary import LastError, Summary
from relaytop.tui.draw.columns import fit_columns
from relaytop.tui.draw.glyphs import ASCII, UNICODE, Glyphs
from relaytop.tui.draw.group_row import group_row
from relaytop.tui.draw.names import short_names
from relaytop.tui.draw.table import header
from relaytop.tui.draw.text_runs import line_width
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


def line_of(width: int, glyphs: Glyphs, chosen: tuple[str, ...] | None = None) -> str:
    members = [member("a", "auth"), member("b", "auth"), member("c")]
    (group,) = group_by_provider([s.target for s in members])
    columns = fit_columns(width, 20, least_target=13, longest_why=12, chosen=chosen)
    line = group_row(
        summarise(group, members),
        columns,
        {s.target: Thresholds() for s in members},
        lambda cells: short_names((NAME,), cells)[NAME],
        T0,
        glyphs,
        selected=False,
        folded=True,
    )
    assert line_width(line) == line_width(header(columns, "10m"))
    return "".join(text for text, _role in line)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_its_name_goes_on_where_its_p50_would_be(width: int, glyphs: Glyphs) -> None:
    line = line_of(width, glyphs)
    assert NAME in line
    assert "2 of 3 auth" in line
    assert width < 80 or "60s" in line.split()


def test_with_chosen_columns_it_keeps_to_its_own() -> None:
    assert "litellm…nternal " in line_of(
        66, UNICODE, ("p95", "p50", "error", "why", "age", "since", "p99")
    )
