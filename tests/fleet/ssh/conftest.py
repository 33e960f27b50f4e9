"""A relay, hosts that probe it, and a folder whose name is short enough for sockets."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hosts import Hosts
from tests.support.server import ScriptedServer, chat_stream


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _seen: chat_stream(3)) as found:
        yield found


@pytest.fixture
def hosts(server: ScriptedServer) -> Iterator[Hosts]:
    with tempfile.TemporaryDirectory(prefix="rt") as folder:
        yield Hosts(Path(folder), server)
