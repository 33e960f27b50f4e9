"""A watch that somebody looks at: what the keys of the screen act on, without any widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.config.durations import format_duration, parse_window, scaled_s
from relaytop.config.steady_clock import STEADY
from relaytop.engine.child import FROZEN_POLL_INTERVAL_S, POLL_INTERVAL_S
from relaytop.monitor.number_format import format_dollars
from relaytop.protocol.messages import (
    Add,
    ListModels,
    Models,
    Pause,
    Prices,
    Resume,
    Scale,
    SetBudget,
)
from relaytop.watch.core import WatchCore
from relaytop.watch.engine_exit import exit_phrase
from relaytop.watch.engine_silence import silence_text
from relaytop.watch.past_clock import PastClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from relaytop.config.settings import Settings, Window
    from relaytop.protocol.messages import Command, Report
    from relaytop.watch.engine import Engine
    from relaytop.watch.player import Player
    from relaytop.watch.reference import Reference

WINDOWS = ("1m", "2m", "5m", "10m", "30m", "1h", "100 requests")
"""The windows that the window key goes through."""

DAY_S = 86_400

FACTORS = tuple(2.0**power for power in range(-5, 7))
"""The factors of every target's own interval that the interval keys go through."""


class Session(WatchCore):
    """A watch that somebody looks at and that the keys act on.

    Args:
        settings: What to watch.
        engine: The engine's process, already spawned.
        restart: Makes another one, after this one died.
        snapshots: The folder for snapshots.
        clock: Steady Unix seconds; a test passes its own.
    """

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        *,
        restart: Callable[[], Engine],
        snapshots: Path,
        clock: Callable[[], float] = STEADY,
    ) -> None:
        super().__init__(settings, snapshots=snapshots, clock=clock)
        self.engine = engine
        self.paused = False
        self.reference: Reference | None = None
        """A snapshot that the figures are compared with."""
        self.dead: str | None = None
        """The reason why the engine has died; None while it runs."""
        self.player: Player | None = None
        """The recording that is played; None where the engine probes."""
        self._restart = restart
        self._off: set[str] = set()
        self._todays_budget: tuple[int, float] | None = None
        """(UTC day, USD): a budget that holds for that day alone."""
        self._frozen = False
        self._on_offer: Callable[[Models | Prices], None] = _ignore

    # ── the engine ───────────────────────────────────────────────────────────

    async def read_engine(self, on_offer: Callable[[Models | Prices], None]) -> None:
        """Apply the engine's reports until it dies.

        Args:
            on_offer: Called with what providers offer, and at which price.
        """
        self._on_offer = on_offer
        if self.exporter is not None:
            await self.exporter.start()
        self.dead = await self.read(self.engine)
        self.monitor.engine_lost()
        self.note("engine", "error", f"engine {exit_phrase(self.dead)}; press r to restart")

    def apply(self, reports: Sequence[Report]) -> None:
        """Apply a batch of reports; what providers offer is handed on."""
        super().apply(reports)
        for report in reports:
            if isinstance(report, Models | Prices):
                self._on_offer(report)

    def check(self) -> None:
        """Look whether all is well; of a recording nothing is."""
        if self.player is None:
            super().check()

    def _check_engine(self) -> None:
        """Look whether the engine still reports; that a dead one does not is no news."""
        if self.dead is None:
            super()._check_engine()

    def trouble(self) -> str | None:
        """Return why nothing is probed; None while all is well."""
        if self.dead is not None:
            return f"engine {exit_phrase(self.dead)}"
        return None if self.silent_s is None else silence_text(self.silent_s)

    @property
    def reads_agent(self) -> bool:
        """Whether another relaytop probes, and this one only shows what it finds."""
        return self.player is None and not self.engine.accepts_commands

    @property
    def past(self) -> PastClock | None:
        """The clock of a moment of the past (`--at`) that is shown; None: what is now is."""
        return self.clock if isinstance(self.clock, PastClock) else None

    @property
    def is_of_the_past(self) -> bool:
        """Whether what is shown has been: a recording, or a moment of the past."""
        return self.player is not None or self.past is not None

    @property
    def places_without_rows(self) -> Sequence[str]:
        """The places that were never heard from and have failed: no row tells of them."""
        return ()

    def read_less_often(self, *, frozen: bool) -> None:
        """Read the engine less often while the picture is frozen."""
        self._frozen = frozen
        self.engine.poll_interval_s = FROZEN_POLL_INTERVAL_S if frozen else POLL_INTERVAL_S

    def restart_engine(self) -> None:
        """Start another engine with the same targets, paused as they were."""
        self.engine.stop()
        self.apply_unread(self.engine)
        self.engine = self._restart()
        self.read_less_often(frozen=self._frozen)
        self.engine.start(self.settings)
        for command in self._state_commands():
            self.engine.send(command)
        self.dead = None
        self.note("engine", "good", "engine restarted")

    def _state_commands(self) -> list[Command]:
        """Return the commands that bring a new engine to the state of the old one."""
        commands: list[Command] = []
        if self.monitor.factor != 1.0:
            commands.append(Scale(self.monitor.factor))
        if self._todays_budget is not None and self._todays_budget[0] == self._utc_day:
            commands.append(SetBudget(self._todays_budget[1]))
        commands += [Pause(target) for target in self._off]
        if self.paused:
            commands.append(Pause())
        return commands

    @property
    def _utc_day(self) -> int:
        return int(STEADY.to_wall(self.clock()) // DAY_S)

    # ── what the keys do ─────────────────────────────────────────────────────

    @property
    def window(self) -> Window:
        """The window in force."""
        return self.monitor.window

    @property
    def span_s(self) -> float:
        """The longest time that sparklines and the chart cover."""
        if self.window.seconds is not None:
            return self.window.seconds
        slowest = max(map(self.interval_s, self.monitor.targets()), default=5.0)
        return (self.window.count or 1) * slowest

    def interval_s(self, target: str) -> float:
        """Return the cadence of a target in seconds."""
        return self.monitor.interval_s(target)

    @property
    def fastest_s(self) -> float:
        """Return the shortest interval of any target."""
        return min(map(self.interval_s, self.monitor.targets()), default=5.0)

    def toggle(self, target: str) -> None:
        """Stop or start probing one target."""
        now = self.clock()
        if target in self._off:
            self._off.discard(target)
            if self.paused:  # it stays so with all the others
                self.note("status", "info", "probed again when all resume (p)", target)
            else:
                self.monitor.resume(target, now)
            self.engine.send(Resume(target))
        else:
            if self.paused:
                self.note("status", "info", "stays paused when all resume (p)", target)
            self._off.add(target)
            self.monitor.pause(target, now, "user")
            self.engine.send(Pause(target))

    def toggle_group(self, name: str, targets: Sequence[str]) -> None:
        """Stop probing these targets; start it where all of them are stopped.

        Args:
            name: Their group, for the event log.
            targets: The ids of those that are meant.
        """
        running = [target for target in targets if target not in self._off]
        now = self.clock()
        for target in running or targets:
            if running:
                self._off.add(target)
                self.monitor.pause(target, now, "user", log=False)
            else:
                self._off.discard(target)
                if not self.paused:
                    self.monitor.resume(target, now, log=False)
            self.engine.send(Pause(target) if running else Resume(target))
        said = "paused" if running else "probing resumed"
        if self.paused and not running:
            said = "probed again when all resume (p)"
        many = len(running or targets)
        self.note("status", "info", f"{name}: {many} {'target' if many == 1 else 'targets'} {said}")

    def toggle_all(self) -> None:
        """Pause or resume all probing; targets disabled one by one stay off."""
        self.paused = not self.paused
        now = self.clock()
        for target in self.monitor.targets():
            if target in self._off:
                continue
            if self.paused:
                self.monitor.pause(target, now, "user", log=False)
            else:
                self.monitor.resume(target, now, log=False)
        self.engine.send(Pause() if self.paused else Resume())
        self.note("status", "info", "all probing paused" if self.paused else "all probing resumed")

    def change_interval(self, step: int) -> None:
        """Probe every target twice as often (`step` < 0) or half as often as now."""
        current = self.monitor.factor
        chosen = FACTORS[max(0, min(len(FACTORS) - 1, FACTORS.index(current) + step))]
        own = [target.interval_s for target in self.settings.targets]
        if all(scaled_s(s, chosen) == scaled_s(s, current) for s in own):
            bound = "shortest" if step < 0 else "longest"
            self.note("notice", "info", f"already at the {bound} interval")
            return
        self.monitor.scale(chosen)
        self.engine.send(Scale(chosen))
        factor = f"{chosen:g}" if chosen >= 1 else f"1/{1 / chosen:g}"
        fastest = f"the fastest target is probed every {format_duration(self.fastest_s)}"
        self.note("notice", "info", f"interval ×{factor}: {fastest}")

    def set_window(self, window: Window) -> None:
        """Change to this window."""
        self.monitor.set_window(window, self.clock())

    def next_window(self) -> None:
        """Change to the next window of the list."""
        windows = [parse_window(text) for text in WINDOWS]
        current = windows.index(self.window) if self.window in windows else -1
        self.set_window(windows[(current + 1) % len(windows)])

    def set_budget(self, usd: float) -> None:
        """Change today's budget, up or down."""
        self._todays_budget = (self._utc_day, usd)
        self.engine.send(SetBudget(usd))
        text = f"today's budget is now ${format_dollars(usd)}"
        budget = self.monitor.overview(self.clock()).budget
        if usd <= 0:
            text += ": no paid probes will be sent"
        elif budget is not None and usd <= budget.spent_usd:
            text += f": ${format_dollars(budget.spent_usd, 4)} already spent, paid probes stop"
        self.note("budget", "info", text)

    def list_models(self, provider: str) -> None:
        """Ask the engine what a provider offers; answered through `read_engine`'s callback."""
        self.engine.send(ListModels(provider))

    def add(
        self, names: Sequence[tuple[str, str]], modes: Mapping[tuple[str, str], str] | None = None
    ) -> None:
        """Begin to probe these (provider, model) pairs.

        Args:
            names: The pairs.
            modes: Pair → the mode in which its provider says that it can be probed.
        """
        fresh = []
        for provider, model in names:
            target = self.settings.new_target(provider, model, (modes or {}).get((provider, model)))
            if target.id not in self.monitor.targets():
                self.monitor.add(target, self.clock())
                if self.paused:
                    self.monitor.pause(target.id, self.clock(), "user", log=False)
                fresh.append(target)
        if fresh:
            self.record_targets()
            self.engine.send(Add(tuple(fresh)))

    def snapshot(self) -> Path:
        """Save a snapshot and return its path.

        Raises:
            OSError: It could not be written.
        """
        path = self.save(self.document())
        self.note_saved(path)
        return path


def _ignore(_offer: Models | Prices) -> None:
    pass
