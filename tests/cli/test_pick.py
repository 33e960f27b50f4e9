"""`relaytop pick` as one runs it, against real servers."""

import json
import signal
import subprocess
from pathlib import Path

from tests.cli.test_baseline import KEY, Run, run
from tests.e2e.launch import RELAYTOP, home
from tests.support.server import Response, ScriptedServer, Seen, chat_stream, error_reply

__all__ = ["home", "run"]


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
            _out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert told.read_text() == (
        "fast/openai/gpt-4.1 after \nslow/gpt-4.1 after fast/openai/gpt-4.1\n"
    )
    assert KEY not in (tmp_path / "env").read_text()
