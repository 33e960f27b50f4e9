"""Each mode at each relay that has it, probed by the engine; and what they say of their models."""

import json
import subprocess

import pytest

from relaytop.config.settings import Provider, Secret, Target
from tests.relays.keys import KEY
from tests.relays.llmock import Llmock
from tests.relays.probing import probed
from tests.support.launch import RELAYTOP

pytestmark = [pytest.mark.relay, pytest.mark.timeout(900)]

MODELS = {
    "mock-fast": "responses",
    "upstream/gpt-4.1": "responses",
    "mock-embedding": "embeddings",
    "upstream/text-embedding-3-small": "embeddings",
    "rerank-cohere": "rerank",
    "rerank-jina": "rerank",
}


async def test_litellm_in_every_mode(litellm: str) -> None:
    providers = [
        Provider(name="proxy", base_url=litellm, key=Secret(KEY)),
        Provider(name="chat", base_url=litellm, key=Secret(KEY)),
        Provider(
            name="messages", base_url=litellm.removesuffix("/v1"), key=Secret(KEY), api="anthropic"
        ),
    ]
    targets = [
        # LiteLLM's mock of a response cannot be streamed.
        Target(provider="proxy", model=model, mode=mode, stream=model != "mock-fast")
        for model, mode in MODELS.items()
    ]
    targets.append(Target(provider="chat", model="mock-fast"))
    targets.append(Target(provider="messages", model="upstream/gpt-4.1"))
    found = await probed(providers, targets)
    assert {name: sample.failure for name, sample in found.items() if not sample.ok} == {}
    streamed = {"proxy/upstream/gpt-4.1", "messages/upstream/gpt-4.1", "chat/mock-fast"}
    assert {name for name, sample in found.items() if sample.ttft_ms is not None} == streamed
    for name in ("proxy/mock-embedding", "proxy/upstream/text-embedding-3-small"):
        assert found[name].tok_s is None
        assert found[name].gap_ms is None


async def test_llmock_has_responses_and_embeddings(llmock: Llmock) -> None:
    provider = Provider(name="llmock", base_url=f"{llmock.url}/v1", key=Secret("sk-llmock-1"))
    targets = [
        Target(provider="llmock", model="gpt-4.1", mode="responses"),
        Target(provider="llmock", model="gpt-4.1-mini", mode="responses", stream=False),
        Target(provider="llmock", model="text-embedding-3-small", mode="embeddings"),
        Target(
            provider="llmock",
            model="text-embedding-3-large",
            mode="embeddings",
            extra={"dimensions": 8},  # which llmock does not heed: the vector is of no use
        ),
    ]
    found = await probed([provider], targets)
    assert found["llmock/gpt-4.1"].ok
    assert found["llmock/gpt-4.1"].ttft_ms is not None
    assert found["llmock/gpt-4.1-mini"].ok
    assert found["llmock/gpt-4.1-mini"].ttft_ms is None
    assert found["llmock/text-embedding-3-small"].ok
    refused = found["llmock/text-embedding-3-large"].failure
    assert refused is not None
    assert "8 were requested" in refused.message


def at_litellm(
    litellm: str, home: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command that asks LiteLLM, whose report is JSON; it must succeed."""
    done = subprocess.run(
        [
            *(*RELAYTOP, *arguments, "--format", "json"),
            *("--base-url", litellm, "--name", "proxy", "--api-key-env", "PROXY_KEY"),
        ],
        env={**home, "PROXY_KEY": KEY},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done


def test_models_tell_their_mode(litellm: str, home: dict[str, str]) -> None:
    modes = json.loads(at_litellm(litellm, home, "models").stdout)["modes"]
    assert modes["proxy/mock-embedding"] == "embeddings"
    assert modes["proxy/rerank-cohere"] == "rerank"
    assert "proxy/mock-fast" not in modes


def test_a_deep_check_at_litellm(litellm: str, home: dict[str, str]) -> None:
    target = "upstream/gpt-4.1"
    done = at_litellm(litellm, home, "check", f"proxy/{target}", "--deep", "--model", target)
    found = {each["feature"]: each["outcome"] for each in json.loads(done.stdout)["conformance"]}
    assert found.pop("max_tokens") == "unknown"  # the upstream's text is shorter
    assert len(found) == 7
    assert set(found.values()) == {"pass"}
    assert b"8 short ones" in done.stderr
