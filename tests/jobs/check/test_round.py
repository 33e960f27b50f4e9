"""The whole round against real servers."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import time
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest

from relaytop.config.settings import Price, Secret
from tests.jobs.check.support import KEY, levels, provider, round_of
from tests.support.proxy import connect_proxy
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
    hang_up_after,
    json_reply,
    models_reply,
    stream_of,
    usage,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from relaytop.jobs.check.findings import Finding

PRICES = {"m": Price(8.0, 8.0)}
HEAD = {"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "58"}
STEPS = [
    "config",
    "key",
    "proxy",
    "dns",
    "tcp",
    "tls",
    "models",
    "model",
    "price",
    "reply",
    "stream",
    "usage",
    "limits",
]
GOOD = dict.fromkeys(STEPS, "good")


def relay(
    whole: Response | None = None,
    streamed: Response | None = None,
    models: Response | None = None,
) -> Callable[[Seen], Response]:
    def answer(seen: Seen) -> Response:
        if seen.method == "GET":
            return models or models_reply(["m", "openai/gpt-4.1"])
        if seen.json["stream"]:
            return streamed or chat_stream(1, head=HEAD)
        return whole or chat_reply()

    return answer


async def check(
    handler: Callable[[Seen], Response],
    folder: Path,
    *,
    model: str = "m",
    budget_usd: float = 1.0,
    stream: bool = True,
    path: str = "/v1",
    **fields: object,
) -> tuple[dict[str, Finding], list[Seen]]:
    with ScriptedServer(handler) as server:
        url = server.base_url.removesuffix("/v1") + path
        one = provider(url, **{"models": (model,), "prices": PRICES, **fields})
        return await round_of(one, folder, budget_usd, stream=stream), server.requests


async def test_a_healthy_target(tmp_path: Path) -> None:
    found, requests = await check(relay(), tmp_path)
    assert levels(found) == GOOD
    assert "58/60 requests" in found["limits"].meaning
    paid = [seen.json for seen in requests if seen.method == "POST"]
    assert [(body["stream"], body["max_tokens"]) for body in paid] == [(False, 1), (True, 1)]


async def test_nothing_that_costs_is_sent_without_a_budget(tmp_path: Path) -> None:
    found, requests = await check(relay(), tmp_path, budget_usd=0.0)
    assert [seen.method for seen in requests] == ["GET"]
    assert "budget = 0" in found["skipped"].meaning
    assert "reply" not in found


async def test_replies_that_cost_more_than_was_thought_do_not_end_it(tmp_path: Path) -> None:
    dear = {"prompt_tokens": 1000, "completion_tokens": 100}
    streamed = stream_of([(0.0, delta(content="x")), (0.0, STOP), (0.0, usage(**dear))])
    with ScriptedServer(relay(chat_reply(usage=dear), streamed)) as server:
        one = provider(server.base_url, models=("m",), prices=PRICES)
        found = await round_of(one, tmp_path, ahead_usd=0.0002)
    assert "budget" not in found
    assert found["stream"].level == "good"


async def test_max_rpm_is_kept(tmp_path: Path) -> None:
    with ScriptedServer(relay()) as server:
        one = provider(server.base_url, models=("m", "n"), prices=PRICES, max_rpm=2)
        task = asyncio.ensure_future(round_of(one, tmp_path))
        await asyncio.wait([task], timeout=1.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert sum(seen.method == "POST" for seen in server.requests) == 1


async def test_a_budget_that_is_reached(tmp_path: Path) -> None:
    found, requests = await check(relay(), tmp_path, budget_usd=1e-6)
    assert [seen.method for seen in requests] == ["GET"]
    assert found["budget"].level == "warn"
    assert found["skipped"].meaning == "m reply/stream/usage/limits"


async def test_what_was_spent_today_counts(tmp_path: Path) -> None:
    expensive = {"m": Price(10_000.0, 10_000.0)}
    budget_usd = 0.2
    first, _ = await check(relay(), tmp_path, prices=expensive, budget_usd=budget_usd)
    second, requests = await check(relay(), tmp_path, prices=expensive, budget_usd=budget_usd)
    assert first["reply"].level == "good"
    assert [seen.method for seen in requests] == ["GET"]
    assert second["budget"].level == "warn"


async def test_a_key_that_the_server_refuses(tmp_path: Path) -> None:
    words = f"Incorrect API key provided: {KEY}"
    refusal = error_reply(401, words, code="invalid_api_key")
    found, requests = await check(relay(models=refusal), tmp_path)
    assert found["models"].level == "bad"
    assert "rejected the key" in found["models"].meaning
    assert KEY not in found["models"].meaning
    assert len(requests) == 1
    assert found["skipped"].meaning == "the replies of m"


async def test_a_key_of_another_company_stays_here(tmp_path: Path) -> None:
    one = provider("http://api.groq.com/v1", key=Secret("sk-or-v1-0123456789"), models=("m",))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
        found = await round_of(dataclasses.replace(one, proxy=proxy), tmp_path)
    assert found["key"].level == "bad"
    assert found["tcp"].level == "good"
    assert "models" not in found
    assert found["skipped"].meaning == "models, the replies of m"


async def test_a_model_that_is_not_on_offer(tmp_path: Path) -> None:
    gone = error_reply(404, "The model does not exist", code="model_not_found")
    found, requests = await check(relay(whole=gone), tmp_path, model="gpt-4.1")
    assert found["model"].level == "warn"
    assert found["reply"].level == "bad"
    for step in ("model", "reply"):
        assert found[step].remedy == "did you mean 'openai/gpt-4.1'?"
    assert [seen.method for seen in requests] == ["GET", "POST"]
    assert found["skipped"].meaning == "gpt-4.1 stream/usage/limits"


@pytest.mark.parametrize(("path", "right"), [("", "/v1"), ("/v1/v1", "/v1"), ("/x/v1", "/x")])
@pytest.mark.parametrize("page", [False, True])
async def test_a_base_url_with_or_without_v1(
    tmp_path: Path, path: str, right: str, *, page: bool
) -> None:
    html = Response(200, {"Content-Type": "text/html"}, [(0.0, b"<html></html>")])

    def answer(seen: Seen) -> Response:
        if seen.path == f"{right}/models":
            return models_reply(["m"])
        return html if page else error_reply(404)

    found, requests = await check(answer, tmp_path, path=path)
    assert found["models"].level == "bad"
    assert found["models"].remedy.endswith(f'{right}"')
    assert {seen.method for seen in requests} == {"GET"}


async def test_a_relay_without_a_list_is_asked_all_the_same(tmp_path: Path) -> None:
    found, requests = await check(relay(models=error_reply(404)), tmp_path)
    assert found["models"].level == "warn"
    assert found["reply"].level == found["stream"].level == "good"
    assert "model" not in found
    assert [seen.method for seen in requests] == ["GET", "GET", "POST", "POST"]


async def test_a_rate_limit_on_the_list_is_not_the_end(tmp_path: Path) -> None:
    found, _ = await check(relay(models=error_reply(429, "slow down")), tmp_path)
    assert found["models"].level == "warn"
    assert found["reply"].level == "good"


async def test_streaming_refused(tmp_path: Path) -> None:
    refusal = error_reply(400, "streaming is not supported here")
    found, _ = await check(relay(streamed=refusal), tmp_path)
    assert found["stream"].level == "bad"
    assert found["stream"].remedy == 'set stream = false under [targets."p/m"]'
    assert found["usage"].level == "good"
    other, _ = await check(relay(streamed=refusal), tmp_path, stream=False)
    assert other["stream"].level == "warn"


async def test_a_model_that_only_streams(tmp_path: Path) -> None:
    refusal = error_reply(400, "this model only supports stream mode")
    found, _ = await check(relay(whole=refusal), tmp_path)
    assert (found["reply"].level, found["stream"].level) == ("warn", "good")
    other, _ = await check(relay(whole=refusal), tmp_path, stream=False)
    assert (other["reply"].level, other["stream"].level) == ("bad", "good")


async def test_usage_missing_where_it_streams(tmp_path: Path) -> None:
    silent = stream_of([(0.0, ROLE), (0.0, delta(content="x")), (0.0, STOP), (0.0, DONE)])
    found, _ = await check(relay(streamed=silent), tmp_path)
    assert found["usage"].level == "warn"
    assert found["usage"].meaning == "streamed replies do not report token counts"
    assert found["limits"].level == "good"


async def test_a_stream_without_a_token_to_see(tmp_path: Path) -> None:
    found, _ = await check(relay(streamed=chat_reply()), tmp_path)
    assert found["stream"].level == "warn"


async def test_what_a_refusal_teaches_is_tried_once(tmp_path: Path) -> None:
    def answer(seen: Seen) -> Response:
        if seen.method == "POST" and "max_tokens" in seen.json:
            words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
            return error_reply(400, words, code="unsupported_parameter", param="max_tokens")
        return relay()(seen)

    found, requests = await check(answer, tmp_path)
    assert levels(found) == GOOD
    assert [seen.method for seen in requests] == ["GET", "POST", "POST", "POST"]


async def test_a_newer_name_and_then_more_tokens_are_learned(tmp_path: Path) -> None:
    def answer(seen: Seen) -> Response:
        if seen.method == "POST" and "max_tokens" in seen.json:
            words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
            return error_reply(400, words)
        if seen.method == "POST" and seen.json["max_completion_tokens"] < 20:
            return error_reply(400, "Invalid 'max_completion_tokens': expected a value >= 20")
        return relay()(seen)

    found, requests = await check(answer, tmp_path)
    assert levels(found) == GOOD
    assert [seen.method for seen in requests] == ["GET", *["POST"] * 4]


async def test_a_scarce_limit(tmp_path: Path) -> None:
    head = {"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "2"}
    found, _ = await check(relay(streamed=chat_stream(1, head=head)), tmp_path)
    assert found["limits"].level == "warn"


async def test_an_unknown_price(tmp_path: Path) -> None:
    found, _ = await check(relay(), tmp_path, prices={})
    assert found["price"].level == "warn"
    assert found["price"].remedy == 'set [providers.p.prices."m"] in the config'
    dotted, _ = await check(relay(), tmp_path, prices={}, name="h.example")
    assert '[providers."h.example".prices."m"]' in dotted["price"].remedy


async def test_a_clock_that_is_wrong(tmp_path: Path) -> None:
    models = models_reply(["m"])
    models.headers["Date"] = formatdate(time.time() + 3600, usegmt=True)
    found, _ = await check(relay(models=models), tmp_path)
    assert found["clock"].level == "warn"
    assert "behind" in found["clock"].meaning


async def test_without_models_the_round_ends_at_the_list(tmp_path: Path) -> None:
    found, requests = await check(relay(), tmp_path, models=())
    assert [seen.method for seen in requests] == ["GET"]
    assert found["model"].level == "warn"
    assert found["model"].remedy == "list some in `models`, such as m, openai/gpt-4.1"
    assert "skipped" not in found


async def test_an_empty_list(tmp_path: Path) -> None:
    found, _ = await check(relay(models=json_reply({"data": []})), tmp_path)
    assert found["models"].level == "warn"
    assert found["reply"].level == "good"


async def test_a_port_that_refuses(tmp_path: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and does not listen
        url = f"https://127.0.0.1:{bound.getsockname()[1]}/v1"
        found = await round_of(provider(url, models=("m",)), tmp_path)
    assert found["tcp"].level == "bad"
    assert "refused" in found["tcp"].meaning
    assert found["skipped"].meaning == "tls, models, the replies of m"


async def test_a_name_that_does_not_resolve(tmp_path: Path) -> None:
    found = await round_of(provider("http://nowhere.invalid/v1", models=("a", "b")), tmp_path)
    assert found["dns"].level == "bad"
    assert found["skipped"].meaning == "tcp, models, the replies of 2 models"


async def test_tls(tmp_path: Path) -> None:
    with ScriptedServer(relay(), tls=True) as server:
        one = provider(server.base_url, models=("m",), prices=PRICES)
        untrusted = await round_of(one, tmp_path)
        trusted = await round_of(
            dataclasses.replace(one, ca_file=str(CERTIFICATE)), tmp_path, stream=True
        )
    assert "self-signed" in untrusted["tls"].meaning
    assert untrusted["skipped"].meaning == "models, the replies of m"
    assert levels(trusted) == GOOD
    assert "valid for 3" in trusted["tls"].meaning


async def test_a_port_that_does_not_speak_tls(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        found = await round_of(provider(f"https://127.0.0.1:{port}/v1"), tmp_path)
    assert found["tls"].level == "bad"
    assert "http://" in found["tls"].remedy


async def test_a_ca_file_that_is_none(tmp_path: Path) -> None:
    one = provider(ca_file=str(tmp_path / "none.pem"))
    found = await round_of(one, tmp_path)
    assert found["tls"].level == "bad"
    assert "none.pem" in found["tls"].meaning
    assert found["skipped"].meaning == "dns, tcp, tls, models"


async def test_through_a_proxy(tmp_path: Path) -> None:
    asked: list[bytes] = []
    with ScriptedServer(relay(), tls=True) as server:
        async with connect_proxy(asked) as proxy:
            one = provider(
                server.base_url,
                models=("m",),
                prices=PRICES,
                proxy=proxy.replace("//", "//user:secret@"),
            )
            untrusted = await round_of(one, tmp_path)
            trusted = await round_of(dataclasses.replace(one, ca_file=str(CERTIFICATE)), tmp_path)
    assert untrusted["tls"].level == "bad"
    assert "self-signed" in untrusted["tls"].meaning
    assert levels(trusted) == GOOD
    assert proxy in trusted["proxy"].meaning
    assert "secret" not in str(trusted)
    assert "proxy" in trusted["tcp"].meaning


async def test_a_proxy_that_refuses_connections(tmp_path: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        proxy = f"http://user:secret@127.0.0.1:{bound.getsockname()[1]}"
        found = await round_of(provider(proxy=proxy), tmp_path)
    assert found["tcp"].level == "bad"
    assert "providers.p.proxy" in found["tcp"].remedy
    assert "secret" not in str(found)


async def test_a_server_that_closes_each_connection_is_told(tmp_path: Path) -> None:
    hangs_up = relay(hang_up_after(chat_reply()))
    found, requests = await check(hangs_up, tmp_path)
    assert [seen.json["stream"] for seen in requests if seen.method == "POST"] == [False, True]
    assert found["stream"].level == "good"
    assert found["reuse"].level == "warn"
    assert "connection: close" in found["reuse"].remedy
