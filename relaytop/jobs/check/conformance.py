"""The conformance of targets: each feature that their API promises, asked for once."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.wire.conformance.answer import read_answer
from relaytop.wire.conformance.features import Feature, features_of
from relaytop.wire.conformance.verdict import PASS, Verdict, failed, unknown
from relaytop.wire.facts import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relaytop.config.settings import Provider, Target
    from relaytop.jobs.check.paid_requests import PaidRequests
    from relaytop.probe.sample import Sample
    from relaytop.wire.raw_reply import RawReply

SKIPPED = "skipped"
UNKNOWN_MODEL = "relaytop-no-such-model"
ERROR_FORM = "error of an unknown model"
_OK = 200
_CLIENT_ERRORS = range(400, 500)
_REFUSALS = frozenset({400, 404, 405, 415, 422, 501})
"""Statuses by which a server refuses a parameter, or an endpoint."""
_NOT_THE_FEATURE = frozenset({"auth", "credit", "permission", "rate_limited", "overloaded"})
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
    return [_single(feature, target) for feature in features] + [_unknown_model(target)]


async def conformance_of(
    target: Target, provider: Provider, requests: PaidRequests
) -> list[Conformance]:
    """Ask a target for each feature, one after another.

    Args:
        target: With its mode.
        provider: Its provider.
        requests: Sends them.
    """
    found: list[Conformance] = []
    over_budget = False
    for feature in features_of(provider.api, target.mode):
        if over_budget:
            found.append(Conformance(target.id, feature.name, SKIPPED, "budget reached"))
            continue
        outcome = await requests.send(_single(feature, target), f"{target.model} {feature.name}")
        over_budget = outcome.over_budget
        if outcome.sample is None:
            found.append(Conformance(target.id, feature.name, SKIPPED, "budget reached"))
            continue
        verdict = _verdict(feature, target, provider, outcome.sample, outcome.raw)
        found.append(Conformance(target.id, feature.name, verdict.outcome, verdict.meaning))
    if not over_budget:
        outcome = await requests.send(_unknown_model(target), f"{target.model} {ERROR_FORM}")
        if outcome.sample is not None:
            verdict = _error_verdict(outcome.sample)
            found.append(Conformance(target.id, ERROR_FORM, verdict.outcome, verdict.meaning))
    return found


def has_failed(conformance: Iterable[Conformance]) -> bool:
    """Return whether a feature was accepted and not done."""
    return any(each.outcome == "fail" for each in conformance)


def _single(feature: Feature, target: Target) -> Target:
    return feature.target(target)


def _unknown_model(target: Target) -> Target:
    return dataclasses.replace(target, model=UNKNOWN_MODEL, max_tokens=1, stream=False)


def _verdict(
    feature: Feature, target: Target, provider: Provider, sample: Sample, raw: RawReply | None
) -> Verdict:
    failure, status = sample.failure, sample.http_status
    if raw is not None and status == _OK:
        answer = read_answer(provider.api, target.mode, raw)
        if answer.documents and (failure is None or failure.error_class == "protocol"):
            return feature.judge(answer, sample.usage or Usage(), _bound(feature, sample))
    if failure is None:
        return unknown("the reply cannot be read")
    words = f"{failure.error_class}: {failure.message}"
    if status == _OK:
        return failed(words)
    if failure.error_class in _NOT_THE_FEATURE or status not in _REFUSALS:
        return unknown(words)
    return Verdict("refused", words)


def _bound(feature: Feature, sample: Sample) -> int:
    """Return the bound on the reply that was sent: a refusal may have raised it."""
    return max(feature.max_tokens, sample.least_tokens or 0)


def _error_verdict(sample: Sample) -> Verdict:
    """Judge how an unknown model is refused: by a 4xx that says so in the API's own form."""
    failure, status = sample.failure, sample.http_status
    if failure is None:
        return failed("a model that does not exist was answered")
    if failure.error_class in _NOT_THE_FEATURE - {"permission"}:
        return unknown(f"{failure.error_class}: {failure.message}")
    if status in _CLIENT_ERRORS and failure.error_class in {
        "not_found",
        "bad_request",
        "permission",
    }:
        return PASS
    return failed(f"HTTP {status} where 404 or 400 is right: {failure.error_class}")
