"""What is usual for a target: its latency's level, spread and memory over its own last hour."""

from __future__ import annotations

import math
from dataclasses import dataclass

SPAN_S = 3600.0
ENOUGH = 80
"""Samples before it says anything."""
LEAST_SPAN = 100
"""The fewest samples that it is taken over, however few an hour holds."""
LEAST_SIGMA = 0.2
"""Of log latency: below, a rise of a fifth would be an alarm."""
LEAST_RISE_MS = 20.0
"""A rise by so much counts as one sigma at least: that is nothing to a target of 1 ms."""
MOST_SIGMAS = 3.0
"""An outlier counts as one of so many sigmas, on either side."""
OUTLIER_SIGMAS = 3.3
"""From here on a sample is far slower than is usual."""
MOST_CORRELATION = 0.95
CLUSTERED = 0.25
MOST_LOG = 100.0
"""Logarithms of milliseconds, and their moments, are far below."""


# The annotations are read when it is decoded from a message: it is handed over as it is.
@dataclass(slots=True)
class UsualLatency:
    """Running mean, variance and lag-1 covariance of log latency.

    Each sample has the weight 1/n, later that of one in an hour's. Deviations are cut at three
    sigmas, so that outliers do not move it.
    """

    n: int = 0
    """Samples."""
    mean: float = 0.0
    """Of the logarithm of milliseconds."""
    variance: float = 0.0
    covariance: float = 0.0
    """Of one sample and the next."""
    last: float = 0.0
    """Deviation of the newest sample."""

    def is_consistent(self) -> bool:
        """Return whether its figures can be those of latencies."""
        moments = abs(self.mean), self.variance, abs(self.covariance), abs(self.last)
        return self.variance >= 0 and max(moments) <= MOST_LOG and (self.n > 0 or not any(moments))

    def absorb(self, log_ms: float, interval_s: float) -> None:
        """Let a sample count.

        Args:
            log_ms: The logarithm of its latency in milliseconds.
            interval_s: From one probe to the next.
        """
        self.n += 1
        if self.n == 1:
            self.mean = log_ms
            return
        weight = max(1.0 / self.n, 1.0 / max(LEAST_SPAN, SPAN_S / interval_s))
        most = MOST_SIGMAS * self.sigma
        deviation = max(-most, min(most, log_ms - self.mean))
        self.mean += weight * deviation
        self.variance += weight * (deviation * deviation - self.variance)
        self.covariance += weight * (deviation * self.last - self.covariance)
        self.last = deviation

    @property
    def known(self) -> bool:
        """Whether there are samples enough."""
        return self.n >= ENOUGH

    @property
    def median_ms(self) -> float:
        """The usual latency."""
        return math.exp(self.mean)

    @property
    def sigma(self) -> float:
        """The standard deviation of log latency, with what is too small to matter as its floor."""
        rise = math.log1p(LEAST_RISE_MS / self.median_ms)
        return max(math.sqrt(self.variance), LEAST_SIGMA, rise)

    @property
    def correlation(self) -> float:
        """From one sample to the next, 0 to 0.95: so much of it as chance alone does not make."""
        if not self.variance:
            return 0.0
        found = self.covariance / self.variance - 1.0 / math.sqrt(self.n)
        return max(0.0, min(MOST_CORRELATION, found))

    @property
    def inflation(self) -> float:
        """The factor by which memory inflates the variance of a sum (of AR(1))."""
        return (1.0 + self.correlation) / (1.0 - self.correlation)

    @property
    def has_memory(self) -> bool:
        """Whether slow samples come in clusters."""
        return self.correlation > CLUSTERED

    def deviation(self, log_ms: float) -> float:
        """Return a sample's deviation in sigmas, not cut."""
        return (log_ms - self.mean) / self.sigma
