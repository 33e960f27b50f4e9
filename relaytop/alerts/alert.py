"""An alert: what is wrong with a target, or with most of a provider, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from relaytop.config.target_id import split_target

if TYPE_CHECKING:
    from collections.abc import Collection

State = Literal["firing", "resolved"]
Severity = Literal["degraded", "down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert as of one moment; its key stays the same from its first firing to its end."""

    key: str
    """The target's id; the provider's name where several of its targets have one cause, followed
    by ` credit` where little is left there; `relaytop` where nothing is probed."""
    provider: str
    """Empty where nothing is probed."""
    targets: tuple[str, ...]
    """The ids of the affected targets, the worst first; at its end, of all that it was about."""
    of: int
    """The targets of the provider that are probed; 1 where the alert is of one target."""
    state: State
    severity: Severity
    """The worst that it has been since it began to fire."""
    why: str
    """One word: an error class, `slow`, `hanging` or `errors` (see `monitor/why.py`); `low_credit`;
    `engine` where nothing is probed."""
    message: str | None = None
    """The server's words of the newest failure, cleaned; what is left of the credit."""
    request_id: str | None = None
    """Of that failure."""
    since: float
    """Steady Unix seconds of when the first of its targets left `up`."""
    fired_at: float
    """Steady Unix seconds of when it began to fire."""
    resolved_at: float | None = None
    """Steady Unix seconds of its end; None while it fires."""
    acknowledged: bool = False
    snoozed_until: float | None = None
    """Steady Unix seconds until which nobody is told; infinity: until it resolves."""
    folded_into: str | None = None
    """The key of the provider's alert that goes on in its place, where that is why it resolved."""

    def is_about(self, targets: Collection[str]) -> bool:
        """Return whether it is about any of these; what names none is about its whole provider."""
        if self.targets or not self.provider:
            return any(target in targets for target in self.targets)
        return any(split_target(target).provider == self.provider for target in targets)
