"""Text that is no UTF-8 is refused before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.server import ScriptedServer, chat_stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.launch import Run

ODD = "gpt\udcff"
"""As Python decodes the bytes `gpt\\xff` of a command line."""


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _seen: chat_stream(3)) as found:
        yield found


@pytest.mark.parametrize("command", ["baseline", "check", "agent", "config"])
@pytest.mark.parametrize("model", [("--model", ODD), (f"--model={ODD}",)])
def test_a_model_that_is_no_utf8_is_refused_before_anything_is_sent(
    run: Run, server: ScriptedServer, command: str, model: tuple[str, ...]
) -> None:
    done = run(command, "--base-url", server.base_url, *model)
    assert done.returncode == 2
    assert done.stderr == ("relaytop: --model is not valid UTF-8; write it in UTF-8\n")
    assert server.requests == []


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ((ODD,), "argument 1"),
        (("pick", ODD), "argument 2"),
        (("show", ODD), "argument 2"),
        (("--config", ODD, "config"), "--config"),
        ((f"--{ODD}",), "argument 1"),
        (("--api-key-env", ODD), "--api-key-env"),
        (("check", "--name", "\udc80"), "--name"),
    ],
)
def test_any_other_argument_is_too(run: Run, arguments: tuple[str, ...], place: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(f"relaytop: {place} is not valid UTF-8")


@pytest.mark.parametrize(
    "name", ["HOME", "XDG_DATA_HOME", "RELAYTOP_CONFIG", "OPENAI_BASE_URL", "https_proxy"]
)
def test_a_variable_that_is_read_is_too(run: Run, name: str) -> None:
    done = run("config", environ={name: f"/nowhere/{ODD}"})
    assert done.returncode == 2
    assert done.stderr.startswith(f"relaytop: environment variable {name} is not valid UTF-8")


def test_a_variable_of_others_is_none_of_its_business(run: Run) -> None:
    done = run("roi", "--help", environ={"OLDPWD": f"/nowhere/{ODD}"})
    assert done.returncode == 0


@pytest.mark.parametrize("model", ["gpt\x1b[31m", "gpt\u202e", "a\nb", "\x7f"])
def test_a_model_that_cannot_be_shown_is_refused(run: Run, model: str) -> None:
    done = run("config", "--base-url", "http://127.0.0.1:9/v1", "--model", model)
    assert done.returncode == 2
    assert "--model: a model's id contains a control or unprintable character" in done.stderr


def test_letters_of_any_script_are_fine(run: Run) -> None:
    done = run("config", "--base-url", "http://127.0.0.1:9/v1", "--model", "modèl-模型")
    assert done.returncode == 0
