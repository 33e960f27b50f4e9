"""Two replies of one token from a target, one unstreamed and one streamed where its mode has it."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relaytop.config.settings import MODES_OF
from relaytop.config.suggestions import suggestion
from relaytop.jobs.check.findings import WARN, Finding, Subject
from relaytop.jobs.check.origin_findings import cache_finding, served_finding
from relaytop.jobs.check.refusal import diagnose
from relaytop.jobs.check.reply_findings import (
    limits_finding,
    machine_finding,
    model_finding,
    reuse_finding,
    usage_finding,
)
from relaytop.wire.apis import api_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Provider, Target
    from relaytop.jobs.check.paid_requests import PaidRequests
    from relaytop.jobs.check.same_prompt import SamePrompt
    from relaytop.probe.sample import Sample
    from relaytop.wire.facts import Failure

_MODE_CLASSES = frozenset({"not_found", "bad_request", "permission", "protocol", "server_error"})
"""Failures of a model that is asked at the wrong endpoint; LiteLLM answers 500, OpenAI 403."""
_OF_STREAMS = re.compile(r"\bstream", re.IGNORECASE)
"""In the refusal of a reply that is not streamed; many quote an upstream."""
_OK = 200
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
    requests: PaidRequests
    models: Sequence[str]
    """On offer at the provider; empty where that is unknown."""
    same_prompt: SamePrompt
    """Says which targets are sent the same."""

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
        if failure is not None and not _OF_STREAMS.search(failure.message):
            result.skipped += ["stream", *_LAST_STEPS]
            mode = await self._mode_finding(target, result, unstreamed)
            result.findings += [] if mode is None else [mode]
            return result
        streams = api_named(self.provider.api, target.mode).streams
        streamed = await self._request(target, result, stream=True) if streams else None
        if failure is not None and streamed is not None and streamed.ok and target.stream:
            remedy = "none needed: the config streams, which works"
            result.findings = [dataclasses.replace(reply, level=WARN, remedy=remedy)]
        if streamed is not None:
            result.findings.append(self._stream_finding(target, streamed))
        elif streams:
            result.skipped.append("stream")
        if result.stale:
            result.findings.append(reuse_finding(target))
        replies = [one for one in (unstreamed, streamed) if one is not None and one.ok]
        if replies:
            origin = (
                cache_finding(target, replies),
                served_finding(target, replies, deployments=self.provider.has_deployments),
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
        """Send a one-token request; None when the budget is spent."""
        nonce = self.same_prompt.nonce(target, stream=stream)
        single = dataclasses.replace(target, max_tokens=1, stream=stream, nonce=nonce)
        step = f"{target.model} {'stream' if stream else 'reply'}"
        outcome = await self.requests.send(single, step)
        result.over_budget |= outcome.over_budget
        result.stale += outcome.stale
        return outcome.sample

    async def _mode_finding(
        self, target: Target, result: ReplyResult, sample: Sample
    ) -> Finding | None:
        """Try the other modes where a failure may come of the mode; return which one works."""
        if not _may_come_of_mode(sample) or self._listed(target) is False:
            return None
        for mode in MODES_OF[self.provider.api]:
            if mode == target.mode:
                continue
            # What `extra` says is meant for the mode that is set.
            single = dataclasses.replace(target, max_tokens=1, stream=False, mode=mode, extra={})
            outcome = await self.requests.send(single, f"{target.model} as {mode}")
            result.over_budget |= outcome.over_budget
            if outcome.sample is None:
                return None
            if outcome.sample.ok:
                meaning = f"the model answers as {mode}, not as {target.mode}"
                remedy = f'set mode = "{mode}" under [targets."{target.id}"]'
                return Subject.of(target).bad("mode", meaning, remedy)
        return None

    def _listed(self, target: Target) -> bool | None:
        """Return whether the model is offered; None where that cannot be known."""
        found = model_finding(target, self.models, deployments=self.provider.has_deployments)
        return None if found is None else found.level != WARN

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
            suggested="" if self._listed(target) else suggestion(target.model, others, ""),
        )
        request = "" if sample.request_id is None else f", request id {sample.request_id}"
        meaning = f"{found.meaning}{request}"
        return Subject.of(target).finding(step, found.level, meaning, found.remedy)


def _may_come_of_mode(sample: Sample) -> bool:
    """Return whether a failure is like one of a wrong endpoint; some have a page for any path."""
    kind = None if sample.failure is None else sample.failure.error_class
    return kind in _MODE_CLASSES or (kind == "gateway" and sample.http_status == _OK)


def _gaps(sample: Sample) -> str:
    if sample.gap_ms is None or sample.gap_p50_ms is None:
        return ""
    return f", between chunks {sample.gap_p50_ms:.0f} ms (median) to {sample.gap_ms:.0f} ms"


def _cached(sample: Sample) -> str:
    return ", cached" if sample.from_cache else ""
