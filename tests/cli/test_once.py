"""`relaytop --once` as a script runs it, against a real server."""

import json
from pathlib import Path

import pytest

from tests.support.launch import Invoke, Run, Start
from tests.support.server import Response, ScriptedServer, Seen, chat_stream, error_reply

KEY = "sk-once-0123456789"


@pytest.fixture
def api_keys() -> dict[str, str]:
    return {"P_KEY": KEY}


def write(tmp_path: Path, server: ScriptedServer, extra: str = "") -> Path:
    path = tmp_path / "relaytop.toml"
    path.write_text(
        f'{extra}\n[providers.p]\nbase_url = "{server.base_url}"\napi_key_env = "P_KEY"\n'
        'models = ["a", "b"]\n'
    )
    return path


def answer(seen: Seen) -> Response:
    return chat_stream(4) if seen.json["model"] == "a" else error_reply(503, "overloaded now")


def test_it_prints_the_table_and_exits_with_0_where_all_is_well(
    tmp_path: Path, run: Run, home: dict[str, str]
) -> None:
    with ScriptedServer(lambda _seen: chat_stream(4)) as server:
        done = run("--config", write(tmp_path, server), "--once")
        assert len(server.requests) == 2
    header, first, second = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert header.split()[:3] == ["target", "P50", "P95"]
    assert first.split()[:2] == ["●", "p/a"]
    assert second.split()[:2] == ["●", "p/b"]
    assert "1 probe of each of 2 targets: at most $" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert not Path(home["XDG_DATA_HOME"], "relaytop", "snapshots").exists()


@pytest.mark.parametrize("count", ["1", "3"])
def test_it_exits_with_1_where_one_is_down(tmp_path: Path, run: Run, count: str) -> None:
    with ScriptedServer(answer) as server:
        done = run("--config", write(tmp_path, server), "--once", "-n", count)
        assert len(server.requests) == 2 * int(count)
    assert done.returncode == 1
    _header, good, bad = done.stdout.splitlines()
    assert good.split()[:2] == ["●", "p/a"]
    assert bad.split()[1] == "p/b"
    assert {"100", "overloaded"} <= set(bad.split())


def test_a_slow_target_is_not_down(tmp_path: Path, run: Run) -> None:
    with ScriptedServer(lambda _seen: chat_stream(4, first_s=0.05)) as server:
        slow = write(tmp_path, server, '[thresholds]\nttft = "10ms"\n')
        assert run("--config", slow, "--once", "-n", "3").returncode == 0


def test_an_ad_hoc_provider_and_a_narrow_terminal(run: Run) -> None:
    with ScriptedServer(lambda _seen: chat_stream(4)) as server:
        adhoc = ("--base-url", server.base_url, "--model", "org/one-model", "--name", "p")
        done = run(*adhoc, "--once", "--ascii", environ={"COLUMNS": "60"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert max(map(len, done.stdout.splitlines())) <= 60
    assert "p/org/one-model" in done.stdout


def test_json_is_the_snapshot(tmp_path: Path, run: Run) -> None:
    with ScriptedServer(answer) as server:
        path = write(tmp_path, server)
        done = run("--config", path, "--once", "--format", "json")
        markdown = run("--config", path, "--once", "--format", "markdown")
    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert (document["kind"], document["schema"]) == ("live", 1)
    assert [target["target"] for target in document["targets"]] == ["p/a", "p/b"]
    assert document["targets"][1]["last_error"]["class"] == "overloaded"
    assert "| p/b |" in markdown.stdout


def test_the_budget_holds(tmp_path: Path, run: Run) -> None:
    with ScriptedServer(answer) as server:
        done = run("--config", write(tmp_path, server, "budget = 0"), "--once")
        assert not server.requests
    assert done.returncode == 1, "nothing is known to be well"
    assert "budget" in done.stderr


def test_on_a_terminal_it_has_colours_unless_they_are_not_wanted(
    tmp_path: Path, start: Start
) -> None:
    with ScriptedServer(answer) as server:
        path = str(write(tmp_path, server))
        for plain, term in (((), "xterm"), (("--no-color",), "xterm"), ((), "dumb"), ((), "vt100")):
            terminal = start("--config", path, "--once", *plain, P_KEY=KEY, TERM=term)
            assert terminal.wait(30) == 1
            assert (b"\x1b[31m" in terminal.raw) == (not plain and term == "xterm")
            assert "p/b" in terminal.text


def test_it_is_written_to_a_file(tmp_path: Path, run: Run) -> None:
    with ScriptedServer(answer) as server:
        path = write(tmp_path, server)
        for form, begin in (("table", "   target"), ("json", "{")):
            file = tmp_path / form
            done = run("--config", path, "--once", "--format", form, "--output", file)
            assert (done.returncode, done.stdout) == (1, "")
            assert file.read_text().startswith(begin)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("-n", "3"), "-n needs --once"),
        (("--format", "json"), "--format needs --once"),
        (("--output", "x"), "--output needs --once"),
        (("--once", "--record", "x"), "--record cannot be used with --once"),
        (("--once", "--prometheus", "127.0.0.1:1"), "--prometheus cannot be used with --once"),
        (("--once", "--against", "x"), "--against cannot be used with --once"),
        (("--once", "baseline"), "before a command, --once is for the monitor"),
        (("-n", "3", "baseline"), "before a command, -n is for the monitor"),
        (("--once", "-n", "0"), "-n"),
    ],
)
def test_what_makes_no_sense(invoke: Invoke, arguments: tuple[str, ...], sentence: str) -> None:
    done = invoke(*arguments)
    assert done.exit_code == 2
    assert sentence in done.output


def test_without_a_terminal_the_monitor_names_it(run: Run) -> None:
    assert "relaytop --once" in run().stderr
