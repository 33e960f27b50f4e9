"""What a viewer of other machines needs of a config: no key of a provider, but its own token."""

from pathlib import Path

import pytest

from relaytop.config.errors import ConfigError
from relaytop.config.flags import Flags
from relaytop.config.load import load_view_settings
from relaytop.config.settings import Settings

URL = "http://127.0.0.1:9"
SECRET = "hunter2secret"
PROVIDER = """
[providers.relay]
base_url = "http://127.0.0.1:9/v1"
api_key_env = "RELAY_KEY"
models = ["m"]
[targets."relay/m".thresholds]
p95 = "4s"
"""


def load(folder: Path, text: str, **environ: str) -> Settings:
    path = folder / "c.toml"
    path.write_text(text)
    return load_view_settings(config=path, flags=Flags(), environ=environ)


def test_a_file_with_a_fleet_alone(tmp_path: Path) -> None:
    text = f'[fleet]\nprometheus = "{URL}/"\ntoken_env = "T"\nmatch = "{{a=\'b\'}}"\nby = "zone"'
    settings = load(tmp_path, text, T="tok-123")
    assert settings.fleet.prometheus == URL
    assert settings.fleet.token is not None
    assert settings.fleet.token.reveal() == "tok-123"
    assert settings.origins["fleet.token"].endswith("c.toml, environment variable T")
    assert (settings.fleet.by, settings.targets) == ("zone", ())


def test_no_key_of_a_provider_is_looked_for(tmp_path: Path) -> None:
    settings = load(tmp_path, PROVIDER)
    (target,) = settings.targets
    assert target.thresholds.p95_ms == 4000
    assert settings.providers[0].key is None


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
    settings = load_view_settings(config=None, flags=Flags(), environ=environ)
    assert settings.fleet.prometheus is None


def test_a_token_of_a_command_sees_no_key_of_others(tmp_path: Path) -> None:
    text = f'{PROVIDER}[fleet]\nprometheus = "{URL}"\n'
    text += 'token_command = ["sh", "-c", "echo tok-${RELAY_KEY:-none}"]'
    settings = load(tmp_path, text, RELAY_KEY="secret", PATH="/usr/bin:/bin")
    assert settings.fleet.token is not None
    assert settings.fleet.token.reveal() == "tok-none"


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ('prometheus = "prom:9090"', "is not an http or https URL; write it as http://host:9090"),
        (f'prometheus = "http://me:{SECRET}@h"', "must not carry a user or a password"),
        (f'prometheus = "ftp://me:{SECRET}@h"', "is not an http or https URL"),
        (f'prometheus = "{URL}"\nmatch = "prod"', 'write it as {env="prod"}'),
        (f'prometheus = "{URL}"\nby = "a-b"', "is not a label's name"),
        (f'prometheus = "{URL}"\ntoken_env = "NOT_SET"', "NOT_SET is not set"),
        (f'prometheus = "{URL}"\ntoken_env = "A"\ntoken_file = "b"', "are both set; keep one"),
        (f'prometheus = "{URL}"\ntoken_file = "/nowhere"', "no such file"),
        (f'prometheus = "{URL}"\nca_file = "/nowhere"', "/nowhere"),
        (f'prometheus = "{URL}"\nheaders = {{ "a b" = "c" }}', "headers"),
        (f'promethues = "{URL}"', "prometheus"),
    ],
)
def test_what_a_config_cannot_say(table: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, f"[fleet]\n{table}\n")
    assert sentence in str(raised.value)
    assert SECRET not in str(raised.value)
