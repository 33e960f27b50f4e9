"""The engine's process beside every hostile answer at once, and two good targets."""

from __future__ import annotations

import asyncio
import os
import statistics
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from relaytop.config.settings import Provider, Secret, Settings, Target
from relaytop.engine.child import EngineChild
from relaytop.protocol.messages import Add, Finished, Pulse, Report
from tests.hostile.behaviours import BEHAVIOURS, SHOWN
from tests.hostile.relay import GOOD, HostileRelay
from tests.hostile.secret import KEY, leaked_parts
from tests.support.server import ScriptedServer, chat_stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.probe.sample import Sample

TIMEOUT_S = 2.0
SLACK_S = 0.5
INTERVAL_S = 0.1
"""Of the good targets."""
GROWTH = 50e6
TLS = {"good": None, "expired": "tls", "other_name": "tls", "self_signed": "tls"}
GOOD_IDS = ("fair/one", "fair/two")


class Watch:
    """An engine's reports as they come."""

    def __init__(self, child: EngineChild) -> None:
        self.child = child
        self.found: list[Report] = []
        self.memory: list[int] = []
        self._process = psutil.Process(child.pid)

    async def until(self, enough: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            async for batch in self.child.reports():
                self.found += batch
                self.memory.append(self._process.memory_full_info().uss)
                if enough():
                    break

    def waited_for_cpu_s(self) -> float:
        """How long the engine and its servers could have run and were not let: others' doing."""
        return sum(map(_run_queue_s, (self.child.pid, os.getpid())))

    def of(self, target: str) -> list[Sample]:
        return [
            r.sample for r in self.found if isinstance(r, Finished) and r.sample.target == target
        ]


def _run_queue_s(pid: int) -> float:
    """Seconds that a process's threads waited for a CPU; 0 where the system does not tell."""
    found = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(path.read_text().split()[1]) for path in found) / 1e9


def target(name: str, interval_s: float) -> Target:
    provider, _, model = name.partition("/")
    return Target(provider=provider, model=model, interval_s=interval_s, timeout_s=TIMEOUT_S)


@pytest.fixture
def secure(pem: dict[str, Path]) -> dict[str, Path]:
    return {name: pem[name] for name in TLS}


async def test_every_behaviour_at_once(
    relay: HostileRelay, secure: dict[str, Path], pem: dict[str, Path]
) -> None:
    with ExitStack() as stack:
        fair = stack.enter_context(ScriptedServer(lambda _: chat_stream(3, first_s=0.02)))
        servers = {
            name: stack.enter_context(HostileRelay(KEY, file)) for name, file in secure.items()
        }
        providers = (
            Provider(name="fair", base_url=fair.base_url, key=Secret(KEY)),
            Provider(name="evil", base_url=relay.base_url(), key=Secret(KEY)),
            *(
                Provider(
                    name=name,
                    base_url=server.base_url(),
                    key=Secret(KEY),
                    ca_file=None if name == "self_signed" else str(pem["ca"]),
                )
                for name, server in servers.items()
            ),
        )
        expected = {f"evil/{name}": one.expected for name, one in BEHAVIOURS.items()}
        expected |= {f"{name}/{GOOD}": error_class for name, error_class in TLS.items()}
        good = tuple(target(name, INTERVAL_S) for name in GOOD_IDS)
        child = EngineChild.spawn(os.environ, ledger=None)
        try:
            watch = Watch(child)
            child.start(Settings(providers=providers, targets=good, budget_usd=1e6))
            await watch.until(lambda: all(len(watch.of(name)) >= 20 for name in GOOD_IDS))
            alone = {name: len(watch.of(name)) for name in GOOD_IDS}
            before = watch.memory[-1]
            watch.memory.clear()
            waited_s = watch.waited_for_cpu_s()
            child.send(Add(tuple(target(name, 2.5) for name in expected)))
            await watch.until(lambda: all(watch.of(name) for name in expected))
            starved = watch.waited_for_cpu_s() - waited_s > INTERVAL_S
        finally:
            child.stop()

    found = {name: watch.of(name)[0] for name in expected}
    classes = {name: s.failure.error_class if s.failure else None for name, s in found.items()}
    assert classes == expected
    for sample in found.values():
        assert sample.ended_at - sample.sent_at <= TIMEOUT_S + SLACK_S, sample
        assert sample.failure is None or sample.failure.message, sample
    assert relay.strangers == 0
    assert max(watch.memory) - before < GROWTH
    check_words(watch.found, found)
    check_figures(found)
    check_good_targets(watch, alone, starved=starved)


def check_words(reports: list[Report], found: dict[str, Sample]) -> None:
    """No key and no escape in any report, and what is left of an attack is plain text."""
    text = repr(reports)
    assert not leaked_parts(text)
    assert not leaked_parts(text.replace("[key hidden]", ""))
    for sample in found.values():
        shown = f"{sample.failure and sample.failure.message}{sample.request_id}"
        assert all(c.isprintable() for c in shown), sample
    for name in ("escapes", "escapes_raw", "escapes_event"):
        failure = found[f"evil/{name}"].failure
        assert failure
        assert failure.message.endswith(SHOWN)


def check_figures(found: dict[str, Sample]) -> None:
    """An absurd figure is unknown, and the reply good all the same."""
    for name in ("usage_negative", "usage_nan", "usage_huge", "usage_text", "usage_digits"):
        sample = found[f"evil/{name}"]
        assert sample.usage
        assert sample.usage.input_tokens is None
        assert sample.usage.output_tokens is None
        assert sample.cost_usd is None
    assert found["evil/limits"].server_ms is None
    assert found["evil/limits"].retry_after_s is None
    assert found["evil/wait_for_ever"].retry_after_s is None


def check_good_targets(watch: Watch, alone: dict[str, int], *, starved: bool) -> None:
    """The targets beside them were neither failed nor skipped nor slowed.

    Args:
        watch: All reports.
        alone: Target → samples before the others came.
        starved: Whether other processes kept the CPUs from these for longer than an interval.
    """
    skipped = [r.skipped for r in watch.found if isinstance(r, Pulse)][-1]
    for name in GOOD_IDS:
        samples = watch.of(name)
        assert all(sample.ok for sample in samples)
        assert starved or name not in skipped
        latencies = [sample.latency_ms or 0.0 for sample in samples]
        quiet, beside = latencies[: alone[name]], latencies[alone[name] :]
        assert statistics.median(beside) < 3 * statistics.median(quiet)
