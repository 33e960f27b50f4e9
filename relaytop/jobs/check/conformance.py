"""The conformance of targets: each feature that their API promises, asked for once."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from relaytop.wire.adaptations import NO_STREAM_OPTIONS, adapted_max_tokens
from relaytop.wire.apis import api_named
from relaytop.wire.conformance.answer import Answer, read_answer
from relaytop.wire.conformance.features import STREAMED_USAGE, Feature, features_of
from relaytop.wire.conformance.verdict import PASS, Verdict, failed, unknown
from relaytop.wire.facts import Usage
from relaytop.wire.json_document import parse
from relaytop.wire.wire_api import SUCCESS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from relaytop.config.settings import Provider, Target
    from relaytop.jobs.check.paid_requests import PaidRequests
    from relaytop.probe.prober import Prober
    from relaytop.probe.sample import Sample
    from relaytop.wire.raw_reply import RawReply

    _Judge = Callable[[Sample, RawReply | None], Verdict]

SKIPPED = "skipped"
UNKNOWN_MODEL = "relaytop-no-such-model"
ERROR_FORM = "error of an unknown model"
_CLIENT_ERRORS = range(400, 500)
_REFUSALS = frozenset({400, 404, 405, 415, 422, 501})
"""Statuses by which a server refuses a parameter, or an endpoint."""
_REFUSAL_CLASSES = frozenset({"bad_request", "not_found"})
"""Likewise, of an error in a good status."""
_NOT_THE_FEATURE = frozenset(
    {"auth", "credit", "permission", "rate_limited", "overloaded", "timeout"}
)
"""Classes of failures that say nothing of what was asked for."""


@dataclass(frozen=True, slots=True)
class Conformance:
    """The outcome of one feature at one target."""

    target: str
    feature: str
    outcome: str
    """`pass`, `fail`, `refused`, `unknown` or `skipped`."""
    meaning: str = ""


def deep_targets(target: Target, api: str) -> list[Target]:
    """Return what the requests for a target's features are, to estimate what they cost."""
    features = features_of(api, target.mode)
    return [feature.target(target) for feature in features] + [_unknown_model(target)]


async def conformance_of(
    target: Target, provider: Provider, requests: PaidRequests
) -> list[Conformance]:
    """Ask a target for each feature, one after another.

    Args:
        target: With its mode.
        provider: Its provider.
        requests: Sends them.
    """
    steps: list[tuple[str, Target, _Judge]] = [
        (each.name, each.target(target), partial(_verdict, each, target, provider, requests.prober))
        for each in features_of(provider.api, target.mode)
    ]
    steps.append((ERROR_FORM, _unknown_model(target), _error_verdict))
    found: list[Conformance] = []
    over_budget = False
    for name, asked, judge in steps:
        sample: Sample | None = None
        raw: RawReply | None = None
        if not over_budget:
            sample, raw, _stale, over_budget = await requests.send(asked, f"{target.model} {name}")
        if sample is None or over_budget:
            found.append(Conformance(target.id, name, SKIPPED, "budget reached"))
            continue
        verdict = judge(sample, raw)
        found.append(Conformance(target.id, name, verdict.outcome, verdict.meaning))
    return found


def has_failed(conformance: Iterable[Conformance]) -> bool:
    """Return whether a feature was accepted and not done."""
    return any(each.outcome == "fail" for each in conformance)


def _unknown_model(target: Target) -> Target:
    return dataclasses.replace(target, model=UNKNOWN_MODEL, max_tokens=1, stream=False)


def _verdict(
    feature: Feature,
    target: Target,
    provider: Provider,
    prober: Prober,
    sample: Sample,
    raw: RawReply | None,
) -> Verdict:
    failure, status = sample.failure, sample.http_status
    answer = Answer()
    if raw is not None and status in SUCCESS:
        answer = read_answer(provider.api, target.mode, raw)
        if failure is not None and failure.error_class == "protocol":
            # To a probe, other dimensions than before are a failure; here they are asked for.
            failure = api_named(provider.api, target.mode).read_reply(raw).failure
        if answer.documents and (failure is None or failure.error_class == "protocol"):
            verdict = _judged(feature, answer, sample, prober.adaptations_of(target))
            if failure is None or verdict.outcome != "pass":
                return verdict
    if failure is None:
        return unknown("the reply cannot be read")
    words = f"{failure.error_class}: {failure.message}"
    if failure.error_class in _NOT_THE_FEATURE:
        return unknown(words)
    if status not in SUCCESS:
        return Verdict("refused", words) if status in _REFUSALS else unknown(words)
    if failure.error_class not in _REFUSAL_CLASSES:
        return failed(words)
    return unknown(words) if answer.has_ended else Verdict("refused", words)


def _judged(
    feature: Feature, answer: Answer, sample: Sample, adaptations: frozenset[str]
) -> Verdict:
    """Judge a reply by what was sent: a refusal may have changed it."""
    bound = adapted_max_tokens(adaptations, feature.max_tokens)
    verdict = feature.judge(answer, sample.usage or Usage(), bound)
    if feature.name == STREAMED_USAGE and NO_STREAM_OPTIONS in adaptations:
        return PASS if verdict == PASS else Verdict("refused", "stream_options is refused")
    return verdict


def _error_verdict(sample: Sample, raw: RawReply | None) -> Verdict:
    """Judge how an unknown model is refused: by a 4xx that says so in the API's own form."""
    failure, status = sample.failure, sample.http_status
    if failure is None:
        return failed("a model that does not exist was answered")
    if status is None or failure.error_class in _NOT_THE_FEATURE - {"permission"}:
        return unknown(f"{failure.error_class}: {failure.message}")
    if status in _CLIENT_ERRORS and failure.error_class in {
        "not_found",
        "bad_request",
        "permission",
    }:
        if raw is not None and isinstance(parse(raw.body), dict | list):
            return PASS
        return failed(f"no error in JSON: {failure.message}")
    return failed(f"HTTP {status} where 404 or 400 is right: {failure.error_class}")
