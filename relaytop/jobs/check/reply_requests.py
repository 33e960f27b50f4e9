"""Two replies of one token from a target, one unstreamed and one streamed."""

from __future__ import annotations

import asyncio
import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relaytop.config.steady_clock import STEADY
from relaytop.config.suggestions import suggestion
from relaytop.jobs.check.findings import WARN, Finding, Subject
from relaytop.jobs.check.origin_findings import cache_finding, served_finding
from relaytop.jobs.check.refusal import diagnose
from relaytop.jobs.check.reply_findings import (
    limits_finding,
    machine_finding,
    reuse_finding,
    usage_finding,
)
from relaytop.jobs.runner import MAX_STALE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relaytop.config.settings import Provider, Target
    from relaytop.engine.rate_limiter import RateLimiter
    from relaytop.jobs.check.same_prompt import SamePrompt
    from relaytop.jobs.job_budget import JobBudget
    from relaytop.probe.prober import Prober
    from relaytop.probe.sample import Sample
    from relaytop.wire.facts import Failure

MAX_ADAPTATIONS = 2
"""Refusals to adapt to: a model may want a newer parameter, then more tokens."""
_ADAPTABLE_PARAMETERS = ("max_tokens", "max_completion_tokens", "stream_options")
_BAD_REQUESTS = frozenset({400, 422})
_LAST_STEPS = ("usage", "limits")


@dataclass(slots=True)
class ReplyResult:
    """The findings of one target."""

    findings: list[Finding] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    """Steps that were not taken."""
    over_budget: bool = False
    stale: int = 0
    """Requests that were lost with a kept-alive connection which the server had closed."""
    input_tokens: int | None = None
    """Of the prompt of the unstreamed reply, by the provider's count."""


