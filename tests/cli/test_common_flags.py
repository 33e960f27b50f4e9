"""The common flags are taken after a command too, in every form that it has."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click import BadParameter, Command, Context, FloatRange, Parameter

from relaytop.cli.group import COMMANDS, relaytop_command
from relaytop.config.errors import ConfigError
from tests.support.launch import Invoke, Run
from tests.support.server import ScriptedServer, models_reply

CONFIG = """
[providers.relay]
base_url = "http://127.0.0.1:9/v1"
models = ["mödel"]
[providers.relay.prices]
"mödel" = { input = 1, output = 2 }
"""
SNAPSHOT: dict[str, Any] = {
    "schema": 1,
    "kind": "live",
    "host": "öps",
    "targets": [{"target": "relay/mödel", "requests": 0}],
}


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    path = tmp_path / "c.toml"
    path.write_text(CONFIG)
    return str(path)


@pytest.fixture
def snapshot(tmp_path: Path) -> str:
    path = tmp_path / "s.json"
    path.write_text(json.dumps(SNAPSHOT))
    return str(path)


def numbers() -> list[Parameter]:
    """The options of all commands that take a number."""
    context = Context(relaytop_command)
    found = [relaytop_command.get_command(context, name) for name in COMMANDS]
    commands = [relaytop_command, *(each for each in found if isinstance(each, Command))]
    options = [option for command in commands for option in command.params]
    return [option for option in options if isinstance(option.type, FloatRange)]


def test_nan_which_is_in_no_range_is_no_number() -> None:
    assert {"--budget", "--speed", "--rate", "--output-share"} <= {
        option.opts[0] for option in numbers()
    }
    for option in numbers():
        with pytest.raises(BadParameter, match="nan is not a"):
            option.type.convert("nan", option, None)


@pytest.mark.parametrize("command", ["show", "diff", "usage"])
def test_commands_that_probe_nothing(
    invoke: Invoke, command: str, config: str, snapshot: str
) -> None:
    files = {"show": [snapshot], "diff": [snapshot, snapshot]}.get(command, [])
    flags = ("--config", config, "--no-color", "--ascii")
    after = invoke(command, *files, *flags)
    before = invoke(*flags, command, *files)
    assert after.exit_code == before.exit_code == 0
    assert after.stdout == before.stdout
    assert after.stdout.isascii()


@pytest.mark.parametrize("form", ["json", "toml"])
def test_data_in_ascii_says_the_same(invoke: Invoke, form: str, config: str, snapshot: str) -> None:
    parse = json.loads if form == "json" else tomllib.loads
    for command in (["show", snapshot], ["config", "--config", config]):
        plain = invoke(*command, "--format", form).stdout
        escaped = invoke(*command, "--format", form, "--ascii").stdout
        assert not plain.isascii()
        assert escaped.isascii()
        assert parse(escaped) == parse(plain)


@pytest.mark.parametrize("form", ["table", "json", "toml", "markdown"])
@pytest.mark.parametrize("command", ["config", "models", "check", "prices", "usage"])
def test_every_form_goes_to_a_file(
    invoke: Invoke, command: str, form: str, config: str, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    with ScriptedServer(lambda _: models_reply(["gpt-4.1"])) as server:
        at = ["--base-url", server.base_url, "--name", "relay", "--budget", "0"]
        given = at if command in {"models", "check"} else ["--config", config]
        done = invoke(command, *given, "--format", form, "--output", str(output))
    assert done.exit_code == 0
    assert done.stdout == ""
    text = output.read_text()
    if form == "markdown":
        assert "| ---" in text or "| :--" in text or "|---" in text
    elif form != "table":
        document = json.loads(text) if form == "json" else tomllib.loads(text)
        assert isinstance(document, dict if form == "toml" or command != "prices" else list)


def test_prices_and_models_as_toml(invoke: Invoke, config: str) -> None:
    tree = tomllib.loads(invoke("prices", "--config", config, "--format", "toml").stdout)
    (row,) = tree["prices"]
    assert row["target"] == "relay/mödel"
    assert row["relay"] == {"input": 1.0, "output": 2.0}
    assert "official" not in row
    with ScriptedServer(lambda _: models_reply(["gpt-4.1"])) as server:
        done = invoke(
            "models", "--base-url", server.base_url, "--name", "relay", "--format", "toml"
        )
    assert tomllib.loads(done.stdout) == {"relay": ["gpt-4.1"]}


def test_prices_need_no_key_and_hide_no_mistake(invoke: Invoke, tmp_path: Path) -> None:
    home = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    (tmp_path / "relaytop").mkdir()
    path = tmp_path / "relaytop" / "config.toml"
    path.write_text(CONFIG.replace("models", 'api_key_env = "NOPE_KEY"\nmodels'))
    assert "relay/mödel" in invoke("prices", **home).stdout
    path.write_text("interval = 5")
    with pytest.raises(ConfigError, match="interval"):
        invoke("prices", **home)


def test_every_command_takes_the_flags_of_how_it_looks(invoke: Invoke) -> None:
    for name in COMMANDS:
        help_text = invoke(name, "--help").stdout
        for flag in ("--config", "--no-color", "--ascii"):
            assert flag in help_text, name


def test_the_table_of_commands_has_the_first_sentence_of_each_ones_help() -> None:
    context = Context(relaytop_command)
    for name, text in COMMANDS.items():
        command = relaytop_command.get_command(context, name)
        assert command is not None
        assert command.get_short_help_str(1000) == text


def test_help_imports_no_command() -> None:
    script = (
        "import sys; from relaytop.cli.group import COMMANDS, relaytop_command\n"
        "relaytop_command.main(['--help'], standalone_mode=False)\n"
        "print(*(n for n in COMMANDS if f'relaytop.cli.{n}' in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == ""
    for name in COMMANDS:
        assert f"\n  {name} " in done.stdout


def test_every_command_has_the_short_flags(invoke: Invoke) -> None:
    for name in COMMANDS:
        assert invoke(name, "-h").stdout == invoke(name, "--help").stdout
        assert invoke(name, "-V").stdout == invoke("--version").stdout


def test_no_summary_in_the_help_is_cut(invoke: Invoke) -> None:
    words = " ".join(invoke("-h").stdout.split())
    for text in COMMANDS.values():
        assert " ".join(text.split()) in words


def test_a_command_that_there_is_not_is_told_with_the_nearest(run: Run) -> None:
    done = run("demoo")
    assert done.returncode == 2
    assert "no such command: 'demoo'; did you mean 'demo'?" in done.stderr
    assert "`relaytop --help` lists them" in run("xyzzyq").stderr
