"""A real Prometheus as a process, and what it answers."""

import json
import shutil
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.relays.processes import free_port, running_server

needs_prometheus = pytest.mark.skipif(
    shutil.which("prometheus") is None, reason="needs prometheus (Debian: prometheus)"
)


@contextmanager
def running_prometheus(folder: Path, configuration: str) -> Iterator[str]:
    """Run Prometheus in an empty folder until the block ends; yields its URL."""
    (folder / "prometheus.yml").write_text(configuration)
    base = f"http://127.0.0.1:{free_port()}"
    command = [
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={base.removeprefix('http://')}",
    ]
    with running_server(command, f"{base}/-/ready"):
        yield base


def query_api(base: str, path: str, **query: str) -> Any:
    """Return the data of an answer of Prometheus' HTTP API, which must be a success."""
    url = f"{base}/api/v1/{path}?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(url, timeout=10) as reply:
        answer = json.load(reply)
    assert answer["status"] == "success"
    return answer["data"]
