"""Every mistake gets one sentence with its place and remedy, exit code 2, and no traceback."""

from pathlib import Path

import pytest

from tests.support.launch import Refused, Start
from tests.support.server import ScriptedServer, models_reply

PROVIDER = '[providers.a]\nbase_url = "http://127.0.0.1:9/v1"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("interval = = 5\n", ["config.toml", "TOML syntax error", "line 1"]),
        (f"intervall = '5s'\n{PROVIDER}", ["line 1", "intervall", "did you mean 'interval'?"]),
        (f"{PROVIDER}[probe]\nmax_token = 3\n", ["probe.max_token", "'max_tokens'"]),
        (f"interval = '5 bananas'\n{PROVIDER}", ["interval", "500ms, 5s, 2m or 1h"]),
        (f"interval = 5\n{PROVIDER}", ["interval", 'must be quoted: "5s"']),
        (f"window = 'soon'\n{PROVIDER}", ["window", "100 requests"]),
        (f"{PROVIDER}{PROVIDER}", ["line 3", "'a'", "declared twice"]),
        ("[providers.a]\nmodels = ['m']\n", ["providers.a.base_url", "missing"]),
        ("[providers.a]\nbase_url = 'ftp://x'\n", ["providers.a.base_url", "https://host/v1"]),
        (f"{PROVIDER}api = 'soap'\n", ["providers.a.api", "openai"]),
        (f"{PROVIDER}ca_file = '/no/such.pem'\n", ["line 3", "ca_file", "/no/such.pem", "PEM"]),
        (f"{PROVIDER}proxy = 'foo'\n", ["line 3", "providers.a.proxy", "http://host:port"]),
        (f"{PROVIDER}headers = {{ 'X Y' = 'z' }}\n", ["providers.a.headers", "X-Team"]),
        ("[providers.'x/y']\nbase_url = 'http://h/v1'\n", ["line 1", "x/y", "without /"]),
        (f"budget = nan\n{PROVIDER}", ["line 1", "budget", "finite"]),
        (f"window = '100 requests'\nhistory = 50\n{PROVIDER}", ["window", "history (50)"]),
        (f"{PROVIDER}models = ['m']\n[targets.'a/n']\n", ["a/n", "did you mean 'a/m'?"]),
        (f"budget = -1\n{PROVIDER}", ["budget", "greater than or equal to 0"]),
        (f"{PROVIDER}models = []\n", ["line 3", "providers.a.models", "remove the key"]),
        ("interval = '5s'\n", ["no [providers", "relaytop init"]),
    ],
)
def test_a_config_file(refused: Refused, config: Path, text: str, said: list[str]) -> None:
    config.write_text(text)
    sentence = refused("--config", str(config), "config")
    assert len(sentence.splitlines()) == 1
    for words in ["config.toml", *said]:
        assert words in sentence


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("api_key_env = 'NO_SUCH'", "api_key_env: environment variable NO_SUCH is not set; export"),
        ("api_key_env = 'EMPTY'", "api_key_env: environment variable EMPTY is empty; set"),
        ("api_key_file = '/no/such'", "api_key_file: /no/such: no such file; write"),
        ("api_key_command = ['false']", "api_key_command: 'false' ended with exit code 1; run"),
    ],
)
@pytest.mark.parametrize("command", ["models", "baseline", "agent"])
def test_a_key_that_cannot_be_had(
    refused: Refused, config: Path, command: str, line: str, said: str
) -> None:
    config.write_text(f"{PROVIDER}{line}\nmodels = ['m']\n")
    sentence = refused("--config", str(config), command, EMPTY="")
    assert f"{config}, line 3: providers.a.{said}" in sentence
    assert len(sentence.splitlines()) == 1


def test_nothing_to_watch(refused: Refused) -> None:
    sentence = refused("config")
    for words in ("relaytop demo", "relaytop init", "OPENAI_API_KEY", "HOLYSHEEP_API_KEY"):
        assert words in sentence


def test_an_empty_variable_alone(refused: Refused) -> None:
    assert "OPENAI_API_KEY is set but empty" in refused("config", OPENAI_API_KEY="")


def test_a_key_in_a_file_that_others_may_read(refused: Refused, config: Path) -> None:
    config.write_text(f'{PROVIDER}api_key = "sk-very-secret-1234"\n')
    config.chmod(0o644)
    sentence = refused("--config", str(config), "config")
    assert "chmod 600" in sentence
    assert "very-secret" not in sentence


def test_a_config_file_that_is_not_there(refused: Refused) -> None:
    assert "/no/such.toml: no such file" in refused("--config", "/no/such.toml", "config")


