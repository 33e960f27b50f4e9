"""The jobs on a LiteLLM proxy whose local cache is on, in front of an upstream that may die."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.relays.keys import KEY
from tests.relays.processes import running_litellm
from tests.support.launch import Run
from tests.support.server import (
    DONE,
    Response,
    ScriptedServer,
    Seen,
    error_reply,
    event,
    json_reply,
    stream_of,
)

pytestmark = [pytest.mark.relay, pytest.mark.timeout(900)]

MODEL = "gpt-4.1"
PROBES = 8
COUNTS = {"prompt_tokens": 8, "completion_tokens": 2, "total_tokens": 10}


@dataclass
class Upstream:
    """The upstream of LiteLLM, which answers as OpenAI does."""

    dead: bool = False
    reached: int = 0

    def __call__(self, seen: Seen) -> Response:
        self.reached += 1
        if self.dead:
            return error_reply(503, "Connection error.")
        if seen.body and seen.json.get("stream"):
            chunks = [
                _chunk([{"index": 0, "delta": {"role": "assistant", "content": "Pong"}}]),
                _chunk([{"index": 0, "delta": {}, "finish_reason": "stop"}]),
                _chunk([], usage=COUNTS),
            ]
            return stream_of([(0.0, event(chunk)) for chunk in chunks] + [(0.0, DONE)])
        message = {"role": "assistant", "content": "Pong"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return json_reply({**_chunk([choice], usage=COUNTS), "object": "chat.completion"})


def _chunk(choices: list[Any], **more: Any) -> dict[str, Any]:
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": MODEL}
    return {**head, "choices": choices, **more}


@dataclass
class Caching:
    """The proxy, and what is behind it."""

    url: str
    upstream: Upstream


@pytest.fixture(scope="module")
def caching() -> Iterator[Caching]:
    upstream = Upstream()
    with (
        ScriptedServer(upstream) as server,
        running_litellm("litellm-cache.yaml", server.base_url) as base,
    ):
        yield Caching(f"{base}/v1", upstream)


@pytest.fixture
def api_keys() -> dict[str, str]:
    return {"PROXY_KEY": KEY}


@pytest.fixture
def config(tmp_path: Path, caching: Caching) -> Path:
    """A config that probes the proxy; its upstream lives again, and was reached by nobody."""
    caching.upstream.dead, caching.upstream.reached = False, 0
    path = tmp_path / "relaytop.toml"
    path.write_text(
        f'[thresholds]\np95 = "10s"\nttft = "10s"\n[providers.proxy]\nbase_url = "{caching.url}"\n'
        f'api_key_env = "PROXY_KEY"\nmodels = ["{MODEL}"]\n'
    )
    return path


def repeated(config: Path, *, stream: bool) -> Path:
    """Make a config's probes the same each time, but not those of the other tests."""
    mode = "streamed" if stream else "whole"
    settings = f'[probe]\nunique = false\nprompt = "{mode}"\nstream = {str(stream).lower()}\n'
    config.write_text(settings + config.read_text())
    return config


def baseline(run: Run, config: Path, count: int = PROBES) -> tuple[int, dict[str, Any]]:
    done = run("--config", config, "baseline", "-n", count, "--format", "json")
    (target,) = json.loads(done.stdout)["targets"]
    return done.returncode, target


def test_each_probe_reaches_the_upstream(run: Run, config: Path, caching: Caching) -> None:
    code, target = baseline(run, config)
    assert (code, target["status"], target["ok"], target["cached"]) == (0, "up", PROBES, 0)
    assert caching.upstream.reached == PROBES
    caching.upstream.dead = True
    code, target = baseline(run, config, 3)  # each is followed by a longer wait
    assert (code, target["status"], target["ok"], target["cached"]) == (1, "down", 0, 0)


@pytest.mark.parametrize("stream", [True, False])
def test_hits_are_told_and_a_dead_upstream_is_not_up(
    run: Run, config: Path, caching: Caching, *, stream: bool
) -> None:
    repeated(config, stream=stream)
    baseline(run, config, 1)
    assert caching.upstream.reached == 1
    caching.upstream.dead = True
    code, target = baseline(run, config)
    assert caching.upstream.reached == 1
    assert (code, target["status"], target["cached"]) == (1, "unknown", PROBES)
    assert (target["ok"], target["latency_ms"]) == (0, {"n": 0})
    assert target.get("cost_usd", 0.0) == 0.0
    assert "x-litellm-cache-key" in target["cache_sign"]
    picked = run("--config", config, "pick", MODEL, "-n", "3", "--fresh")
    assert picked.returncode == 1


def test_the_doctor_names_the_cache(run: Run, config: Path, caching: Caching) -> None:
    fresh = [run("--config", config, "check") for _ in range(2)]
    assert not any("from its cache" in done.stdout for done in fresh)
    assert caching.upstream.reached == 4
    repeated(config, stream=True)
    run("--config", config, "check")
    found = run("--config", config, "check")
    assert found.returncode == 1
    assert "this relay caches replies: both replies" in found.stdout
    assert "set unique = true" in found.stdout
