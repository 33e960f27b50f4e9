"""A relay that means harm: raw sockets on loopback, one behaviour for each model id."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from typing import TYPE_CHECKING, Self

from tests.hostile.behaviours import BEHAVIOURS
from tests.hostile.lists import LISTS
from tests.hostile.wire import Wire, json_answer

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_S = 60.0
"""No answer is drawn out for longer, whoever forgets to hang up."""
GOOD = "good"


class HostileRelay:
    """Serves every behaviour and every list on a thread of its own; a context manager.

    `/NAME/v1/models` answers with the list of that name; `/NAME/v1/chat/completions` behaves as
    the request's model id says, and well where the id is none of a behaviour.

    Args:
        key: The user's key, which some answers quote.
        certificate: Serve https with this PEM file of certificate and key.
    """

    def __init__(self, key: str, certificate: Path | None = None) -> None:
        self.key = key
        self.asked: list[str] = []
        """The behaviours and lists that were asked for, in order."""
        self.strangers = 0
        """Connections to the other host, to which redirects point."""
        self.port = self.other_port = 0
        self._certificate = certificate
        self._ready = threading.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def base_url(self, name: str = "plain") -> str:
        """Return the base URL whose `/models` is the list `name`."""
        if self._certificate is not None:
            return f"https://localhost:{self.port}/{name}/v1"
        return f"http://127.0.0.1:{self.port}/{name}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop
        assert self._stop
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(lambda _loop, _context: None)  # clients hang up on us
        context = None
        if self._certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._certificate)
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=context)
        other = await asyncio.start_server(self._accept_stranger, "127.0.0.2", 0)
        self.port = server.sockets[0].getsockname()[1]
        self.other_port = other.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        await asyncio.sleep(0.01)  # a connection just accepted is not closed by asyncio's server
        server.close()
        other.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.02)  # an aborted transport closes its socket in the next turn

    async def _accept_stranger(
        self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.strangers += 1
        writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        wire = Wire(writer, self.key, self.other_port)
        try:
            async with asyncio.timeout(LONGEST_S):
                while True:
                    await self._answer(reader, wire)
        except (asyncio.IncompleteReadError, OSError, TimeoutError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, wire: Wire) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        path = head.split(" ", 2)[1]
        _, _, length = head.partition("content-length:")
        body = await reader.readexactly(int(length.split("\r\n")[0] or 0))
        name = path.split("/")[1] if path.endswith("/models") else json.loads(body)["model"]
        self.asked.append(name)
        if path.endswith("/models"):
            await LISTS[name](wire)
        elif name in BEHAVIOURS:
            await BEHAVIOURS[name].answer(wire)
        else:
            await wire.send(GOOD_REPLY)
            return
        await wire.hang_up()


GOOD_REPLY = json_answer(
    {
        "choices": [{"message": {"role": "assistant", "content": "pong"}}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 3},
    }
)
