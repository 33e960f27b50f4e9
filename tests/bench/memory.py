"""Three hundred targets, each with a ring that is allocated whole at the start and then filled."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import psutil

from relaytop.config.settings import Provider, Settings, Target
from relaytop.monitor.monitor import Monitor
from relaytop.monitor.record import RECORD_BYTES
from relaytop.protocol.messages import Finished
from tests.bench.scene import Figure, config, pss_mb, screen, server
from tests.support.samples import T0, sample

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGETS = 300
HISTORY = 3600


def filling_mb() -> float:
    """What filling the rings of 300 targets adds to what they take empty, in this process."""
    targets = tuple(Target(provider="p", model=f"m{i}") for i in range(TARGETS))
    provider = Provider(name="p", base_url="http://127.0.0.1:9/v1")
    settings = Settings(providers=(provider,), targets=targets, history=HISTORY)
    process = psutil.Process(os.getpid())
    monitor = Monitor(settings, T0)
    before = process.memory_full_info().uss
    for step in range(HISTORY):
        for target in targets:
            made = sample(step * 5.0, 100.0 + step % 977, target=target.id, tokens=(9, 16))
            monitor.apply(Finished(made), T0 + step * 5.0)
    return float(process.memory_full_info().uss - before) / 1e6


def run() -> Iterator[Figure]:
    yield Figure("memory: bytes a sample in the ring", RECORD_BYTES, "B", 32)
    filling = filling_mb()
    with tempfile.TemporaryDirectory() as folder, server() as running:
        path = config(running.base_url, TARGETS, "5s", folder)
        with screen("--config", path, columns=120, rows=40, warm_s=20) as terminal:
            tree = pss_mb(terminal)
        small = config(running.base_url, TARGETS, "500ms", folder, history="10")
        with screen("--config", small, columns=120, rows=40, warm_s=20) as terminal:
            early = pss_mb(terminal)
            terminal.read(30)
            late = pss_mb(terminal)
    yield Figure("memory: tree, 300 targets, rings of 3,600 all but empty (PSS)", tree, "MB")
    yield Figure("memory: what filling those rings adds", filling, "MB")
    yield Figure("memory: tree, 300 targets × 3,600", tree + filling, "MB", 110)
    yield Figure("memory: growth in 30 s once rings of 10 are full", late - early, "MB", 2)
