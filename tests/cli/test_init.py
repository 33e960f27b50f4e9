"""`relaytop init --provider` as one runs it."""

import tomllib
from pathlib import Path

from tests.support.launch import Run


def test_the_table_stands_in_place_of_the_example(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "c.toml"
    done = run("init", "--config", path, "--provider", "xai", "--provider", "ollama")
    assert done.returncode == 0, done.stderr
    document = tomllib.loads(path.read_text())
    assert list(document["providers"]) == ["xai", "ollama"]
    assert document["interval"] == "5s"
    assert "XAI_API_KEY" in done.stderr
    assert "Fill in model" in done.stderr
    assert path.stat().st_mode & 0o777 == 0o600
    again = run("init", "--config", path, "--provider", "xai")
    assert again.returncode == 2
    assert "--print" in again.stderr


def test_it_is_printed_for_a_file_that_there_is(run: Run) -> None:
    done = run("init", "--provider", "bedrock", "--set", "region=eu-west-1", "--print")
    table = tomllib.loads(done.stdout)["providers"]["bedrock"]
    assert table["base_url"] == "https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1"
    assert table["api_key_env"] == "AWS_BEARER_TOKEN_BEDROCK"


def test_a_locale_without_the_tables_characters_is_no_obstacle(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "c.toml"
    ascii_alone = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = run("init", "--config", path, "--provider", "azure", environ=ascii_alone)
    assert done.returncode == 0, done.stderr
    assert "…" in path.read_text(encoding="utf-8")


def test_names_are_known_as_their_vendors_write_them(run: Run) -> None:
    done = run("init", "--provider", "xAI", "--provider", "vLLM", "--provider", "xai", "--print")
    assert list(tomllib.loads(done.stdout)["providers"]) == ["xai", "vllm"]


def test_mistakes(run: Run) -> None:
    for arguments, words in (
        (("--provider", "bedrok", "--print"), "did you mean 'bedrock'?"),
        (("--provider", "bedrock", "--set", "zone=a", "--print"), "valid: region"),
        (("--provider", "openai", "--set", "x=a", "--print"), "need none"),
        (("--provider", "bedrock", "--set", "region", "--print"), "is not NAME=VALUE"),
        (
            ("--provider", "azure", "--set", "resource=https://x.openai.azure.com", "--print"),
            "give the name alone",
        ),
        (("--print",), "--print needs --provider"),
    ):
        done = run("init", *arguments)
        assert done.returncode == 2
        assert words in done.stderr
        assert done.stdout == ""
