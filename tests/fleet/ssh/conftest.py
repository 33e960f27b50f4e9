"""A relay, hosts that probe it, and a folder whose name is short enough for sockets."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.hosts import Hosts
from tests.support.server import ScriptedServer, chat_stream
from tests.support.virtual_time import VirtualTimeLoop


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _seen: chat_stream(3)) as found:
        yield found


@pytest.fixture
def hosts(server: ScriptedServer) -> Iterator[Hosts]:
    with tempfile.TemporaryDirectory(prefix="rt") as folder:
        yield Hosts(Path(folder), server)


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Offer a clock that leaps to tests whose hosts are stand-ins."""
    del config
    marker = item.get_closest_marker("asyncio")
    wanted = marker.kwargs.get("loop_factories") if marker is not None else None
    return {"virtual": VirtualTimeLoop} if wanted else {"real": asyncio.SelectorEventLoop}
