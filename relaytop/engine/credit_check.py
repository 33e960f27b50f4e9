"""What is left at each provider, asked every ten minutes; costs nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.ledger.credits import account_of, read_credit
from relaytop.ledger.tables import CreditReading
from relaytop.pricing.credit_pace import SPAN_S, Reading, per_day
from relaytop.protocol.messages import Credit
from relaytop.wire.credit import lacks_credit
from relaytop.wire.credit_systems import systems_for
from relaytop.wire.facts import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from relaytop.config.settings import Provider
    from relaytop.engine.target_state import ProberLike
    from relaytop.ledger.ledger import Ledger
    from relaytop.wire.credit_systems import CreditSystem

INTERVAL_S = 600.0
FIRST_S = 2.0
"""Seconds after the start: the first probes go first."""
UNKNOWN_FIRST_S = 60.0
"""The same for a host that is not known to tell it, and where the config does not ask for it."""
SPREAD_S = 8.0
"""Longest delay of a provider beside that, so that not all are asked at once."""
JITTER = 0.05
"""Share of the interval by which it varies."""
SILENT_S = 86_400.0
"""Until a provider that does not tell it is asked again."""
NOT_ASKED = "it does not tell an API key what is left"
_SILENT = frozenset({"not_found", "protocol", "bad_request", "permission"})
"""Classes of failures of a server that has no such page, unless it is known to have one."""


class CreditCheck:
    """Schedules the question, and works out the pace from the readings of all processes.

    Args:
        providers: Those whose config does not forbid it are asked.
        uniform: Random floats in [0, 1).
        ledger: Keeps the readings; None: they are kept in memory.
    """

    def __init__(
        self, providers: Iterable[Provider], uniform: Callable[[], float], ledger: Ledger | None
    ) -> None:
        self._providers = {
            provider.name: provider for provider in providers if provider.credit is not False
        }
        self._systems: dict[str, Sequence[CreditSystem]] = {
            name: found
            for name, provider in self._providers.items()
            if (found := systems_for(provider))
        }
        """Provider → what it may be; once one has answered, that alone."""
        self._uniform = uniform
        self._ledger = ledger
        self._due: dict[str, float] = {}
        self._accounts: dict[str, str] = {}
        self._units: dict[str, str] = {}
        self._readings: dict[str, list[Reading]] = {}

    def providers_due(self, watched: Collection[str], now: float) -> list[str]:
        """Return the providers to ask now.

        Args:
            watched: Those of which any target is watched.
            now: Seconds of any steady clock.
        """
        for name in self._systems.keys() & set(watched) - self._due.keys():
            asked_for = self._providers[name].credit or len(self._systems[name]) == 1
            first_s = FIRST_S if asked_for else UNKNOWN_FIRST_S
            self._due[name] = now + first_s + SPREAD_S * self._uniform()
        due = sorted(name for name, at in self._due.items() if at <= now and name in watched)
        for name in due:
            self._due[name] = now + INTERVAL_S * (1 + JITTER * (2 * self._uniform() - 1))
        return due

    async def ask(self, name: str, prober: ProberLike, now: float, wall: float) -> Credit:
        """Ask a provider; return what it told, or why that is nothing.

        Args:
            name: The provider.
            prober: Its own.
            now: Seconds of the clock of `providers_due`, and of reports.
            wall: Unix seconds by the system's clock.
        """
        if name not in self._systems:
            return Credit(name, now, error=NOT_ASKED)
        answer = await prober.request_credit(self._systems[name])
        if answer.facts is None or answer.system is None:
            failure = answer.failure or Failure("not_found", NOT_ASKED)
            if failure.error_class == "credit" and lacks_credit(failure.message.lower()):
                return self._nothing_left(name, now)
            if failure.error_class in _SILENT and len(self._systems[name]) > 1:
                self._due[name] = now + SILENT_S
            return Credit(name, now, error=f"{failure.error_class}: {failure.message}")
        self._systems[name] = (answer.system,)
        facts = answer.facts
        self._units[name] = facts.unit
        readings: Sequence[Reading] = ()
        if facts.remaining is not None:
            readings = await self._record(name, facts.unit, Reading(wall, facts.remaining))
        return Credit(
            name,
            now,
            facts.unit,
            facts.remaining,
            facts.limit,
            facts.used,
            per_day(readings),
            system=answer.system.name,
        )

    def _nothing_left(self, name: str, now: float) -> Credit:
        """Return that nothing is left: a used-up key of new-api is refused on these pages, too."""
        systems = self._systems[name]
        system = systems[0].name if len(systems) == 1 else ""
        return Credit(name, now, self._units.get(name, "USD"), 0.0, system=system)

    async def _record(self, name: str, unit: str, reading: Reading) -> Sequence[Reading]:
        """Record a reading; return it and those before, of all processes."""
        if name not in self._accounts:
            # Tens of milliseconds of hashing, which would delay stamps.
            self._accounts[name] = await asyncio.to_thread(account_of, self._providers[name])
        account = self._accounts[name]
        kept = self._readings.setdefault(f"{account} {unit}", [])
        kept.append(reading)
        del kept[: sum(reading.at - each.at > SPAN_S for each in kept)]
        if self._ledger is None:
            return kept
        entry = CreditReading(account, int(reading.at), reading.remaining, unit)
        self._ledger.record_credit(entry)
        path = self._ledger.path
        try:
            others = await asyncio.to_thread(read_credit, path, account, unit, reading.at)
        except RelaytopError:
            return kept  # the ledger tells by itself that it cannot be read
        return sorted({*others, *kept})
