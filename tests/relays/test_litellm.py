"""relaytop on a LiteLLM proxy: the screen in a real terminal, and what it leaves on disk."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from tests.relays.keys import KEY
from tests.relays.seen import row, the_snapshot
from tests.support.launch import Run, Start

pytestmark = [pytest.mark.relay, pytest.mark.timeout(900)]

CONFIG = """
interval = "500ms"
window = "1m"
[thresholds]
p95 = "5s"
ttft = "5s"
[providers.proxy]
base_url = "{url}"
api_key_env = "PROXY_KEY"
models = ["mock-fast", "mock-slow", "mock-429", "mock-500"]
"""


@pytest.fixture
def config(tmp_path: Path, litellm: str) -> Path:
    path = tmp_path / "relaytop.toml"
    path.write_text(CONFIG.format(url=litellm))
    return path


def test_each_mock_is_what_it_was_told_to_be(
    start: Start, home: dict[str, str], config: Path
) -> None:
    terminal = start("--config", str(config), PROXY_KEY=KEY, columns=140, rows=40)
    terminal.wait_for(lambda _: "✗" in row(terminal, "mock-500"))
    terminal.wait_for(lambda _: "✗" in row(terminal, "mock-429"), 60)
    terminal.wait_for(
        lambda _: all("●" in row(terminal, model) for model in ("mock-fast", "mock-slow")), 10
    )
    terminal.press("s")
    terminal.wait_for("snapshot saved")
    terminal.press("q")
    assert terminal.wait() == 0

    path, targets = the_snapshot(home)
    fast, slow = targets["mock-fast"], targets["mock-slow"]
    assert fast["status"] == "up"
    assert fast["error_rate"] == 0
    assert 1 < fast["latency_ms"]["p50"] <= fast["latency_ms"]["p95"]
    assert fast["ttft_ms"]["n"] == fast["latency_ms"]["n"] == fast["ok"]
    assert slow["latency_ms"]["p50"] > max(800, fast["latency_ms"]["p50"])
    for model, error_class in (("mock-429", "rate_limited"), ("mock-500", "server_error")):
        assert targets[model]["status"] == "down"
        assert set(targets[model]["errors"]) == {error_class}
        assert targets[model]["latency_ms"] == {"n": 0}
    for secret in (KEY.encode(), KEY[-8:].encode()):
        assert secret not in path.read_bytes()
        assert secret not in bytes(terminal.raw)


def test_a_wrong_key_is_one_clear_finding(start: Start, config: Path) -> None:
    wrong = "sk-wrong-key-9876543210"
    terminal = start("--config", str(config), PROXY_KEY=wrong, columns=140, rows=40)
    terminal.wait_for("auth")
    terminal.wait_for("the key is wrong")
    terminal.press("q")
    assert terminal.wait() == 0
    assert wrong[-8:].encode() not in bytes(terminal.raw)


def test_a_wrong_key_slows_to_a_probe_a_minute(
    start: Start, home: dict[str, str], config: Path
) -> None:
    terminal = start("--config", str(config), PROXY_KEY="sk-wrong-key-9876543210")
    terminal.wait_for("auth")
    time.sleep(5)
    terminal.read(0.5)
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.wait() == 128 + signal.SIGTERM
    _path, targets = the_snapshot(home)
    for target in targets.values():
        assert target["total"]["requests"] <= 2
        assert set(target["errors"]) == {"auth"}


def test_models_are_chosen_on_the_first_run(start: Start, litellm: str) -> None:
    terminal = start(
        *("--base-url", litellm, "--api-key-env", "PROXY_KEY", "--name", "proxy"),
        *("--interval", "500ms"),
        PROXY_KEY=KEY,
    )
    terminal.wait_for("choose models to watch")
    terminal.wait_for("mock-fast")
    assert "/h" in terminal.text
    terminal.press(*"fast")
    terminal.wait_for(lambda text: "mock-slow" not in text)
    terminal.press("down")
    terminal.read(0.3)  # the focus moves before a hand can press the next key
    terminal.press(" ")
    terminal.wait_for("1 chosen")
    terminal.press("enter")
    terminal.wait_for(lambda text: re.search(r"●  proxy/mock-fast\s+\d+", text) is not None)
    terminal.press("q")
    assert terminal.wait() == 0


def test_the_list_of_models(run: Run, litellm: str) -> None:
    provider = ("--base-url", litellm, "--api-key-env", "PROXY_KEY", "--name", "p")
    done = run("models", *provider, environ={"PROXY_KEY": KEY})
    assert done.returncode == 0
    assert set(done.stdout.split()) >= {"p/mock-fast", "p/mock-slow", "p/mock-429", "p/mock-500"}
