"""The doctor's round: providers side by side, the steps of each in order."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from relaytop.engine.rate_limiter import RateLimiter
from relaytop.jobs.check.connectivity import walk
from relaytop.jobs.check.findings import BAD, GOOD, SKIPPED, WARN, Finding
from relaytop.jobs.check.key_text import key_finding
from relaytop.jobs.check.models_findings import Offer, look_at_offer
from relaytop.jobs.check.reply_findings import model_finding, price_finding
from relaytop.jobs.check.reply_requests import Replies
from relaytop.probe.errors import ProbeError
from relaytop.probe.prober import Prober
from relaytop.probe.transport_settings import transport_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relaytop.config.settings import Provider, Settings, Target
    from relaytop.jobs.check.reply_requests import Checked
    from relaytop.jobs.check.scope import Patient
    from relaytop.jobs.job_budget import JobBudget

AT_ONCE = 4
"""Targets of one provider that are asked for replies at the same time."""
SUGGESTED = 3


class Round:
    """One check of some providers.

    Args:
        settings: Where the config's values came from, and the assumed price.
        complaints: Provider → why its key could not be had.
        purse: Pays for replies; None sends nothing that costs.
    """

    def __init__(
        self, settings: Settings, complaints: Mapping[str, str], purse: JobBudget | None
    ) -> None:
        self._settings = settings
        self._complaints = complaints
        self._purse = purse
        self.doing: dict[str, str] = {}
        """Provider → the step that is under way."""

    async def go(self, patients: Sequence[Patient]) -> list[Finding]:
        """Check them side by side; the findings are in the order of the providers."""
        for patient in patients:
            # Reading certificates takes 20 ms, which would count as another's connecting.
            with contextlib.suppress(ProbeError):
                transport_settings(patient.provider)
        found = await asyncio.gather(*map(self._visit, patients))
        return [finding for findings in found for finding in findings]

    async def _visit(self, patient: Patient) -> list[Finding]:
        name = patient.provider.name
        try:
            return await self._steps(patient)
        finally:
            self.doing.pop(name, None)

    async def _steps(self, patient: Patient) -> list[Finding]:
        provider, targets = patient.provider, patient.targets
        name = provider.name
        key = key_finding(provider, self._complaints.get(name))
        findings = [self._config(provider, len(targets)), key]
        way = await walk(provider, lambda step: self._note(name, step))
        findings += way.findings
        missing = [*way.missing]
        offer: Offer | None = None
        if way.open and way.route is not None and key.level != BAD:
            self._note(name, "/models")
            offer = await look_at_offer(provider, way.route)
            findings += offer.findings
        else:
            missing.append("models")
        if not targets:
            findings.append(_no_model(provider, offer))
        reached = offer is not None and not offer.useless
        if offer is not None and reached:
            for target in targets:
                findings += self._known(provider, target, offer.models)
        if offer is not None and reached and self._purse is not None:
            more, left = await self._replies(patient, offer, self._purse)
            findings += more
            missing += left
        elif targets:
            why = "" if not reached else " (budget = 0)"
            count = f"{len(targets)} models" if len(targets) > 1 else targets[0].model
            missing.append(f"the replies of {count}{why}")
        if missing:
            findings.append(Finding(name, None, "skipped", SKIPPED, ", ".join(missing)))
        return _in_order(findings)

    async def _replies(
        self, patient: Patient, offer: Offer, purse: JobBudget
    ) -> tuple[list[Finding], list[str]]:
        """Ask each target for replies; return what was found and what was left out."""
        provider, prober = patient.provider, Prober(patient.provider)
        gate = asyncio.Semaphore(AT_ONCE)
        replies = Replies(
            provider,
            prober,
            offer.models,
            purse,
            RateLimiter(provider.max_rpm),
            lambda step: self._note(provider.name, step),
        )

        async def one(target: Target) -> Checked:
            async with gate:
                return await replies.check(target)

        try:
            results = await asyncio.gather(*map(one, patient.targets))
        finally:
            await prober.aclose()
        findings = [finding for checked in results for finding in checked.findings]
        if any(checked.over_budget for checked in results):
            remedy = "raise `budget`, or go on when the UTC day is over"
            findings.append(
                Finding(provider.name, None, "budget", WARN, purse.exhausted_reason, remedy)
            )
        left = [
            f"{target.model} {'/'.join(checked.missing)}"
            for target, checked in zip(patient.targets, results, strict=True)
            if checked.missing
        ]
        return findings, left

    def _known(
        self, provider: Provider, target: Target, models: Sequence[str]
    ) -> Iterator[Finding]:
        """Yield what is known of a target before it is asked."""
        deployments = provider.api == "azure"
        listed = model_finding(target, models, deployments=deployments)
        if listed is not None:
            yield listed
        price = provider.prices.get(target.model)
        yield price_finding(target, price, self._settings.assumed_price)

    def _config(self, provider: Provider, count: int) -> Finding:
        origin = self._settings.origins.get(f"providers.{provider.name}.base_url", "default")
        words = f"{provider.base_url} by {provider.api}'s API, from {origin}"
        return Finding(provider.name, None, "config", GOOD, f"{words}; {_models(count)}")

    def _note(self, provider: str, step: str) -> None:
        self.doing[provider] = step


def _models(count: int) -> str:
    return "no model" if not count else "1 model" if count == 1 else f"{count} models"


def _no_model(provider: Provider, offer: Offer | None) -> Finding:
    some = offer.models[:SUGGESTED] if offer is not None else ()
    remedy = f"name some in `models`, as {', '.join(some)}" if some else "name some in `models`"
    words = "no model is chosen, so no reply is asked for"
    return Finding(provider.name, None, "model", WARN, words, remedy)


def _in_order(findings: list[Finding]) -> list[Finding]:
    """What is about the provider first, then target by target."""
    subjects = list(dict.fromkeys([None, *(finding.target for finding in findings)]))
    return sorted(findings, key=lambda one: subjects.index(one.target))
