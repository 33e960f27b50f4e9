"""relaytop's engine on a LiteLLM proxy: its limits, and what becomes of an upstream's failures."""

import math

import pytest

from relaytop.config.settings import Provider, Secret, Target
from relaytop.probe.sample import Sample
from relaytop.protocol.messages import Add, Finished, Hold, Report
from tests.relays.keys import KEY, KEY_RPM, LIMITED_KEY
from tests.relays.llmock import Llmock
from tests.relays.probing import class_of, engine, of, probed, until
from tests.relays.refusals import ALL, REFUSALS
from tests.relays.spending import use_up

pytestmark = [pytest.mark.relay, pytest.mark.timeout(900)]


def proxies(url: str, key: str = KEY) -> list[Provider]:
    """Return the proxy twice: a target has a name only once."""
    return [Provider(name=name, base_url=url, key=Secret(key)) for name in ("streamed", "whole")]


def targets(*models: str, interval_s: float = 5.0) -> list[Target]:
    return [
        Target(provider=how, model=model, stream=how == "streamed", interval_s=interval_s)
        for how in ("streamed", "whole")
        for model in models
    ]


def held(found: list[Report]) -> bool:
    return bool(of(found, Hold))


def samples(found: list[Report]) -> list[Sample]:
    return [report.sample for report in of(found, Finished)]


def requests_left(sample: Sample) -> tuple[int | None, int | None]:
    assert sample.rate_limit is not None
    assert sample.rate_limit.requests is not None
    return sample.rate_limit.requests.limit, sample.rate_limit.requests.remaining


async def test_what_the_provider_behind_it_refuses_keeps_its_class(
    litellm: str, llmock: Llmock
) -> None:
    llmock.set_behaviours(ALL)
    wanted = targets(*(f"upstream/{model}" for model in REFUSALS))
    found = await probed(proxies(litellm), wanted)
    for target in wanted:
        refusal = REFUSALS[target.model.removeprefix("upstream/")]
        wait_s = None if refusal.wait_s is None else math.ceil(refusal.wait_s)
        sample = found[target.id]
        assert (class_of(sample), sample.retry_after_s) == (refusal.error_class, wait_s), target.id


async def test_a_stream_that_breaks_behind_it_is_a_failure_inside_a_200(
    litellm: str, llmock: Llmock
) -> None:
    llmock.set_behaviours(
        {"malformed": {"type": "stream_fault", "kind": "malformed", "after_chunks": 4}}
    )
    streamed, whole = targets("upstream/malformed")
    found = await probed(proxies(litellm), [streamed, whole])
    assert found[streamed.id].http_status == 200
    assert class_of(found[streamed.id]) == "server_error"
    assert class_of(found[whole.id]) is None


async def test_an_upstream_that_is_down_and_a_prompt_that_is_too_long(litellm: str) -> None:
    found = await probed(proxies(litellm), targets("mock-down", "mock-context"))
    assert {name: class_of(sample) for name, sample in found.items()} == {
        target.id: "server_error" if target.model == "mock-down" else "bad_request"
        for target in targets("mock-down", "mock-context")
    }


async def test_a_keys_limit_is_left_alone_and_its_429_waited_for(litellm: str) -> None:
    streamed, whole = targets("mock-fast", interval_s=1.0)
    async with engine(proxies(litellm, LIMITED_KEY)) as child:
        child.send(Add((whole,)))
        found = await until(child, held)
        good = samples(found)
        assert {class_of(sample) for sample in good} == {None}
        assert {requests_left(sample)[0] for sample in good} == {KEY_RPM}
        assert requests_left(good[-1])[1] == 0
        assert [hold.reason for hold in of(found, Hold)] == ["scarce"]

        child.send(Add((streamed,)))
        found = await until(child, held)
    (refused,) = samples(found)
    assert class_of(refused) == "rate_limited"
    assert refused.retry_after_s is not None
    assert 0 < refused.retry_after_s <= 60
    assert [(hold.reason, hold.asked) for hold in of(found, Hold)] == [("rate_limited", True)]


async def test_a_deployments_limit_is_left_alone_and_its_429_waited_for(litellm: str) -> None:
    streamed, whole = targets("mock-limited", interval_s=1.0)
    async with engine(proxies(litellm)) as child:
        child.send(Add((streamed,)))
        found = await until(child, held)
        good = samples(found)
        assert {class_of(sample) for sample in good} == {None}
        assert {requests_left(sample)[0] for sample in good} == {3}
        assert requests_left(good[-1])[1] == 0
        assert [hold.reason for hold in of(found, Hold)] == ["scarce"]

        use_up(litellm, KEY, "mock-limited")
        child.send(Add((whole,)))
        found = await until(child, held)
    (refused,) = samples(found)
    assert class_of(refused) == "rate_limited"
    assert refused.retry_after_s is not None
    assert 0 < refused.retry_after_s <= 60
    assert [(hold.reason, hold.asked) for hold in of(found, Hold)] == [("rate_limited", True)]
