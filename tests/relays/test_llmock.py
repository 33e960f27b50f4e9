"""relaytop's engine on llmock: what it reports is what llmock was set to do."""

from collections.abc import Sequence
from typing import Any

import pytest

from relaytop.config.settings import Provider, Secret, Target
from relaytop.probe.sample import Sample
from relaytop.protocol.messages import Add, Finished, Hold
from tests.relays.llmock import APIS, RPM, TPM, Llmock
from tests.relays.probing import class_of, engine, of, probed, until
from tests.relays.refusals import ALL, REFUSALS
from tests.relays.spending import use_up

pytestmark = [pytest.mark.relay, pytest.mark.timeout(300)]

HOW = ("streamed", "whole")
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "cut-at-once": ({"kind": "disconnect", "after_chunks": 0}, "truncated"),
    "cut": ({"kind": "disconnect", "after_chunks": 4}, "truncated"),
    "nothing": ({"kind": "truncate", "after_chunks": 0}, "protocol"),
    "truncated": ({"kind": "truncate", "after_chunks": 2}, "truncated"),
    "malformed-at-once": ({"kind": "malformed", "after_chunks": 0}, "protocol"),
    "malformed": ({"kind": "malformed", "after_chunks": 2}, "protocol"),
    "stalled": ({"kind": "stall", "after_chunks": 2, "stall_seconds": 3}, "timeout"),
}
"""Model → how its stream breaks, and the class that should come of it."""


def providers(llmock: Llmock, key: str = "sk-test-0123456789") -> list[Provider]:
    """Return each provider twice: a target has a name only once."""
    return [
        Provider(name=f"{name}-{how}", base_url=llmock.url + path, api=api, key=Secret(key))
        for name, (api, path) in APIS.items()
        for how in HOW
    ]


def targets(models: Sequence[str], *, how: Sequence[str] = HOW, **more: Any) -> list[Target]:
    return [
        Target(provider=f"{name}-{way}", model=model, stream=way == "streamed", **more)
        for name in APIS
        for way in how
        for model in models
    ]


def classes(samples: dict[str, Sample]) -> dict[str, str | None]:
    return {target: class_of(sample) for target, sample in samples.items()}


