"""The doctor's findings on caches, on models that were not asked for, and on token counts."""

from pathlib import Path
from typing import Any

import pytest

from relaytop.config.settings import Provider, Settings, Target
from relaytop.jobs.check.findings import Finding
from relaytop.jobs.check.run import CheckRun
from relaytop.jobs.check.same_prompt import SamePrompt
from relaytop.jobs.job_budget import JobBudget
from relaytop.wire.nonce import NonceSequence
from tests.jobs.check.support import levels, provider, round_of
from tests.support.caching import CachingRelay
from tests.support.server import (
    Response,
    ScriptedServer,
    Seen,
    chat_reply,
    chat_stream,
    models_reply,
)


async def check(handler: Any, folder: Path, **fields: Any) -> dict[str, Finding]:
    with ScriptedServer(handler) as server:
        one = provider(server.base_url, models=("m",))
        return await round_of(one, folder, **fields)


def relay(head: dict[str, str] | None = None, **reply: Any) -> Any:
    def answer(seen: Seen) -> Response:
        if seen.method == "GET":
            return models_reply(["m"])
        if seen.json["stream"]:
            return chat_stream(1, head=head)
        whole = chat_reply(**reply)
        whole.headers.update(head or {})
        return whole

    return answer


async def test_a_relay_that_answers_from_a_cache(tmp_path: Path) -> None:
    found = await check(relay({"x-portkey-cache-status": "SEMANTIC HIT"}), tmp_path)
    assert levels(found)["cache"] == "bad"
    assert "this relay caches replies: both replies" in found["cache"].meaning
    assert "x-portkey-cache-status: SEMANTIC HIT" in found["cache"].meaning
    assert "disable the relay's cache" in found["cache"].remedy
    assert found["reply"].meaning.endswith(", cached")
    assert found["stream"].meaning.endswith(", cached")


async def test_what_is_asked_twice_is_to_be_made_unique(tmp_path: Path) -> None:
    relay = CachingRelay()
    first = await check(relay, tmp_path, unique=False)
    assert "cache" not in first
    again = await check(relay, tmp_path, unique=False)
    assert again["cache"].level == "bad"
    assert "set unique = true" in again["cache"].remedy
    assert "cache" not in await check(relay, tmp_path)


async def test_another_model_than_the_one_asked_for(tmp_path: Path) -> None:
    head = {"x-litellm-attempted-fallbacks": "1", "x-litellm-model-id": "dep-mini"}
    found = await check(relay(head, model="m-mini-else"), tmp_path)
    assert found["served"].level == "warn"
    assert found["served"].meaning == (
        "asked for m, served by m-mini-else, deployment dep-mini; the relay fell back once"
    )


async def test_a_retry_is_told_and_a_dated_name_is_the_same_model(tmp_path: Path) -> None:
    found = await check(relay({"x-litellm-attempted-retries": "2"}, model="m"), tmp_path)
    assert found["served"].level == "warn"
    assert found["served"].meaning == "by m; the relay retried 2 times"
    assert found["served"].remedy.endswith("the latency includes the detour")
    found = await check(relay(model="m-2026-04-14"), tmp_path)
    assert (found["served"].level, found["served"].meaning) == ("good", "by m-2026-04-14")
    assert "served" not in await check(relay(), tmp_path)


async def two_providers(first: int, second: int) -> tuple[list[Finding], list[str]]:
    """Check one model at two providers that count so many input tokens."""

    def counting(tokens: int) -> Any:
        return relay(usage={"prompt_tokens": tokens, "completion_tokens": 1})

    with ScriptedServer(counting(first)) as a, ScriptedServer(counting(second)) as b:
        providers = (provider(a.base_url, name="a"), provider(b.base_url, name="b"))
        targets = (Target(provider="a", model="m"), Target(provider="b", model="x"))
        settings = Settings(
            providers=providers, targets=targets, aliases={"the model": ("a/m", "b/x")}
        )
        found = await CheckRun(settings, {}, JobBudget(1.0, 10.0, None)).run()
        asked = [
            seen.json["messages"][0]["content"]
            for server in (a, b)
            for seen in server.requests
            if seen.method == "POST"
        ]
    return [finding for finding in found if finding.step == "tokens"], asked


async def test_two_that_count_one_prompt_differently() -> None:
    (finding,), asked = await two_providers(10, 12)
    assert (finding.level, finding.target) == ("warn", "b/x")
    assert finding.meaning.startswith(
        "b/x counts 12 input tokens where a/m counts 10 for the same prompt, 20 % more"
    )
    assert asked[:2] == asked[2:]
    assert asked[0] != asked[1]
    alike, _ = await two_providers(20, 23)
    assert alike == []


@pytest.mark.parametrize("same", [True, False])
def test_only_what_is_sent_to_another_server_shares_a_nonce(*, same: bool) -> None:
    urls = ("http://one/v1", "http://one/v1" if same else "http://two/v1")
    settings = Settings(
        providers=tuple(Provider(name=n, base_url=u) for n, u in zip("ab", urls, strict=True)),
        targets=tuple(Target(provider=name, model="m") for name in "ab"),
    )
    prompt = SamePrompt(settings, NonceSequence())
    nonces = [prompt.nonce(target, stream=True) for target in settings.targets]
    assert nonces == ["", ""] if same else nonces[0] == nonces[1] != ""
