"""Why a connection ended, by what ssh and relaytop write."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.fleet.ssh.failure import failure_words

CHANGED = """@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
Host key verification failed.
"""
UNKNOWN = """No ED25519 host key is known for x and you have requested strict checking.
Host key verification failed.
"""


def event(level: str, text: str) -> str:
    return json.dumps({"kind": "engine", "level": level, "text": text}) + "\n"


@pytest.mark.parametrize(
    ("code", "stderr", "words"),
    [
        (255, CHANGED, "its host key has changed"),
        (255, UNKNOWN, "its host key is not known"),
        (255, "me@x: Permission denied (publickey,password).\n", "works without a password"),
        (255, "ssh: Could not resolve hostname x: Name or service not known\n", "resolved"),
        (255, "ssh: connect to host x port 22: Connection refused\n", "connection refused"),
        (255, "ssh: connect to host x port 22: Connection timed out\n", "timed out"),
        (255, "ssh: connect to host x port 22: No route to host\n", "no route to it"),
        (255, "Timeout, server x not responding.\n", "does not answer any more"),
        (255, "Connection to x closed by remote host.\n", "it closed the connection"),
        (255, "x: something new\n", "x: something new"),
        (255, "", "ssh failed and did not say why"),
        (127, "sh: 1: relaytop: not found\n", "relaytop is not found there: install it"),
        (126, "sh: 1: relaytop: Permission denied\n", "relaytop cannot be run there"),
        (2, "relaytop: nothing to watch: no config file\n", "relaytop: nothing to watch"),
        (2, "Usage: relaytop agent [OPTIONS]\n\nError: No such option: --stdio\n", "too old"),
        (1, event("info", "up") + event("error", "the agent (pid 3) has exited"),
         "the agent (pid 3) has exited"),
        (1, "Traceback (most recent call last):\nKeyError: 3\n", "KeyError: 3"),
        (3, "", "relaytop there ended with exit code 3"),
        (-9, "", "ssh was ended by signal 9"),
        (None, "", "the connection ended"),
        (255, "\x1b]0;owned\x07\x1b[31mbad\u202e\n", "bad"),
    ],
)  # fmt: skip
def test_each_is_one_sentence(code: int | None, stderr: str, words: str) -> None:
    found = failure_words(code, stderr, "relaytop")
    assert words in found
    assert found.isprintable()
    assert len(found) <= 200


@given(st.one_of(st.none(), st.integers(-64, 255)), st.text())
def test_whatever_it_writes_is_a_short_printable_line(code: int | None, stderr: str) -> None:
    found = failure_words(code, stderr, "relaytop")
    assert found
    assert found.isprintable()
    assert len(found) <= 200
