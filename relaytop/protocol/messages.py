"""The messages on the engine's pipes: one JSON document a line.

Commands go in (`Start`, `Add`, …), reports come out (`Pulse`, samples, …).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.settings import Price, Settings, Target
    from relaytop.probe.sample import Sample
    from relaytop.wire.facts import OfficialStatus


# ── commands: from the parent to the engine ────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Start:
    """The first command: what to watch. Probing begins at once."""

    settings: Settings
    clock_offset_s: float | None = None
    """The offset of the parent's steady clock; None: the engine has its own."""


@dataclass(frozen=True, slots=True)
class Add:
    """Begin to probe these targets; those already probed are left alone."""

    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """Start no more probes of `target`, or of any when None. Running ones finish."""

    target: str | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Undo `Pause` of the same scope."""

    target: str | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """Probe every target each `factor` × its own interval from now on."""

    factor: float


@dataclass(frozen=True, slots=True)
class SetBudget:
    """Raise or lower today's budget (UTC day), in USD."""

    usd: float


@dataclass(frozen=True, slots=True)
class ListModels:
    """Ask a provider for its `/models`; answered by `Models`."""

    provider: str


Command = Start | Add | Pause | Resume | Scale | SetBudget | ListModels


# ── reports: from the engine to the parent ─────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Ready:
    """The report that the engine has started."""

    pid: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The report that a probe has ended."""

    sample: Sample
    running_since: float | None = None
    """Unix seconds when the target's oldest unfinished probe began, where it is over 0.5 s old."""
    counted_usd: float | None = None
    """The amount that the budget counts for it; None where nobody keeps one."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The report that a target is not probed, or less often, until then, and the reason."""

    target: str
    until: float
    """Unix seconds of the next probe."""
    reason: str
    """The error class that caused it, `budget`, or `scarce`: little of a rate limit is left."""
    asked: bool
    """Whether the server said how long to wait."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The state of the budget, over all processes of this user."""

    spent_usd: float
    budget_usd: float
    state: str
    """`ok` | `warn` (from 80 %) | `reached` | `off` (nothing can cost)."""
    complete: bool = True
    """False when something spent today had no known price: the sum is a lower bound."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """The engine's state, once a second and whenever a skip happens."""

    at: float
    in_flight: int
    running: Mapping[str, float] = field(default_factory=dict)
    """Target → Unix seconds when its still unfinished probe began; only those over 0.5 s."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    """Target → probes skipped since the start (targets without any are left out)."""
    dropped: int = 0
    """Messages that the parent did not read in time, since the start."""
    paced: Mapping[str, int] = field(default_factory=dict)
    """Target → probes that `max_rpm` held back since the start (as for `skipped`)."""


@dataclass(frozen=True, slots=True)
class Models:
    """A provider's models, or why they could not be listed."""

    provider: str
    models: tuple[str, ...] = ()
    error: str | None = None
    modes: Mapping[str, str] = field(default_factory=dict)
    """Model → the mode in which it can be probed, where that is not `chat`."""


@dataclass(frozen=True, slots=True)
class Prices:
    """List prices of a provider's models, where the config has none."""

    provider: str
    prices: Mapping[str, Price]
    """Model → its price, in USD per million tokens."""


@dataclass(frozen=True, slots=True)
class Credit:
    """What is left at a provider, by its own account, asked every ten minutes; or why not known."""

    provider: str
    at: float
    """Unix seconds of the answer."""
    unit: str = "USD"
    """The currency."""
    remaining: float | None = None
    """The smaller of the key's limit and the account's balance; may be negative."""
    limit: float | None = None
    used: float | None = None
    per_day: float | None = None
    """Spent a day of late, by whomever; None where that cannot be told yet."""
    place: str = ""
    """The host that asked; empty: this one."""
    system: str = ""
    """The kind of account that answered: `openrouter`, `deepseek`, …"""
    error: str | None = None
    """The reason why nothing is known; None where something is."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know: a ledger that is locked, a budget that is reached."""

    level: str
    """`info` | `warning` | `error`"""
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """The user's own words on what happens, for the event log and the recording."""

    at: float
    """Unix seconds."""
    text: str


@dataclass(frozen=True, slots=True)
class StatusPage:
    """The report of what an official status page says now, where that has changed."""

    url: str
    providers: tuple[str, ...]
    """Those whose page it is."""
    status: OfficialStatus | None = None
    """By the newest answer that could be read; None: there was none yet."""
    read_at: float | None = None
    """Unix seconds of that answer."""
    failure: str | None = None
    """The reason why it cannot be read now, safe to show; None: it can."""


Report = (
    Ready | Finished | Hold | Budget | Pulse | Models | Prices | Credit | Notice | Note | StatusPage
)
