"""The agent's side of its socket: history first, then live reports, to every reader."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from typing import TYPE_CHECKING, Any

import relaytop
from relaytop.config.safe_files import make_private_folder
from relaytop.config.steady_clock import STEADY
from relaytop.protocol.codec import encode
from relaytop.protocol.messages import Finished, Hold, Pulse
from relaytop.store.snapshot import to_json
from relaytop.watch.agent.protocol import SNAPSHOT, Hello, HistoryEnd, parse_request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from relaytop.monitor.monitor import Monitor
    from relaytop.protocol.messages import Report

REQUEST_S = 5.0
"""Deadline of a reader's request."""
SEND_S = 30.0
"""Deadline for reading one document."""
MAX_READERS = 16
MAX_WAITING = 8 * 1024 * 1024
"""Bytes that may wait for a reader; one that is further behind is hung up on."""
REQUEST_BYTES = 1024


class AgentServer:
    """Answers on a Unix socket that its owner alone can open.

    Args:
        monitor: Whose history and figures are served.
        document: Makes the snapshot's document.
    """

    def __init__(self, monitor: Monitor, document: Callable[[], dict[str, Any]]) -> None:
        self._monitor = monitor
        self._document = document
        self._path: Path | None = None
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.StreamWriter, bool] = {}
        """Each connection, oldest first → whether it has asked for something."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._subscribers: set[_Subscriber] = set()

    async def open(self, path: Path) -> None:
        """Answer there from now on, and nowhere else.

        Raises:
            OSError: It cannot be: another agent answers there, or the folder is not ours.
        """
        if path == self._path:
            return
        await self.aclose()
        listening = _listen(path)
        self._path = path
        self._server = await asyncio.start_unix_server(
            self._accept, sock=listening, limit=REQUEST_BYTES
        )

    async def aclose(self) -> None:
        """Stop answering, and hang up on every reader."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._path = None
        # Their tasks end by themselves then; asyncio would log one that is cancelled.
        for writer in self._connections:
            writer.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def consume(self, reports: Sequence[Report]) -> None:
        """Forward reports to every reader; none is waited for."""
        if not self._subscribers:
            return
        lines = [(report, encode(report)) for report in reports]
        for subscriber in list(self._subscribers):
            subscriber.forward(lines)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        if len(self._connections) >= MAX_READERS:
            self._end_idle()
        self._tasks.add(task)
        self._connections[writer] = False
        try:
            if len(self._connections) <= MAX_READERS:
                await self._serve(reader, writer)
        except (TimeoutError, OSError, ValueError):
            pass  # a reader that is slow, gone or too long gets no answer
        finally:
            self._connections.pop(writer, None)
            self._tasks.discard(task)
            writer.transport.abort()

    def _end_idle(self) -> None:
        """Hang up on the oldest of those that have asked for nothing yet."""
        for writer, has_asked in self._connections.items():
            if not has_asked:
                del self._connections[writer]
                writer.transport.abort()
                return

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(REQUEST_S):
            request = parse_request(await reader.readline())
        if request is None or writer not in self._connections:
            return
        self._connections[writer] = True
        if request == SNAPSHOT:
            await _send(writer, to_json(self._document()).encode() + b"\n")
            return
        subscriber = _Subscriber(writer)
        self._subscribers.add(subscriber)
        try:
            await self._send_history(subscriber, writer)
            # Nothing more is asked: what ends this is the reader's hanging up.
            while await reader.read(REQUEST_BYTES):
                pass
        finally:
            self._subscribers.discard(subscriber)

    async def _send_history(self, subscriber: _Subscriber, writer: asyncio.StreamWriter) -> None:
        """Send what is known, target after target: all at once may be many megabytes."""
        hello = encode(Hello(relaytop.__version__, os.getpid(), STEADY.offset_s))
        await _send(writer, hello + encode(self._monitor.handover()))
        for name in self._monitor.targets():
            line = encode(self._monitor.target_handover(name))
            subscriber.follow(name)
            await _send(writer, line)
        budget = self._monitor.overview(STEADY()).budget
        lines = [encode(HistoryEnd())] if budget is None else [encode(HistoryEnd()), encode(budget)]
        subscriber.live = True
        await _send(writer, b"".join(lines))


class _Subscriber:
    """A reader that watches."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._followed: set[str] = set()
        self.live = False
        """Whether it has the whole history."""

    def follow(self, target: str) -> None:
        """Note that it has a target's history: what happens to it is news from now on."""
        self._followed.add(target)

    def forward(self, lines: Sequence[tuple[Report, bytes]]) -> None:
        """Send what is news to it; it is hung up on where too much waits."""
        news = b"".join(line for report, line in lines if self._is_news(report))
        self._writer.write(news)
        if self._writer.transport.get_write_buffer_size() > MAX_WAITING:
            self._writer.transport.abort()

    def _is_news(self, report: Report) -> bool:
        if self.live:
            return True
        if isinstance(report, Finished):
            return report.sample.target in self._followed
        if isinstance(report, Hold):
            return report.target in self._followed
        # Its counters would be older than those of the targets that follow; the next comes soon.
        return not isinstance(report, Pulse)


def _listen(path: Path) -> socket.socket:
    """Return a socket at `path` that its owner alone can open; one that nobody serves goes."""
    make_private_folder(path.parent)
    if _is_served(path):
        raise FileExistsError(errno.EEXIST, "another agent with this config is already running")
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listening.bind(str(path))
        listening.listen()
        listening.settimeout(0)
    except BaseException:
        listening.close()
        raise
    finally:
        os.umask(before)
    return listening


def _is_served(path: Path) -> bool:
    """Whether somebody answers; the socket of an agent that was killed is only a name."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
        try:
            trial.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
    return True


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    async with asyncio.timeout(SEND_S):
        await writer.drain()
