"""`relaytop keys`, and what a mistake in `[keys]` does to whatever opens the screen."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.support.launch import Invoke, Run, Start

CONFIG = """
[providers.a]
base_url = "http://127.0.0.1:9/v1"
api_key_env = "NOT_SET"
models = ["m"]
[keys]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(CONFIG)
    return path


def test_it_prints_the_keys_in_force_without_any_api_key(invoke: Invoke, config: Path) -> None:
    config.write_text(CONFIG + '"monitor.freeze" = "F,f9"\n')
    done = invoke("keys", "--config", str(config))
    assert done.exit_code == 0
    (line,) = [each for each in done.stdout.splitlines() if each.endswith("monitor.freeze")]
    assert line.startswith("F  f9 ")


def test_the_toml_form_is_a_config(invoke: Invoke, config: Path) -> None:
    done = invoke("keys", "--config", str(config), "--format", "toml")
    keys = tomllib.loads(done.stdout)["keys"]
    config.write_text(CONFIG + "".join(f'"{name}" = "{key}"\n' for name, key in keys.items()))
    again = invoke("keys", "--config", str(config), "--format", "toml")
    assert (again.exit_code, again.stdout) == (0, done.stdout)


def test_the_json_form_has_the_defaults_too(invoke: Invoke, config: Path) -> None:
    config.write_text(CONFIG + '"monitor.freeze" = "F"\n')
    done = invoke("keys", "--config", str(config), "--format", "json")
    (row,) = [row for row in json.loads(done.stdout)["bindings"] if row["id"] == "monitor.freeze"]
    assert (row["keys"], row["default"], row["place"]) == (["F"], ["f"], "monitor")


def test_markdown_has_a_table_for_each_group(invoke: Invoke, config: Path) -> None:
    done = invoke("keys", "--config", str(config), "--format", "markdown")
    assert done.exit_code == 0
    assert "monitor.freeze" in done.stdout


@pytest.mark.parametrize("command", ["keys", "config"])
def test_a_conflict_is_an_error_with_its_place_and_both_ids(
    run: Run, config: Path, command: str
) -> None:
    config.write_text(CONFIG + '"monitor.zoom" = "f"\n')
    done = run(command, "--config", config)
    assert done.returncode == 2
    assert "line 7" in done.stderr
    assert "monitor.zoom" in done.stderr
    assert "monitor.freeze" in done.stderr


@pytest.mark.parametrize("command", ["keys", "config"])
def test_mistakes_in_keys_are_told_with_all_others(run: Run, config: Path, command: str) -> None:
    text = CONFIG.replace("[providers.a]", "intervall = 5\n[providers.a]")
    config.write_text(text + '"monitor.zoom" = "f"\n"monitor.freez" = "F"\n')
    done = run(command, "--config", config)
    assert done.returncode == 2
    for place in ("intervall", 'keys."monitor.zoom"', 'keys."monitor.freez"'):
        assert done.stderr.count(place) == 1


def test_config_shows_the_keys(invoke: Invoke, config: Path) -> None:
    config.write_text(CONFIG + '"monitor.freeze" = "F"\n')
    done = invoke("config", "--config", str(config), "--format", "json")
    assert json.loads(done.stdout)['keys."monitor.freeze"'] == {
        "value": "F",
        "from": f"config file {config}",
    }


@pytest.mark.parametrize("command", [(), ("demo",)])
def test_the_screen_does_not_start_on_a_mistake(
    start: Start, home: dict[str, str], command: tuple[str, ...]
) -> None:
    folder = Path(home["XDG_CONFIG_HOME"]) / "relaytop"
    folder.mkdir(parents=True)
    mistaken = CONFIG.replace('api_key_env = "NOT_SET"\n', "") + '"monitor.zoom" = "f"\n'
    (folder / "config.toml").write_text(mistaken)
    with start(*command) as terminal:
        assert terminal.wait() == 2
    assert "monitor.freeze" in terminal.text


def test_the_demo_takes_the_users_keys(start: Start, home: dict[str, str]) -> None:
    folder = Path(home["XDG_CONFIG_HOME"]) / "relaytop"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG + '"monitor.quit" = "X"\n"monitor.help" = "!"\n')
    with start("demo") as terminal:
        terminal.wait_for("P95")
        terminal.press("q", "X")
        assert terminal.wait() == 0
