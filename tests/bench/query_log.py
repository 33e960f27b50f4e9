"""A proxy before a Prometheus that logs when each query was asked and answered."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PAUSE_S = 4.0
"""Refreshes are further apart, the queries of one are not."""


@dataclass
class Asked:
    """One query; times are of the monotonic clock."""

    at: float
    answered_at: float
    bytes: int


@dataclass
class QueryLog:
    """The queries so far."""

    url: str
    asked: list[Asked]

    def refreshes(self) -> list[list[Asked]]:
        """Return the queries of each refresh."""
        found: list[list[Asked]] = []
        for one in sorted(self.asked, key=lambda asked: asked.at):
            if not found or one.at - max(other.answered_at for other in found[-1]) > PAUSE_S:
                found.append([])
            found[-1].append(one)
        return found


@contextmanager
def query_log(upstream: str) -> Iterator[QueryLog]:
    """Run it until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self, body: bytes | None) -> None:
            began = time.monotonic()
            kind = self.headers.get("Content-Type", "application/x-www-form-urlencoded")
            request = urllib.request.Request(
                upstream + self.path, data=body, headers={"Content-Type": kind}
            )
            try:
                with urllib.request.urlopen(request, timeout=60) as reply:
                    status, text = reply.status, reply.read()
            except urllib.error.HTTPError as error:
                status, text = error.code, error.read()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
            log.asked.append(Asked(began, time.monotonic(), len(text)))

        def do_GET(self) -> None:
            self._pass_on(None)

        def do_POST(self) -> None:
            self._pass_on(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        log = QueryLog(f"http://127.0.0.1:{server.server_address[1]}", [])
        Thread(target=server.serve_forever, daemon=True).start()
        yield log
        server.shutdown()
