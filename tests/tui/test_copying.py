"""The copying keys: what arrives on the clipboard, and what the screen says of it."""

from base64 import b64decode

import pytest

from relaytop.watch.session import Session
from tests.support.launch import Start
from tests.tui.pilots import app_in, monitor_of, notices, running


async def test_y_copies_the_selected_target(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("y")
        await pilot.pause()
        copied = app_in(pilot).clipboard
        assert copied.startswith(f"{monitor_of(pilot).selected}: ")
        assert "P50 " in copied.splitlines()[1]
        (notice,) = notices(pilot)
        assert notice.startswith(f"copied {len(copied.splitlines())} lines: ")
        assert copied.splitlines()[0] in notice


async def test_a_target_that_the_filter_hides_is_not_copied(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("slash", *"nothing-has-this", "enter", "y")
        await pilot.pause()
        assert app_in(pilot).clipboard == ""


async def test_of_a_group_it_copies_a_line_for_all_and_the_worst_target(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("home")
        await pilot.pause()
        group = monitor_of(pilot).selected_group
        assert group is not None
        await pilot.press("y")
        await pilot.pause()
        first, second, *_ = app_in(pilot).clipboard.splitlines()
        assert " of " in first
        assert second.startswith(f"{monitor_of(pilot).selected}: ")


async def test_capital_y_copies_one_line_for_all(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("Y")
        await pilot.pause()
        copied = app_in(pilot).clipboard
        assert len(copied.splitlines()) == 1
        assert " of 6 " in copied
        assert notices(pilot) == [f"copied 1 line: {copied}"]


@pytest.mark.parametrize("around", ["", "TMUX", "STY"])
def test_it_reaches_the_terminal(start: Start, around: str) -> None:
    sessions = {name: "1.x" if name == around else "" for name in ("TMUX", "STY")}
    terminal = start("demo", columns=120, rows=36, **sessions)
    terminal.wait_for("direct")
    terminal.press("Y")
    terminal.wait_for("copied 1 line: ")
    terminal.read(0.2)
    begin = {"": b"\x1b]52;c;", "TMUX": b"\x1bPtmux;\x1b\x1b]52;c;", "STY": b"\x1bP\x1b]52;c;"}
    raw = bytes(terminal.raw)
    assert begin[around] in raw
    text = raw.partition(begin[around])[2].partition(b"\x07")[0]
    assert b" of " in b64decode(text.replace(b"\x1b\\\x1bP", b""))
    terminal.press("q")
    assert terminal.wait() == 0
