"""The engine as a process of its own, against a real server."""

import asyncio
import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import psutil

from relaytop.config.settings import Provider, Secret, Settings, Target
from relaytop.engine.child import EngineChild
from relaytop.protocol.codec import encode
from relaytop.protocol.messages import (
    Finished,
    ListModels,
    Models,
    Notice,
    Pulse,
    Ready,
    Report,
    SetBudget,
    StatusPage,
)
from tests.engine.support import collect
from tests.support.server import (
    Response,
    ScriptedServer,
    Seen,
    chat_stream,
    json_reply,
    models_reply,
)
from tests.support.status_pages import STATUSPAGE as PAGE

KEY = "sk-child-0123456789"


def handler(seen: Seen) -> Response:
    return models_reply(["b", "a"]) if seen.path.endswith("/models") else chat_stream(3)


def settings(
    server: ScriptedServer, interval_s: float = 0.1, count: int = 2, timeout_s: float = 30.0
) -> Settings:
    provider = Provider(name="p", base_url=server.base_url, key=Secret(KEY))
    targets = tuple(
        Target(provider="p", model=f"m{i}", interval_s=interval_s, timeout_s=timeout_s)
        for i in range(count)
    )
    return Settings(providers=(provider,), targets=targets, budget_usd=100.0)


@asynccontextmanager
async def engine(ledger: Path | None = None) -> AsyncIterator[EngineChild]:
    child = EngineChild.spawn({**os.environ, "OPENAI_API_KEY": KEY}, ledger=ledger)
    try:
        yield child
    finally:
        child.stop()


def is_page(report: Report) -> bool:
    return isinstance(report, StatusPage)


def samples(reports: list[Report]) -> list[Finished]:
    return [report for report in reports if isinstance(report, Finished)]


async def test_it_probes_and_reports() -> None:
    with ScriptedServer(handler) as server:
        async with engine() as child:
            child.start(settings(server))
            reports = await collect(child, lambda found: len(samples(found)) >= 6)
            child.send(ListModels("p"))
            more = await collect(child, lambda found: any(isinstance(r, Models) for r in found))
    assert isinstance(reports[0], Ready)
    assert all(report.sample.ok for report in samples(reports))
    assert Models("p", ("a", "b")) in more
    assert all(seen.headers["authorization"] == f"Bearer {KEY}" for seen in server.requests)


async def test_it_reads_status_pages_without_the_key() -> None:
    with ScriptedServer(handler) as server, ScriptedServer(lambda _: json_reply(PAGE)) as pages:
        plain = settings(server, interval_s=60.0)
        (provider,) = plain.providers
        url = pages.base_url.removesuffix("/v1")
        asking = dataclasses.replace(provider, status_page=url, headers={"X-Team": KEY})
        async with engine() as child:
            child.start(dataclasses.replace(plain, providers=(asking,)))
            reports = await collect(child, lambda found: any(map(is_page, found)))
        (seen,) = pages.requests
    (report,) = (report for report in reports if isinstance(report, StatusPage))
    assert report.status is not None
    assert report.status.incidents[0].name == "Elevated errors on API"
    assert (report.url, report.providers) == (url, ("p",))
    assert KEY not in str(seen)


async def test_the_key_is_in_no_argument_and_no_environment() -> None:
    with ScriptedServer(handler) as server:
        async with engine() as child:
            child.start(settings(server))
            await collect(child, lambda found: len(samples(found)) >= 1)
            process = Path(f"/proc/{child.pid}")
            for name in ("environ", "cmdline"):
                assert KEY.encode() not in (process / name).read_bytes()


async def test_it_dies_with_its_parent_though_a_probe_hangs() -> None:
    def hang(_seen: Seen) -> Response:
        reply = chat_stream(3)
        reply.silent = True
        return reply

    with ScriptedServer(hang) as server:
        async with engine() as child:
            child.start(settings(server))
            await collect(child, lambda found: any(isinstance(r, Pulse) for r in found))
            process = psutil.Process(child.pid)
            assert child._process.stdin
            child._process.stdin.close()
            process.wait(60)


async def test_probes_that_span_a_stop_of_the_engine_are_counted_apart() -> None:
    """Stopped for 1.5 s with probes in flight: no latency of 1.5 s, no time-out, and a line."""

    def slow(_seen: Seen) -> Response:
        return dataclasses.replace(chat_stream(3), delay_s=0.3)

    with ScriptedServer(slow) as server:
        async with engine() as child:
            child.start(settings(server, timeout_s=1.0))
            await collect(child, lambda found: len(samples(found)) >= 2)
            os.kill(child.pid, signal.SIGSTOP)
            await asyncio.sleep(1.5)
            os.kill(child.pid, signal.SIGCONT)
            found = await collect(
                child,
                lambda found: (
                    any(isinstance(r, Notice) for r in found)
                    and sum(r.sample.ok for r in samples(found)) >= 3
                ),
            )
    assert any(
        "this process was suspended for 1." in r.text for r in found if isinstance(r, Notice)
    )
    assert any(r.sample.stalled_here for r in samples(found))
    counted = [r.sample for r in samples(found) if not r.sample.unmeasured]
    assert all(s.failure is None for s in counted)
    assert all(s.latency_ms is not None and s.latency_ms < 900 for s in counted)


