"""One figure of a comparison."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """One figure of both sides, over the rounds that tell it of both."""

    name: str
    unit: str
    """`share`, `ms`, `tokens`, `characters`, `USD` or `times`."""
    n: int
    """Rounds."""
    a: float
    b: float
    low: float | None = None
    """Of the 95 % confidence interval of b − a; None where there is none to give."""
    high: float | None = None
    shown: bool = False
    """Whether the verdict speaks of it."""

    detectable: float | None = None
    """The smallest difference that would probably have been found; None where it is not known."""

    def without_interval(self) -> Figure:
        """Return the figure with nothing said of how certain it is."""
        return dataclasses.replace(self, low=None, high=None)

    @property
    def difference(self) -> float:
        """B − a."""
        return self.b - self.a

    @property
    def excludes_zero(self) -> bool:
        """Whether its own interval leaves out zero."""
        return self.low is not None and self.high is not None and self.low * self.high > 0