@dataclass(frozen=True, slots=True)
class ReplyChecker:
    """Requests replies from the targets of one provider."""

    provider: Provider
    """With its prices."""
    prober: Prober
    models: Sequence[str]
    """On offer at the provider; empty where that is unknown."""
    budget: JobBudget
    limiter: RateLimiter
    """Keeps the provider's `max_rpm`."""
    same_prompt: SamePrompt
    """Says which targets are sent the same."""
    on_step: Callable[[str], None]
    """Called with each step before it is taken."""

    async def check(self, target: Target) -> ReplyResult:
        """Request an unstreamed reply and, unless that failed for good, a streamed one."""
        result = ReplyResult()
        unstreamed = await self._request(target, result, stream=False)
        if unstreamed is None:
            result.skipped += ["reply", "stream", *_LAST_STEPS]
            return result
        reply = self._reply_finding(target, unstreamed)
        result.findings.append(reply)
        failure = unstreamed.failure
        if failure is not None and "stream" not in failure.message.lower():
            result.skipped += ["stream", *_LAST_STEPS]
            return result
        streamed = await self._request(target, result, stream=True)
        if failure is not None and streamed is not None and streamed.ok and target.stream:
            remedy = "none needed: the config streams, which works"
            result.findings = [dataclasses.replace(reply, level=WARN, remedy=remedy)]
        if streamed is not None:
            result.findings.append(self._stream_finding(target, streamed))
        else:
            result.skipped.append("stream")
        if result.stale:
            result.findings.append(reuse_finding(target))
        replies = [one for one in (unstreamed, streamed) if one is not None and one.ok]
        if replies:
            origin = (
                cache_finding(target, replies),
                served_finding(target, replies, deployments=self.provider.api == "azure"),
                machine_finding(target, replies),
            )
            result.findings += [finding for finding in origin if finding is not None]
            if unstreamed.ok and not unstreamed.from_cache and unstreamed.usage is not None:
                result.input_tokens = unstreamed.usage.input_tokens
            result.findings.append(usage_finding(target, unstreamed, streamed))
            result.findings.append(limits_finding(target, replies))
        else:
            result.skipped += _LAST_STEPS
        return result

    async def _request(self, target: Target, result: ReplyResult, *, stream: bool) -> Sample | None:
        """Send a request, and again where a refusal says how; None when the budget is spent."""
        step = f"{target.model} {'stream' if stream else 'reply'}"
        nonce = self.same_prompt.nonce(target, stream=stream)
        single = dataclasses.replace(target, max_tokens=1, stream=stream, nonce=nonce)
        price = self.provider.prices.get(target.model)
        sample: Sample | None = None
        adaptations = stale = 0
        while adaptations <= MAX_ADAPTATIONS and stale <= MAX_STALE:
            await self._wait_for_rate_limit(step)
            reserved = await self.budget.reserve(single, price)
            if reserved is None:
                result.over_budget = True
                return sample
            with self.budget.booked_if_cut(single, reserved):
                sample = await self.prober.probe(single, STEADY())
            self.budget.settle(sample, reserved)
            if sample.stale:
                stale += 1
            elif _is_adaptable(sample):
                adaptations += 1
            else:
                break
        result.stale += stale
        return sample

    async def _wait_for_rate_limit(self, step: str) -> None:
        """Wait for the provider's `max_rpm`, and report the wait."""
        loop = asyncio.get_running_loop()
        while (wait_s := self.limiter.next_slot(now := loop.time()) - now) > 0:
            self.on_step(f"{step}, waiting for max_rpm")
            await asyncio.sleep(wait_s)
        self.limiter.record_request(now)
        self.on_step(step)

    def _reply_finding(self, target: Target, sample: Sample) -> Finding:
        if sample.failure is not None:
            return self._failure_finding(target, "reply", sample, sample.failure)
        meaning = f"complete after {sample.latency_ms or 0:.0f} ms{_cached(sample)}"
        return Subject.of(target).good("reply", meaning)

    def _stream_finding(self, target: Target, sample: Sample) -> Finding:
        if sample.failure is not None:
            found = self._failure_finding(target, "stream", sample, sample.failure)
            if not target.stream:
                remedy = "none needed: the config does not stream"
                return dataclasses.replace(found, level=WARN, remedy=remedy)
            if sample.failure.error_class == "bad_request":
                remedy = f'set stream = false under [targets."{target.id}"]'
                return dataclasses.replace(found, remedy=remedy)
            return found
        if sample.ttft_ms is None:
            meaning = "no visible token in the reply, so TTFT is unknown"
            remedy = "none needed if the model reasons first; otherwise the relay does not stream"
            return Subject.of(target).warn("stream", meaning, remedy)
        meaning = (
            f"first token after {sample.ttft_ms:.0f} ms, "
            f"last byte after {sample.latency_ms or 0:.0f} ms{_gaps(sample)}{_cached(sample)}"
        )
        return Subject.of(target).good("stream", meaning)

    def _failure_finding(
        self, target: Target, step: str, sample: Sample, failure: Failure
    ) -> Finding:
        others = [model for model in self.models if model != target.model]
        found = diagnose(
            failure,
            self.provider,
            limits=sample.rate_limit,
            wait_s=sample.retry_after_s,
            suggested=suggestion(target.model, others, ""),
        )
        request = "" if sample.request_id is None else f", request id {sample.request_id}"
        meaning = f"{found.meaning}{request}"
        return Subject.of(target).finding(step, found.level, meaning, found.remedy)


def _gaps(sample: Sample) -> str:
    if sample.gap_ms is None or sample.gap_p50_ms is None:
        return ""
    return f", between chunks {sample.gap_p50_ms:.0f} ms (median) to {sample.gap_ms:.0f} ms"


def _cached(sample: Sample) -> str:
    return ", cached" if sample.from_cache else ""


def _is_adaptable(sample: Sample) -> bool:
    """Return whether a refusal names what the next request leaves out; such a one is not billed."""
    if sample.failure is None or sample.http_status not in _BAD_REQUESTS:
        return False
    if sample.least_tokens is not None:
        return True
    return any(name in sample.failure.message for name in _ADAPTABLE_PARAMETERS)
