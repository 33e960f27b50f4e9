"""One request becomes one sample: what it tells of a good reply, and of the next."""

import asyncio
import dataclasses
import json

import psutil
import pytest

from relaytop.config.settings import Price, Provider, Target
from relaytop.probe.prober import Prober
from relaytop.wire.facts import Failure, Limit, ModelList, Served
from tests.probe.support import KEY, class_of, one, probe
from tests.support.server import (
    CERTIFICATE,
    DONE,
    ROLE,
    STOP,
    Response,
    ScriptedServer,
    Seen,
    chat_reply,
    chat_stream,
    delta,
    error_reply,
    json_reply,
    models_reply,
    stream_of,
    usage,
)

WHOLE = {"choices": [{"message": {"content": "pong"}, "finish_reason": "stop"}]}


async def test_a_streamed_reply_has_its_times_in_order() -> None:
    sample = await one(chat_stream(3, first_s=0.08, gap_s=0.03))
    assert sample.ok, sample.failure
    assert sample.latency_ms
    assert sample.ttft_ms
    assert 80 <= sample.ttft_ms < sample.latency_ms
    assert sample.latency_ms - sample.ttft_ms >= 30
    assert sample.usage
    assert (sample.usage.input_tokens, sample.usage.output_tokens) == (5, 3)
    phases = sample.phases
    assert phases.dns_ms is not None
    assert phases.connect_ms is not None
    assert phases.tls_ms is None
    assert phases.wait_ms is not None
    assert phases.transfer_ms is not None
    assert phases.wait_ms + phases.transfer_ms == pytest.approx(sample.latency_ms)
    assert sample.sent_at <= sample.ended_at


async def test_a_whole_reply_has_no_ttft() -> None:
    sample = await one(chat_reply(), stream=False)
    assert sample.ok
    assert sample.ttft_ms is None
    assert sample.latency_ms


async def test_the_role_alone_is_no_first_token() -> None:
    parts = [(0.0, ROLE), (0.06, delta(content="x")), (0.0, STOP), (0.0, DONE)]
    sample = await one(stream_of(parts))
    assert sample.ttft_ms
    assert sample.ttft_ms >= 60


async def test_a_connection_is_reused_at_once_and_never_after_two_seconds() -> None:
    first, second, third = await probe(chat_stream(), count=3, pause_s=0.0)
    assert first.phases.connect_ms is not None
    assert second.phases.connect_ms is None
    assert third.phases.dns_ms is None
    early, late = await probe(chat_stream(), count=2, pause_s=2.2)
    assert early.ok
    assert late.phases.connect_ms is not None


async def test_a_reused_connection_that_was_closed_is_never_an_error() -> None:
    samples = await probe(chat_stream(), count=8, pause_s=0.1, idle_close_s=0.1)
    assert all(sample.ok or sample.stale for sample in samples)


async def test_a_reply_is_dropped_where_the_server_hangs_up_on_a_reused_connection() -> None:
    def handler(seen: Seen) -> Response:
        return chat_stream() if len(server_requests(seen)) == 0 else Response(raw=b"")

    calls: list[Seen] = []

    def server_requests(seen: Seen) -> list[Seen]:
        calls.append(seen)
        return calls[:-1]

    first, second = await probe(handler, count=2)
    assert first.ok
    assert second.stale
    assert not second.ok


@pytest.mark.parametrize(
    ("ends", "delay_s", "stale"), [("close", 0.0, True), ("close", 1.1, False), ("", 0.0, False)]
)
async def test_a_408_that_ends_an_idle_connection_is_no_failure_of_the_request(
    ends: str, delay_s: float, *, stale: bool
) -> None:
    calls: list[Seen] = []

    def handler(seen: Seen) -> Response:
        calls.append(seen)
        headers = {"Connection": ends} if ends else {}
        return chat_stream() if len(calls) == 1 else Response(408, headers, delay_s=delay_s)

    first, second = await probe(handler, count=2)
    assert first.ok
    assert second.stale is stale
    assert class_of(second) == ("connect" if stale else "timeout")


async def test_a_first_408_is_a_failure() -> None:
    (sample,) = await probe(lambda _seen: Response(408, {"Connection": "close"}))
    assert not sample.stale
    assert class_of(sample) == "timeout"


async def test_tls_is_verified_and_timed() -> None:
    first, second = await probe(chat_stream(), tls=True, ca_file=str(CERTIFICATE), count=2)
    assert first.ok, first.failure
    assert first.phases.tls_ms is not None
    assert first.phases.tls_ms > 0
    assert second.phases.tls_ms is None


