"""A check of providers: side by side, the steps of each in order."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from relaytop.engine.rate_limiter import RateLimiter
from relaytop.jobs.check.conformance import conformance_of
from relaytop.jobs.check.connectivity import check_connectivity
from relaytop.jobs.check.cost_bound import announcement, check_cost
from relaytop.jobs.check.findings import BAD, SKIPPED, Finding, Subject
from relaytop.jobs.check.key_text import key_finding
from relaytop.jobs.check.models_findings import ModelsResult, check_models
from relaytop.jobs.check.paid_requests import PaidRequests
from relaytop.jobs.check.reply_findings import model_finding, price_finding
from relaytop.jobs.check.reply_requests import ReplyChecker
from relaytop.jobs.check.same_prompt import SamePrompt
from relaytop.jobs.job_budget import open_job_budget
from relaytop.jobs.list_prices import add_list_prices
from relaytop.jobs.stderr import notice, progress_line, steps_text
from relaytop.probe.errors import ProbeError
from relaytop.probe.prober import Prober
from relaytop.probe.transport_settings import transport_settings
from relaytop.wire.nonce import NonceSequence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.settings import Provider, Settings, Target
    from relaytop.jobs.check.conformance import Conformance
    from relaytop.jobs.check.reply_requests import ReplyResult
    from relaytop.jobs.job_budget import JobBudget

MAX_CONCURRENT_TARGETS = 4
"""Targets of one provider that are sent requests at the same time."""
SUGGESTED_MODELS = 3
NO_BUDGET = "budget = 0"
"""Why replies are not requested, unless a caller has another reason."""


async def run_check(
    settings: Settings,
    complaints: Mapping[str, str],
    *,
    deep: bool = False,
    why_free: str = NO_BUDGET,
) -> CheckResult:
    """Check within today's budget, telling on stderr what it can cost and how far it is.

    Args:
        settings: With or without list prices.
        complaints: Provider → why its key could not be had.
        deep: Whether targets are asked for the features of their API too.
        why_free: Why a budget of 0 lets no replies be requested, in words.
    """
    settings = await add_list_prices(settings)
    text = announcement(settings, deep=deep)
    if text:
        notice(text)
    budget = None
    async with contextlib.AsyncExitStack() as stack:
        if settings.budget_usd > 0 and settings.targets:
            cost = check_cost(settings, deep=deep)
            budget = await stack.enter_async_context(
                open_job_budget(settings, cost.known_usd + cost.assumed_usd)
            )
        run = CheckRun(settings, complaints, budget, deep=deep, why_free=why_free)
        with progress_line(partial(steps_text, run.current_steps)):
            findings = await run.run()
    cost_usd: float | None = 0.0
    if budget is not None:
        cost_usd = budget.cost_usd if budget.complete else None
    return CheckResult(findings, run.conformance, cost_usd)


class CheckResult(NamedTuple):
    """What a check has found."""

    findings: list[Finding]
    conformance: list[Conformance]
    """Target by target; empty where it was not asked for."""
    cost_usd: float | None
    """Spent by it; None where a price is unknown."""


class CheckRun:
    """A check of all providers and targets of some settings.

    Args:
        settings: With prices, and where the values came from.
        complaints: Provider → why its key could not be had.
        budget: Pays for replies; None sends nothing that costs.
        deep: Whether targets are asked for the features of their API too.
        why_free: Why nothing may be sent that costs, in words.
    """

    def __init__(
        self,
        settings: Settings,
        complaints: Mapping[str, str],
        budget: JobBudget | None,
        *,
        deep: bool = False,
        why_free: str = NO_BUDGET,
    ) -> None:
        self._settings = settings
        self._complaints = complaints
        self._budget = budget
        self._deep = deep
        self._why_free = why_free
        self._conformance: dict[str, list[Conformance]] = {}
        self._same_prompt = SamePrompt(settings, NonceSequence())
        self._input_tokens: dict[str, int] = {}
        """Target → what its reply says of the prompt's tokens."""
        self.current_steps: dict[str, str] = {}
        """Provider → the step that is under way."""

    async def run(self) -> list[Finding]:
        """Return the findings in the order of the providers."""
        for provider in self._settings.providers:
            # Reading certificates takes 20 ms, which would count as another's connecting.
            with contextlib.suppress(ProbeError):
                transport_settings(provider)
        found = await asyncio.gather(*map(self._check_provider, self._settings.providers))
        compared = self._same_prompt.findings(self._input_tokens)
        return [
            finding
            for provider, findings in zip(self._settings.providers, found, strict=True)
            for finding in _in_order(
                [*findings, *(one for one in compared if one.provider == provider.name)]
            )
        ]

    @property
    def conformance(self) -> list[Conformance]:
        """The features of the targets, in the order of the settings."""
        found = (self._conformance.get(target.id, []) for target in self._settings.targets)
        return [each for of_target in found for each in of_target]

    async def _check_provider(self, provider: Provider) -> list[Finding]:
        try:
            return await self._run_steps(provider)
        finally:
            self.current_steps.pop(provider.name, None)

    async def _run_steps(self, provider: Provider) -> list[Finding]:
        subject = Subject(provider.name)
        targets = [t for t in self._settings.targets if t.provider == provider.name]
        key = key_finding(provider, self._complaints.get(provider.name))
        findings = [self._config_finding(provider, len(targets)), key]
        connectivity = await check_connectivity(provider, lambda step: self._note(provider, step))
        findings += connectivity.findings
        skipped = [*connectivity.skipped]
        models: ModelsResult | None = None
        if connectivity.reachable and connectivity.transport is not None and key.level != BAD:
            self._note(provider, "/models")
            models = await check_models(provider, connectivity.transport)
            findings += models.findings
        else:
            skipped.append("models")
        if not targets:
            offered = models.models[:SUGGESTED_MODELS] if models is not None else ()
            example = f", such as {', '.join(offered)}" if offered else ""
            meaning = "no models are configured, so no replies are requested"
            findings.append(subject.warn("model", meaning, f"list some in `models`{example}"))
        if models is not None and not models.replies_would_fail:
            for target in targets:
                findings += self._target_findings(provider, target, models.models)
            if self._budget is not None:
                more, left_out = await self._check_replies(
                    provider, targets, models.models, self._budget
                )
                findings += more
                skipped += left_out
            elif targets:
                skipped.append(f"the replies of {_models(targets)} ({self._why_free})")
        elif targets:
            skipped.append(f"the replies of {_models(targets)}")
        if skipped:
            findings.append(subject.finding("skipped", SKIPPED, ", ".join(skipped)))
        return findings

    async def _check_replies(
        self,
        provider: Provider,
        targets: Sequence[Target],
        models: Sequence[str],
        budget: JobBudget,
    ) -> tuple[list[Finding], list[str]]:
        """Request replies from each target; return what was found and what was left out."""
        prober = Prober(provider)
        gate = asyncio.Semaphore(MAX_CONCURRENT_TARGETS)
        limiter = RateLimiter(provider.max_rpm)
        requests = PaidRequests(
            provider, prober, budget, limiter, lambda step: self._note(provider, step)
        )
        checker = ReplyChecker(provider, requests, models, self._same_prompt)

        async def check(target: Target) -> ReplyResult:
            async with gate:
                result = await checker.check(target)
                if self._deep and not any(each.level == BAD for each in result.findings):
                    found = await conformance_of(target, provider, requests)
                    self._conformance[target.id] = found
                return result

        try:
            results = await asyncio.gather(*map(check, targets))
        finally:
            await prober.aclose()
        for target, result in zip(targets, results, strict=True):
            if result.input_tokens is not None:
                self._input_tokens[target.id] = result.input_tokens
        findings = [finding for result in results for finding in result.findings]
        if any(result.over_budget for result in results):
            remedy = "raise `budget`, or wait for the next UTC day"
            findings.append(Subject(provider.name).warn("budget", budget.exhausted_reason, remedy))
        left_out = [
            f"{target.model} {'/'.join(result.skipped)}"
            for target, result in zip(targets, results, strict=True)
            if result.skipped
        ]
        return findings, left_out

    def _target_findings(
        self, provider: Provider, target: Target, models: Sequence[str]
    ) -> list[Finding]:
        """Return what is known of a target before a request."""
        listed = model_finding(target, models, deployments=provider.has_deployments)
        price = provider.prices.get(target.model)
        priced = price_finding(target, price, self._settings.assumed_price)
        return [priced] if listed is None else [listed, priced]

    def _config_finding(self, provider: Provider, count: int) -> Finding:
        origin = self._settings.origins.get(f"providers.{provider.name}.base_url", "default")
        models = "no model" if not count else "1 model" if count == 1 else f"{count} models"
        meaning = f"{provider.base_url} by {provider.api}'s API, from {origin}; {models}"
        return Subject(provider.name).good("config", meaning)

    def _note(self, provider: Provider, step: str) -> None:
        self.current_steps[provider.name] = step


def _models(targets: Sequence[Target]) -> str:
    return f"{len(targets)} models" if len(targets) > 1 else targets[0].model


def _in_order(findings: list[Finding]) -> list[Finding]:
    """Return what is about the provider first, then target by target."""
    subjects = list(dict.fromkeys([None, *(finding.target for finding in findings)]))
    return sorted(findings, key=lambda one: subjects.index(one.target))
