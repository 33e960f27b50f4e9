import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from relaytop.cli.group import relaytop_command
from relaytop.store.document import snapshot_document
from relaytop.store.snapshot import save_snapshot
from tests.tui.fake import NOW, feed, session_of

KEY = "sk-cli-0123456789abcdef"
CONFIG = """
[providers.a]
base_url = "http://127.0.0.1:9/v1"
api_key_env = "A_KEY"
models = ["m"]
proxy = "http://user:secret@proxy:1"
headers = { "X-Token" = "hidden-value" }
"""


def run(*arguments: str, **environ: str) -> Result:
    return CliRunner().invoke(relaytop_command, arguments, env=environ, catch_exceptions=False)


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "c.toml"
    path.write_text(CONFIG)
    return str(path)


@pytest.fixture
def snapshot(tmp_path: Path) -> str:
    session = feed(session_of(tmp_path))
    document = snapshot_document("live", session.monitor, session.settings, NOW, "ops-1")
    return str(save_snapshot(document, tmp_path))


def test_init_writes_a_private_file_and_says_where(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    done = run("init", "--config", str(path))
    assert done.stdout.strip() == str(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "holysheep" in tomllib.loads(path.read_text())["providers"]


@pytest.mark.parametrize("form", ["table", "json", "toml"])
def test_config_masks_what_is_secret(config: str, form: str) -> None:
    done = run("config", "--config", config, "--format", form, A_KEY=KEY)
    assert done.exit_code == 0
    for secret in (KEY, KEY[-8:], "secret@", "hidden-value"):
        assert secret not in done.stdout
    assert "environment variable A_KEY" in done.stdout
    assert "X-Token" in done.stdout


def test_flags_are_taken_on_either_side_of_the_command(config: str) -> None:
    for arguments in (
        ("--config", config, "--interval", "2s", "config", "--format", "json"),
        ("config", "--config", config, "--interval", "2s", "--format", "json"),
    ):
        tree = json.loads(run(*arguments, A_KEY=KEY).stdout)
        assert tree["interval"] == {"value": "2s", "from": "--interval"}


def test_show_prints_a_table(snapshot: str) -> None:
    lines = run("show", snapshot).stdout.splitlines()
    assert lines[0].startswith("live snapshot of ")
    assert "ops-1" in lines[0]
    assert lines[2].split()[:5] == ["status", "target", "P50", "P95", "P99"]
    assert len(lines) == 3 + 6
    assert lines[4].split()[:4] == ["degraded", "holysheep/claude-sonnet-4.5", "282", "2639"]
    assert lines[-1].endswith("connect 14")


@pytest.mark.parametrize("form", ["json", "toml", "markdown"])
def test_show_in_other_forms(snapshot: str, form: str, tmp_path: Path) -> None:
    text = run("show", snapshot, "--format", form).stdout
    if form == "markdown":
        assert text.count("\n| ") >= 7
    else:
        document = json.loads(text) if form == "json" else tomllib.loads(text)
        assert document["targets"][0]["target"] == "holysheep/gpt-4.1"
    output = tmp_path / "out"
    assert run("show", snapshot, "--format", form, "--output", str(output)).stdout == ""
    assert output.read_text() == text


def test_the_version() -> None:
    assert run("--version").stdout.startswith("relaytop, version ")
