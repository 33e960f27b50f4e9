"""A recording from its beginning to its end: in a monitor, and as the document of a snapshot."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from relaytop.config.settings import Window
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Finished, Ready
from relaytop.store.document import snapshot_document
from relaytop.store.recording import moment_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.config.settings import Settings
    from relaytop.probe.sample import Sample
    from relaytop.store.recording import Recording


def apply_recording(
    monitor: Monitor, recording: Recording, on_sample: Callable[[Sample], None] | None = None
) -> None:
    """Apply every report of a recording at its moment.

    Args:
        monitor: Keeps the targets that are wanted; made as of the recording's beginning.
        recording: What is read.
        on_sample: Called with each sample, also of other targets.
    """
    at = recording.began_at
    for report in recording.reports():
        at = min(max(at, moment_of(report) or at), recording.ended_at)
        if isinstance(report, Ready):  # another engine counts from 0 again
            monitor.engine_lost()
        monitor.apply(report, at)
        if on_sample is not None and isinstance(report, Finished):
            on_sample(report.sample)


def spanning_settings(recording: Recording, settings: Settings) -> Settings:
    """Return settings whose window and history hold all that was recorded of each target."""
    count = max(1, recording.most_samples)
    return dataclasses.replace(settings, window=Window(seconds=None, count=count), history=count)


def recording_document(recording: Recording) -> dict[str, Any]:
    """Return a recording as a `live` snapshot whose window is all of it, taken at its end."""
    settings = spanning_settings(recording, recording.settings)
    monitor = Monitor(settings, recording.began_at, whole_run=True)
    apply_recording(monitor, recording)
    return replayed_document("live", monitor, settings, recording)


def replayed_document(
    kind: str, monitor: Monitor, settings: Settings, recording: Recording
) -> dict[str, Any]:
    """Return the document of a recording that was read into a monitor, as of its end.

    A `live` one has the recording's span as its window; others are bounded by none.
    """
    document = snapshot_document(kind, monitor, settings, recording.ended_at, recording.host)
    if not recording.host:
        del document["host"]
    del document["window_requests"]
    if kind == "live":
        targets = document.pop("targets")
        document["window_s"] = round(recording.ended_at - recording.began_at, 3)
        document["targets"] = targets
    return document
