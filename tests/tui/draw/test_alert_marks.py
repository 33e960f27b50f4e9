"""Alerts in a row, in the top line, in the detail's title and in the terminal's title."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import pytest

from relaytop.monitor.group import Group
from relaytop.tui.draw.alert_marks import ShownAlerts, alert_parts, group_keys, title_text
from relaytop.tui.draw.glyphs import ASCII, UNICODE
from relaytop.tui.draw.priority_line import join_parts
from tests.support.alerts import FIRING, ONE, alert
from tests.support.samples import T0

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.alerts.alert import Alert

TARGET = FIRING.targets[0]
ACKNOWLEDGED = alert(acknowledged=True)
SNOOZED = alert(snoozed_until=T0 + 60)
MILD = alert(severity="degraded")


@pytest.mark.parametrize(
    ("shown", "sign", "role"),
    [
        (FIRING, "!", "bad2"),
        (MILD, "!", "warn2"),
        (ACKNOWLEDGED, "a", "warn"),
        (SNOOZED, "z", "dim"),
        (alert(acknowledged=True, snoozed_until=math.inf), "a", "warn"),
    ],
)
def test_a_row_is_marked(shown: Alert, sign: str, role: str) -> None:
    assert ShownAlerts([shown]).mark([TARGET], TARGET) == (sign, role)
    assert ShownAlerts([shown]).mark(["other/m"], "other/m") == (" ", "text")


def test_of_several_the_one_that_is_not_known_yet_counts() -> None:
    own = dataclasses.replace(ONE, targets=(TARGET,), severity="degraded")
    assert ShownAlerts([ACKNOWLEDGED, own]).mark([TARGET]) == ("!", "warn2")
    assert ShownAlerts([MILD, FIRING]).mark([TARGET]) == ("!", "bad2")


def test_what_is_snoozed_and_well_is_marked_too() -> None:
    shown = ShownAlerts(snoozes={"holysheep": math.inf, "p/m": T0})
    assert shown.mark([TARGET], TARGET, "holysheep") == ("z", "dim")
    assert shown.clause([TARGET], TARGET, "holysheep") == [("  snoozed until it resolves", "dim")]
    group = Group("provider:holysheep", "holysheep", (TARGET,))
    assert shown.mark(group.targets, *group_keys(group)) == ("z", "dim")
    by_model = Group("model:holysheep", "holysheep", (TARGET,))
    assert shown.mark(by_model.targets, *group_keys(by_model)) == (" ", "text")


def test_the_title_of_the_detail_tells_its_state(zone: Callable[[str], None]) -> None:
    zone("UTC")

    def words(shown: Alert) -> str:
        return "".join(text for text, _role in ShownAlerts([shown]).clause([TARGET]))

    assert words(FIRING) == "   alert "
    assert words(ACKNOWLEDGED) == "  alert acknowledged"
    assert words(SNOOZED) == "  alert snoozed until 14:14"
    both = alert(acknowledged=True, snoozed_until=math.inf)
    assert words(both) == "  alert acknowledged, snoozed until it resolves"


@pytest.mark.parametrize(
    ("alerts", "said", "title"),
    [
        ([], "", None),
        ([FIRING], " 1 alert ", "▲1 relaytop"),
        ([FIRING, MILD, ACKNOWLEDGED], " 2 alerts  1 ack", "▲2 relaytop"),
        ([ACKNOWLEDGED, SNOOZED], "1 ack 1 snoozed", None),
    ],
)
def test_the_top_line_and_the_terminal_s_title_count(
    alerts: list[Alert], said: str, title: str | None
) -> None:
    assert "".join(text for text, _role in join_parts(alert_parts(alerts))) == said
    assert title_text(alerts, UNICODE) == title
    assert title_text(alerts, ASCII) == (title and title.replace("▲", "!"))
