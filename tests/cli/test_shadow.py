"""`relaytop shadow` as one runs it, against two real servers."""

import json
import os
import re
import signal
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.launch import RELAYTOP, Run
from tests.support.server import (
    DONE,
    STOP,
    Response,
    ScriptedServer,
    Seen,
    chat_stream,
    delta,
    error_reply,
    hang_up_after,
    stream_of,
    usage,
)

KEYS = {"A_KEY": "sk-shadow-aaaaaaaaaaaa", "B_KEY": "sk-shadow-bbbbbbbbbbbb"}
PROVIDER = """
[providers.{name}]
base_url = "{url}"
api_key_env = "{variable}"
models = {models}
[providers.{name}.prices."m"]
input = 2.0
output = {price}
"""


@pytest.fixture
def api_keys() -> dict[str, str]:
    return KEYS


def write(tmp_path: Path, a: ScriptedServer, b: ScriptedServer, extra: str = "") -> Path:
    path = tmp_path / "relaytop.toml"
    tables = [
        PROVIDER.format(name="a", url=a.base_url, variable="A_KEY", models='["m", "x"]', price=8),
        PROVIDER.format(name="b", url=b.base_url, variable="B_KEY", models='["m", "y"]', price=4),
    ]
    path.write_text(extra + "".join(tables))
    return path


@pytest.fixture
def servers() -> Iterator[tuple[ScriptedServer, ScriptedServer]]:
    with (
        ScriptedServer(lambda _: chat_stream(4)) as a,
        ScriptedServer(lambda _: chat_stream(4)) as b,
    ):
        yield a, b


Servers = tuple[ScriptedServer, ScriptedServer]


