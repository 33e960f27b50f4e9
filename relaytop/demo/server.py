"""The sockets of one provider: a thread that accepts, and one for each connection.

Threads and blocking sockets, not asyncio: a dozen connections need no more, and it takes
5 MB and 40 ms of start-up less.
"""

from __future__ import annotations

import socket
import time
from threading import Lock, Thread
from typing import TYPE_CHECKING

from relaytop.demo.http import BadRequestError, Reader, json_response
from relaytop.demo.incident import state_at, until_change_s
from relaytop.demo.relay import Relay
from relaytop.demo.replies import error

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.demo.relay import Answer
    from relaytop.demo.scenario import DemoProvider

HOST = "127.0.0.1"
BACKLOG = 64
IDLE_S = 30.0
"""A connection without a request for so long is closed."""
REOPEN_S = 0.2
"""How long to wait before the port is bound again, should another program hold it."""


class Server:
    """One provider on a port of its own.

    Args:
        provider: The provider.
        seed: The demo's seed.
        elapsed: Returns the seconds since the relay began.

    Raises:
        OSError: No port can be had.
    """

    def __init__(self, provider: DemoProvider, seed: int, elapsed: Callable[[], float]) -> None:
        self._name = provider.name
        self._relay = Relay(provider, seed)
        self._elapsed = elapsed
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._listener = _bind(0)
        self._listener.listen(BACKLOG)
        self.port: int = self._listener.getsockname()[1]

    def start(self) -> None:
        """Begin to accept, in threads that end with the process."""
        Thread(target=self._accept_connections, name=self._name, daemon=True).start()

    def _accept_connections(self) -> None:
        while True:
            elapsed_s = self._elapsed()
            if state_at(elapsed_s, self._name, None).down:
                self._go_down(until_change_s(elapsed_s, self._name))
                continue
            self._listener.settimeout(until_change_s(elapsed_s, self._name))
            try:
                connection, _address = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                # Out of descriptors, or the client has gone already.
                time.sleep(REOPEN_S)
                continue
            with self._lock:
                self._open.add(connection)
            Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _go_down(self, seconds: float) -> None:
        """Refuse connections and drop those that are open.

        The port stays bound though nobody listens: that refuses, and no other program (nor a
        client's own outgoing connection) can be given the port meanwhile.
        """
        self._listener.close()
        self._drop_connections()
        self._listener = _rebind(self.port)
        time.sleep(seconds)
        self._listener.listen(BACKLOG)

    def _drop_connections(self) -> None:
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._answer_requests(connection)
        except OSError:
            # The client has gone, or it was silent for too long.
            return
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def _answer_requests(self, connection: socket.socket) -> None:
        reader = Reader(connection)
        while True:
            connection.settimeout(IDLE_S)
            try:
                request = reader.next()
            except BadRequestError as problem:
                body = error(str(problem), "invalid_request_error", None)
                connection.sendall(json_response(400, {"connection": "close"}, body))
                return
            if request is None:
                return
            answer = self._relay.answer(request, self._elapsed())
            if not _send(connection, answer) or answer.cut or not request.keep_alive:
                return


def _send(connection: socket.socket, answer: Answer) -> bool:
    """Send an answer step by step; False where the client left before its end."""
    began = time.monotonic()
    for at_s, data in answer.steps:
        wait_s = began + at_s - time.monotonic()
        if not data:
            return _wait_for_hangup(connection, wait_s)
        if wait_s > 0:
            time.sleep(wait_s)
        connection.sendall(data)
    return True


def _wait_for_hangup(connection: socket.socket, wait_s: float) -> bool:
    """Wait for `wait_s` seconds, or until the client hangs up; return whether it stayed."""
    connection.settimeout(max(0.001, wait_s))
    try:
        connection.recv(1)
    except TimeoutError:
        return True
    return False


def _bind(port: int) -> socket.socket:
    """Return a socket that holds a port of loopback; any free one for 0."""
    holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # Connections of before that still linger must not keep us from our port.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((HOST, port))
    except OSError:
        holder.close()
        raise
    return holder


def _rebind(port: int) -> socket.socket:
    while True:
        try:
            return _bind(port)
        except OSError:
            time.sleep(REOPEN_S)
