"""Configs that are refused: each is a sentence with its place and what would be valid."""

from pathlib import Path

import pytest

from relaytop.config.errors import ConfigError
from relaytop.config.flags import Flags
from relaytop.config.load import load_settings
from relaytop.config.settings import Settings
from tests.support.server import CERTIFICATE

RELAY = '[providers.relay]\nbase_url = "https://127.0.0.1:9/v1"\n'
SECRET = "hunter2-hunter2"


def load(path: Path, text: str, flags: Flags | None = None) -> Settings:
    path.write_text(text)
    return load_settings(config=path, flags=flags or Flags(), environ={})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (f'{RELAY}ca_file = "/no/such.pem"', "line 3: providers.relay.ca_file", "no such file"),
        (f'{RELAY}ca_file = "/"', "line 3: providers.relay.ca_file", "PEM"),
        (f'{RELAY}ca_file = "{__file__}"', "line 3: providers.relay.ca_file", "no certificate"),
        (f'{RELAY}proxy = "foo"', "line 3: providers.relay.proxy", "http://host:port"),
        (f'{RELAY}proxy = "socks5://u:{SECRET}@h:1"', "providers.relay.proxy", "https://host:port"),
        (f'{RELAY}proxy = "http://u:{SECRET}@h:99999"', "providers.relay.proxy", "http://host"),
        (f'{RELAY}proxy = "http://"', "providers.relay.proxy", "http://host:port"),
        (f'{RELAY}headers = {{ "X Y" = "{SECRET}" }}', 'headers."X Y"', "as X-Team"),
        (f'{RELAY}headers = {{ "" = "{SECRET}" }}', 'headers.""', "as X-Team"),
        (f'{RELAY}headers = {{ X = "{SECRET}\\n" }}', "providers.relay.headers.X", "line break"),
        (f'{RELAY}headers = {{ X = "{SECRET}\\u0000" }}', "providers.relay.headers.X", "control"),
        (f'{RELAY}headers = {{ X = "é{SECRET}" }}', "providers.relay.headers.X", "ASCII"),
        ('[providers."x/y"]\nbase_url = "http://h/v1"', 'providers."x/y"', "without /"),
        ('[providers.""]\nbase_url = "http://h/v1"', 'providers.""', "without /"),
        (
            f'{RELAY}api_key_env = "X"\napi_key_lifetime = "50m"',
            "line 1: providers.relay",
            "api_key_lifetime is for a key of api_key_command",
        ),
        (
            f'{RELAY}api_key_env = "X"\napi_key_file = "y"',
            "line 1: providers.relay",
            "api_key_env and api_key_file are both set; keep one",
        ),
        (f"budget = nan\n{RELAY}", "line 1: budget", "finite"),
        (f"budget = inf\n{RELAY}", "line 1: budget", "finite"),
        (f"[thresholds]\nerror_rate = nan\n{RELAY}", "line 2: thresholds.error_rate", "finite"),
        (f'{RELAY}models = [" "]', "line 3: providers.relay.models", "empty"),
        (f'window = "0s"\n{RELAY}', "line 1: window", "10m"),
        (f"{RELAY}http2 = 1", "line 3: providers.relay.http2", "boolean"),
        (
            f'{RELAY}models = ["gpt-4.1"]\n[providers.relay.prices."gpt-4"]\ninput = 1\noutput = 1',
            "line 4: providers.relay.prices.gpt-4:",
            "did you mean 'gpt-4.1'?",
        ),
        (
            f'window = "100 requests"\nhistory = 50\n{RELAY}',
            "line 1: window",
            '"50 requests", or raise history (50)',
        ),
    ],
)
def test_it_is_refused(path: Path, text: str, place: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load(path, text)
    sentence = str(raised.value)
    assert sentence.startswith(str(path))
    assert place in sentence
    assert said in sentence
    assert SECRET not in sentence
    assert len(sentence.splitlines()) == 1


def test_what_is_right_is_taken(path: Path) -> None:
    text = f"""{RELAY}
ca_file = "{CERTIFICATE}"
proxy = "http://user:secret@proxy.example:3128"
headers = {{ "X-Team_1" = "ops and\\tothers", Empty = "" }}
prices = {{ later = {{ input = 1, output = 2.5 }} }}
"""
    (provider,) = load(path, text).providers
    assert provider.ca_file == str(CERTIFICATE)
    assert provider.headers == {"X-Team_1": "ops and\tothers", "Empty": ""}


def test_a_window_of_the_command_line_that_history_cannot_hold(path: Path) -> None:
    flags = Flags(window="100 requests")
    with pytest.raises(ConfigError, match=r"^--window: .*raise history \(50\)"):
        load(path, f"history = 50\n{RELAY}", flags)
    with pytest.raises(ConfigError, match=r"^--window: "):
        load(path, RELAY, Flags(window="3601 requests"))
    assert load(path, f"history = 100\n{RELAY}", flags).window.count == 100


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (Flags(base_url="http://h/v1", name="x/y"), "--name: 'x/y'"),
        (Flags(base_url="http://h/v1", name=""), "--name: ''"),
        (Flags(base_url="http://h/v1", models=("m", " ")), "--model: "),
        (Flags(base_url="http://h/v1", api_key_env=""), "--api-key-env is empty"),
        (Flags(base_url="http://h\x01/v1"), "--base-url: "),
        (Flags(name=""), "--name needs --base-url"),
    ],
)
def test_a_provider_of_flags(flags: Flags, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_settings(config=None, flags=flags, environ={})
    assert str(raised.value).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("interval = = 5", "quotes"),
        ("interval 5", "key = value"),
        ("= 5", "key = value"),
        ('interval = "5s', "close the string"),
        ("a = [1, 2", "close"),
        ("a = { b = 1", "close"),
        ("[providers.a", "close"),
        ('a = "C:\\d"', "single quotes"),
        ("a = 1 b = 2", "one key per line"),
        ("a = 1\na = 2", "once"),
        ("a = 1979-13-40", "quotes"),
        ("a = " + "9" * 5000, "number"),
        ("a = " + "[" * 5000, "relaytop init"),
    ],
    ids=lambda text: text[:12],
)
def test_no_toml(path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load(path, text)
    first, _, remedy = str(raised.value).partition("; ")
    assert first.startswith(f"{path}: TOML syntax error: ")
    assert said in remedy
    assert len(str(raised.value)) < len(str(path)) + 400
