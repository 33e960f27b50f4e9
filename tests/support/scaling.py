"""Whether work grows with its input as it should, told by a ratio and not by a clock's seconds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS = 8
MOST_TIMES = 32
"""Between what linear work takes, 8 ×, and quadratic work, 64 ×."""
LEAST_S = 100e-6
"""Less CPU time cannot be told from nothing."""


def assert_linear(work: Callable[[int], object], size: int) -> None:
    """Assert that `work` of `size` takes about eight times the CPU time of an eighth of it."""
    small = max(LEAST_S, min(_cpu_s(work, size // PARTS) for _ in range(3)))
    assert min(_cpu_s(work, size) for _ in range(3)) < MOST_TIMES * small


def _cpu_s(work: Callable[[int], object], size: int) -> float:
    began = time.thread_time()
    work(size)
    return time.thread_time() - began
