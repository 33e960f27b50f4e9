"""Output to a terminal that is slow, stalled or gone."""

from __future__ import annotations

import asyncio
import os
import pty
import tty
from typing import TYPE_CHECKING

import pytest

from relaytop.tui.terminal.output import Output

if TYPE_CHECKING:
    from collections.abc import Iterator

MUCH = bytes(range(32, 127)) * 2000


class Line:
    """A pty whose far end is read by hand, and an output that writes to it."""

    def __init__(self) -> None:
        self.far, self.near = pty.openpty()
        tty.setraw(self.near)
        self.told: list[str] = []
        self.heard = asyncio.Event()
        self.output = Output(
            os.ttyname(self.near), lambda _behind_s: self._tell("ready"), lambda: self._tell("gone")
        )
        self.output.open()

    def _tell(self, what: str) -> None:
        self.told.append(what)
        self.heard.set()

    def read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            data += os.read(self.far, 65536)
        return data

    def hang_up(self) -> None:
        os.close(self.far)
        self.far = -1

    def close(self) -> None:
        self.output.close()
        for fd in (self.near, self.far):
            if fd >= 0:
                os.close(fd)


@pytest.fixture
def line() -> Iterator[Line]:
    opened = Line()
    yield opened
    opened.close()


async def test_what_is_taken_is_sent_at_once(line: Line) -> None:
    line.output.write(b"hello")
    assert not line.output.behind
    assert line.read(5) == b"hello"


async def test_a_slow_terminal_gets_all_in_order_and_nobody_waits(line: Line) -> None:
    line.output.write(MUCH)
    assert line.output.behind
    line.output.write(b"the end")
    received = await asyncio.to_thread(line.read, len(MUCH) + 7)
    assert received == MUCH + b"the end"
    await line.heard.wait()
    assert line.told == ["ready"]
    assert not line.output.behind


def test_waiting_for_a_stalled_terminal_is_bounded(line: Line) -> None:
    line.output.write(MUCH)
    assert not line.output.drain(0.05)
    line.output.abandon()
    assert line.output.drain(0)


async def test_a_terminal_that_is_gone_is_told_of_once(line: Line) -> None:
    line.hang_up()
    line.output.write(b"a")
    line.output.write(b"b")
    assert line.told == ["gone"]
    assert line.output.gone
    assert line.output.drain(1)


async def test_a_terminal_that_goes_while_it_is_behind(line: Line) -> None:
    line.output.write(MUCH)
    line.hang_up()
    await line.heard.wait()
    assert line.told == ["gone"]
    assert not line.output.behind


def test_a_device_that_cannot_be_opened_is_gone() -> None:
    told: list[str] = []
    output = Output("/dev/nowhere", lambda _behind_s: None, lambda: told.append("gone"))
    output.open()
    output.write(b"x")
    assert told == ["gone"]


async def test_closed_and_opened_again_it_goes_on(line: Line) -> None:
    line.output.write(MUCH)
    line.output.close()
    line.output.write(b"lost")
    line.output.open()
    line.output.open()
    os.set_blocking(line.far, False)
    while True:
        try:
            os.read(line.far, 65536)
        except BlockingIOError:
            break
    line.output.write(b"again")
    os.set_blocking(line.far, True)
    assert line.read(5).endswith(b"again")
    assert line.told == []


def test_the_shell_s_descriptor_stays_blocking(line: Line) -> None:
    line.output.write(b"x")
    assert os.get_blocking(line.near)