async def test_a_good_reply_of_every_api_whole_and_streamed(llmock: Llmock) -> None:
    text = "a reply of forty characters, ten tokens."
    llmock.set_behaviours({"good": {"type": "reply", "text": text}})
    samples = await probed(providers(llmock), targets(["good"]))
    assert set(classes(samples).values()) == {None}
    for target, sample in samples.items():
        assert sample.usage is not None, target
        assert (sample.usage.input_tokens, sample.usage.output_tokens) == (2, len(text) // 4)
        assert sample.rate_limit is None
        assert sample.latency_ms is not None
        if "whole" in target:
            assert sample.ttft_ms is None
        else:
            assert sample.ttft_ms is not None
            assert 0 < sample.ttft_ms <= sample.latency_ms


async def test_tools_and_no_words_at_all_are_good_too(llmock: Llmock) -> None:
    call = {"name": "weather", "arguments": {"city": "Paris"}}
    llmock.set_behaviours(
        {
            "tools": {"type": "reply", "tool_calls": [call]},
            "wordless": {"type": "reply", "text": "", "finish_reason": "length"},
        }
    )
    samples = await probed(providers(llmock), targets(["tools", "wordless"]))
    assert set(classes(samples).values()) == {None}
    assert {name for name, sample in samples.items() if sample.ttft_ms is not None} == {
        f"{name}-streamed/tools" for name in APIS
    }


async def test_a_wait_is_found_where_the_server_waited(llmock: Llmock) -> None:
    llmock.set_behaviours(
        {
            "thinks": {"type": "slow_first_token", "seconds": 0.4},
            "pauses": {"type": "stream_fault", "kind": "stall", "after_chunks": 4}
            | {"stall_seconds": 0.4},
            "queued": {"type": "delay", "seconds": 0.4},
        }
    )
    samples = await probed(providers(llmock), targets(["thinks", "pauses", "queued"]))
    assert set(classes(samples).values()) == {None}
    for name in APIS:
        thinks, pauses, queued = (
            samples[f"{name}-streamed/{model}"] for model in ("thinks", "pauses", "queued")
        )
        for slow in (thinks, queued):
            assert slow.ttft_ms is not None
            assert slow.ttft_ms >= 400
        assert pauses.ttft_ms is not None
        assert pauses.latency_ms is not None
        assert pauses.latency_ms - pauses.ttft_ms >= 399
        whole = samples[f"{name}-whole/queued"]
        assert whole.latency_ms is not None
        assert whole.latency_ms >= 400


async def test_every_refusal_has_its_class_and_its_wait(llmock: Llmock) -> None:
    llmock.set_behaviours(ALL)
    wanted = targets(list(REFUSALS))
    samples = await probed(providers(llmock), wanted)
    for target in wanted:
        sample, refusal = samples[target.id], REFUSALS[target.model]
        assert (class_of(sample), sample.retry_after_s, sample.http_status) == (
            refusal.error_class,
            refusal.wait_s,
            refusal.behaviour["status"],
        ), target.id


async def test_every_broken_stream_has_its_class(llmock: Llmock) -> None:
    llmock.set_behaviours(
        {model: {"type": "stream_fault", **how} for model, (how, _) in FAULTS.items()}
    )
    wanted = targets(list(FAULTS), how=["streamed"], timeout_s=1.5)
    samples = await probed(providers(llmock), wanted)
    assert classes(samples) == {target.id: FAULTS[target.model][1] for target in wanted}
    assert all(sample.latency_ms is None for sample in samples.values())


async def test_the_limits_are_what_each_providers_headers_tell(limited_llmock: Llmock) -> None:
    for how in HOW:  # a key of its own for each: nothing else is taken from its minute
        found = await probed(providers(limited_llmock, f"key-{how}"), targets(["m"], how=[how]))
        for name in APIS:
            limits = found[f"{name}-{how}/m"].rate_limit
            assert limits is not None, name
            assert limits.requests is not None
            assert limits.tokens is not None
            assert (limits.requests.limit, limits.requests.remaining) == (RPM, RPM - 1)
            assert limits.requests.reset_s is not None
            assert 0 <= limits.requests.reset_s <= 60 / RPM
            assert limits.tokens.limit == TPM
            assert limits.tokens.remaining is not None
            assert TPM - 100 < limits.tokens.remaining < TPM


async def test_a_limit_that_others_use_up_is_waited_for_and_then_left_alone(
    limited_llmock: Llmock,
) -> None:
    key = "key-shared"
    # llmock knows a retry by its body: a nonce would make each probe another request.
    target = Target(provider="openai-streamed", model="m", interval_s=0.1, unique=False)
    async with engine(providers(limited_llmock, key)) as child:
        use_up(f"{limited_llmock.url}/v1", key, "m")
        limited_llmock.clear_requests()
        child.send(Add((target,)))
        found = await until(
            child, lambda found: any(hold.reason == "scarce" for hold in of(found, Hold))
        )
    refused, good = (report.sample for report in of(found, Finished))
    assert (class_of(refused), class_of(good)) == ("rate_limited", None)
    assert refused.retry_after_s is not None
    assert 0 < refused.retry_after_s <= 60 / RPM
    assert refused.rate_limit is not None
    assert refused.rate_limit.requests is not None
    assert (refused.rate_limit.requests.limit, refused.rate_limit.requests.remaining) == (RPM, 0)
    assert good.sent_at >= refused.ended_at + refused.retry_after_s - 0.01
    limited, scarce = of(found, Hold)
    assert (limited.reason, limited.asked) == ("rate_limited", True)
    assert not scarce.asked
    assert limited_llmock.verdict() == set()
