"""Times and rates as floats of a few bits: equal steps between a power of two and the next."""

from __future__ import annotations

import math
import struct
from functools import lru_cache

_LOWEST, _HIGHEST = -8, 21
"""Powers of two: what is smaller is kept as 0, what is greater (35 min in ms) as the highest."""
DOUBLINGS = _HIGHEST - _LOWEST
_UNKNOWN, _ZERO, _FIRST = 0, 1, 2
_FLOAT = struct.Struct("<f")


class SmallFloat:
    """Numbers for figures up to 2 million, off by at most half a step; 0 is unknown.

    Args:
        steps: Between a power of two and the next. The greatest number is 29 × `steps` + 2.
    """

    def __init__(self, steps: int) -> None:
        self._steps = steps

    def encode(self, value_ms: float | None) -> int:
        """Return a time's number."""
        if value_ms is None:
            return _UNKNOWN
        mantissa, exponent = math.frexp(value_ms)
        if value_ms <= 0 or exponent <= _LOWEST:
            return _ZERO
        step = (exponent - 1 - _LOWEST) * self._steps + round((2 * mantissa - 1) * self._steps)
        return _FIRST + min(step, DOUBLINGS * self._steps)

    def decode(self, number: int) -> float:
        """Return the milliseconds of a number, NaN where unknown; a float32 holds them exactly."""
        return _decoded(number, self._steps)


@lru_cache(maxsize=8192)
def _decoded(number: int, steps: int) -> float:
    if number == _UNKNOWN:
        return math.nan
    if number == _ZERO:
        return 0.0
    doublings, step = divmod(number - _FIRST, steps)
    exact = math.ldexp(1 + step / steps, _LOWEST + doublings)
    rounded: float = _FLOAT.unpack(_FLOAT.pack(exact))[0]
    return rounded
