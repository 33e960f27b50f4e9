"""The headless jobs on real relays: a LiteLLM proxy, and llmock straight and behind it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.relays.keys import KEY
from tests.relays.llmock import Llmock
from tests.support.launch import Run

pytestmark = [pytest.mark.relay, pytest.mark.timeout(900)]

CONFIG = """
[thresholds]
p95 = "5s"
ttft = "5s"
[providers.proxy]
base_url = "{proxy}"
api_key_env = "PROXY_KEY"
models = ["mock-fast", "mock-slow", "mock-500"]
[providers.straight]
base_url = "{straight}/v1"
models = ["answers"]
"""

Job = Callable[..., tuple[dict[str, Any], str]]


@pytest.fixture
def config(tmp_path: Path, litellm: str, llmock: Llmock) -> Path:
    llmock.set_behaviours(
        {"answers": {"type": "reply", "text": "forty characters make up a reply of ten."}}
    )
    path = tmp_path / "relaytop.toml"
    path.write_text(CONFIG.format(proxy=litellm, straight=llmock.url))
    return path


@pytest.fixture
def api_keys() -> dict[str, str]:
    return {"PROXY_KEY": KEY}


@pytest.fixture
def job(run: Run, config: Path) -> Job:
    """Runs a job on the config; returns its document and what it said beside it."""

    def document_of(*arguments: str, code: int = 0) -> tuple[dict[str, Any], str]:
        done = run("--config", config, *arguments, "--format", "json")
        assert done.returncode == code, done.stderr
        document: dict[str, Any] = json.loads(done.stdout)
        return document, done.stderr

    return document_of


def by_name(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {target["target"]: target for target in document["targets"]}


def test_a_baseline_of_each(job: Job) -> None:
    document, messages = job("baseline", "-n", "8", code=1)  # one of them always fails
    targets = by_name(document)
    fast, slow, straight = (
        targets[name] for name in ("proxy/mock-fast", "proxy/mock-slow", "straight/answers")
    )
    assert [each["ok"] for each in (fast, slow, straight)] == [8, 8, 8]
    assert fast["latency_ms"]["p50"] < slow["latency_ms"]["p50"]
    assert slow["latency_ms"]["p50"] > 800
    assert straight["tokens"]["output"] == 8 * 10
    broken = targets["proxy/mock-500"]
    assert (broken["status"], broken["errors"]) == ("down", {"server_error": 8})
    assert "8 probes of each of 4 targets: at most $" in messages


def test_a_shadow_finds_the_slower(job: Job) -> None:
    asked = ("shadow", "proxy", "straight", "-n", "20", "--seed", "1")
    document, _ = job(*asked, "--model", "mock-slow=answers")
    (comparison,) = document["comparisons"]
    assert [target["ok"] for target in document["targets"]] == [20, 20]
    slow, fast = (target["latency_ms"]["p50"] for target in document["targets"])
    assert slow > max(800, fast)
    # On a busy machine neighbouring requests may be slow together, and it says that of twenty.
    verdict = comparison["verdict"]
    assert "straight is faster" in verdict or "latency: too few independent rounds" in verdict


def test_a_pick_takes_the_one_that_answers(config: Path, job: Job) -> None:
    config.write_text(
        config.read_text() + '[aliases]\n"any" = ["proxy/mock-500", "straight/answers"]\n'
    )
    document, _ = job("pick", "any", "-n", "3")
    assert document["target"] == "straight/answers"
    assert [each["healthy"] for each in document["candidates"]] == [True, False]
