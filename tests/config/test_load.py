from pathlib import Path

import pytest

from relaytop.config.errors import ConfigError
from relaytop.config.flags import Flags
from relaytop.config.load import load_settings
from relaytop.config.settings import Secret, Settings, Window
from relaytop.config.template import TEMPLATE

TWO = """
interval = "10s"
budget = 0.5
[probe]
max_tokens = 4
[thresholds]
p95 = "3s"
[providers.a]
base_url = "http://127.0.0.1:9/v1/"
api_key_env = "A_KEY"
models = ["x", "org/y"]
[providers.a.prices."x"]
input = 1.0
output = 2.0
[providers.b]
base_url = "http://127.0.0.1:9/b"
models = ["x"]
[targets."a/org/y"]
interval = "1m"
stream = false
thresholds = { error_rate = 0.5 }
[aliases]
x = ["a/x", "b/x"]
"""


def load(
    tmp_path: Path, text: str | None = None, *, flags: Flags | None = None, **environ: str
) -> Settings:
    path = None
    if text is not None:
        path = tmp_path / "config.toml"
        path.write_text(text)
        path.chmod(0o600)
    return load_settings(config=path, flags=flags or Flags(), environ=environ)


@pytest.fixture(autouse=True)
def _no_config_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


def test_what_init_writes_is_valid_and_says_the_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path, TEMPLATE, HOLYSHEEP_API_KEY="sk-1")
    plain = Settings()
    assert settings.defaults == plain.defaults
    assert (settings.window, settings.history) == (plain.window, plain.history)
    assert (settings.budget_usd, settings.assumed_price) == (1.0, 10.0)
    assert next(target.id for target in settings.targets) == "holysheep/gpt-4.1"
    assert not settings.providers[0].prices


def test_a_file(tmp_path: Path) -> None:
    settings = load(tmp_path, TWO, A_KEY=" sk-abc\n")
    first, second, third = settings.targets
    assert (first.id, second.id, third.id) == ("a/x", "a/org/y", "b/x")
    assert (first.interval_s, first.max_tokens, first.stream) == (10.0, 4, True)
    assert (second.interval_s, second.stream) == (60.0, False)
    assert second.thresholds.error_rate == 0.5
    assert second.thresholds.p95_ms == first.thresholds.p95_ms == 3000
    assert settings.providers[0].base_url == "http://127.0.0.1:9/v1"
    assert settings.providers[0].key == Secret("sk-abc")
    assert settings.providers[1].key is None
    assert settings.aliases == {"x": ("a/x", "b/x")}


def test_every_value_knows_where_it_came_from(tmp_path: Path) -> None:
    flags = Flags(interval_s=2.0, window="100 requests")
    settings = load(tmp_path, TWO, flags=flags, A_KEY="sk-1")
    assert settings.defaults.interval_s == 2.0
    assert settings.window == Window(None, 100)
    assert settings.targets[1].interval_s == 2.0
    origins = settings.origins
    assert origins["interval"] == "--interval"
    assert origins["window"] == "--window"
    assert origins["budget"].startswith("config file ")
    assert origins["timeout"] == "default"
    assert origins["providers.a.base_url"].startswith("config file ")
    assert origins['targets."a/org/y".stream'].startswith("config file ")
    assert settings.providers[0].key_from == "environment variable A_KEY"


def test_an_adhoc_provider_replaces_the_files_and_gets_no_key_of_theirs(tmp_path: Path) -> None:
    flags = Flags(base_url="https://foreign.example/v1", models=("m",))
    settings = load(tmp_path, TWO, flags=flags, A_KEY="sk-1", OPENAI_API_KEY="sk-2")
    (provider,) = settings.providers
    assert provider.name == "foreign.example"
    assert provider.key is None
    assert [target.id for target in settings.targets] == ["foreign.example/m"]
    assert settings.defaults.interval_s == 10.0
    named = Flags(base_url="http://127.0.0.1:4000/v1", api_key_env="MINE", name="p")
    settings = load(tmp_path, flags=named, MINE="sk-3", OPENAI_API_KEY="sk-2")
    assert settings.providers[0].key == Secret("sk-3")
    assert settings.targets == ()


def test_keys_found_in_the_environment(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        OPENAI_API_KEY="sk-1",
        OPENAI_BASE_URL="http://127.0.0.1:4000/v1/",
        GROQ_API_KEY="gsk-2",
        MISTRAL_API_KEY="",
    )
    assert [(p.name, p.base_url) for p in settings.providers] == [
        ("openai", "http://127.0.0.1:4000/v1"),
        ("groq", "https://api.groq.com/openai/v1"),
    ]
    assert settings.targets == ()


def test_a_key_from_a_command_and_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("sk-file\n")
    file.chmod(0o600)
    text = '[providers.a]\nbase_url = "http://x/v1"\n'
    command = load(tmp_path, text + 'api_key_command = ["echo", "sk-cmd"]\n')
    assert command.providers[0].key == Secret("sk-cmd")
    assert load(tmp_path, text + f'api_key_file = "{file}"\n').providers[0].key == Secret("sk-file")
    assert load(tmp_path, text + 'api_key = "sk-in"\n').providers[0].key == Secret("sk-in")
    file.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        load(tmp_path, text + f'api_key_file = "{file}"\n')


def test_the_variable_names_a_file(tmp_path: Path) -> None:
    path = tmp_path / "named.toml"
    path.write_text('interval = "7s"\n[providers.a]\nbase_url = "http://x/v1"\n')
    settings = load_settings(config=None, flags=Flags(), environ={"RELAYTOP_CONFIG": str(path)})
    assert settings.defaults.interval_s == 7.0


def test_a_key_never_prints_itself() -> None:
    secret = Secret("sk-abcdef")
    for text in (repr(secret), str(secret), f"{secret}", secret.masked, repr([secret])):
        assert "abcdef" not in text
