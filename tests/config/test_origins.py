"""Each value knows who gave it, and a provider of the environment is told from its parts."""

from pathlib import Path

import pytest

from relaytop.config.flags import Flags
from relaytop.config.load import load_settings


@pytest.fixture(autouse=True)
def _no_config_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


def test_a_url_of_the_environment_and_one_that_is_built_in() -> None:
    environ = {
        "OPENAI_API_KEY": "sk-1",
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
        "GROQ_API_KEY": "gsk-1",
    }
    settings = load_settings(config=None, flags=Flags(), environ=environ)
    origin = settings.origins.get
    assert origin("providers.openai.base_url") == "environment variable OPENAI_BASE_URL"
    assert origin("providers.openai.api", "default") == "default"
    assert origin("providers.groq.base_url", "default") == "default"
    assert settings.provider("groq").key_from == "environment variable GROQ_API_KEY"


def test_flags() -> None:
    flags = Flags(base_url="http://127.0.0.1:4391/v1", models=("m",))
    settings = load_settings(config=None, flags=flags, environ={})
    (provider,) = settings.providers
    assert provider.name == "127.0.0.1"
    assert settings.origins["providers.127.0.0.1.base_url"] == "--base-url"
    assert settings.origins["providers.127.0.0.1.models"] == "--model"
    assert "providers.127.0.0.1.api" not in settings.origins
    ipv6 = Flags(base_url="http://[::1]:4391/v1", api="gemini", name="six")
    settings = load_settings(config=None, flags=ipv6, environ={})
    assert settings.origins["providers.six.api"] == "--api"


def test_a_file_gives_what_is_written_in_it_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        """
[providers.a]
base_url = "http://127.0.0.1:9/v1"
models = ["m"]
max_rpm = 60
[targets."a/m".thresholds]
p95 = "4s"
[aliases]
x = ["a/m"]
"""
    )
    origins = load_settings(config=path, flags=Flags(), environ={}).origins
    whence = f"config file {path}"
    given = ("base_url", "models", "max_rpm")
    assert all(origins[f"providers.a.{field}"] == whence for field in given)
    assert not {"providers.a.api", "providers.a.http2", "providers.a.headers"} & set(origins)
    assert origins['targets."a/m".thresholds.p95'] == whence
    assert 'targets."a/m".thresholds.ttft' not in origins
    assert origins['aliases."x"'] == whence
