"""The agent from its start to its end, with a real server behind it."""

import contextlib
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from relaytop.config.errors import RelaytopError
from tests.export.web.passwords import hashed
from tests.support.agents import Agent, until
from tests.support.launch import RELAYTOP, Invoke, Start
from tests.support.server import ScriptedServer
from tests.watch.agent.config_file import KEY, write


@pytest.fixture
def agent(home: dict[str, str], config: Path) -> Iterator[Agent]:
    with Agent({**home, "A_KEY": KEY}, "--config", str(config)) as found:
        found.until(lambda: found.probes(model="m") >= 2)
        yield found


def test_it_probes_serves_and_tells(agent: Agent) -> None:
    scraped = agent.scrape()
    assert scraped.one("ai_api_up", provider="relay", model="m") == 1
    assert scraped.one("relaytop_engine_up") == 1
    assert scraped.one("ai_api_cost_usd_total", model="m") > 0
    assert agent.health() == 200
    agent.wait_for_event("up", 2)
    first, *_ = agent.events()
    assert set(first) == {"at", "kind", "level", "target", "status", "class", "text"}
    assert first["status"] is None, "it is about no target"
    assert any("probing 2 targets: at most $" in event["text"] for event in agent.events())
    status = [event for event in agent.events() if event["kind"] == "status"]
    assert {(e["level"], e["target"], e["status"], e["class"], e["text"]) for e in status} == {
        ("good", "relay/m", "up", None, "up"),
        ("good", "relay/n", "up", None, "up"),
    }
    assert KEY not in agent.log_text() + scraped.text


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_its_end_leaves_a_snapshot_and_no_process(
    agent: Agent, number: signal.Signals, code: int
) -> None:
    engine = agent.engine()
    probes = agent.probes(model="m")
    assert agent.end(number) == code
    assert not engine.is_running()
    (saved,) = agent.snapshots()
    assert saved["kind"] == "live"
    assert saved["targets"][0]["total"]["ok"] >= probes
    assert "snapshot saved" in agent.events()[-1]["text"]


def test_hang_up_reads_the_config_again(agent: Agent, config: Path, server: ScriptedServer) -> None:
    before = agent.probes(model="m")
    write(config, server, "m", "o", more='window = "5m"')
    agent.send(signal.SIGHUP)
    agent.until(lambda: agent.probes(model="o") >= 1)
    agent.until(lambda: agent.probes(model="m") > before)
    assert agent.scrape().of("ai_api_requests_total", model="n") == []
    assert agent.end(signal.SIGTERM) == 0
    (saved,) = agent.snapshots()
    assert saved["window_s"] == 300.0
    assert [target["target"] for target in saved["targets"]] == ["relay/m", "relay/o"]
    assert saved["targets"][0]["requests"] > before


def test_a_bad_config_leaves_the_one_in_force(agent: Agent, config: Path) -> None:
    config.write_text("interval = 5\n")
    agent.send(signal.SIGHUP)
    agent.wait_for_event("reload failed; keeping the current settings")
    before = agent.probes(model="m")
    agent.until(lambda: agent.probes(model="m") > before)
    assert agent.health() == 200


def test_a_dead_engine_is_started_again(agent: Agent) -> None:
    engine = agent.engine()
    engine.kill()
    agent.wait_for_event("engine killed (SIGKILL; out of memory?); restarting in 1 s")
    assert agent.health() == 503
    before = agent.probes(model="m")
    agent.until(lambda: agent.health() == 200)
    agent.until(lambda: agent.probes(model="m") > before)
    assert agent.engine().pid != engine.pid


def test_a_stopped_engine_is_told_and_health_fails(agent: Agent) -> None:
    engine = agent.engine()
    engine.suspend()
    agent.wait_for_event("no report from the engine")
    assert agent.health() == 503
    assert agent.scrape().one("relaytop_engine_up") == 0
    engine.resume()
    agent.wait_for_event("the engine is reporting again after")
    assert agent.health() == 200


def test_under_nohup_a_hang_up_is_nothing(home: dict[str, str], config: Path) -> None:
    with Agent({**home, "A_KEY": KEY}, "--config", str(config), prefix=("nohup",)) as agent:
        agent.until(lambda: agent.probes(model="m") >= 1)
        before = agent.probes(model="m")
        agent.send(signal.SIGHUP)
        agent.until(lambda: agent.probes(model="m") > before + 2)
        assert agent.end(signal.SIGTERM) == 0
        assert "reloaded" not in agent.log_text()


def test_snapshots_now_and_then(home: dict[str, str], config: Path) -> None:
    arguments = ("--config", str(config), "--snapshot-every", "500ms")
    with Agent({**home, "A_KEY": KEY}, *arguments) as agent:
        agent.wait_for_event("snapshot saved", 2)
        assert agent.end(signal.SIGTERM) == 0
        assert len(agent.snapshots()) >= 3


