"""Today's budget, changed over a link that delivers keys in bursts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.launch import Start


def test_a_burst_of_keys_spends_nothing_that_was_not_asked(start: Start) -> None:
    terminal = start("demo")
    terminal.wait_for("holysheep/gpt-4.1")
    terminal.press("$7.5y")
    terminal.wait_for("today's budget")
    terminal.read(1.0)
    assert "is now" not in terminal.text
    terminal.press("escape")
    terminal.wait_for(lambda text: "New amount" not in text)
    terminal.press("$")
    terminal.wait_for("New amount")
    terminal.press("7.5y")
    terminal.wait_for("Set today's budget to $7.50? y/n")
    terminal.press("y")
    terminal.wait_for("today's budget is now $7.50")
