"""`relaytop baseline` and `diff` as one runs them, against a real server."""

import json
import os
import signal
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.support.launch import RELAYTOP, Run
from tests.support.server import (
    Response,
    ScriptedServer,
    Seen,
    chat_stream,
    error_reply,
    hang_up_after,
)

KEY = "sk-baseline-0123456789"


def write(tmp_path: Path, server: ScriptedServer, extra: str = "") -> Path:
    path = tmp_path / "relaytop.toml"
    path.write_text(
        f'[providers.p]\nbase_url = "{server.base_url}"\napi_key_env = "P_KEY"\n'
        f'models = ["a", "b"]\n{extra}\n'
        '[providers.p.prices."a"]\ninput = 2.0\noutput = 8.0\n'
    )
    return path


@pytest.fixture
def api_keys() -> dict[str, str]:
    return {"P_KEY": KEY}


def snapshots(home: dict[str, str]) -> list[Path]:
    return sorted(Path(home["XDG_DATA_HOME"], "relaytop", "snapshots").glob("*.toml"))


def test_it_reports_saves_and_says_what_it_costs(
    tmp_path: Path, run: Run, home: dict[str, str]
) -> None:
    with ScriptedServer(lambda _seen: chat_stream(4)) as server:
        path = write(tmp_path, server)
        done = run("--config", path, "baseline", "p/a", "-n", "6", "--format", "json")
        assert len(server.requests) == 6
    document = json.loads(done.stdout)
    (target,) = document["targets"]
    assert done.returncode == 0
    assert (document["kind"], target["requests"], target["ok"]) == ("baseline", 6, 6)
    assert target["latency_ms"]["n"] == target["ttft_ms"]["n"] == 6
    assert target["tokens"] == {"input": 30, "output": 24}
    assert target["price_source"] == "config"
    assert "6 probes of 1 target: at most $" in done.stderr
    (saved,) = snapshots(home)
    assert saved.stat().st_mode & 0o777 == 0o600
    assert tomllib.loads(saved.read_text())["targets"][0]["requests"] == 6


def test_the_table_has_a_histogram_and_what_changed_since(tmp_path: Path, run: Run) -> None:
    with ScriptedServer(lambda _seen: chat_stream(2)) as server:
        path, before = write(tmp_path, server), tmp_path / "before.toml"
        first = ("baseline", "-n", "5", "--format", "toml", "--output", before)
        run("--config", path, *first)
        done = run("--config", path, "baseline", "-n", "5", "--against", before)
        changed = run("diff", before, before, "--fail-on", "regression")
    assert "p/a, latency" in done.stdout
    assert "since baseline snapshot of" in done.stdout
    assert "A percentile counts as changed if" in done.stdout
    assert (changed.returncode, changed.stdout[:19]) == (0, "no difference shown")


def test_other_targets_of_a_reference_are_not_gone(tmp_path: Path, run: Run) -> None:
    with ScriptedServer(lambda _seen: chat_stream(2)) as server:
        path, before = write(tmp_path, server), tmp_path / "before.toml"
        run("--config", path, "baseline", "-n", "5", "--format", "toml", "--output", before)
        one = ("--config", path, "baseline", "p/a", "-n", "5", "--against", before)
        done = run(*one, "--format", "json")
    assert "gone" not in done.stdout + done.stderr
    assert "since baseline snapshot of" in done.stderr
    assert [target["target"] for target in json.loads(done.stdout)["targets"]] == ["p/a"]


def test_a_gate_without_a_reference_is_a_mistake(tmp_path: Path, run: Run) -> None:
    with ScriptedServer(lambda _seen: chat_stream(2)) as server:
        done = run("--config", write(tmp_path, server), "baseline", "--fail-on", "regression")
        assert not server.requests
    assert done.returncode == 2
    assert "--fail-on needs --against" in done.stderr


def test_a_snapshot_that_nobody_asked_for_and_that_cannot_be_kept_is_a_warning(
    tmp_path: Path, home: dict[str, str], run: Run
) -> None:
    Path(home["XDG_DATA_HOME"]).mkdir()
    (Path(home["XDG_DATA_HOME"]) / "relaytop").mkdir()
    (Path(home["XDG_DATA_HOME"]) / "relaytop" / "snapshots").write_text("in the way")
    with ScriptedServer(lambda _seen: chat_stream(2)) as server:
        done = run("--config", write(tmp_path, server), "baseline", "-n", "2")
    assert done.returncode == 0
    assert "snapshot not saved in " in done.stderr
    assert "p/a, latency" in done.stdout