def test_a_reader_that_does_not_read_stops_nothing(home: dict[str, str], config: Path) -> None:
    """Its stderr is a pipe that is full: it serves, and ends with its snapshot all the same."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    address = free_address()
    process = subprocess.Popen(
        [*RELAYTOP, "agent", "--listen", address, "--config", str(config)],
        env={**home, "A_KEY": KEY},
        stderr=writing,
    )
    os.close(writing)
    try:
        up = 'ai_api_up{model="m",provider="relay"} 1.0'
        until(lambda: up in served(address, "/metrics"))
        process.terminate()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        os.close(reading)
    assert len(list(Path(home["XDG_DATA_HOME"]).rglob("live-*.toml"))) == 1


def test_a_port_in_use_is_one_sentence(invoke: Invoke, config: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(RelaytopError) as caught:
            invoke("agent", "--listen", address, "--config", str(config), A_KEY=KEY)
    assert str(caught.value) == (
        f"--listen {address}: address already in use; name another address, or port 0 for a free "
        "one"
    )


def test_without_a_model_it_says_what_to_do(invoke: Invoke, config: Path) -> None:
    config.write_text('[providers.relay]\nbase_url = "http://127.0.0.1:9/v1"\n')
    with pytest.raises(RelaytopError) as caught:
        invoke("agent", "--config", str(config))
    assert "no model is chosen" in str(caught.value)


def test_bad_words_are_mistakes_of_usage(invoke: Invoke) -> None:
    for arguments in (
        ("agent", "--listen", "9464"),
        ("agent", "--snapshot-every", "often"),
        ("--prometheus", "here"),
        ("--prometheus", "127.0.0.1:0", "agent"),
        ("--web.config.file", "web.yml", "agent"),
        ("--insecure-listen",),
    ):
        done = invoke(*arguments, A_KEY=KEY)
        assert done.exit_code == 2, arguments
        assert "Error: " in done.stderr


def test_beside_the_screen(start: Start) -> None:
    address = free_address()
    terminal = start("--prometheus", address, "demo")
    terminal.wait_for("●8 ▲0 ✗0")
    assert served(address, "/healthz") == "ok\n"
    assert 'ai_api_up{model="openai/gpt-4.1",provider="direct"} 1.0' in served(address, "/metrics")
    terminal.press("q")
    assert terminal.wait() == 0


def test_the_screen_does_not_open_on_a_port_in_use(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        terminal = start("--prometheus", f"127.0.0.1:{taken.getsockname()[1]}", "demo")
        assert terminal.wait() == 2
    assert "address already in use" in terminal.text


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"127.0.0.1:{probe.getsockname()[1]}"


def served(address: str, path: str) -> str:
    """Return what a path says; nothing while no one listens."""
    try:
        with urllib.request.urlopen(f"http://{address}{path}", timeout=30) as reply:
            text: str = reply.read().decode()
            return text
    except OSError:
        return ""


def test_an_address_that_others_reach_is_refused(invoke: Invoke, config: Path) -> None:
    with pytest.raises(RelaytopError) as caught:
        invoke("agent", "--listen", "0.0.0.0:0", "--config", str(config), A_KEY=KEY)
    for word in ("--listen 0.0.0.0:0: other hosts", "--web.config.file FILE", "--insecure-listen"):
        assert word in str(caught.value)


def test_it_may_be_allowed_and_is_warned_of(home: dict[str, str], config: Path) -> None:
    arguments = ("--listen", "0.0.0.0:0", "--insecure-listen", "--config", str(config))
    with Agent({**home, "A_KEY": KEY}, *arguments) as agent:
        agent.wait_for_event("anyone who can reach 0.0.0.0:")
        (event,) = (e for e in agent.events() if "anyone who can reach" in e["text"])
        assert event["level"] == "warning"


def test_or_protected(home: dict[str, str], config: Path, tmp_path: Path) -> None:
    web = tmp_path / "web.yml"
    web.write_text(f"basic_auth_users: {{a: {hashed()}}}")
    arguments = ("--listen", "0.0.0.0:0", "--web.config.file", str(web), "--config", str(config))
    with Agent({**home, "A_KEY": KEY}, *arguments) as agent:
        agent.wait_for_event("can read the passwords on their way")
        agent.wait_for_event("metrics at http://0.0.0.0:")
        (event,) = (e for e in agent.events() if "metrics at" in e["text"])
        port = event["text"].split(":")[-1].split("/")[0]
        assert served(f"127.0.0.1:{port}", "/healthz") == ""


def test_a_bad_web_config_is_one_sentence(invoke: Invoke, config: Path, tmp_path: Path) -> None:
    web = tmp_path / "web.yml"
    web.write_text("basic_auth: {}")
    with pytest.raises(RelaytopError, match=r"web\.yml: basic_auth: unknown key"):
        invoke("agent", "--web.config.file", str(web), "--config", str(config), A_KEY=KEY)


def test_the_screen_refuses_and_warns_too(start: Start) -> None:
    terminal = start("--prometheus", "0.0.0.0:0", "demo")
    assert terminal.wait() == 2
    assert "--insecure-listen" in terminal.text
    terminal = start("--prometheus", "0.0.0.0:0", "--insecure-listen", "demo")
    terminal.wait_for("anyone who can reach 0.0.0.0:")
    terminal.press("q")
    assert terminal.wait() == 0
