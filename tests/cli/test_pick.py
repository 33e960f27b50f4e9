"""`relaytop pick` as one runs it, against real servers."""

import json
import re
import signal
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.support.agents import Agent, until
from tests.support.launch import RELAYTOP, Run
from tests.support.server import (
    Response,
    ScriptedServer,
    Seen,
    chat_stream,
    error_reply,
    hang_up_after,
    json_reply,
    models_reply,
)

KEY = "sk-pick-0123456789"


@pytest.fixture
def api_keys() -> dict[str, str]:
    return {"P_KEY": KEY}


def write(tmp_path: Path, first: ScriptedServer, second: ScriptedServer) -> Path:
    path = tmp_path / "relaytop.toml"
    path.write_text(
        f'[providers.slow]\nbase_url = "{first.base_url}"\napi_key_env = "P_KEY"\n'
        'models = ["gpt-4.1"]\n'
        f'[providers.fast]\nbase_url = "{second.base_url}"\napi_key_env = "P_KEY"\n'
        'models = ["openai/gpt-4.1"]\n'
    )
    return path


def test_the_faster_of_two_that_work(tmp_path: Path, run: Run) -> None:
    with (
        ScriptedServer(lambda _seen: chat_stream(2, first_s=0.08)) as slow,
        ScriptedServer(lambda _seen: chat_stream(2)) as fast,
    ):
        path = write(tmp_path, slow, fast)
        table = run("--config", path, "pick", "gpt-4.1", "-n", "2")
        env = run("--config", path, "pick", "gpt-4.1", "-n", "2", "--format", "env")
        document = json.loads(
            run("--config", path, "pick", "gpt-4.1", "-n", "2", "--format", "json").stdout
        )
    assert table.returncode == 0
    assert table.stdout.splitlines()[1].startswith("fast/openai/gpt-4.1")
    shell = subprocess.run(
        ["/bin/sh", "-c", f'{env.stdout}\necho "$RELAYTOP_MODEL at $RELAYTOP_BASE_URL"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shell.stdout == f"openai/gpt-4.1 at {fast.base_url}\n"
    assert document["target"] == "fast/openai/gpt-4.1"
    assert [each["healthy"] for each in document["candidates"]] == [True, True]


def test_a_provider_without_a_list_in_the_config_is_asked(tmp_path: Path, run: Run) -> None:
    def handler(seen: Seen) -> Response:
        return models_reply(["vendor/gpt-4.1", "other"]) if seen.method == "GET" else chat_stream(2)

    with (
        ScriptedServer(lambda _seen: chat_stream(2, first_s=0.08)) as slow,
        ScriptedServer(handler) as fast,
    ):
        path = tmp_path / "relaytop.toml"
        path.write_text(
            f'[providers.slow]\nbase_url = "{slow.base_url}"\nmodels = ["gpt-4.1"]\n'
            f'[providers.fast]\nbase_url = "{fast.base_url}"\n'
        )
        done = run("--config", path, "pick", "gpt-4.1", "-n", "2", "--format", "json")
        markdown = run("--config", path, "pick", "gpt-4.1", "-n", "2", "--format", "markdown")
        unknown = run("--config", path, "pick", "othr", "-n", "2")
    assert json.loads(done.stdout)["target"] == "fast/vendor/gpt-4.1"
    assert "| fast/vendor/gpt-4.1 | 2/2 |" in markdown.stdout
    assert (unknown.returncode, "did you mean 'other'?" in unknown.stderr) == (2, True)


def test_an_embedding_in_a_providers_list_is_asked_as_one(tmp_path: Path, run: Run) -> None:
    def handler(seen: Seen) -> Response:
        if seen.method == "GET":
            return models_reply(["vendor/bge-m3"])
        good = seen.path.endswith("/embeddings")
        return json_reply({"data": [{"embedding": [0.5]}]}) if good else error_reply(404)

    with ScriptedServer(handler) as server:
        path = tmp_path / "relaytop.toml"
        path.write_text(f'[providers.p]\nbase_url = "{server.base_url}"\n')
        done = run("--config", path, "pick", "bge-m3", "-n", "2", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["target"] == "p/vendor/bge-m3"


def test_a_provider_that_lists_nothing_is_tried(tmp_path: Path, run: Run) -> None:
    def handler(seen: Seen) -> Response:
        return error_reply(404) if seen.method == "GET" else chat_stream(2)

    with ScriptedServer(handler) as server:
        path = tmp_path / "relaytop.toml"
        path.write_text(f'[providers.shy]\nbase_url = "{server.base_url}"\n')
        done = run("--config", path, "pick", "m", "-n", "2")
        adhoc = run("--base-url", server.base_url, "pick", "m", "-n", "2", "--format", "toml")
    assert done.returncode == 0
    assert "shy does not list its models: not_found" in done.stderr
    assert tomllib.loads(adhoc.stdout)["candidates"][0]["ok"] == 2


def test_an_agent_of_the_same_config_is_read(
    tmp_path: Path, home: dict[str, str], run: Run
) -> None:
    with (
        ScriptedServer(lambda _seen: chat_stream(2, first_s=0.08)) as slow,
        ScriptedServer(lambda _seen: chat_stream(2)) as fast,
    ):
        path = write(tmp_path, slow, fast)
        path.write_text('interval = "1h"\n' + path.read_text())
        asked = ("--config", path, "pick", "gpt-4.1")
        with Agent({**home, "P_KEY": KEY}, "--config", str(path)) as agent:
            agent.until(lambda: agent.probes() >= 2)
            before = len(slow.requests) + len(fast.requests)
            done = run(*asked)
            assert len(slow.requests) + len(fast.requests) == before
            fresh = run(*asked, "-n", "2", "--fresh")
            assert len(slow.requests) + len(fast.requests) == before + 4
    assert done.stdout.splitlines()[1].startswith("fast/openai/gpt-4.1  1/1")
    assert f"an agent (pid {agent.process.pid}) probes this config" in done.stderr
    assert fresh.stdout.splitlines()[1].startswith("fast/openai/gpt-4.1  2/2")


def test_a_watch_has_one_form(tmp_path: Path, run: Run) -> None:
    with ScriptedServer(lambda _seen: chat_stream(2)) as server:
        done = run(
            "--config", write(tmp_path, server, server), "pick", "gpt-4.1", "--watch",
            "--format", "env",
        )  # fmt: skip
    assert done.returncode == 2
    assert "--watch prints JSON lines" in done.stderr


def test_nobody_healthy_is_exit_1(tmp_path: Path, run: Run) -> None:
    with ScriptedServer(lambda _seen: error_reply(500)) as bad:
        done = run("--config", write(tmp_path, bad, bad), "pick", "gpt-4.1", "-n", "2")
    assert done.returncode == 1
    assert "no healthy provider for gpt-4.1" in done.stderr


def test_a_watch_tells_a_command_of_each_change_and_no_key(
    tmp_path: Path, home: dict[str, str]
) -> None:
    dead: list[bool] = []

    def fast(_seen: Seen) -> Response:
        return error_reply(500) if dead else chat_stream(2)

    told = tmp_path / "told"
    command = f'echo "$RELAYTOP_TARGET after $RELAYTOP_PREVIOUS" >> {told}; env >> {tmp_path}/env'
    with (
        ScriptedServer(lambda _seen: chat_stream(2, first_s=0.1)) as slow,
        ScriptedServer(fast) as quick,
    ):
        path = write(tmp_path, slow, quick)
        arguments = ["--config", str(path), "pick", "gpt-4.1", "-n", "2", "--watch"]
        with subprocess.Popen(
            [*RELAYTOP, *arguments, "--every", "200ms", "--exec", command],
            env={**home, "P_KEY": KEY},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["target"] == "fast/openai/gpt-4.1"
            dead.append(True)
            assert json.loads(process.stdout.readline())["target"] == "slow/gpt-4.1"
            process.send_signal(signal.SIGINT)
            _out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert told.read_text() == (
        "fast/openai/gpt-4.1 after \nslow/gpt-4.1 after fast/openai/gpt-4.1\n"
    )
    assert KEY not in (tmp_path / "env").read_text()


def test_a_watch_goes_on_with_the_key_that_a_round_has_renewed(
    tmp_path: Path, home: dict[str, str]
) -> None:
    def answer(seen: Seen) -> Response:
        new = seen.headers["authorization"].endswith("-2")
        return chat_stream(2) if new else error_reply(401, "expired")

    runs, path = tmp_path / "runs", tmp_path / "c.toml"
    with ScriptedServer(answer) as server:
        path.write_text(
            f'[providers.p]\nbase_url = "{server.base_url}"\nmodels = ["m"]\n'
            'api_key_command = ["sh", "-c", '
            f'"echo x >> {runs}; echo key-12345678-$(wc -l < {runs})"]\n'
        )
        arguments = ["--config", str(path), "pick", "m", "-n", "2", "--watch"]
        with subprocess.Popen(
            [*RELAYTOP, *arguments, "--every", "200ms"],
            env=home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            until(lambda: len(server.requests) >= 10)
            process.send_signal(signal.SIGINT)
    keys = [seen.headers["authorization"].removeprefix("Bearer ") for seen in server.requests]
    assert keys[0] == "key-12345678-1"
    assert set(keys[1:]) == {"key-12345678-2"}
    assert runs.read_text() == "x\n" * 2


def test_stale_connections_do_not_eat_probes(tmp_path: Path, run: Run) -> None:
    with (
        ScriptedServer(lambda _seen: hang_up_after(chat_stream(2))) as first,
        ScriptedServer(lambda _seen: hang_up_after(chat_stream(2))) as second,
    ):
        path = write(tmp_path, first, second)
        done = run("--config", path, "pick", "gpt-4.1", "-n", "4", "--format", "json")
    document = json.loads(done.stdout)
    assert [each["healthy"] for each in document["candidates"]] == [True, True]
    assert [each["requests"] for each in document["candidates"]] == [4, 4]
    assert re.search("(was|were) lost on an idle connection", done.stderr)
