import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.binomial import critical_count, upper_tail


def exact(n: int, k: int, rate: float) -> float:
    return math.fsum(math.comb(n, i) * rate**i * (1 - rate) ** (n - i) for i in range(k, n + 1))


@given(n=st.integers(0, 200), k=st.integers(0, 210), rate=st.floats(0.0, 1.0))
def test_the_tail_is_the_sum_of_its_terms(n: int, k: int, rate: float) -> None:
    assert upper_tail(n, k, rate) == pytest.approx(exact(n, k, rate), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("n", "k"), [(10, 4), (20, 5), (120, 13), (24, 5), (7, 3)])
def test_the_least_count_that_chance_does_not_make_at_one_in_a_hundred(n: int, k: int) -> None:
    assert critical_count(n, 0.05, 0.01) == k
    assert exact(n, k, 0.05) < 0.01 <= exact(n, k - 1, 0.05)


def test_a_rate_of_nothing_and_of_all() -> None:
    assert critical_count(5, 0.0, 0.01) == 1
    assert critical_count(5, 1.0, 0.01) == 6
    assert critical_count(3, 0.5, 0.01) == 4


def test_many_trials() -> None:
    assert critical_count(100_000, 0.05, 0.01) == pytest.approx(5161, abs=5)
