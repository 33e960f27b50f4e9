"""The end of an engine in words."""

import pytest

from relaytop.watch.engine_exit import exit_phrase, exit_reason


@pytest.mark.parametrize(
    ("code", "phrase"),
    [
        (-9, "killed (SIGKILL; out of memory?)"),
        (-15, "killed (SIGTERM)"),
        (-99, "died (signal 99)"),
        (3, "died (exit code 3)"),
        (None, "died (exit code None)"),
    ],
)
def test_a_signal_has_its_name(code: int | None, phrase: str) -> None:
    assert exit_phrase(exit_reason(code)) == phrase
