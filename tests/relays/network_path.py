"""The network path to a server, which a test can cut."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class NetworkPath:
    """Forwards each connection to a port of loopback, until it is cut.

    Args:
        port: The server's.
    """

    def __init__(self, port: int) -> None:
        self._far_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it takes connections."""
        port: int = self._listener.getsockname()[1]
        return port

    def cut(self) -> None:
        """Reset what is open and refuse what comes."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._far_port))
                with self._lock:
                    self._open += [near, far]
                for reader, writer in ((near, far), (far, near)):
                    threading.Thread(target=_pump, args=(reader, writer), daemon=True).start()


def _pump(reader: socket.socket, writer: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := reader.recv(65536):
            writer.sendall(data)
        writer.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def network_path(port: int) -> Iterator[NetworkPath]:
    path = NetworkPath(port)
    try:
        yield path
    finally:
        path.cut()
