"""Completion in real shells: commands, options, and the names of the config."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from relaytop.cli.group import COMMANDS
from tests.support.launch import Invoke, Run
from tests.support.terminal import Terminal

CONFIG = """
[providers.openrouter]
base_url = "http://127.0.0.1:9/v1"
api_key_env = "NOT_SET"
models = ["openai/gpt-4.1:free", "openai/gpt-4.1", "odd $(touch made) name"]
[providers.holysheep]
base_url = "http://127.0.0.1:9/v1"
models = ["deepseek-v3.2"]
[aliases]
"big-one" = ["holysheep/deepseek-v3.2"]
"""
READS = {
    "bash": ("bash --norc --noprofile -i", 'eval "$(relaytop completion bash)"'),
    "zsh": ("zsh -f -i", 'autoload -U compinit; compinit -u; eval "$(relaytop completion zsh)"'),
    "fish": ("fish --no-config -i", "relaytop completion fish | source"),
}
Complete = Callable[[str, str], str]


@pytest.fixture
def at_home(home: dict[str, str]) -> dict[str, str]:
    """The environment of a shell that finds relaytop, and a config."""
    folder = Path(home["XDG_CONFIG_HOME"]) / "relaytop"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG)
    programs = Path(sys.executable).parent
    return {**home, "PATH": f"{programs}:{home['PATH']}", "PS1": "ready> ", "PROMPT": "ready> "}


@pytest.fixture(params=READS)
def shell(request: pytest.FixtureRequest, at_home: dict[str, str]) -> Iterator[Terminal]:
    """A real shell that has read the script."""
    command, reads = READS[request.param]
    argv = command.split()
    if shutil.which(argv[0]) is None:
        pytest.skip(f"no {argv[0]} here")
    with Terminal(argv, environ=at_home) as terminal:
        terminal.press(reads + "; echo has''read", "enter")
        terminal.wait_for("hasread")
        yield terminal


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("relaytop gra", "relaytop grafana"),
        ("relaytop check --form", "relaytop check --format"),
        ("relaytop check --format mark", "relaytop check --format markdown"),
        ("relaytop models holy", "relaytop models holysheep"),
        ("relaytop baseline holy", "relaytop baseline holysheep/deepseek-v3.2"),
        ("relaytop pick big", "relaytop pick big-one"),
        ("relaytop usage --target holy", "relaytop usage --target holysheep/deepseek-v3.2"),
        ("relaytop check openrouter/openai/gpt-4.1:f", "openrouter/openai/gpt-4.1:free"),
        ("relaytop check --format=mark", "relaytop check --format=markdown"),
        ("relaytop show --config=pypro", "relaytop show --config=pyproject.toml"),
        ("relaytop check 'openrouter/odd", "'openrouter/odd $(touch made) name'"),
        ("relaytop man scree", "relaytop man screenshots/"),
    ],
)
def test_a_word_is_completed(shell: Terminal, typed: str, completed: str) -> None:
    shell.press(typed + "\t")
    shell.wait_for(completed)


def complete(run: Run, home: dict[str, str], line: str) -> str:
    done = run(
        environ={
            **home,
            "_RELAYTOP_COMPLETE": "bash_complete",
            "COMP_LINE": line,
            "COMP_WORDBREAKS": " \t\n\"'><=;|&(:",
        }
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_a_name_with_what_a_shell_obeys_is_quoted(run: Run, at_home: dict[str, str]) -> None:
    found = complete(run, at_home, "relaytop check openrouter/odd")
    assert found == r"plain,openrouter/odd\ \$\(touch\ made\)\ name"


def test_files_are_left_to_the_shell(run: Run, at_home: dict[str, str]) -> None:
    assert complete(run, at_home, "relaytop show ") == "file,"


def test_another_config_on_the_line_is_the_one_that_is_read(
    run: Run, at_home: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "other.toml"
    path.write_text('[providers.other]\nbase_url = "http://127.0.0.1:9"\nmodels = ["m"]\n')
    line = f"relaytop --config {path} baseline "
    assert complete(run, at_home, line) == "plain,other/m"


@pytest.mark.parametrize(
    "text", ["[providers", "providers = 3", "[providers]\nx = 3", "[providers.x]\nmodels = [3]"]
)
def test_a_broken_config_is_silence(run: Run, at_home: dict[str, str], text: str) -> None:
    (Path(at_home["XDG_CONFIG_HOME"]) / "relaytop" / "config.toml").write_text(text)
    assert complete(run, at_home, "relaytop baseline ") == ""


def test_a_line_that_makes_no_sense_is_silence(run: Run, at_home: dict[str, str]) -> None:
    for line in ("", "relaytop 'unclosed", "relaytop nosuch ", "relaytop check --interval x "):
        assert "Error" not in complete(run, at_home, line)


def test_without_a_config_there_are_the_providers_of_the_environment(
    run: Run, home: dict[str, str]
) -> None:
    found = complete(run, {**home, "OPENAI_API_KEY": "sk-0123456789"}, "relaytop models ")
    assert found == "plain,openai"


def test_all_commands_are_offered(run: Run, at_home: dict[str, str]) -> None:
    found = complete(run, at_home, "relaytop ").splitlines()
    assert found == [f"plain,{name}" for name in COMMANDS]


def test_a_shell_that_is_not_known_is_an_error(invoke: Invoke) -> None:
    done = invoke("completion", "tcsh")
    assert done.exception is not None
