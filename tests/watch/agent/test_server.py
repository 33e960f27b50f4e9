"""An agent's socket and those who read it, on real Unix sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relaytop.monitor.event import Event
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.codec import encode
from relaytop.protocol.messages import Finished, Pulse, Report
from relaytop.store.document import snapshot_document
from relaytop.watch.agent import protocol
from relaytop.watch.agent.client import AgentClient
from relaytop.watch.agent.server import MAX_READERS, MAX_WAITING, AgentServer
from tests.support.samples import T0, TARGET, sample, settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from relaytop.config.settings import Settings

WAIT_S = 60.0


@pytest.fixture
def path() -> Iterator[Path]:
    """A short one: a socket's name has 107 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="rt") as folder:
        yield Path(folder) / "run" / "agent.sock"


class Watched:
    """A monitor that is shared, and fed."""

    def __init__(self, *names: str) -> None:
        self.settings = settings(*names)
        self.monitor = Monitor(self.settings, T0)
        self.share = AgentServer(self.monitor, self._document)

    def _document(self) -> dict[str, object]:
        return snapshot_document("live", self.monitor, self.settings, T0 + 100, "here")

    def feed(self, *reports: Report) -> None:
        for report in reports:
            self.monitor.apply(report, T0 + 50)
        self.share.consume(reports)


@pytest.fixture
async def watched(path: Path) -> AsyncIterator[Watched]:
    found = Watched()
    await found.share.open(path)
    yield found
    await found.share.aclose()


async def attach(path: Path, watched: Settings | None = None) -> AgentClient | None:
    return await asyncio.to_thread(AgentClient.connect, path, watched or settings())


async def until_reported(attached: AgentClient, monitor: Monitor, requests: int) -> None:
    attached.poll_interval_s = 0.01

    async def read() -> None:
        async for reports in attached.reports():
            for report in reports:
                monitor.apply(report, T0 + 50)
            if monitor.summary(TARGET, T0 + 50).total.requests >= requests:
                return

    async with asyncio.timeout(WAIT_S):
        await read()


def mode_of(path: Path) -> int | None:
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else None


async def ask(path: Path, line: bytes) -> bytes:
    async with talking(path) as (reader, writer):
        writer.write(line)
        async with asyncio.timeout(WAIT_S):
            return await reader.read()


@contextlib.asynccontextmanager
async def talking(path: Path) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_unix_connection(str(path), limit=2**24)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_a_reader_knows_all_that_was_and_hears_all_that_comes(
    watched: Watched, path: Path
) -> None:
    watched.feed(*(Finished(sample(at, 100.0 + at)) for at in range(30)))
    attached = await attach(path)
    assert attached is not None
    assert attached.pid == os.getpid()
    watched.feed(*(Finished(sample(at, 100.0 + at)) for at in range(30, 40)))
    mine = Monitor(watched.settings, T0 + 50)
    attached.restore(mine, T0 + 50)
    assert mine.summary(TARGET, T0 + 50).requests == 30
    await until_reported(attached, mine, 40)
    theirs = watched.monitor.summary(TARGET, T0 + 50)
    assert mine.summary(TARGET, T0 + 50).latency == theirs.latency
    attached.stop()


async def test_no_sample_is_lost_or_told_twice_while_the_past_is_told(path: Path) -> None:
    names = [TARGET, *(f"relay/n{i}" for i in range(8))]
    watched = Watched(*names)
    await watched.share.open(path)
    for name in names:
        watched.feed(*(Finished(sample(at, target=name)) for at in range(3000)))
    attaching = asyncio.ensure_future(attach(path, watched.settings))
    fed = 3000
    while not attaching.done():
        watched.feed(Pulse(T0, 0, skipped={TARGET: fed}))
        watched.feed(*(Finished(sample(fed, target=name)) for name in names))
        fed += 1
        await asyncio.sleep(0.001)
    attached = await attaching
    assert attached is not None
    watched.feed(*(Finished(sample(fed, target=name)) for name in names))
    mine = Monitor(watched.settings, T0 + 50)
    attached.restore(mine, T0 + 50)
    await until_reported(attached, mine, fed + 1)
    await asyncio.sleep(0)
    assert mine.summary(TARGET, T0 + 50).total.requests == fed + 1
    attached.stop()
    await watched.share.aclose()


