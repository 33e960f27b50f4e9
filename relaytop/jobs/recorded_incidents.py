"""The incidents of a recording: its probes are judged again, as the screen judged them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Ready
from relaytop.store.recording import moment_of
from relaytop.watch.alerting import Alerting
from relaytop.watch.incident_file import latest

if TYPE_CHECKING:
    from relaytop.alerts.incident_record import IncidentRecord
    from relaytop.store.recording import Recording

GAP_S = 600.0
"""Seconds in which nothing was recorded, from which on nobody knows what happened meanwhile."""


class _Kept:
    """Keeps the incidents in memory."""

    def __init__(self) -> None:
        self.records: list[IncidentRecord] = []

    def write(self, record: IncidentRecord) -> None:
        self.records.append(record)

    def warning(self) -> str | None:
        return None


def recorded_incidents(recording: Recording) -> list[IncidentRecord]:
    """Return the incidents of a recording, the oldest first.

    What goes on at its end, or when nothing more was recorded for long, has no end.
    """
    settings, kept = recording.settings, _Kept()
    monitor, alerting = Monitor(settings, recording.began_at), Alerting(settings.alerts.after)
    alerting.incidents = kept
    at = recording.began_at
    for report in recording.reports():
        before, at = at, min(max(at, moment_of(report) or at), recording.ended_at)
        if at - before >= GAP_S:
            alerting.keep_open_incidents()
            monitor = Monitor(settings, at)
            alerting.forget()
        if isinstance(report, Ready):  # another engine counts from 0 again
            monitor.engine_lost()
        monitor.apply(report, at)
        alerting.evaluate(monitor, at, None, reads=False)
    alerting.keep_open_incidents()
    return latest(kept.records)
