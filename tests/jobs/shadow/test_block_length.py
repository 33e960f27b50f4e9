"""Block length from the rounds' own memory."""

import math
import random

import numpy as np
import pytest

from relaytop.jobs.shadow.block_length import block_length

ALL = np.arange(200)
NO_PROMPTS = np.zeros(200, dtype=np.intp)
FIVE = np.arange(200) % 5


def normal(generator: random.Random, count: int = 200) -> list[float]:
    return [generator.gauss(0, 1) for _ in range(count)]


def autoregressive(generator: random.Random, rho: float, count: int = 200) -> list[float]:
    values = [generator.gauss(0, 1)]
    while len(values) < count:
        values.append(rho * values[-1] + math.sqrt(1 - rho**2) * generator.gauss(0, 1))
    return values


def lengths(rho: float) -> list[int]:
    found = [np.array(autoregressive(random.Random(seed), rho)) for seed in range(100)]
    return [block_length(values, ALL, NO_PROMPTS) for values in found]


def test_independent_rounds_stay_alone() -> None:
    assert sum(length == 1 for length in lengths(0.0)) >= 90


@pytest.mark.parametrize(("rho", "least", "most"), [(0.3, 3, 7), (0.5, 6, 12), (0.8, 14, 26)])
def test_more_memory_makes_longer_blocks(rho: float, least: int, most: int) -> None:
    assert least <= np.median(lengths(rho)) <= most


@pytest.mark.parametrize("replicas", [2, 3, 4, 5, 8])
def test_replicas_that_answer_in_turn_are_no_memory(replicas: int) -> None:
    for seed in range(20):
        values = normal(random.Random(seed))
        slow = np.array([z + 3 if i % replicas == 0 else z for i, z in enumerate(values)])
        assert block_length(slow, ALL, NO_PROMPTS) == 1


def test_prompts_in_turn_are_no_memory() -> None:
    noise = np.array(normal(random.Random(1)))
    assert block_length(noise + 2.0 * FIVE, ALL, FIVE) == 1
    assert block_length((1e-5 * (1.0 + FIVE)).astype(np.float64), ALL, FIVE) == 1
    many = ALL % 37
    assert block_length(noise + 0.2 * many, ALL, many) == 1


def test_the_memory_is_seen_behind_the_prompts() -> None:
    memory = np.array(autoregressive(random.Random(1), 0.8))
    assert block_length(memory + 2.0 * FIVE, ALL, FIVE) >= 8


def test_failures_in_a_row_are_memory_and_single_ones_are_not() -> None:
    burst = np.zeros(200)
    burst[40:52] = burst[120:130] = -1.0
    assert block_length(burst, ALL, NO_PROMPTS) >= 8
    two = np.zeros(200)
    two[[10, 11, 90, 150]] = -1.0
    assert block_length(two, ALL, NO_PROMPTS) == 1


def test_rounds_without_a_value_keep_the_distance() -> None:
    memory = np.array(autoregressive(random.Random(3), 0.8))
    there = np.array([i for i in range(200) if i % 7])
    gappy = np.zeros(200)
    gappy[there] = memory[there]
    assert block_length(gappy, there, NO_PROMPTS) >= 8


def test_outliers_hide_no_memory() -> None:
    memory = np.array(autoregressive(random.Random(4), 0.8))
    memory[[5, 60, 130]] = 1e6
    assert block_length(memory, ALL, NO_PROMPTS) >= 8


@pytest.mark.parametrize("values", [[], [0.0] * 3, [0.0] * 50, [1.0, *[0.0] * 49], [7.0] * 50])
def test_what_has_no_variation_has_no_memory(values: list[float]) -> None:
    count = len(values)
    prompts = np.zeros(count, dtype=np.intp)
    assert block_length(np.array(values), np.arange(count), prompts) == 1
