"""The zoomed chart of a full ring: one picture of each drawing, read and drawn anew."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from relaytop.protocol.messages import Finished
from relaytop.tui.draw.chart.canvas import Canvas
from relaytop.tui.draw.chart.zoomed import zoom_axis, zoomed_picture
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.tui.widgets.chart import SHORTEST_BIN_S
from relaytop.tui.zoom import DRAWINGS, Known, Zoom
from tests.bench.scene import Figure, median, percentile
from tests.support.fake_engine import NAMES, session_of
from tests.support.samples import T0, sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaytop.tui.zoom import Drawing
    from relaytop.watch.session import Session

SAMPLES = 3600
INTERVAL_S = 5.0
SIZE = (150, 44)
"""Of the chart, on a screen of 200 × 50."""
PICTURES = 40


def _session(folder: str) -> Session:
    session = session_of(Path(folder))
    seed = random.Random(1)
    for step in range(SAMPLES):
        error = "timeout" if step % 50 == 0 else None
        latency_ms = 300.0 * seed.lognormvariate(0, 0.4)
        made = sample(step * INTERVAL_S, latency_ms, target=NAMES[0], error=error)
        session.monitor.apply(Finished(made), T0 + step * INTERVAL_S)
    return session


def _picture_ms(session: Session, canvas: Canvas, drawing: Drawing) -> list[float]:
    source = session.monitor
    now = T0 + SAMPLES * INTERVAL_S
    summary = source.summary(NAMES[0], now)
    known = Known(now, source.oldest_at(NAMES[0]), SAMPLES * INTERVAL_S, INTERVAL_S)
    zoom = Zoom(drawing)
    waits = []
    for _ in range(PICTURES):
        began = time.perf_counter()
        picture = zoomed_picture(
            source,
            summary,
            zoom,
            known,
            zoom_axis(zoom, known, SIZE[0], SHORTEST_BIN_S),
            size=SIZE,
            room=(200, 2),
            thresholds=session.thresholds[NAMES[0]],
            glyphs=UNICODE,
        )
        canvas.draw(picture.plot)
        waits.append((time.perf_counter() - began) * 1000)
    return waits


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        session, canvas = _session(folder), Canvas(UNICODE)
        for drawing in DRAWINGS:
            waits = _picture_ms(session, canvas, drawing)
            name = f"zoomed chart, {drawing}, {SAMPLES} samples"
            yield Figure(f"{name}: p50", median(waits), "ms", 50)
            yield Figure(f"{name}: p95", percentile(waits, 0.95), "ms")
