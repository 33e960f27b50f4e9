"""Many tests judged together."""

import math
import random

import pytest

from relaytop.jobs.shadow.stepdown import StepDown


def test_what_stands_out_is_found_whatever_another_test_does() -> None:
    generator = random.Random(1)
    quiet = [generator.gauss(0, 1) for _ in range(999)]
    wild = [generator.choice((0.0, 1000.0)) for _ in range(999)]
    found = StepDown({"wild": [0.0, *wild], "clear": [6.0, *quiet]}, {}).p_values()
    assert list(found) == ["clear", "wild"]
    assert found["clear"] == 1 / 1000
    assert found["wild"] == 1


def test_a_test_is_never_found_before_one_that_stands_out_more() -> None:
    generator = random.Random(2)
    runs = {name: [generator.gauss(0, 1) for _ in range(200)] for name in "abcdef"}
    found = StepDown(runs, {}).p_values()
    assert list(found.values()) == sorted(found.values())
    alone = StepDown({"a": runs["a"]}, {}).p_values()["a"]
    assert found["a"] >= alone


def test_the_chance_of_the_smallest_is_what_it_says() -> None:
    told = 0
    for seed in range(400):
        generator = random.Random(seed)
        runs = {name: [generator.gauss(0, 1) ** 3 for _ in range(100)] for name in "abcde"}
        told += min(StepDown(runs, {"a": 3.0}).p_values().values()) <= 0.1
    assert told == pytest.approx(40, abs=4 * math.sqrt(36))


def test_weight_is_taken_from_the_others() -> None:
    generator = random.Random(3)
    seen = {"a": 2.4, "b": 3.2, "c": 0.5, "d": 1.0}
    runs = {name: [z, *(generator.gauss(0, 1) for _ in range(1999))] for name, z in seen.items()}
    even = StepDown(runs, {}).p_values()
    uneven = StepDown(runs, {"a": 5.0}).p_values()
    assert uneven["a"] < even["a"]
    assert uneven["b"] > even["b"]


def test_a_test_without_any_difference_is_none() -> None:
    assert StepDown({"same": [0.0] * 10}, {}).p_values() == {"same": 1.0}
    assert StepDown({}, {}).p_values() == {}