def test_init_overwrites_nothing(refused: Refused, config: Path) -> None:
    config.write_text("mine")
    assert "not overwritten" in refused("--config", str(config), "init")
    assert config.read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "neither TOML nor JSON"),
        ("a = 1\n", "not a relaytop snapshot"),
        ('schema = 99\nkind = "live"\ntargets = []\n', "schema 99"),
        ('schema = 1\nkind = "live"\ntargets = [1]\n', "target 1"),
        ('{"schema": 1, "targets": []}', "kind"),
    ],
)
def test_a_snapshot_that_is_none(refused: Refused, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "file.toml"
    file.write_text(text)
    sentence = refused("show", str(file))
    assert said in sentence
    assert "file.toml" in sentence
    if "is not a relaytop snapshot" in sentence:
        assert "; name a file that `s` in the monitor, `relaytop baseline` or" in sentence


def test_a_provider_that_offers_nothing(refused: Refused) -> None:
    with ScriptedServer(lambda _: models_reply([])) as server:
        sentence = refused("models", "--base-url", server.base_url, "--name", "relay")
    assert "the list at /models is empty for relay" in sentence


def test_no_terminal(refused: Refused) -> None:
    assert "relaytop agent" in refused()
    assert "relaytop agent" in refused("demo")


def test_a_dumb_terminal(start: Start) -> None:
    terminal = start("demo", TERM="dumb")
    assert terminal.wait() == 2
    assert "TERM=dumb" in terminal.text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--interval", "soon", "config"], "500ms, 5s, 2m or 1h"),
        (["--model", "m", "config"], "--base-url"),
        (["--base-url", "nonsense", "config"], "https://host/v1"),
        (["--base-url", "http://127.0.0.1:9/v1", "--api-key-env", "NO_SUCH", "models"], "NO_SUCH"),
        (["--base-url", "http://127.0.0.1:9/v1", "--name", "x/y", "config"], "without /"),
        (["--base-url", "http://127.0.0.1:9/v1", "--model", "", "config"], "--model"),
        (["--budget", "nan", "config"], "write USD as 0.50"),
        (["--budget", "inf", "config"], "--budget"),
        (["--window", "9999 requests", "--base-url", "http://h/v1", "config"], "history (3600)"),
        (["demo", "--model", "m"], "--model cannot be used here"),
        (["--base-url", "http://127.0.0.1:9/v1", "models", "other"], "no provider 'other'"),
        (["bananas"], "bananas"),
    ],
)
def test_a_flag(refused: Refused, arguments: list[str], said: str) -> None:
    assert said in refused(*arguments)


PASTED = "sk-proj-Zk3vT9qLw82mXcP0aB7dE5"
MISTAKES = (
    f'base_url = "https://h/v1?key={PASTED}"',
    f'base_url = "https://h/v1#{PASTED}"',
    f'base_url = "https://user:{PASTED}@h/v1"',
    f'base_url = "https://h:{PASTED}/v1"',
    f'base_url = "htps://u:{PASTED}@h/v1"',
    f'base_url = "http://h/v1"\napi_key_env = "{PASTED}"',
    f'base_url = "http://h/v1"\napi_key_file = "{PASTED}"',
    f'base_url = "http://h/v1"\napi_key_command = ["{PASTED}"]',
    f'base_url = "http://h/v1"\nheaders = {{ "{PASTED} x" = "y" }}',
    f'base_url = "http://h/v1"\nheaders = {{ "Authorization: Bearer {PASTED}" = "y" }}',
    f'base_url = "http://h/v1"\nproxy = "htp:/u:{PASTED}@h"',
    f'base_url = "http://h/v1"\napi = "{PASTED}"',
    f'base_url = "http://h/v1"\n"{PASTED}" = "m"',
    f'base_url = "http://h/v1"\ninterval = "{PASTED}"',
    f'base_url = "http://h/v1"\napi_key = "{PASTED} x"',
    f'base_url = "http://h/v1"\napi_key = {PASTED}',
)


@pytest.mark.parametrize("line", MISTAKES)
def test_a_key_that_stands_in_the_wrong_place_is_not_repeated(
    refused: Refused, config: Path, line: str
) -> None:
    config.write_text(f"[providers.a]\n{line}\nmodels = ['m']\n")
    config.chmod(0o600)
    assert_hidden(refused("--config", str(config), "models"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--base-url", "http://127.0.0.1:9/v1", "--model", "m", "--api-key-env", PASTED),
        ("--base-url", f"http://127.0.0.1:9/v1?key={PASTED}", "--model", "m"),
        ("--base-url", PASTED, "--model", "m"),
        ("--config", PASTED),
        ("--interval", PASTED),
        ("--api", PASTED, "--base-url", "http://127.0.0.1:9/v1", "--model", "m"),
        (f"--{PASTED}",),
        (PASTED,),
    ],
)
def test_a_key_on_the_command_line_is_not_repeated(
    refused: Refused, arguments: tuple[str, ...]
) -> None:
    assert_hidden(refused(*arguments, "models"))


def assert_hidden(sentence: str) -> None:
    assert sentence
    assert not any(PASTED[i : i + 10] in sentence for i in range(8, len(PASTED) - 10)), sentence


@pytest.mark.parametrize("command", [("prices", "{odd}"), ("{odd}",), ("--interval", "{odd}")])
def test_what_was_typed_is_no_order_to_the_terminal(start: Start, command: tuple[str, ...]) -> None:
    terminal = start(*(word.format(odd="x\x1b]0;y") for word in command), columns=200)
    terminal.wait_for("\\x1b]0;y")
    assert terminal.wait() == 2
    assert b"\x1b]0;y" not in bytes(terminal.raw)
