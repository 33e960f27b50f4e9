"""Today's budget, changed over a link that delivers keys in bursts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.launch import Start


def test_of_a_burst_of_keys_no_part_is_taken(start: Start) -> None:
    terminal = start("demo")
    terminal.wait_for("holysheep/gpt-4.1")
    terminal.press("$")
    terminal.wait_for("New amount")
    terminal.press("7.5y")
    terminal.wait_for(lambda text: "to $7.50? y/n" in text or "is now $7.50" in text)
    if "New amount" in terminal.text:  # the question had not been shown yet
        assert "is now" not in terminal.text
        terminal.press("y")
    terminal.wait_for("today's budget is now $7.50")
