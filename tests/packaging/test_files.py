"""What is installed beside the package: each file by the checker of its kind, where that is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import relaytop
from relaytop.config.settings import Settings
from relaytop.export.recording_rules import recording_rules_file
from relaytop.export.rules import rules_file
from tests.export.promtool import needs_promtool, promtool
from tests.support.server import ScriptedServer, json_reply

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
COMPOSE = PACKAGING / "compose"
UNIT = PACKAGING / "systemd" / "relaytop-agent.service"
DOCKERFILE = PACKAGING / "docker" / "Dockerfile"
USER = "65532:65532"


def checked(program: str, *arguments: str | Path) -> None:
    """A program of this environment finds nothing wrong."""
    done = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def document(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def texts_in(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def services() -> dict[str, Any]:
    found: dict[str, Any] = document(COMPOSE / "compose.yml")["services"]
    return found


def test_scripts_and_pages_are_those_of_the_commands(tmp_path: Path) -> None:
    """Where they are not: `python packaging/make.py`."""
    subprocess.run([sys.executable, PACKAGING / "make.py", tmp_path], check=True, timeout=60)
    for folder in ("completions", "man"):
        assert texts_in(PACKAGING / folder) == texts_in(tmp_path / folder)


def test_the_dockerfile_has_no_complaint_of_its_linter() -> None:
    if not Path(sys.executable).with_name("hadolint").exists():
        pytest.skip("no hadolint for this platform")
    checked("hadolint", DOCKERFILE)


def test_the_image_is_small_pinned_and_unprivileged() -> None:
    text = re.sub(r"\\\n\s*", "", DOCKERFILE.read_text(encoding="utf-8"))
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line[:1].isupper()]
    bases = [rest.split()[0] for word, rest in lines if word == "FROM"]
    assert bases == ["python:3.13-slim-trixie"] * 2
    last = {word: rest for word, rest in lines if word != "RUN"}
    assert last["USER"] == USER
    assert last["VOLUME"] == "/var/lib/relaytop"
    assert "/healthz" in last["HEALTHCHECK"]
    assert last["ENTRYPOINT"] == '["relaytop"]'
    assert '"0.0.0.0:9464", "--insecure-listen"' in last["CMD"]


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_asks_the_agent(status: int, code: int) -> None:
    (text,) = re.findall(
        r"HEALTHCHECK .*\\\n\s+CMD (\[.*\])", DOCKERFILE.read_text(encoding="utf-8")
    )
    program, *arguments, script = json.loads(text)
    assert program == "python"
    with ScriptedServer(lambda _seen: json_reply({}, status)) as server:
        asked = script.replace("127.0.0.1:9464", f"127.0.0.1:{server.port}")
        assert asked != script
        done = subprocess.run(
            [sys.executable, *arguments, asked], check=False, stderr=subprocess.DEVNULL, timeout=60
        )
    assert done.returncode == code
    assert [seen.path for seen in server.requests] == ["/healthz"]


def docker(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, check=False, timeout=500
    )


@pytest.mark.timeout(600)
@pytest.mark.xdist_group("packaging")
def test_the_image_runs_read_only_where_there_is_an_engine() -> None:
    if shutil.which("docker") is None or docker("info").returncode != 0:
        pytest.skip("no container engine here")
    built = docker("build", "--quiet", "--file", DOCKERFILE, ROOT)
    assert built.returncode == 0, built.stderr
    run = ("run", "--rm", "--read-only", "--cap-drop", "all", built.stdout.strip())
    assert docker(*run, "--version").stdout.startswith(f"relaytop, version {relaytop.__version__}")
    # Its engine probes, and says that nothing listens there.
    done = docker(*run, "--once", "--base-url", "http://127.0.0.1:9/v1", "--model", "m")
    assert (done.returncode, "connect" in done.stdout) == (1, True), done.stdout + done.stderr


def test_the_workflows_are_such() -> None:
    paths = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    assert {path.stem for path in paths} == {"ci", "lower-bounds", "release"}
    checked("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *paths)


def test_the_compose_file_is_one() -> None:
    path = COMPOSE / "compose.yml"
    checked("check-jsonschema", "--builtin-schema", "vendor.compose-spec", path)
    assert set(services()) == {"agent", "rules", "prometheus", "grafana"}


@pytest.mark.parametrize("name", ["agent", "rules", "prometheus", "grafana"])
def test_a_service_is_unprivileged_pinned_and_on_loopback_alone(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service["user"].startswith("0")
    assert "privileged" not in service
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    own = "build" in service
    assert own == (name in {"agent", "rules"})
    assert own or re.fullmatch(r"[\w/]+:v?\d+\.\d+\.\d+", service["image"])


def test_what_compose_mounts_is_there() -> None:
    named = {"agent", "rules", "prometheus", "grafana"}
    for service in services().values():
        for volume in service["volumes"]:
            source = volume["source"] if isinstance(volume, dict) else volume.partition(":")[0]
            users = source.startswith("${RELAYTOP_CONFIG")
            assert source in named or users or (COMPOSE / source).exists(), source
    build = services()["agent"]["build"]
    assert (COMPOSE / build["context"] / build["dockerfile"]).samefile(DOCKERFILE)


def test_grafana_has_no_password_that_is_known() -> None:
    environment = services()["grafana"]["environment"]
    assert environment["GF_SECURITY_ADMIN_PASSWORD"].startswith("${GRAFANA_PASSWORD:?")
    (source,) = document(COMPOSE / "grafana/datasources/prometheus.yml")["datasources"]
    assert source["url"] == "http://prometheus:9090"
    (provider,) = document(COMPOSE / "grafana/dashboards/relaytop.yml")["providers"]
    assert provider["options"]["path"] == "/srv/relaytop"


@needs_promtool
def test_prometheus_takes_its_config_and_the_rules_that_the_service_writes(tmp_path: Path) -> None:
    text = (COMPOSE / "prometheus.yml").read_text(encoding="utf-8")
    for name in ("alerts.yml", "recording.yml"):
        assert f"/srv/relaytop/{name}" in text
    (tmp_path / "alerts.yml").write_text(rules_file(Settings()))
    (tmp_path / "recording.yml").write_text(recording_rules_file(()))
    config = tmp_path / "prometheus.yml"
    config.write_text(text.replace("/srv/relaytop", str(tmp_path)))
    assert promtool("check", "config", config) == (0, "")
    (job,) = document(config)["scrape_configs"]
    assert job["static_configs"] == [{"targets": ["agent:9464"]}]


def rules_service(folder: Path, relaytop_program: str) -> int:
    """Run the script of the service `rules` for a folder; return its exit code."""
    program = folder.parent / "bin" / "relaytop"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{relaytop_program}\n")
    program.chmod(0o755)
    (script,) = services()["rules"]["command"]
    return subprocess.run(
        [*services()["rules"]["entrypoint"], script.replace("/srv/relaytop", str(folder))],
        env={"PATH": f"{program.parent}:/usr/bin:/bin"},
        check=False,
        stderr=subprocess.DEVNULL,
        timeout=60,
    ).returncode


def test_rules_that_cannot_be_made_leave_those_that_were(tmp_path: Path) -> None:
    folder = tmp_path / "srv"
    folder.mkdir()
    assert rules_service(folder, 'echo "$@"') == 0
    before = texts_in(folder)
    assert before == {
        "alerts.yml": "rules\n",
        "recording.yml": "rules --recording\n",
        "relaytop.json": "grafana\n",
    }
    assert rules_service(folder, "echo half; exit 2") == 2
    assert {name: texts_in(folder)[name] for name in before} == before


def test_a_running_prometheus_reads_rules_that_changed() -> None:
    assert "--enable-feature=auto-reload-config" in services()["prometheus"]["command"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    text = UNIT.read_text(encoding="utf-8")
    assert "ExecStart=/opt/relaytop/bin/relaytop agent " in text
    unit = tmp_path / UNIT.name
    unit.write_text(text.replace("/opt/relaytop/bin/relaytop", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_the_service_is_unprivileged() -> None:
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    for line in (
        "DynamicUser=yes",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "StateDirectory=relaytop",
        "LoadCredential=keys:/etc/relaytop/keys",
        "Restart=on-failure",
    ):
        assert line in lines
