"""A collector: a real HTTP server that decodes what OTLP's exporters send."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

if TYPE_CHECKING:
    import ssl


class Collector:
    """Keeps requests; `status` is what it answers, `hold` makes it wait."""

    def __init__(self, context: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.status = 200
        self.hold = threading.Event()
        self.hold.set()
        self.requests: list[tuple[str, dict[str, str], ExportMetricsServiceRequest]] = []
        self.arrived = threading.Condition()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sent = ExportMetricsServiceRequest.FromString(body)
                headers = {name.lower(): value for name, value in self.headers.items()}
                with collector.arrived:
                    collector.requests.append((self.path, headers, sent))
                    collector.arrived.notify_all()
                collector.hold.wait(20)
                self.send_response(collector.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        scheme = "http" if context is None else "https"
        self.url = f"{scheme}://localhost:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.hold.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait(self, count: int) -> None:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.requests) >= count, 60)

    @property
    def metrics(self) -> dict[str, Any]:
        """The metrics of the last request by name; none before the first."""
        if not self.requests:
            return {}
        (resource,) = self.requests[-1][2].resource_metrics
        return {m.name: m for scope in resource.scope_metrics for m in scope.metrics}

    @property
    def resource(self) -> dict[str, Any]:
        (resource,) = self.requests[-1][2].resource_metrics
        return attributes(resource.resource)


def attributes(of: Any) -> dict[str, Any]:
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in of.attributes}


def value(of: Any) -> float:
    found: float = getattr(of, of.WhichOneof("value"))
    return found
