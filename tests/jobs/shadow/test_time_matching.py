"""Matching of the probes of two sides by their times."""

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from relaytop.jobs.shadow.compare import compare
from relaytop.jobs.shadow.rounds import Outcome, Round
from relaytop.jobs.shadow.time_matching import match_by_time
from relaytop.jobs.shadow.verdict import verdict
from tests.jobs.shadow.simulated import Stretch, as_usual, slower_tail

RUNS = 40
moments = st.lists(st.floats(0, 1000), max_size=30).map(sorted)


@given(moments, moments, st.floats(0, 50))
def test_each_is_used_once_in_order_and_near(
    left: list[float], right: list[float], within_s: float
) -> None:
    found = match_by_time(left, right, within_s)
    for places in list(zip(*found, strict=True)) or [(), ()]:
        assert list(places) == sorted(set(places))
    assert all(abs(left[i] - right[j]) <= within_s for i, j in found)


@given(moments, moments, st.floats(0, 50))
def test_the_sides_may_be_exchanged(left: list[float], right: list[float], within_s: float) -> None:
    mirrored = [(i, j) for j, i in match_by_time(right, left, within_s)]
    assert mirrored == match_by_time(left, right, within_s)


@given(st.lists(st.floats(0, 1000), max_size=30, unique=True).map(sorted))
def test_equal_rows_pair_off(row: list[float]) -> None:
    assert match_by_time(row, row, 1.0) == [(i, i) for i in range(len(row))]


def test_two_cadences_and_a_silence() -> None:
    left = [5.0 * i for i in range(20)]
    right = [10.0 * i + 1 for i in range(10)]
    assert match_by_time(left, right, 10.0) == [(2 * i, i) for i in range(10)]
    there = [t for t in left if not 30 <= t < 60]
    assert len(match_by_time(left, there, 5.0)) == len(there)
    assert match_by_time([0.0, 3.0], [2.0], 5.0) == [(1, 0)]
    assert match_by_time([0.0], [9.0], 5.0) == []


def recorded(seed: int, b: Stretch) -> list[Round]:
    """Return what twenty minutes at 5 s make: a drift that both share, and no common cadence."""
    generator = random.Random(seed)
    rows: list[list[float]] = []
    for _side in range(2):
        phase = generator.uniform(0, 5)
        # One in twenty was skipped.
        rows.append([phase + 5 * i for i in range(240) if generator.random() > 0.05])

    def at(moment: float, stretch: Stretch) -> Outcome:
        drift = 0.4 * math.sin(moment / 400)
        return Outcome(ok=True, latency_ms=800 * math.exp(drift + stretch(generator.gauss(0, 1))))

    found = match_by_time(rows[0], rows[1], 5.0)
    return [Round(0, at(rows[0][i], as_usual), at(rows[1][j], b)) for i, j in found]


def verdicts(b: Stretch) -> list[str]:
    return [
        verdict(compare(recorded(seed, b), seed, resamples=200, permutations=1000), "A", "B")
        for seed in range(RUNS)
    ]


def test_two_equal_sides_that_drift_alike_show_no_difference() -> None:
    found = verdicts(as_usual)
    # 96 of 100 are to be expected; fewer than 35 of 40 once in a hundred such tests.
    assert sum("A is faster" in one or "B is faster" in one for one in found) <= 5
    assert sum(one.startswith("no difference shown") for one in found) >= 35


def test_a_tail_that_is_20_percent_slower_is_found() -> None:
    found = verdicts(slower_tail)
    # 87 of 100 are to be expected; fewer than 29 of 40 once in a hundred such tests.
    assert sum("A is faster" in one or "B varies more" in one for one in found) >= 29
    assert not any("B is faster" in one for one in found)
