"""The candidates as they were when a recording ended."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.jobs.pick.candidates import candidates
from relaytop.jobs.pick.ranking import ranked
from relaytop.monitor.monitor import Monitor
from relaytop.store.recording_document import apply_recording

if TYPE_CHECKING:
    from relaytop.config.settings import Settings, Window
    from relaytop.jobs.pick.ranking import Candidate
    from relaytop.store.recording import Recording


def recorded_candidates(
    recording: Recording, model: str, window: Window | None
) -> tuple[Settings, list[Candidate]]:
    """Return the targets that serve a model, and how healthy each was, the healthiest first.

    Prices are unknown, for a recording does not hold them.

    Args:
        recording: Where the probes are.
        model: A model's id, or the id without its maker's name.
        window: The span that counts, up to the recording's end; None: the recorded one.

    Raises:
        RelaytopError: Nobody that was recorded serves it.
    """
    watched = candidates(recording.settings, model)
    watched = dataclasses.replace(watched, window=window or watched.window)
    monitor = Monitor(watched, recording.began_at)
    apply_recording(monitor, recording)
    summaries = [monitor.summary(name, recording.ended_at) for name in monitor.targets()]
    return watched, ranked(summaries, {})
