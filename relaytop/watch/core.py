"""A watch in progress, whoever looks: reports go to a monitor, a recorder and an exporter."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import TYPE_CHECKING, Any, Protocol

from relaytop.config.masking import mask_secrets
from relaytop.config.steady_clock import JUMP_S, STEADY
from relaytop.monitor.event import Event
from relaytop.monitor.monitor import Monitor
from relaytop.monitor.number_format import format_age
from relaytop.protocol.messages import Note
from relaytop.watch.alerting import Alerting
from relaytop.watch.engine_exit import exit_reason
from relaytop.watch.engine_silence import EngineSilence
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from relaytop.config.settings import Settings, Thresholds
    from relaytop.monitor.event import Kind, Level
    from relaytop.protocol.messages import Report
    from relaytop.store.recorder import Recorder
    from relaytop.watch.engine import Engine
    from relaytop.watch.notify.notifier import Notifier
    from relaytop.watch.peers import Peers


class ReportConsumer(Protocol):
    """Whoever is handed every report beside the monitor."""

    def consume(self, reports: Sequence[Report]) -> None:
        """Use a batch of reports, without waiting for anything."""
        ...


class Exporter(ReportConsumer, Protocol):
    """A consumer that serves others while the watch goes on."""

    async def start(self) -> None:
        """Begin to serve; a second call changes nothing."""
        ...

    async def aclose(self) -> None:
        """Stop serving."""
        ...


class WatchCore:
    """The part of a watch that the screen's session and the agent share.

    Args:
        settings: What to watch.
        snapshots: The folder for snapshots.
        clock: Steady Unix seconds; a test passes its own.
    """

    def __init__(
        self, settings: Settings, *, snapshots: Path, clock: Callable[[], float] = STEADY
    ) -> None:
        self.clock = clock
        self.monitor = Monitor(settings, clock())
        self.alerting = Alerting(settings.alerts.after)
        self.snapshots = snapshots
        self.exporter: Exporter | None = None
        """Shows the same to Prometheus; None where nobody asked for it."""
        self._notifier: Notifier | None = None
        self._ends = False
        self.peers: Peers | None = None
        """Finds others that probe the same; None where nobody is to be found."""
        self._recorder: Recorder | None = None
        self._consumers: list[ReportConsumer] = []
        self._silence = EngineSilence(clock())
        self._correction_s = STEADY.correction_s

    @property
    def settings(self) -> Settings:
        """The settings in force, with the list prices that became known."""
        return self.monitor.settings

    @property
    def thresholds(self) -> dict[str, Thresholds]:
        """Target id → its thresholds."""
        return {target.id: target.thresholds for target in self.settings.targets}

    @property
    def host(self) -> str:
        """The machine that probes."""
        return socket.gethostname()

    def send_alerts_by(self, notifier: Notifier) -> None:
        """Send alerts elsewhere from now on."""
        self._notifier = notifier
        self.alerting.senders.append(notifier)

    def unsent_alerts(self) -> Collection[str]:
        """Return the keys of alerts that were not sent at the end, once that has come."""
        return self._notifier.unsent if self._notifier is not None else ()

    def note_sending(self) -> None:
        """Log what became of alerts that were to be sent: that it failed, or works again."""
        if self._notifier is not None:
            for level, text in self._notifier.remarks():
                self.note("alert", level, text)

    def begin_end(self) -> None:
        """Let alerts that wait to be sent go out, for a bounded time; returns at once."""
        self._ends = True
        if self._notifier is not None:
            self._notifier.begin_close()

    async def end(self) -> None:
        """End the sending of alerts and the recording, at the latest soon after `begin_end`."""
        if self._notifier is not None:
            await asyncio.to_thread(self._notifier.close)
            self.note_sending()
        if self._recorder is not None:
            await asyncio.to_thread(self._recorder.close)
            self._note_recording()

    def record_to(self, recorder: Recorder) -> None:
        """Write every report to a recording from now on."""
        recorder.write_header(self.settings)
        self._recorder = recorder

    def record_targets(self) -> None:
        """Let the recording know that other targets are watched."""
        if self._recorder is not None:
            self._recorder.write_header(self.settings)

    async def read(self, engine: Engine) -> str:
        """Apply an engine's reports until it dies, and return why it did."""
        self._silence = EngineSilence(self.clock())
        async for reports in engine.reports():
            self.apply(reports)
        return engine.exit_reason() or exit_reason(engine.returncode)

    def apply(self, reports: Sequence[Report]) -> None:
        """Apply a batch of reports to the monitor, and hand it to the consumers."""
        now = self.clock()
        if (silent_s := self._silence.record(now)) is not None:
            self.note(
                "engine", "good", f"the engine is reporting again after {format_age(silent_s)}"
            )
        if self.exporter is not None:
            self.exporter.consume(reports)
        if self._recorder is not None:
            self._recorder.consume(reports)
            self._note_recording()
        for report in reports:
            self.monitor.apply(report, now)
        for consumer in self._consumers:
            consumer.consume(reports)
        self._evaluate_alerts()

    def _note_recording(self) -> None:
        if self._recorder is not None:
            for level, text in self._recorder.remarks():
                self.note("notice", level, text)

    def apply_unread(self, engine: Engine) -> None:
        """Apply what an engine has reported since it was last read; it may have ended."""
        if reports := engine.unread():
            self.apply(reports)

    def _evaluate_alerts(self) -> None:
        self.alerting.evaluate(self.monitor, self.clock(), self.trouble(), reads=self.reads_agent)
        if self._notifier is not None:
            self._notifier.update(self.alerting.firing)

    def trouble(self) -> str | None:
        """Return why nothing is probed; None while all is well."""
        return None

    @property
    def reads_agent(self) -> bool:
        """Whether another relaytop probes, and this one only shows what it finds."""
        return False

    @property
    def silent_s(self) -> float | None:
        """Seconds since the engine's last report, where that is too long; None: all is well."""
        return self._silence.silent_s

    def check(self) -> None:
        """Look once a second whether the engine still reports, and whether the clock was set.

        And every few seconds whether others probe the same.
        """
        self._check_clock()
        self._check_engine()
        self._check_peers()
        self._evaluate_alerts()
        if not self._ends:  # a screen that is about to go shows nothing of it any more
            self.note_sending()

    def _check_clock(self) -> None:
        correction_s = STEADY.correction_s
        set_by_s, self._correction_s = correction_s - self._correction_s, correction_s
        if abs(set_by_s) >= JUMP_S:
            way = "forward" if set_by_s > 0 else "back"
            text = f"the system clock was set {way} by {format_age(round(abs(set_by_s)))}"
            self.note("notice", "warning", f"{text}; figures and waits are unaffected")

    def _check_peers(self) -> None:
        if self.peers is None or self.reads_agent:
            return
        for is_bad, text in self.peers.check(self.settings, self.clock()):
            self.note("notice", "warning" if is_bad else "info", text)

    @property
    def also_probed_by(self) -> Sequence[int]:
        """The ids of other processes that probe the same targets."""
        return sorted(self.peers.shared) if self.peers is not None else ()

    def _check_engine(self) -> None:
        if self._silence.check(self.clock()):
            text = "no report from the engine: stopped or starved of CPU; figures are stale"
            self.note("engine", "error", text)

    def document(self) -> dict[str, Any]:
        """Return the snapshot document of all that is known."""
        from relaytop.store.document import snapshot_document  # noqa: PLC0415 - after first paint

        return snapshot_document("live", self.monitor, self.settings, self.clock(), self.host)

    def save(self, document: dict[str, Any]) -> Path:
        """Save a snapshot document and return its path; touches nothing but the disk.

        Raises:
            OSError: It could not be written.
        """
        from relaytop.store.snapshot import save_snapshot  # noqa: PLC0415 - after first paint

        return save_snapshot(document, self.snapshots)

    def note_saved(self, path: Path) -> None:
        """Add to the event log that a snapshot was saved."""
        self.note("snapshot", "good", f"snapshot saved: {os.fspath(path)}")

    def write_note(self, words: str) -> None:
        """Add a user's words to the event log and the recording, without what looks like a key."""
        text = mask_secrets(clean(words))
        if text:
            note = Note(self.clock(), text)
            self.monitor.apply(note, note.at)
            if self._recorder is not None:
                self._recorder.consume([note])

    def note(self, kind: Kind, level: Level, text: str, target: str | None = None) -> None:
        """Add a line to the event log."""
        self.monitor.note(Event(self.clock(), kind, level, target, text))
