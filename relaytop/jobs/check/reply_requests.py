"""Two replies of one token: one whole, one streamed; what they tell of a target."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relaytop.config.suggestions import nearest
from relaytop.jobs.check import reply_findings
from relaytop.jobs.check.findings import GOOD, WARN, Finding
from relaytop.jobs.check.refusal import explain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relaytop.config.settings import Provider, Target
    from relaytop.engine.rate_limiter import RateLimiter
    from relaytop.jobs.job_budget import JobBudget
    from relaytop.probe.prober import Prober
    from relaytop.probe.sample import Sample

LESSONS = 2
"""Refusals of a question that are learned from: a model may want a newer name, then more tokens."""
_TEACHING = ("max_tokens", "max_completion_tokens", "stream_options")
_BAD_REQUESTS = frozenset({400, 422})
_LAST = ("usage", "limits")


@dataclass(slots=True)
class Checked:
    """What was found of one target."""

    findings: list[Finding] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Steps that were not taken."""
    over_budget: bool = False


class Replies:
    """Asks the targets of one provider for replies.

    Args:
        provider: With its prices.
        prober: Sends the requests.
        models: What the provider says it offers; empty where that is unknown.
        purse: Pays.
        pacer: Keeps the provider's `max_rpm`.
        doing: Told which step is under way.
    """

    def __init__(
        self,
        provider: Provider,
        prober: Prober,
        models: Sequence[str],
        purse: JobBudget,
        pacer: RateLimiter,
        doing: Callable[[str], None],
    ) -> None:
        self._provider = provider
        self._prober = prober
        self._models = models
        self._purse = purse
        self._pacer = pacer
        self._doing = doing

    async def check(self, target: Target) -> Checked:
        """Ask for a whole reply and, unless that failed for good, for a streamed one."""
        checked = Checked()
        whole = await self._ask(target, checked, stream=False)
        if whole is None:
            checked.missing += ["reply", "stream", *_LAST]
            return checked
        reply = self._reply(target, whole)
        checked.findings.append(reply)
        if whole.failure is not None and "stream" not in whole.failure.message.lower():
            checked.missing += ["stream", *_LAST]
            return checked
        streamed = await self._ask(target, checked, stream=True)
        if whole.failure is not None and streamed is not None and streamed.ok and target.stream:
            remedy = "none: it streams, and so does the config"
            checked.findings = [dataclasses.replace(reply, level=WARN, remedy=remedy)]
        if streamed is not None:
            checked.findings.append(self._stream(target, streamed))
        else:
            checked.missing.append("stream")
        replies = [one for one in (whole, streamed) if one is not None and one.ok]
        if replies:
            checked.findings.append(reply_findings.usage_finding(target, whole, streamed))
            checked.findings.append(reply_findings.limits_finding(target, replies))
        else:
            checked.missing += _LAST
        return checked

    async def _ask(self, target: Target, checked: Checked, *, stream: bool) -> Sample | None:
        """Ask once, and again where a refusal taught how; None when the money is spent."""
        step = f"{target.model} {'stream' if stream else 'reply'}"
        single = dataclasses.replace(target, max_tokens=1, stream=stream)
        price = self._provider.prices.get(target.model)
        sample: Sample | None = None
        for _ in range(LESSONS + 1):
            await self._turn(step)
            reserved = await self._purse.reserve(single, price)
            if reserved is None:
                checked.over_budget = True
                return sample
            sample = await self._prober.probe(single, time.time())
            self._purse.settle(sample, reserved)
            if not (sample.stale or _teaches(sample)):
                break
        return sample

    async def _turn(self, step: str) -> None:
        """Wait for the provider's `max_rpm`, and say so."""
        loop = asyncio.get_running_loop()
        while (wait_s := self._pacer.next_slot(now := loop.time()) - now) > 0:
            self._doing(f"{step}, when max_rpm allows it")
            await asyncio.sleep(wait_s)
        self._pacer.record_request(now)
        self._doing(step)

    def _reply(self, target: Target, sample: Sample) -> Finding:
        if sample.failure is not None:
            return self._failed(target, "reply", sample)
        return _found(target, "reply", GOOD, f"a whole one after {sample.latency_ms or 0:.0f} ms")

    def _stream(self, target: Target, sample: Sample) -> Finding:
        if sample.failure is not None:
            found = self._failed(target, "stream", sample)
            off = f'set stream = false under [targets."{target.id}"]'
            if not target.stream:
                return dataclasses.replace(
                    found, level=WARN, remedy="none: the config does not stream"
                )
            spoken = sample.failure.error_class == "bad_request"
            return dataclasses.replace(found, remedy=off) if spoken else found
        if sample.ttft_ms is None:
            words = "a reply without a visible token, so TTFT stays unknown"
            remedy = "none where the model thinks first; else the relay does not stream"
            return _found(target, "stream", WARN, words, remedy)
        words = f"the first token after {sample.ttft_ms:.0f} ms, the last byte after"
        return _found(target, "stream", GOOD, f"{words} {sample.latency_ms or 0:.0f} ms")

    def _failed(self, target: Target, step: str, sample: Sample) -> Finding:
        assert sample.failure is not None  # noqa: S101 - only called where it is there
        found = explain(
            sample.failure,
            self._provider,
            limits=sample.rate_limit,
            wait_s=sample.retry_after_s,
            near=nearest(target.model, [one for one in self._models if one != target.model]),
        )
        meaning = found.meaning
        if sample.request_id is not None:
            meaning += f", request id {sample.request_id}"
        return _found(target, step, found.level, meaning, found.remedy)


def _teaches(sample: Sample) -> bool:
    """Whether a refusal names what the next request leaves out; such a one is not billed."""
    if sample.failure is None or sample.http_status not in _BAD_REQUESTS:
        return False
    if sample.least_tokens is not None:
        return True
    return any(name in sample.failure.message for name in _TEACHING)


def _found(target: Target, step: str, level: str, meaning: str, remedy: str = "") -> Finding:
    return Finding(target.provider, target.id, step, level, meaning, remedy)