async def test_the_snapshot_is_the_document_as_json(watched: Watched, path: Path) -> None:
    watched.feed(Finished(sample(1, 100.0)))
    document = json.loads(await ask(path, protocol.request_line(protocol.SNAPSHOT)))
    assert document["schema"] == 1
    assert document["targets"][0]["latency_ms"]["p50"] == 100.0
    assert document["taken_at"].endswith("Z")


@pytest.mark.parametrize("line", [b"\n", b"{}\n", b"[" * 900 + b"\n", b"x" * 100_000, b"\xff\n"])
async def test_an_odd_question_has_no_answer(watched: Watched, path: Path, line: bytes) -> None:
    del watched
    with contextlib.suppress(ConnectionError):  # it may hang up before all was read
        assert await ask(path, line) == b""
    assert json.loads(await ask(path, protocol.request_line(protocol.SNAPSHOT)))["schema"] == 1


async def test_its_owner_alone_may_open_it(watched: Watched, path: Path) -> None:
    del watched
    assert mode_of(path) == 0o600
    assert mode_of(path.parent) == 0o700


async def test_one_agent_a_config(watched: Watched, path: Path) -> None:
    del watched
    with pytest.raises(FileExistsError, match="another agent"):
        await Watched().share.open(path)
    attached = await attach(path)
    assert attached is not None
    attached.stop()


async def test_a_name_that_a_killed_agent_left_is_taken_over(path: Path) -> None:
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    assert await attach(path) is None
    watched = Watched()
    await watched.share.open(path)
    attached = await attach(path)
    assert attached is not None
    attached.stop()
    await watched.share.aclose()
    assert mode_of(path) is None


async def test_other_settings_hang_up_on_readers(watched: Watched, path: Path) -> None:
    attached = await attach(path)
    assert attached is not None
    await watched.share.open(path.with_name("other.sock"))
    heard = [reports async for reports in attached.reports()]
    assert all(not isinstance(r, Finished) for batch in heard for r in batch)
    assert "has exited or loaded another config" in attached.exit_reason()
    assert mode_of(path) is None
    attached.stop()


async def test_a_reader_that_does_not_read_is_hung_up_on(watched: Watched, path: Path) -> None:
    async with talking(path) as (reader, writer):
        writer.write(protocol.request_line(protocol.WATCH))
        async with asyncio.timeout(WAIT_S):
            await reader.readuntil(b'"HistoryEnd"}\n')
        transport = writer.transport
        assert isinstance(transport, asyncio.ReadTransport)
        transport.pause_reading()
        report = Finished(sample(1, error="server_error", message="x" * 500))
        for _ in range(2 * MAX_WAITING // len(encode(report))):
            watched.feed(report)
        attached = await attach(path)
        assert attached is not None
        attached.stop()
        transport.resume_reading()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            async with asyncio.timeout(WAIT_S):
                await reader.readexactly(2 * MAX_WAITING)


async def test_a_full_event_log_of_long_lines_is_read(watched: Watched, path: Path) -> None:
    for _ in range(3000):
        watched.monitor.note(Event(T0, "notice", "info", None, "模" * 320))
    attached = await attach(path)
    assert attached is not None
    mine = Monitor(watched.settings, T0)
    attached.restore(mine, T0)
    assert sum(event.text == "模" * 320 for event in mine.events()) == 250_000 // 320
    attached.stop()


async def test_idle_connections_keep_no_reader_out(
    watched: Watched, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(2 * MAX_READERS):
            await stack.enter_async_context(talking(path))
        attached = await attach(path)
        assert attached is not None
        await watched.share.aclose()
        await asyncio.sleep(0)
        assert all([reports async for reports in attached.reports()])
        attached.stop()
    # Not a word of asyncio's: the agent's stderr is lines of JSON.
    assert caplog.records == []


def test_no_agent_is_none(path: Path) -> None:
    assert AgentClient.connect(path, settings()) is None
