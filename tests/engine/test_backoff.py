import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.engine.backoff import Backoff
from relaytop.wire.facts import ERROR_CLASSES
from tests.support.samples import sample


def waits(*errors: str | None, asked: float | None = None, jitter: float = 1.0) -> list[float]:
    backoff = Backoff(lambda: jitter)
    found = []
    for error in errors:
        wait = backoff.wait_after(sample(error=error, retry_after_s=asked))
        found.append(wait.seconds if wait else 0.0)
    return found


def test_without_a_hint_the_wait_doubles_to_a_minute() -> None:
    assert waits(*["rate_limited"] * 8) == [1, 2, 4, 8, 16, 32, 60, 60]


def test_replies_in_flight_beside_a_rate_limit_are_no_more_of_them() -> None:
    """Several probes are answered 429 at once: that is one refusal, not as many in a row."""
    backoff = Backoff(lambda: 1.0)
    sent_at = [0.0, 0.1, 0.2, 0.3, 5.0]
    samples = [
        dataclasses.replace(sample(error="rate_limited"), sent_at=at, ended_at=at + 0.45)
        for at in sent_at
    ]
    found = [wait.seconds for each in samples if (wait := backoff.wait_after(each)) is not None]
    assert found == [1, 1, 1, 1, 2]


def test_the_jitter_is_full() -> None:
    assert waits("overloaded", "overloaded", jitter=0.25) == [0.25, 0.5]


@pytest.mark.parametrize(("asked", "seconds"), [(0.0, 0.0), (7.5, 7.5), (120, 120), (86400, 120)])
def test_what_the_server_asks_for_is_kept_up_to_two_minutes(asked: float, seconds: float) -> None:
    assert waits("rate_limited", asked=asked) == [seconds]


def test_a_success_ends_it() -> None:
    assert waits("rate_limited", "rate_limited", None, "rate_limited") == [1, 2, 0, 1]


@pytest.mark.parametrize("error", ["auth", "credit", "permission", "not_found"])
def test_what_only_a_person_can_mend_is_probed_once_a_minute(error: str) -> None:
    assert waits(error, error) == [60, 60]


@given(
    st.sampled_from(
        [
            c
            for c in ERROR_CLASSES
            if c not in {"rate_limited", "overloaded", "auth", "credit", "permission", "not_found"}
        ]
    )
)
def test_nothing_else_changes_the_cadence(error: str) -> None:
    assert waits(error, error, asked=9.0) == [0, 0]
