"""How many independent blocks a subject's rounds make, and whether a verdict can rest on them."""

from __future__ import annotations

import dataclasses
import math


@dataclasses.dataclass(frozen=True, slots=True)
class Blocks:
    """The rounds of one subject, in blocks that do not depend on one another."""

    rounds: int
    block_rounds: int
    """Rounds of a block; 1 where neighbours are not alike."""
    needed: int
    """Blocks below which no difference, however large, is significant."""

    @property
    def count(self) -> float:
        """How many there are."""
        return self.rounds / self.block_rounds

    @property
    def enough(self) -> bool:
        """Whether a verdict can rest on them."""
        return self.count >= self.needed

    @property
    def rounds_needed(self) -> int:
        """About how many rounds it would take; blocks grow with the cube root of the rounds."""
        if self.block_rounds == 1:
            return self.needed
        return 10 * math.ceil(self.rounds * math.pow(self.needed / self.count, 1.5) / 10)


def blocks_needed(level: float) -> int:
    """Return how many blocks a test needs: the smallest p-value of n is 2^(1 − n).

    Args:
        level: The family-wise error of the comparison.
    """
    return math.ceil(1 - math.log2(level))
