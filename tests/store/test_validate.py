"""Whether what was read can be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import Target
from relaytop.protocol.messages import Finished, Hold, Notice, Pulse
from relaytop.store.validate import is_sound
from relaytop.wire.text import clean
from tests.support.samples import T0, sample


@given(st.text(max_size=300))
def test_what_was_cleaned_is_sound_and_what_it_takes_out_is_not(text: str) -> None:
    assert is_sound(Notice("info", clean(text)))
    if not clean(text) and text.strip():
        assert not is_sound(Notice("info", text))


@given(st.floats())
def test_a_moment_is_one_that_a_calendar_knows(at: float) -> None:
    assert is_sound(Pulse(at, 0)) == (-65_000 <= at <= 1e11)


@pytest.mark.parametrize(
    ("value", "good"),
    [
        (Finished(sample(1)), True),
        (Finished(sample(1, error="auth")), True),
        (Finished(sample(1, error="unheard")), False),
        (Finished(None), False),  # type: ignore[arg-type]
        (Hold("a/m", T0, "budget", asked=False), True),
        (Hold("a/m", T0, "budget", asked=0), False),  # type: ignore[arg-type]
        (Pulse(T0, 1, {"a/m": T0}, {"a/m": 3}), True),
        (Pulse(T0, 1, {"a/m": T0}, {"a/m": -3}), False),
        (Pulse(T0, in_flight=True), False),
        (Target(provider="p", model="m", messages=(("user", "hi"),)), True),
        (Target(provider="p", model="m", messages=("user",)), False),  # type: ignore[arg-type]
        (Target(provider="p", model="", interval_s=5), False),
        (Target(provider="p", model="m", interval_s=1e-9), False),
    ],
    ids=str,
)
def test_a_value(value: object, good: bool) -> None:  # noqa: FBT001
    assert is_sound(value) == good