async def test_a_400_is_learned_from_and_the_failed_probe_stays_a_failure() -> None:
    def handler(seen: Seen) -> Response:
        if "max_tokens" in seen.json:
            return error_reply(400, "Use 'max_completion_tokens' instead.")
        return chat_stream()

    first, second = await probe(handler, count=2)
    assert class_of(first) == "bad_request"
    assert second.ok


async def test_a_small_bound_that_is_refused_is_raised_once_and_the_samples_tell_to_what() -> None:
    asked: list[int] = []

    def handler(seen: Seen) -> Response:
        if "max_tokens" in seen.json:
            return error_reply(400, "Use 'max_completion_tokens' instead.")
        asked.append(seen.json["max_completion_tokens"])
        if asked[-1] < 64:
            return error_reply(400, "Invalid 'max_completion_tokens': expected a value >= 64")
        if asked[-1] < 128:
            return error_reply(400, "Please try again with higher max_tokens")
        return chat_stream()

    samples = await probe(handler, count=5)
    assert [class_of(sample) for sample in samples] == ["bad_request"] * 3 + [None] * 2
    assert [sample.least_tokens for sample in samples] == [None, 64, 256, None, None]
    assert asked == [16, 64, 256, 256]


async def test_a_refusal_that_repeats_itself_teaches_no_more_than_its_bound() -> None:
    samples = await probe(lambda _seen: error_reply(400, "max_tokens is too small"), count=5)
    assert [sample.least_tokens for sample in samples] == [64, 256, 1024, None, None]
    samples = await probe(lambda _seen: error_reply(400, "max_tokens must be at least 9"), count=2)
    assert [sample.least_tokens for sample in samples] == [None, None]


async def test_what_the_headers_tell_is_kept() -> None:
    head = {
        "x-request-id": "req_7",
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "58",
        "openai-processing-ms": "41",
    }
    sample = await one(chat_stream(head=head))
    assert sample.request_id == "req_7"
    assert sample.rate_limit
    assert sample.rate_limit.requests == Limit(60, 58)
    assert sample.server_ms == 41
    limited = await one(json_reply({"error": {"message": "slow"}}, 429, retry_after="3"))
    assert limited.retry_after_s == 3.0


async def test_a_key_that_is_echoed_is_hidden() -> None:
    for echo in (f"bad key {KEY}", f"bad key {KEY[:11]}", f"ends in {KEY[-9:]}"):
        sample = await one(error_reply(401, echo))
        assert sample.failure
        assert KEY[-8:] not in sample.failure.message
        assert KEY[:8] not in sample.failure.message


async def test_the_cost_is_the_relays_own_or_the_configs() -> None:
    prices = {"m": Price(10.0, 100.0)}
    sample = await one(chat_stream(3), prices=prices)
    assert sample.cost_usd == pytest.approx(350e-6)
    assert sample.price_source == "config"
    parts = [(0.0, delta(content="x")), (0.0, STOP), (0.0, usage(cost=0.5)), (0.0, DONE)]
    sample = await one(stream_of(parts), prices=prices)
    assert (sample.cost_usd, sample.price_source) == (0.5, "reply")
    assert (await one(chat_stream(3))).cost_usd is None


async def test_models() -> None:
    async def offer(response: Response) -> ModelList | Failure:
        with ScriptedServer(lambda _: response) as server:
            prober = Prober(Provider(name="p", base_url=server.base_url))
            return await prober.list_models()

    assert await offer(models_reply(["b", "a"])) == ModelList(("a", "b"))
    refused = await offer(error_reply(401, "who are you"))
    assert refused == Failure("auth", "who are you")
    assert isinstance(await offer(Response(raw=b"")), Failure)


async def test_a_cancelled_probe_leaves_the_next_one_whole() -> None:
    with ScriptedServer(lambda _: chat_stream(2, first_s=0.3)) as server:
        prober = Prober(Provider(name="p", base_url=server.base_url))
        target = Target(provider="p", model="m", timeout_s=2.0)
        task = asyncio.ensure_future(prober.probe(target, 0.0))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (await prober.probe(target, 0.0)).ok
        await prober.aclose()


async def test_a_body_in_utf8_that_is_none_is_still_read() -> None:
    document = json.dumps({"choices": [{"message": {"content": "X"}}]}).encode()
    response = Response(
        200, {"Content-Type": "application/json"}, [(0.0, document.replace(b"X", b"\xff"))]
    )
    assert class_of(await one(response)) in {None, "protocol"}


