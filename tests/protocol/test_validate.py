"""Checks of messages that were read from a recording."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import Target
from relaytop.protocol.messages import Finished, Hold, Notice, Pulse
from relaytop.protocol.validate import is_valid
from relaytop.wire.text import clean
from tests.support.samples import T0, sample

NOTHING: Any = None
ZERO: Any = 0
TEXTS: Any = ("user",)
HOLD = Hold("a/m", T0, "budget", asked=False)
TARGET = Target(provider="p", model="m")


@given(st.text(max_size=300))
def test_what_was_cleaned_is_valid_and_what_it_takes_out_is_not(text: str) -> None:
    assert is_valid(Notice("info", clean(text)))
    if not clean(text) and text.strip():
        assert not is_valid(Notice("info", text))


@given(st.floats())
def test_a_moment_is_one_that_a_calendar_knows(at: float) -> None:
    assert is_valid(Pulse(at, 0)) == (-65_000 <= at <= 1e11)


@pytest.mark.parametrize(
    ("value", "good"),
    [
        (Finished(sample(1)), True),
        (Finished(sample(1, error="auth")), True),
        (Finished(sample(1, error="unheard")), False),
        (Finished(NOTHING), False),
        (HOLD, True),
        (replace(HOLD, asked=ZERO), False),
        (Pulse(T0, 1, {"a/m": T0}, {"a/m": 3}), True),
        (Pulse(T0, 1, {"a/m": T0}, {"a/m": -3}), False),
        (Pulse(T0, in_flight=True), False),
        (replace(TARGET, messages=(("user", "hi"),)), True),
        (replace(TARGET, messages=TEXTS), False),
        (Target(provider="p", model="", interval_s=5), False),
        (Target(provider="p", model="m", interval_s=1e-9), False),
    ],
    ids=str,
)
def test_a_value(value: Any, good: object) -> None:
    assert is_valid(value) == good
