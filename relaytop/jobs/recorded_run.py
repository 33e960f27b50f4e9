"""A recording in place of a run: what it holds of some targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.monitor.monitor import Monitor
from relaytop.store.recording_document import apply_recording, replayed_document, spanning_settings

if TYPE_CHECKING:
    from relaytop.config.settings import Settings
    from relaytop.probe.sample import Sample
    from relaytop.store.recording import Recording


class RecordedRun:
    """All that was recorded of some targets, as a finished `Job` would have it.

    Args:
        recording: Where it is read from.
        settings: The recording's own, with the targets that are wanted.
    """

    def __init__(self, recording: Recording, settings: Settings) -> None:
        self._recording = recording
        self._settings = spanning_settings(recording, settings)
        self._monitor = Monitor(self._settings, recording.began_at, whole_run=True)
        self.samples: dict[str, list[Sample]] = {t.id: [] for t in settings.targets}
        """Target → its samples, in the order in which they were written."""
        apply_recording(self._monitor, recording, self._record)

    def _record(self, sample: Sample) -> None:
        if sample.target in self.samples:
            self.samples[sample.target].append(sample)

    @property
    def latencies_ms(self) -> dict[str, list[float]]:
        """Target → latencies of its successes, in the order in which they came."""
        return {
            name: [
                s.latency_ms
                for s in samples
                if s.ok and not s.from_cache and s.latency_ms is not None
            ]
            for name, samples in self.samples.items()
        }

    def document(self, kind: str) -> dict[str, Any]:
        """Return the snapshot of what was recorded, as of the recording's end."""
        return replayed_document(kind, self._monitor, self._settings, self._recording)
