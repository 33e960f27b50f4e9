import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from relaytop.config.errors import RelaytopError
from tests.support.launch import Invoke
from tests.support.server import (
    Response,
    ScriptedServer,
    Seen,
    chat_reply,
    chat_stream,
    error_reply,
    models_reply,
)

KEY = "sk-cli-0123456789abcdef"
CONFIG = """
budget = {budget}
[providers.good]
base_url = "{url}"
api_key_env = "GOOD_KEY"
models = ["gpt-4.1"]
[providers.good.prices."gpt-4.1"]
input = 8.0
output = 8.0
[providers.bad]
base_url = "http://127.0.0.1:{port}/v1"
api_key_env = "BAD_KEY"
models = ["m"]
"""


def relay(seen: Seen) -> Response:
    if seen.headers.get("authorization") != f"Bearer {KEY}":
        return error_reply(401, "no such key")
    if seen.method == "GET":
        return models_reply(["gpt-4.1"])
    return chat_stream(1) if seen.json["stream"] else chat_reply()


@pytest.fixture(autouse=True)
def _own_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(relay) as running:
        yield running


@pytest.fixture
def config(tmp_path: Path, server: ScriptedServer) -> Iterator[str]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and does not listen
        port = bound.getsockname()[1]
        path = tmp_path / "c.toml"
        path.write_text(CONFIG.format(url=server.base_url, port=port, budget=1.0))
        yield str(path)


@pytest.fixture
def api_keys() -> dict[str, str]:
    return {"GOOD_KEY": KEY, "BAD_KEY": KEY}


def test_all_is_well(invoke: Invoke, config: str, tmp_path: Path) -> None:
    done = invoke("check", "good", "--config", config)
    assert done.exit_code == 0
    assert done.stdout.startswith("good\n  ✓ config ")
    assert done.stdout.endswith("13 good, 0 warnings, 0 errors\n")
    assert "at most 2 one-token replies from 1 target: at most $0.000208" in done.stderr
    assert (tmp_path / "data" / "relaytop" / "ledger.sqlite").exists()
    assert KEY not in done.output


def test_a_bad_provider_fails_the_check_and_not_the_others(invoke: Invoke, config: str) -> None:
    done = invoke("check", "--config", config, "--ascii")
    assert done.exit_code == 1
    assert done.output.isascii()
    assert "  no tcp " in done.stdout
    assert "  ok stream " in done.stdout


def test_json(invoke: Invoke, config: str, tmp_path: Path) -> None:
    output = tmp_path / "found.json"
    done = invoke(
        "check", "good/gpt-4.1", "--config", config, "--format", "json", "--output", str(output)
    )
    assert (done.exit_code, done.stdout) == (0, "")
    tree = json.loads(output.read_text())
    assert tree["counts"] == {"good": 13, "warn": 0, "bad": 0, "skipped": 0}
    assert tree["cost_usd"] == pytest.approx((8 + 6) * 8e-6)


def test_markdown(invoke: Invoke, config: str) -> None:
    done = invoke("check", "good", "--config", config, "--format", "markdown")
    assert "| ✓ | good/gpt-4.1 | reply |" in done.stdout


def test_a_budget_of_zero(
    invoke: Invoke, config: str, server: ScriptedServer, tmp_path: Path
) -> None:
    done = invoke("check", "good", "--config", config, "--budget", "0", "--format", "json")
    assert done.exit_code == 0
    assert "free checks only" in done.stderr
    assert [seen.method for seen in server.requests] == ["GET"]
    assert json.loads(done.stdout)["cost_usd"] == 0
    assert not (tmp_path / "data").exists()


def test_a_key_that_cannot_be_had_is_one_finding(invoke: Invoke, config: str) -> None:
    done = invoke("check", "good", "--config", config, GOOD_KEY="")
    assert done.exit_code == 1
    (line,) = (line for line in done.stdout.splitlines() if "✗ key" in line)
    assert config in line
    place = "providers.good.api_key_env: environment variable GOOD_KEY is empty"
    assert f"{place} → set it to the key" in line


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("god", "did you mean 'good'?"),
        ("good/gpt4.1", "did you mean 'good/gpt-4.1'?"),
        ("zzz", "known: good, bad"),
    ],
)
def test_an_unknown_name(invoke: Invoke, config: str, name: str, hint: str) -> None:
    with pytest.raises(RelaytopError) as caught:
        invoke("check", name, "--config", config)
    assert hint in str(caught.value)


def test_any_model_of_a_provider_without_models(invoke: Invoke, server: ScriptedServer) -> None:
    flags = ("--base-url", server.base_url, "--api-key-env", "GOOD_KEY", "--name", "r")
    alone = invoke("check", "--format", "json", *flags)
    assert json.loads(alone.stdout)["findings"][-1]["step"] == "model"
    assert alone.stderr == ""
    named = invoke("check", "r/gpt-4.1", "--format", "json", *flags)
    steps = [one["step"] for one in json.loads(named.stdout)["findings"]]
    assert steps[-4:] == ["reply", "stream", "usage", "limits"]


def test_a_deployment_of_azures_v1_is_in_no_list_and_served_under_another_name(
    tmp_path: Path, invoke: Invoke
) -> None:
    def azure(seen: Seen) -> Response:
        if seen.method == "GET":
            return models_reply(["gpt-4.1-2025-04-14"])
        return chat_reply(model="gpt-4.1-2025-04-14")

    path = tmp_path / "c.toml"
    with ScriptedServer(azure) as proxy:
        # What is sent through a proxy reaches it alone.
        path.write_text(
            '[providers.azure]\nbase_url = "http://mine.openai.azure.com/openai/v1"\n'
            f'proxy = "http://127.0.0.1:{proxy.port}"\nmodels = ["prod-chat"]\n'
        )
        done = invoke("check", "--config", str(path), "--format", "json")
    findings = json.loads(done.stdout)["findings"]
    steps = {each["step"]: each["level"] for each in findings}
    assert steps["reply"] == steps["served"] == "good"
    assert "model" not in steps


def test_a_deployment_of_azures_v1_in_the_wrong_mode_is_tried_in_the_others(
    tmp_path: Path, invoke: Invoke
) -> None:
    def azure(seen: Seen) -> Response:
        if seen.method == "GET":
            return models_reply(["gpt-4.1-2025-04-14"])
        return chat_reply() if "/chat/" in seen.path else error_reply(404, "no such operation")

    path = tmp_path / "c.toml"
    with ScriptedServer(azure) as proxy:
        path.write_text(
            '[providers.azure]\nbase_url = "http://mine.openai.azure.com/openai/v1"\n'
            f'proxy = "http://127.0.0.1:{proxy.port}"\nmodels = ["prod-chat"]\n'
            'mode = "embeddings"\n'
        )
        done = invoke("check", "--config", str(path), "--format", "json")
    found = {each["step"]: each["meaning"] for each in json.loads(done.stdout)["findings"]}
    assert found["mode"] == "the model answers as chat, not as embeddings"
