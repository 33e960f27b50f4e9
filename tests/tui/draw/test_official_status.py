"""The detail's line of what a status page says, at the widths of the screen."""

from __future__ import annotations

import dataclasses

import pytest

from relaytop.protocol.messages import StatusPage
from relaytop.tui.draw.layout import arrange
from relaytop.tui.draw.official_status import official_lines
from relaytop.tui.draw.text_runs import line_width
from relaytop.wire.facts import OfficialIncident, OfficialStatus
from tests.support.samples import T0

LONG = OfficialIncident(
    "1", "Elevated error rates on " + "many models " * 15, "critical", "investigating", T0
)
SHORT = dataclasses.replace(LONG, name="Elevated error rates", impact="major", status="monitoring")
NOW = T0 + 43 * 60


def page(*incidents: OfficialIncident, said: str = "All well", **fields: str) -> StatusPage:
    status = OfficialStatus("none" if said == "All well" else "minor", said, incidents)
    return StatusPage("u", ("relay",), status, NOW - 720, fields.get("failure"))


def drawn(*pages: StatusPage, width: int = 90, height: int = 20, who: str = "relay") -> str:
    lines = official_lines(pages, who.split(), NOW, width, height)
    assert all(line_width(line) <= width for line in lines)
    return "|".join("".join(text for text, _role in line) for line in lines)


@pytest.mark.parametrize("screen", [80, 120, 200])
def test_an_incident_is_told_with_how_far_it_is(screen: int) -> None:
    width = arrange(screen, 50, 6, banner=False, zoomed=False).side - 1
    text = drawn(page(SHORT), width=width).replace("|", " ")
    assert text == "status page: Elevated error rates (major), monitoring, 43 min"
    long = drawn(page(LONG, SHORT), width=width).replace("|", " ")
    assert long.startswith("status page: Elevated")
    assert long.endswith("(critical), investigating, 43 min, +1 more")


def test_where_there_is_no_incident_the_pages_words_say_so() -> None:
    assert drawn(page()) == "status page: no incidents"
    assert drawn(page(said="Partially Degraded")) == "status page: Partially Degraded"


def test_a_page_that_cannot_be_read_says_since_when() -> None:
    text = drawn(page(SHORT, failure="timeout"))
    assert text.endswith("monitoring, 43 min; unreadable for 12 min")
    assert drawn(page(failure="x")) == "status page: no incidents; unreadable for 12 min"
    never = StatusPage("u", ("relay",), failure="dns: no such host")
    assert drawn(never) == "status page: cannot be read (dns: no such host)"


def test_it_is_told_of_its_own_provider_and_where_there_is_room() -> None:
    assert drawn(page(SHORT), who="other") == ""
    assert drawn(page(SHORT), height=3) == ""
    assert drawn() == ""


def test_of_several_pages_those_with_news_are_told() -> None:
    other = dataclasses.replace(page(), url="v", providers=("third",))
    assert drawn(page(), other, who="relay third more") == ""
    text = drawn(page(SHORT), other, who="relay third more")
    assert text == "relay's status page: Elevated error rates (major), monitoring, 43 min"
