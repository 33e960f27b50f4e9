"""The users' requests, asked of a Prometheus beside the probes' figures."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING

from relaytop.fleet.prometheus.errors import PrometheusError
from relaytop.fleet.traffic import discovery, queries
from relaytop.fleet.traffic.difference import difference
from relaytop.fleet.traffic.difference_log import DifferenceLog
from relaytop.fleet.traffic.matching import Matcher
from relaytop.fleet.traffic.readings import read
from relaytop.fleet.traffic.summaries import traffic_of
from relaytop.monitor.event import Event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from relaytop.fleet.prometheus.series import Value
    from relaytop.fleet.traffic.discovery import Found
    from relaytop.fleet.traffic.exporter import Exporter
    from relaytop.monitor.summary import Summary
    from relaytop.monitor.traffic import Traffic

DISCOVERY_S = 60.0
"""Seconds between two looks at which metrics exist."""
LEAST_WINDOW_S = 120.0
"""The least span of a rate: in a shorter one two scrapes may be missing."""
MAX_NAMED = 3
"""Models that no row probes, of which a line of the log names so many."""


class TrafficReader:
    """Asks for the users' requests and lays them beside the rows.

    Args:
        load: Returns the exporters in force; called once, when they are first needed.
        ask: Sends an instant query and returns its answer; raises `PrometheusError`.
        matchers: What `--match` adds to every selector, checked; without braces.
        aliases: One model → its targets, as the config has them.
    """

    def __init__(
        self,
        load: Callable[[], Sequence[Exporter]],
        ask: Callable[[str], Awaitable[Sequence[Value]]],
        *,
        matchers: str = "",
        aliases: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._load = load
        self._exporters: dict[str, Exporter] = {}
        self._ask = ask
        self._matchers = matchers
        self._aliases = aliases or {}
        self._found: Sequence[Found] = ()
        self._looked_at: float | None = None
        self._matcher = Matcher((), {})
        self._rows: tuple[str, ...] = ()
        self._log = DifferenceLog()
        self._events: list[Event] = []
        self._told_unmatched: set[str] = set()
        self._failed_before = self._fails = False

    async def refresh(
        self, rows: Sequence[Summary], now: float, window_s: float, place_label: str
    ) -> Mapping[str, Traffic]:
        """Ask, in at most four queries, and return row → the figures of its users' requests.

        Args:
            rows: The probes' figures of now.
            now: Unix seconds.
            window_s: The span over which rates are taken; `LEAST_WINDOW_S` at least.
            place_label: The label that is the rows' place.
        """
        window_s = max(window_s, LEAST_WINDOW_S)
        if not self._exporters:
            loaded = await asyncio.to_thread(self._load)
            self._exporters = {exporter.name: exporter for exporter in loaded}
        self._failed_before, self._fails = self._fails, False
        answers = await self._answers(now, window_s, place_label)
        if answers is None:
            return {}
        ids = tuple(row.target for row in rows)
        if ids != self._rows:
            self._rows, self._matcher = ids, Matcher(ids, self._aliases)
        readings = await asyncio.to_thread(
            read, answers, self._exporters, self._matcher, place_label, window_s
        )
        self._tell_unmatched(readings.unmatched, now)
        found = traffic_of(ids, readings, list(self._exporters.values()), window_s)
        for row in rows:
            if (users := found.get(row.target)) is not None:
                sentence = self._log.record(row.target, difference(row, users), now)
                found[row.target] = dataclasses.replace(users, differs=sentence)
        self._log.forget(set(found))
        return found

    def take_events(self) -> list[Event]:
        """Return the lines for the event log since the last call."""
        events, self._events = [*self._events, *self._log.take_events()], []
        return events

    async def _answers(
        self, now: float, window_s: float, place_label: str
    ) -> Sequence[Value] | None:
        """Return the answers of all queries; of one that fails, the rest. None: of none."""
        looks = self._looked_at is None or not 0 <= now - self._looked_at < DISCOVERY_S
        if looks and not self._found:
            await self._discover(now)
            looks = False
        asked = queries.queries(self._found, place_label, window_s, self._matchers)
        if not asked:
            return None
        answers = await asyncio.gather(*(self._answer(query, now) for query in asked))
        if looks:
            await self._discover(now)
        told = [answer for answer in answers if answer is not None]
        return [value for answer in told for value in answer] if told else None

    async def _discover(self, now: float) -> None:
        exporters = list(self._exporters.values())
        answer = await self._answer(discovery.query(exporters, self._matchers), now)
        if answer is not None:
            self._found, self._looked_at = discovery.find_metrics(exporters, answer), now

    async def _answer(self, query: str, now: float) -> Sequence[Value] | None:
        try:
            return await self._ask(query)
        except PrometheusError as error:
            if not self._fails and not self._failed_before:
                text = f"users' requests: {error}"
                self._events.append(Event(now, "notice", "warning", None, text))
            self._fails = True
            return None

    def _tell_unmatched(self, unmatched: Mapping[str, set[str]], now: float) -> None:
        """Tell once of each exporter which models of its users no row probes."""
        for exporter, models in unmatched.items():
            if exporter not in self._told_unmatched:
                self._told_unmatched.add(exporter)
                named = ", ".join(sorted(models)[:MAX_NAMED])
                more = len(models) - MAX_NAMED
                text = f"{exporter}: users' requests of models that no target probes: {named}"
                text += f", +{more}" if more > 0 else ""
                self._events.append(Event(now, "notice", "info", None, text))
