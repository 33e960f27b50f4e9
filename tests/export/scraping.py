"""An exporter on a monitor that the test feeds, and what a scrape of it says."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
from prometheus_client.parser import text_string_to_metric_families

from relaytop.export.exporter import Exporter
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Finished, Report
from tests.support.samples import settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from relaytop.alerts.alert import Alert
    from relaytop.config.settings import Settings
    from relaytop.export.server import Gate
    from relaytop.probe.sample import Sample


@dataclass
class Scraped:
    """The samples of one scrape, by name and labels."""

    text: str

    def of(self, name: str, **labels: str) -> list[float]:
        """The values of all samples of that name that carry these labels."""
        return [
            found.value
            for family in text_string_to_metric_families(self.text)
            for found in family.samples
            if found.name == name and labels.items() <= found.labels.items()
        ]

    def one(self, name: str, **labels: str) -> float:
        (value,) = self.of(name, **labels)
        return value

    def labels(self, name: str) -> list[dict[str, str]]:
        return [
            found.labels
            for family in text_string_to_metric_families(self.text)
            for found in family.samples
            if found.name == name
        ]


class Exported:
    """A monitor, the exporter that shows it, and where."""

    def __init__(
        self, watched: Settings, host: str = "127.0.0.1", gate: Gate | None = None
    ) -> None:
        self.monitor = Monitor(watched, time.time())
        self.trouble: str | None = None
        self.firing: list[Alert] = []
        self.thresholds = {target.id: target.thresholds for target in watched.targets}
        listening = socket.create_server((host, 0))
        self.port = listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.exporter = Exporter(
            listening,
            self.monitor,
            lambda: self.trouble,
            lambda: self.thresholds,
            lambda: self.firing,
            gate,
        )

    def consume(self, *reports: Report | Sample) -> None:
        batch = [r if isinstance(r, Report) else Finished(r) for r in reports]
        self.exporter.consume(batch)
        for report in batch:
            self.monitor.apply(report, time.time())

    async def get(self, path: str = "/metrics", **headers: str) -> httpx.Response:
        return await asyncio.to_thread(httpx.get, self.url + path, headers=headers)

    async def scrape(self) -> Scraped:
        return Scraped((await self.get()).text)


@contextlib.asynccontextmanager
async def exported(
    *names: str,
    watched: Settings | None = None,
    host: str = "127.0.0.1",
    gate: Gate | None = None,
) -> AsyncIterator[Exported]:
    found = Exported(watched or settings(*names), host, gate)
    await found.exporter.start()
    try:
        yield found
    finally:
        await found.exporter.aclose()
