"""The tools: what an assistant may ask. None of them writes, and none spends unless allowed."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from relaytop.config.errors import RelaytopError
from relaytop.config.paths import incidents_file
from relaytop.export.mcp.answers import (
    MAX_FAILURES,
    check_answer,
    compare_answer,
    failures_answer,
    incidents_answer,
    pick_answer,
    status_answer,
)
from relaytop.jobs.check.run import NO_BUDGET, run_check
from relaytop.jobs.scope import narrow
from relaytop.watch.incident_file import read_incidents

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from relaytop.config.settings import Settings
    from relaytop.export.mcp.source import WatchSource

    Loaded = tuple[Settings, Mapping[str, str]]

MAX_HOURS = 24 * 90
NOT_ALLOWED = "this server was started without --allow-paid"
Answer = dict[str, Any]
Name = Annotated[
    str | None, Field(max_length=300, description="a provider, or a target as provider/model")
]
Model = Annotated[str, Field(max_length=300, description="a model's id, or an alias of the config")]
Limit = Annotated[int, Field(ge=1, le=MAX_FAILURES, description="groups of failures at most")]
Hours = Annotated[float, Field(gt=0, le=MAX_HOURS, description="how far to look back")]


class Tools:
    """Answers each tool's call; a docstring is what the assistant reads.

    Args:
        source: Where figures come from.
        settings: What is watched, with list prices.
        load: Reads the config and the keys of now, which may have expired since the start: the
            settings with prices, and provider → why its key could not be had.
    """

    def __init__(
        self, source: WatchSource, settings: Settings, load: Callable[[], Awaitable[Loaded]]
    ) -> None:
        self._source = source
        self._settings = settings
        self._load = load

    async def status(self, name: Name = None) -> Answer:
        """State of each target now: status, P50/P95/P99, TTFT, errors, credit; the worst first."""
        monitor = await self._source.monitor()
        return status_answer(monitor, self._settings, name, self._source.clock())

    async def failures(self, name: Name = None, limit: Limit = 20) -> Answer:
        """Failures by target, class and message, with request ids; the newest first."""
        return failures_answer(await self._source.monitor(), name, limit)

    async def compare(self, model: Model) -> Answer:
        """One model at each provider that serves it: latency, errors and price side by side."""
        monitor = await self._source.monitor()
        return compare_answer(monitor, self._settings, model, self._source.clock())

    async def pick(self, model: Model) -> Answer:
        """Healthiest provider for a model now: by success rate, then P95, then price."""
        return pick_answer(await self.compare(model))

    async def incidents(self, hours: Hours = 24.0) -> Answer:
        """Incidents that the monitor and the agent have seen on this host, the newest first."""
        try:
            records = await asyncio.to_thread(read_incidents, incidents_file())
        except OSError as error:
            sentence = f"the incidents cannot be read: {error.strerror}"
            raise RelaytopError(sentence) from None
        return incidents_answer(records, self._source.clock(), hours)

    async def check(self, name: Name = None) -> Answer:
        """Diagnosis of a key or an endpoint: config, key, proxy, DNS, TCP, TLS, /models.

        It is free. Where paid requests are allowed, replies are requested too, within the budget.
        """
        settings, complaints = await self._load()
        narrowed, why_free = narrow(settings, name), NO_BUDGET
        if settings.budget_usd > 0 and not self._source.may_spend:
            narrowed, why_free = dataclasses.replace(narrowed, budget_usd=0.0), NOT_ALLOWED
        result = await run_check(narrowed, complaints, why_free=why_free)
        return check_answer(result.findings)