def test_a_target_that_fails_is_exit_1_and_its_classes_are_told(tmp_path: Path, run: Run) -> None:
    def handler(seen: Seen) -> Response:
        return error_reply(401, "bad key") if seen.json["model"] == "b" else chat_stream(2)

    with ScriptedServer(handler) as server:
        done = run("--config", write(tmp_path, server), "baseline", "-n", "8")
        asked = sum(seen.json["model"] == "b" for seen in server.requests)
    assert done.returncode == 1
    assert asked == 5
    assert "p/b: stopped after 5 auth failures in a row" in done.stderr
    assert "auth 5" in done.stdout


def test_an_unknown_target_names_the_nearest(tmp_path: Path, run: Run) -> None:
    with ScriptedServer(lambda _seen: chat_stream(2)) as server:
        done = run("--config", write(tmp_path, server), "baseline", "p/aa")
    assert done.returncode == 2
    assert "did you mean 'p/a'?" in done.stderr


def test_a_budget_of_nothing_sends_nothing(tmp_path: Path, run: Run) -> None:
    with ScriptedServer(lambda _seen: chat_stream(2)) as server:
        done = run("--config", write(tmp_path, server), "--budget", "0", "baseline", "-n", "3")
        assert not server.requests
    assert "stopped early: budget reached" in done.stderr
    assert done.returncode == 1


def test_an_output_that_cannot_be_written_goes_to_stdout(tmp_path: Path, run: Run) -> None:
    with ScriptedServer(lambda _seen: chat_stream(2)) as server:
        path = write(tmp_path, server)
        done = run("--config", path, "baseline", "-n", "2", "--output", tmp_path)
    assert done.returncode == 2
    assert "p/a, latency" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_keeps_what_there_is(
    tmp_path: Path, home: dict[str, str], number: signal.Signals
) -> None:
    with ScriptedServer(lambda _seen: chat_stream(2, first_s=0.05)) as server:
        path = write(tmp_path, server)
        process = subprocess.Popen(
            [*RELAYTOP, "--config", str(path), "baseline", "p/a", "-n", "5000", "--format", "json"],
            env={**home, "P_KEY": KEY},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(500):
            if len(server.requests) > 4 or process.poll() is not None:
                break
            os.sched_yield()
            signal.sigtimedwait([signal.SIGUSR2], 0.02)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "interrupted" in err
    assert "Traceback" not in err
    assert json.loads(out)["targets"][0]["ok"] >= 4


def test_a_regression_is_exit_1_where_asked(tmp_path: Path, run: Run) -> None:
    with ScriptedServer(lambda _seen: chat_stream(2)) as server:
        path, before = write(tmp_path, server), tmp_path / "before.toml"
        run("--config", path, "baseline", "p/a", "-n", "60", "--format", "toml", "--output", before)
    with ScriptedServer(lambda _seen: chat_stream(2, first_s=0.05)) as server:
        path = write(tmp_path, server)
        arguments = ("baseline", "p/a", "-n", "60", "--against", before)
        slower = run("--config", path, *arguments, "--fail-on", "regression")
        told = run("--config", path, *arguments)
    assert "worse" in slower.stdout
    assert (slower.returncode, told.returncode) == (1, 0)


@pytest.mark.parametrize("how", [("--concurrency", "2"), ("--rate", "20"), ()])
def test_stale_connections_do_not_eat_requests(
    tmp_path: Path, run: Run, how: tuple[str, ...]
) -> None:
    with ScriptedServer(lambda _seen: hang_up_after(chat_stream(2))) as server:
        path = write(tmp_path, server)
        done = run("--config", path, "baseline", "p/a", "-n", "6", *how, "--format", "json")
        requests = len(server.requests)
    (target,) = json.loads(done.stdout)["targets"]
    assert done.returncode == 0
    assert (target["requests"], target["ok"], target["error_rate"]) == (6, 6, 0.0)
    assert target["latency_ms"]["n"] == 6
    assert requests == 6
    stale = target.get("stale", 0)
    assert (f"p/a: {stale} request" in done.stderr) == (stale > 0)


def test_a_server_that_always_hangs_up_ends_the_job(tmp_path: Path, run: Run) -> None:
    with ScriptedServer(lambda _seen: Response(raw=b"")) as server:
        path = write(tmp_path, server)
        done = run("--config", path, "baseline", "p/a", "-n", "6", "--format", "json")
        requests = len(server.requests)
    (target,) = json.loads(done.stdout)["targets"]
    assert done.returncode == 1
    assert (target["requests"], target["errors"]) == (6, {"connect": 6})
    assert requests == 6
