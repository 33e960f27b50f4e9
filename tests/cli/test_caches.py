"""The jobs on a relay that answers from its cache: a hit is no sign of the model's health."""

import json
from pathlib import Path

import pytest

from tests.support.caching import HIT, CachingRelay
from tests.support.launch import Run
from tests.support.server import ScriptedServer, chat_stream

REPEATED = "[probe]\nunique = false\n"


@pytest.fixture
def api_keys() -> dict[str, str]:
    return {}


def write(path: Path, extra: str = "", **servers: ScriptedServer) -> Path:
    config = path / "relaytop.toml"
    tables = [
        f'[providers.{name}]\nbase_url = "{server.base_url}"\nmodels = ["m"]\n'
        for name, server in servers.items()
    ]
    config.write_text(extra + "".join(tables))
    return config


def test_each_probe_reaches_the_upstream(tmp_path: Path, run: Run) -> None:
    relay = CachingRelay()
    with ScriptedServer(relay) as server:
        config = write(tmp_path, p=server)
        done = run("--config", config, "baseline", "-n", "6")
        assert (done.returncode, relay.upstream, relay.hits) == (0, 6, 0)
        relay.dead = True
        done = run("--config", config, "baseline", "-n", "6", "--format", "json")
    assert (done.returncode, relay.hits) == (1, 0)
    assert json.loads(done.stdout)["targets"][0]["status"] == "down"


def test_a_baseline_of_hits_alone_is_not_up(tmp_path: Path, run: Run) -> None:
    relay = CachingRelay()
    with ScriptedServer(relay) as server:
        config = write(tmp_path, REPEATED, p=server)
        run("--config", config, "baseline", "-n", "1")
        relay.dead = True
        done = run("--config", config, "baseline", "-n", "6", "--format", "json")
        table = run("--config", config, "baseline", "-n", "6")
    (target,) = json.loads(done.stdout)["targets"]
    assert (done.returncode, target["status"], target["cached"]) == (1, "unknown", 6)
    assert (target["requests"], target["ok"], target["latency_ms"]) == (0, 0, {"n": 0})
    assert table.returncode == 1
    assert "p/m: 6 replies were cached (x-litellm-cache-key)" in table.stdout
    assert "p/m, latency" not in table.stdout  # no histogram of hits


def test_pick_does_not_choose_by_hits(tmp_path: Path, run: Run) -> None:
    relay = CachingRelay()
    slow = ScriptedServer(lambda _seen: chat_stream(2, first_s=0.1))
    with ScriptedServer(relay) as cached, slow:
        config = write(tmp_path, REPEATED, cached=cached, slow=slow)
        run("--config", config, "baseline", "cached/m", "-n", "1")
        relay.dead = True
        done = run("--config", config, "pick", "m", "-n", "3", "--format", "json")
        alone = run("--config", write(tmp_path, REPEATED, cached=cached), "pick", "m", "-n", "3")
    document = json.loads(done.stdout)
    assert document["target"] == "slow/m"
    found = {each["target"]: each for each in document["candidates"]}
    assert (found["cached/m"]["healthy"], found["cached/m"]["cached"]) == (False, 3)
    assert alone.returncode == 1
    assert "3 cached" in alone.stdout


def test_shadow_judges_no_latency_of_hits(tmp_path: Path, run: Run) -> None:
    slow = ScriptedServer(lambda _seen: chat_stream(2, first_s=0.05))
    with ScriptedServer(CachingRelay()) as cached, slow:
        config = write(tmp_path, REPEATED, cached=cached, slow=slow)
        command = ("--config", config, "shadow", "cached", "slow", "-n", "20", "--seed", "1")
        done = run(*command, "--format", "json")
        table = run(*command)
    (comparison,) = json.loads(done.stdout)["comparisons"]
    assert comparison["verdict"].startswith("no verdict on latency: too many replies were")
    assert "faster" not in comparison["verdict"]
    assert (comparison["origins"]["a"]["cached"], comparison["origins"]["b"]["cached"]) == (15, 0)
    assert f"cached/m: 15 of 20 replies were cached ({next(iter(HIT))})" in str(
        comparison["remarks"]
    )
    assert comparison["figures"]["p50"]["n"] == 5
    assert not any(figure["shown"] for figure in comparison["figures"].values())
    assert "cached  " in table.stdout


def test_shadow_is_not_answered_from_a_cache(tmp_path: Path, run: Run) -> None:
    relay = CachingRelay()
    slow = ScriptedServer(lambda _seen: chat_stream(2))
    with ScriptedServer(relay) as cached, slow:
        config = write(tmp_path, cached=cached, slow=slow)
        for _ in range(2):  # the seed repeats the order, not the requests
            run("--config", config, "shadow", "cached", "slow", "-n", "10", "--seed", "1")
    assert (relay.upstream, relay.hits) == (20, 0)
