"""The question whether a terminal shows our signs, asked of terminals of each kind."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from relaytop.tui.terminal.sign_query import QUESTION, SIGNS, lacks_signs, names_other_charset
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ASK = """
import os, select, sys, termios
from relaytop.tui.terminal.sign_query import SignQuery
before = termios.tcgetattr(0)
with SignQuery(os.environ) as query:
    select.select([0], [], [], float(sys.argv[1]))
    answer = query.finish()
    assert termios.tcgetattr(0) == before, "not restored"
print("shows" if answer.shows_signs else "lacks", answer.typed, "end")
"""
LONG_S, AT_ONCE_S = 20.0, 0.0
LATE_S = 0.5


def asked(said: bytes | None, late_s: float = 0.0, **environ: str) -> str:
    """What comes of the question where the terminal says so; None: nothing."""
    variables = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", **environ}
    wait_s = AT_ONCE_S if said is None or late_s else LONG_S
    with Terminal([sys.executable, "-c", ASK, str(wait_s)], environ=variables) as terminal:
        if said is not None:
            while QUESTION not in terminal.raw:
                terminal.read(0.02)
            time.sleep(late_s)
            os.write(terminal.fd, said)
        text = terminal.wait_for(" end")
        assert terminal.wait() == 0
    return text.strip()


def cursor_at(column: int) -> bytes:
    return b"\x1b[24;%dR" % column


def test_one_cell_a_sign_is_what_we_need() -> None:
    assert asked(cursor_at(len(SIGNS) + 1)) == "shows b'' end"


@pytest.mark.parametrize("column", [1, 8, 11, 16])
def test_more_or_fewer_are_not(column: int) -> None:
    assert asked(cursor_at(column)) == "lacks b'' end"


def test_what_is_typed_meanwhile_is_kept() -> None:
    assert asked(b"j\r" + cursor_at(6) + b"\x1b[A") == r"shows b'j\r\x1b[A' end"


@pytest.mark.parametrize(
    ("environ", "likely"),
    [
        ({"LANG": "C"}, "shows"),
        ({}, "shows"),
        ({"LANG": "de_DE.ISO-8859-15"}, "lacks"),
        ({"LANG": "de_DE.ISO-8859-15", "LC_ALL": "C.UTF-8"}, "shows"),
    ],
)
def test_without_an_answer_a_charset_that_is_named_tells(
    environ: Mapping[str, str], likely: str
) -> None:
    assert asked(None, 0.0, **environ) == f"{likely} b'' end"


def test_a_multiplexer_on_a_busy_host_may_answer_late() -> None:
    assert asked(cursor_at(16), LATE_S, TMUX="/nowhere,1,0") == "lacks b'' end"
    assert asked(cursor_at(16), LATE_S, STY="1.tty1.host") == "lacks b'' end"


def test_tmux_on_a_busy_host_may_say_late_what_its_client_takes(tmp_path: Path) -> None:
    tmux = tmp_path / "tmux"
    tmux.write_text(f"#!/bin/sh\nsleep {LATE_S}\necho 0\n")
    tmux.chmod(0o700)
    path = f"{tmp_path}:{os.environ['PATH']}"
    answer = asked(cursor_at(len(SIGNS) + 1), LATE_S, TMUX="/nowhere,1,0", PATH=path)
    assert answer == "lacks b'' end"


def test_a_program_in_the_background_does_not_ask() -> None:
    """It would be stopped."""
    script = f"{sys.executable} -c '{ASK}' 0 & wait; echo over"
    variables = {"PATH": os.environ["PATH"], "TERM": "xterm", "PS1": "$ "}
    with Terminal(["bash", "--norc", "-i"], environ=variables) as terminal:
        terminal.wait_for("$")
        terminal.press(script.replace("\n", "\x16\n") + "\r")
        terminal.wait_for("shows b'' end")
        assert QUESTION not in terminal.raw


@pytest.mark.parametrize(
    ("term", "lacks"),
    [("linux", True), ("vt100", True), ("vt220", True), ("xterm", False), ("screen", False)],
)
def test_the_console_and_old_terminals_lack_them(term: str, *, lacks: bool) -> None:
    assert lacks_signs({"TERM": term}) is lacks


@pytest.mark.parametrize(
    ("locale", "other"),
    [("C", False), ("de_DE.UTF-8", False), ("C.utf8", False), ("ru_RU.KOI8-R", True), ("", False)],
)
def test_a_locale_names_a_charset(locale: str, *, other: bool) -> None:
    assert names_other_charset({"LANG": locale}) is other