async def test_a_killed_engine_ends_the_reports() -> None:
    with ScriptedServer(handler) as server:
        async with engine() as child:
            child.start(settings(server))
            await collect(child, lambda found: len(samples(found)) >= 1)
            os.kill(child.pid, signal.SIGKILL)
            async with asyncio.timeout(60):
                async for _batch in child.reports():
                    pass
            assert child.returncode == -signal.SIGKILL
            assert not child.send(ListModels("p"))


async def test_a_crash_leaves_its_reason() -> None:
    async with engine() as child:
        assert child._process.stdin
        child._process.stdin.write(b"nonsense\n")
        async with asyncio.timeout(60):
            async for _batch in child.reports():
                pass
        assert child.returncode == 1
        assert "BadMessageError" in child.exit_reason()


async def test_hang_ups_and_interrupts_are_the_parents_to_answer() -> None:
    with ScriptedServer(handler) as server:
        async with engine() as child:
            child.start(settings(server))
            await collect(child, lambda found: len(samples(found)) >= 1)
            os.kill(child.pid, signal.SIGINT)
            os.kill(child.pid, signal.SIGHUP)
            await collect(child, lambda found: len(samples(found)) >= 3)
            os.kill(child.pid, signal.SIGTERM)
            async with asyncio.timeout(60):
                async for _batch in child.reports():
                    pass
            assert child.returncode == 0


async def test_a_parent_that_does_not_read_delays_no_probe_and_the_loss_is_counted() -> None:
    with ScriptedServer(handler) as server:
        async with engine() as child:
            child.start(settings(server, interval_s=0.1, count=20))
            await collect(child, lambda found: len(samples(found)) >= 20)
            # A report each: more than 64 KiB of pipe and the 4,000 that are kept.
            for report in range(6_000):
                child.send(SetBudget(100.0 + report))
                await asyncio.sleep(0)
            goal = len(server.requests) + 500
            for _ in range(600):
                if len(server.requests) > goal:
                    break
                await asyncio.sleep(0.1)
            assert len(server.requests) > goal  # probes went on though the pipe was full
            child.poll_interval_s = 0.01
            async with asyncio.timeout(60):
                async for batch in child.reports():
                    if any(isinstance(r, Pulse) and r.dropped for r in batch):
                        break


async def test_the_ledger_is_written_and_read_by_the_next(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite"
    with ScriptedServer(handler) as server:
        async with engine(ledger) as child:
            child.start(settings(server))
            await collect(child, lambda found: len(samples(found)) >= 5)
    assert ledger.stat().st_mode & 0o777 == 0o600
    assert KEY.encode() not in ledger.read_bytes()


def writing(data: bytes) -> subprocess.Popen[bytes]:
    """Return a process that writes this, as an engine writes its reports."""
    return subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.stdout.buffer.write({data!r})"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


async def test_lines_that_are_no_reports_are_passed_over_and_texts_cleaned() -> None:
    lines = (
        b"no message\n",
        b'{"":"Unheard"}\n',
        b'{"":"Pulse","at":NaN,"in_flight":0}\n',
        b'{"":"Notice","level":"info","text":["x"]}\n',
        encode(Notice("info", "a\x1b[31mb\u202e")),
        encode(Ready(7)),
    )
    child = EngineChild(writing(b"".join(lines)))
    found = [report async for batch in child.reports() for report in batch]
    child.stop()
    assert found == [Notice("info", "ab"), Ready(7)]


class Flood:
    """A process whose pipe is full whenever it was read, `fills` times; then it ends."""

    stdin = stderr = None

    def __init__(self, fills: int) -> None:
        reading, self._writing = os.pipe()
        os.set_blocking(reading, False)
        os.set_blocking(self._writing, False)
        self.stdout = os.fdopen(reading, "rb", 0)
        self._left, self.written = fills, 0
        self.fill()

    def fill(self) -> None:
        if not self._left:
            return
        self._left -= 1
        line = encode(Notice("info", "x" * 500))
        with contextlib.suppress(BlockingIOError):
            while os.write(self._writing, line) == len(line):
                self.written += 1
        if not self._left:
            os.close(self._writing)

    def wait(self) -> int:
        return 0


async def test_a_pipe_that_fills_is_read_again_at_once_however_seldom_it_is_polled() -> None:
    flood, found = Flood(20), 0
    child = EngineChild(cast("subprocess.Popen[bytes]", flood))
    child.poll_interval_s = 3600.0
    async with asyncio.timeout(60):
        async for batch in child.reports():
            found += len(batch)
            flood.fill()
    flood.stdout.close()
    assert found == flood.written
