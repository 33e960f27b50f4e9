import pytest

from relaytop.engine.headroom import is_scarce, scarce_s
from relaytop.wire.facts import Limit, RateLimit


@pytest.mark.parametrize(
    ("state", "wait_s"),
    [
        (None, None),
        (RateLimit(), None),
        (RateLimit(Limit(60, 58, 12.0)), None),
        (RateLimit(Limit(60, 6, 12.0)), 12.0),
        (RateLimit(Limit(60, 0, 0.1)), 1.0),
        (RateLimit(Limit(60, 6, 86_400.0)), 120.0),
        (RateLimit(Limit(60, 6)), 30.0),
        (RateLimit(Limit(None, 1)), None),
        (RateLimit(Limit(None, 0)), 30.0),
        (RateLimit(Limit(60, None, 5.0)), None),
        (RateLimit(Limit(60, 58, 12.0), Limit(1000, 10, 40.0)), 40.0),
        (RateLimit(input_tokens=Limit(1000, 10, 7.0)), 7.0),
    ],
)
def test_a_tenth_is_left_to_others(state: RateLimit | None, wait_s: float | None) -> None:
    assert scarce_s(state) == wait_s
    assert is_scarce(state) is (wait_s is not None)
