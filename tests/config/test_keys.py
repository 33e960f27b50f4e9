"""Sources of keys, the sentence where there is none, and the environment of a key's command."""

from pathlib import Path

import pytest

from relaytop.config.errors import ConfigError
from relaytop.config.flags import Flags
from relaytop.config.load import load_settings
from relaytop.config.settings import Secret

RELAY = '[providers.relay]\nbase_url = "http://127.0.0.1:9/v1"\n'


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return path


def complaint(path: Path | None, *, flags: Flags | None = None, **environ: str) -> str:
    with pytest.raises(ConfigError) as raised:
        load_settings(config=path, flags=flags or Flags(), environ=environ)
    return str(raised.value)


@pytest.mark.parametrize(
    ("line", "key", "said"),
    [
        ('api_key_env = "NOPE_KEY"', "api_key_env", "variable NOPE_KEY is not set; export it"),
        ('api_key_env = "EMPTY"', "api_key_env", "variable EMPTY is empty; set it to the key"),
        ('api_key_env = "BLANKS"', "api_key_env", "must not contain blanks"),
        ('api_key_file = "/no/such/key"', "api_key_file", "/no/such/key: no such file; write"),
        ('api_key_file = "/"', "api_key_file", "write the key to a file that only you"),
        ('api_key_command = ["no-such-program"]', "api_key_command", "'no-such-program': no such"),
        (
            'api_key_command = ["printf", "a b"]',
            "api_key_command",
            "'printf': a key must not contain blanks",
        ),
        ('api_key_command = ["true"]', "api_key_command", "'true' printed no key; run it"),
        ('api_key_command = ["false"]', "api_key_command", "exit code 1; run it by hand"),
    ],
)
def test_a_key_that_cannot_be_had(tmp_path: Path, line: str, key: str, said: str) -> None:
    path = written(tmp_path, RELAY + line)
    sentence = complaint(path, EMPTY="", BLANKS="a b")
    assert sentence.startswith(f"{path}, line 3: providers.relay.{key}: ")
    assert said in sentence
    assert "; " in sentence


def test_a_variable_that_a_flag_names() -> None:
    flags = Flags(base_url="http://127.0.0.1:9/v1", api_key_env="NOPE_KEY")
    assert complaint(None, flags=flags) == (
        "--api-key-env: environment variable NOPE_KEY is not set; export it with the key"
    )


def test_a_command_is_given_the_environment_without_any_key(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        RELAY
        + """api_key_command = ["sh", "-c", "printf '%s|' $PLAIN $OPENAI_API_KEY $OTHER_KEY key"]
[providers.other]
base_url = "http://127.0.0.1:9/v1"
api_key_env = "OTHER_KEY"
""",
    )
    environ = {"PLAIN": "plain", "OPENAI_API_KEY": "sk-1", "OTHER_KEY": "sk-2"}
    settings = load_settings(config=path, flags=Flags(), environ=environ)
    assert settings.provider("relay").key == Secret("plain|key|")
    assert settings.provider("other").key == Secret("sk-2")


def test_a_credential_of_the_service_manager(tmp_path: Path) -> None:
    """Its mode is that of a file with an ACL for the service: 0440."""
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    key = credentials / "keys_relay"
    key.write_text("sk-credential\n")
    path = written(tmp_path, RELAY + f'api_key_file = "{key}"')
    folder = str(credentials)
    key.chmod(0o440)
    settings = load_settings(config=path, flags=Flags(), environ={"CREDENTIALS_DIRECTORY": folder})
    assert settings.provider("relay").key == Secret("sk-credential")
    assert f"{key} is readable by others; run chmod 600 {key}" in complaint(path)
    assert "is readable by others" in complaint(path, CREDENTIALS_DIRECTORY=f"{tmp_path}/x")
    for mode in (0o444, 0o460):
        key.chmod(mode)
        assert "is readable by others" in complaint(path, CREDENTIALS_DIRECTORY=folder)