async def test_an_answer_from_a_cache_is_told_and_costs_nothing_whatever_it_quotes() -> None:
    head = {"x-litellm-cache-key": "8afe", "x-litellm-response-cost": "0.5"}
    for sample in (
        await one(chat_stream(head=head), prices={"m": Price(1.0, 2.0)}),
        await one(json_reply(WHOLE, 200, **head), stream=False, prices={"m": Price(1.0, 2.0)}),
    ):
        assert sample.ok
        assert sample.cached == "x-litellm-cache-key"
        assert (sample.cost_usd, sample.price_source, sample.billed_usd) == (0.0, "reply", 0.0)
    assert (await one(chat_stream())).cached is None


async def test_a_sample_knows_what_served_it() -> None:
    head = {"x-litellm-model-id": "d-1", "x-litellm-attempted-fallbacks": "1"}
    sample = await one(json_reply({**WHOLE, "model": "other", "provider": "P"}, 200, **head))
    assert sample.served == Served("other", provider="P", deployment="d-1", fallbacks=1)
    assert (await one(chat_stream())).served == Served()


@pytest.mark.parametrize("encoding", ["none", "utf-8", "identity, none"])
async def test_a_word_that_is_no_coding_spoils_no_reply(encoding: str) -> None:
    assert (await one(chat_stream(head={"Content-Encoding": encoding}))).ok


async def test_a_coding_that_was_not_asked_for_does() -> None:
    sample = await one(chat_stream(head={"Content-Encoding": "br"}))
    assert class_of(sample) == "protocol"


async def prompts_of(target: Target, probers: int = 1) -> list[str]:
    """Probe three times with each of a prober and its clones; return what was asked."""
    with ScriptedServer(lambda _seen: chat_stream()) as server:
        prober = Prober(Provider(name="p", base_url=server.base_url))
        for each in (prober, *(prober.clone() for _ in range(probers - 1))):
            for _ in range(3):
                await each.probe(target, 0.0)
            await each.aclose()
        return [seen.json["messages"][0]["content"] for seen in server.requests]


async def test_no_two_probes_of_a_target_are_the_same() -> None:
    asked = await prompts_of(Target(provider="p", model="m", prompt="say hi"), probers=2)
    assert len(set(asked)) == 6
    assert {text[4:] for text in asked} == {" say hi"}


async def test_what_another_target_is_asked_too_has_the_nonce_of_both() -> None:
    target = Target(provider="p", model="m", messages=(("user", "say hi"),), nonce="abcd")
    assert set(await prompts_of(target)) == {"abcd say hi"}


async def test_a_probe_that_need_not_be_unique_is_sent_as_it_stands() -> None:
    assert set(await prompts_of(Target(provider="p", model="m", unique=False))) == {"ping"}


async def test_probes_that_overlap_have_a_connection_each_and_one_is_kept() -> None:
    """The first hangs; the next ones are answered beside it, and the fast ones share one."""
    slow = iter([0.6])

    def answer(_seen: Seen) -> Response:
        return dataclasses.replace(chat_reply(), delay_s=next(slow, 0.0))

    with ScriptedServer(answer) as server:
        prober = Prober(Provider(name="p", base_url=server.base_url))
        target = Target(provider="p", model="m", stream=False, timeout_s=5.0)
        hanging = asyncio.ensure_future(prober.probe(target, 0.0))
        await asyncio.sleep(0.1)
        beside = [await prober.probe(target, 0.0) for _ in range(3)]
        assert not hanging.done()
        late = await hanging
        after = [await prober.probe(target, 0.0) for _ in range(2)]
        await prober.aclose()
    assert all(sample.ok for sample in [late, *beside, *after])
    assert [request.connection for request in server.requests] == [1, 2, 2, 2, 2, 2]


async def test_a_prober_that_is_closed_closes_what_overlaps_too() -> None:
    arrived = asyncio.Semaphore(0)
    loop = asyncio.get_running_loop()

    def hang(_seen: Seen) -> Response:
        loop.call_soon_threadsafe(arrived.release)
        return Response(silent=True)

    with ScriptedServer(hang) as server:
        prober = Prober(Provider(name="p", base_url=server.base_url))
        target = Target(provider="p", model="m", timeout_s=5.0)
        probes = [asyncio.ensure_future(prober.probe(target, 0.0)) for _ in range(3)]
        for _ in probes:
            await arrived.acquire()
        for each in probes:
            each.cancel()
        await asyncio.gather(*probes, return_exceptions=True)
        await prober.aclose()
        assert server.connections == 3
        connected = [c for c in psutil.Process().net_connections() if c.raddr]
        ports = [c.raddr.port for c in connected if c.status == psutil.CONN_ESTABLISHED]
        assert server.port not in ports
