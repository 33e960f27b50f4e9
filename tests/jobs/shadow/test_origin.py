"""The origin of both sides' replies, and its effect on the verdict."""

import dataclasses

import pytest

from relaytop.config.settings import Target
from relaytop.jobs.shadow.document import comparison_document
from relaytop.jobs.shadow.origin import origin_of
from relaytop.jobs.shadow.pairs import Pair
from relaytop.jobs.shadow.rounds import Outcome, Round, outcome_of
from relaytop.monitor.origin import MAX_MODELS, OTHER
from relaytop.probe.sample import Sample
from relaytop.wire.facts import Served, Usage
from tests.jobs.shadow.simulated import rounds, slower

A, B = Target(provider="a", model="m"), Target(provider="b", model="m")
PAIR = Pair("m", A, B)
HIT = Outcome(ok=None, cache_sign="x-cache: HIT")


def with_hits(count: int, of: int = 100) -> list[Round]:
    return [
        dataclasses.replace(one, b=HIT) if i < count else one
        for i, one in enumerate(rounds(1, of, slower, b_fails=0.0))
    ]


@pytest.mark.parametrize(("hits", "judged"), [(0, True), (5, True), (6, False), (100, False)])
def test_beyond_five_of_a_hundred_hits_no_latency_is_judged(hits: int, *, judged: bool) -> None:
    document = comparison_document(PAIR, with_hits(hits), 1, 1, 200)
    assert ("faster" in document["verdict"]) == judged
    assert ("no verdict on latency" in document["verdict"]) == (not judged)
    assert document["origins"]["b"]["cached"] == hits
    if hits:
        text = f"b/m: {hits} of 100 replies were cached (x-cache: HIT)"
        assert f"{text} and are excluded from all figures" in document["remarks"]


def test_a_hit_is_neither_a_success_nor_a_failure_and_in_no_figure() -> None:
    sample = Sample(
        target="a/m",
        due_at=0.0,
        sent_at=0.0,
        ended_at=0.0,
        latency_ms=3.0,
        ttft_ms=1.0,
        cost_usd=0.0,
        cached="age: 17",
        usage=Usage(8, 2),
    )
    assert outcome_of(sample) == Outcome(ok=None, cache_sign="age: 17")
    document = comparison_document(PAIR, with_hits(100), 1, 1, 100)
    assert document["figures"] == {}


def answered(served: Served, latency_ms: float = 100.0, tokens: int = 10) -> Outcome:
    return Outcome(ok=True, latency_ms=latency_ms, served=served, input_tokens=tokens)


def test_another_model_and_a_detour_are_told() -> None:
    straight, fallback = Served("m"), Served("else", fallbacks=1)
    outcomes = [answered(straight)] * 3 + [answered(fallback, 700.0)] * 2
    origin = origin_of(A, outcomes)
    assert origin.document() == {"cached": 0, "served": {"m": 3, "else": 2}}
    assert origin.remarks() == [
        "a/m: asked for m, served by else in 2 replies",
        "a/m: for 2 replies the relay retried or used another upstream (P50 700 ms against 100)",
    ]


def test_the_name_of_a_deployment_is_compared_with_no_model() -> None:
    other = answered(Served("gpt-4.1-2025-04-14"))
    pair = dataclasses.replace(PAIR, deployments=frozenset({"b"}))
    document = comparison_document(pair, [Round(0, other, other)] * 5, 1, 1, 100)
    assert document["origins"]["b"]["served"] == {"gpt-4.1-2025-04-14": 5}
    assert document["remarks"] == ["a/m: asked for m, served by gpt-4.1-2025-04-14 in 5 replies"]


def test_a_relay_that_names_ever_new_models_is_bounded() -> None:
    origin = origin_of(A, [answered(Served(f"m{i}")) for i in range(50)])
    assert len(origin.served) == MAX_MODELS + 1
    assert origin.served[OTHER] == 50 - MAX_MODELS


def test_token_counts_that_are_far_apart_are_evidence_and_no_verdict() -> None:
    plain = answered(Served())
    same = [Round(0, plain, plain)] * 10
    apart = [Round(0, plain, answered(Served(), tokens=12))] * 10
    assert "remarks" not in comparison_document(PAIR, same, 1, 1, 100)
    document = comparison_document(PAIR, apart, 1, 1, 100)
    (remark,) = document["remarks"]
    assert remark.startswith("b/m counts 12 input tokens where a/m counts 10")
    assert "token" not in document["verdict"]
    assert not document["figures"]["input_tokens"]["shown"]
