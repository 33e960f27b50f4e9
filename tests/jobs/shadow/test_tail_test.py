"""The slow end, and prompts taken out of latencies."""

import math
import random

import pytest

from relaytop.jobs.shadow.prompt_effect import without_prompt_effect
from relaytop.jobs.shadow.tail_test import tail_differences, tail_weight


def test_each_round_has_its_part_in_the_slow_end() -> None:
    a = [0.0] * 25
    b = [0.0] * 20 + [1.0, 2.0, 3.0, 4.0, 5.0]
    steps = tail_differences(a, b)
    assert steps["tail_excess_10"].tolist() == b
    assert steps["tail_count_10"].tolist() == [0.0] * 20 + [4.0, 5.0, 6.0, 7.0, 8.0]
    swapped = tail_differences(b, a)
    assert all((swapped[name] == -steps[name]).all() for name in steps)


def test_a_slow_end_of_few_replies_is_no_test() -> None:
    generator = random.Random(1)

    def names(n: int) -> set[str]:
        a, b = ([generator.random() for _ in range(n)] for _ in "ab")
        return {name.rpartition("_")[2] for name in tail_differences(a, b)}

    assert [len(names(n)) for n in (10, 20, 25, 50, 100)] == [0, 1, 2, 3, 4]
    assert tail_differences([1.0] * 50, [1.0] * 50) == {}


def test_the_more_rounds_the_more_weight_has_the_tail() -> None:
    weights = [tail_weight(n) for n in (20, 60, 180, 400)]
    assert weights == sorted(weights)
    assert weights[1:] == [1.0, 3.0, 3.0]


def test_prompts_that_differ_are_evened_and_equal_ones_left_alone() -> None:
    generator = random.Random(4)
    prompts = [i % 4 for i in range(80)]
    noise = [[math.exp(0.1 * generator.gauss(0, 1)) for _ in prompts] for _ in "ab"]
    longer = [[ms * (1 + 9 * p) for ms, p in zip(side, prompts, strict=True)] for side in noise]
    plain = without_prompt_effect([0] * 80, *noise)
    for one, other in zip(plain, noise, strict=True):
        assert one == pytest.approx([math.log(ms) for ms in other])
    a, b = without_prompt_effect(prompts, *longer)
    assert max(a) - min(a) < 0.7
    for raw, even in zip(longer, (a, b), strict=True):
        assert math.fsum(even) / 80 == pytest.approx(sum(map(math.log, raw)) / 80, abs=0.1)
    steps = [math.log(y / x) for x, y in zip(*longer, strict=True)]
    assert [y - x for x, y in zip(a, b, strict=True)] == pytest.approx(steps)
