"""A relay that answers at once, and the config of an agent that probes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.server import ScriptedServer, chat_stream
from tests.watch.agent.config_file import write


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _seen: chat_stream(3)) as found:
        yield found


@pytest.fixture
def config(server: ScriptedServer, tmp_path: Path) -> Path:
    path = tmp_path / "c.toml"
    write(path, server, "m", "n")
    return path