def test_the_same_requests_interleaved(
    tmp_path: Path, run: Run, home: dict[str, str], servers: Servers
) -> None:
    path, prompts = write(tmp_path, *servers), tmp_path / "prompts.txt"
    prompts.write_text("one\ntwo\nthree\n")
    command = ("--config", path, "shadow", "a", "b", "-n", "12", "--seed", "1")
    done = run(*command, "--prompts", prompts, "--format", "json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["kind"], document["seed"]) == (0, "shadow", 1)
    assert "12 requests to each of 2 targets: at most $0.00" in done.stderr
    asked = [[r.json["messages"][0]["content"] for r in server.requests] for server in servers]
    assert asked[0] == asked[1]
    nonces, prompts_sent = zip(*(text.split(" ") for text in asked[0]), strict=True)
    assert prompts_sent == ("one", "two", "three") * 4
    assert len(set(nonces)) == 12
    ordered = sorted((r.at, side) for side in (0, 1) for r in servers[side].requests)
    sides = [side for _at, side in ordered]
    assert all({*pair} == {0, 1} for pair in zip(sides[::2], sides[1::2], strict=True))
    assert len(set(sides[::2])) == 2
    (comparison,) = document["comparisons"]
    assert (comparison["model"], comparison["a"], comparison["b"]) == ("m", "a/m", "b/m")
    assert comparison["rounds"] == 12
    cost = comparison["figures"]["cost"]
    assert cost["low"] <= cost["difference"] <= cost["high"] < 0
    assert "b costs less by $0.016 per 1,000 requests" in comparison["verdict"]
    lengths = [target["reply_characters"] for target in document["targets"]]
    assert lengths[0] == {"n": 12, **dict.fromkeys(("min", "mean", "p50", "p95", "p99", "max"), 12)}
    (saved,) = Path(home["XDG_DATA_HOME"], "relaytop", "snapshots").glob("shadow-*.toml")
    kept = tomllib.loads(saved.read_text())
    assert kept["comparisons"][0]["verdict"] == comparison["verdict"]
    shown = run("show", saved)
    assert shown.stdout.startswith("shadow snapshot of ")


def test_several_models_whose_ids_differ(tmp_path: Path, run: Run, servers: Servers) -> None:
    path = write(tmp_path, *servers)
    pairs = ("--model", "m", "--model", "x=y")
    command = ("--config", path, "shadow", "a", "b", "-n", "3", *pairs)
    done = run(*command, "--format", "markdown")
    assert done.returncode == 0
    asked = [Counter(r.json["model"] for r in server.requests) for server in servers]
    assert asked == [{"m": 3, "x": 3}, {"m": 3, "y": 3}]
    assert "x=y, 3 requests completed by both" in done.stdout
    assert "| figure | a/x | b/y | difference | 95 % interval |" in done.stdout
    assert "too few requests for a verdict: 3 a side, 8 needed" in done.stdout
    assert "at the assumed $10 per million tokens" in done.stderr


def test_both_answers_are_kept_for_a_person_to_read(tmp_path: Path, run: Run) -> None:
    def quoting(seen: Seen) -> Response:
        key = seen.headers["authorization"].removeprefix("Bearer ")
        parts = [delta(content=f"your key\x1b[31m is {key}\n"), delta(content="a second line")]
        parts += [STOP, usage(prompt_tokens=5, completion_tokens=2), DONE]
        return stream_of([(0.0, part) for part in parts])

    with ScriptedServer(quoting) as a, ScriptedServer(lambda _: error_reply(500, "broken")) as b:
        path, folder = write(tmp_path, a, b), tmp_path / "replies"
        command = ("--config", path, "shadow", "a", "b", "-n", "2", "--save-replies", folder)
        done = run(*command)
    assert done.returncode == 1
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == ["m-00001.txt", "m-00002.txt"]
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    assert folder.stat().st_mode & 0o777 == 0o700
    text = files[0].read_text()
    assert "user: Reply with the single word: pong" in text
    assert "A: a/m\n\nyour key is [key hidden]\na second line\n" in text
    assert "B: b/m\n\n[server_error: broken]" in text
    assert "no request succeeded at both" in done.stdout


def test_a_side_that_refuses_the_key_ends_its_comparison(tmp_path: Path, run: Run) -> None:
    with (
        ScriptedServer(lambda _: chat_stream(2)) as a,
        ScriptedServer(lambda _: error_reply(401, "bad key")) as b,
    ):
        done = run("--config", write(tmp_path, a, b), "shadow", "a", "b", "-n", "30")
        assert len(b.requests) == 5
        assert len(a.requests) <= 6
    assert done.returncode == 1
    assert "b/m: stopped after 5 auth failures in a row" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("a", "c"), "no provider 'c'; known: a, b"),
        (("a", "b", "--model", "z=y"), "a lists no model 'z'"),
        (("a", "b", "--base-url", "http://127.0.0.1:9/v1"), "--base-url defines one provider"),
        (("a", "b", "--prompts", "/nowhere/prompts"), "--prompts /nowhere/prompts: No such file"),
        (("a", "b", "--save-replies", "/dev/null/x"), "--save-replies /dev/null/x: Not a dir"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_sent(
    tmp_path: Path, run: Run, servers: Servers, arguments: tuple[str, ...], words: str
) -> None:
    done = run("--config", write(tmp_path, *servers), "shadow", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert not servers[0].requests


def test_a_budget_of_nothing_sends_nothing(tmp_path: Path, run: Run, servers: Servers) -> None:
    path = write(tmp_path, *servers, "budget = 0\n")
    done = run("--config", path, "shadow", "a", "b", "-n", "2")
    assert not servers[0].requests
    assert done.returncode == 1
    assert "nothing to compare: no request was completed by both" in done.stdout
    assert "stopped early: budget reached" in done.stderr


def test_an_interrupted_run_keeps_what_there_is(tmp_path: Path, home: dict[str, str]) -> None:
    def handler(_seen: Seen) -> Response:
        if len(a.requests) >= 4:
            os.kill(process.pid, signal.SIGINT)
            return Response(silent=True)
        return chat_stream(1)

    with (
        ScriptedServer(handler) as a,
        ScriptedServer(lambda _: chat_stream(1)) as b,
        subprocess.Popen(
            [*RELAYTOP, "--config", str(write(tmp_path, a, b)), "shadow", "a", "b", "-n", "50"],
            env={**home, **KEYS},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "m, 3 requests completed by both" in out
    assert "interrupted: the report covers the requests up to then" in err


def test_stale_connections_do_not_eat_rounds(tmp_path: Path, run: Run) -> None:
    with (
        ScriptedServer(lambda _seen: hang_up_after(chat_stream(4))) as a,
        ScriptedServer(lambda _: chat_stream(4)) as b,
    ):
        path = write(tmp_path, a, b)
        done = run("--config", path, "shadow", "a", "b", "-n", "6", "--format", "json")
        requests = len(a.requests), len(b.requests)
    targets = {each["target"]: each for each in json.loads(done.stdout)["targets"]}
    assert (targets["a/m"]["requests"], targets["b/m"]["requests"]) == (6, 6)
    assert targets["a/m"]["latency_ms"]["n"] == 6
    assert json.loads(done.stdout)["comparisons"][0]["rounds"] == 6
    assert requests == (6, 6)
    # A connection that was idle for long, on a slow machine, is not used again.
    lost = re.search(r"a/m: (\d) requests? were lost on an idle connection", done.stderr)
    assert lost is not None
    assert 1 <= int(lost[1]) <= 5
