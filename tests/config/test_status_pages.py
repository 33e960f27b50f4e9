"""Which official status pages are asked, by the config."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaytop.config.errors import ConfigError
from relaytop.config.flags import Flags
from relaytop.config.load import load_settings
from relaytop.config.status_pages import KNOWN, known_status_page, status_pages

if TYPE_CHECKING:
    from pathlib import Path

OPENAI = "https://status.openai.com"


def pages(tmp_path: Path, text: str) -> dict[str, list[str]]:
    path = tmp_path / "config.toml"
    path.write_text(text)
    settings = load_settings(config=path, flags=Flags(), environ={})
    return {url: [p.name for p in providers] for url, providers in status_pages(settings).items()}


def provider(name: str, base_url: str, status_page: str | None = None) -> str:
    line = "" if status_page is None else f"\nstatus_page = {status_page}"
    return f'[providers.{name}]\nbase_url = "{base_url}"\nmodels = ["m"]{line}\n'


def test_none_is_asked_unless_the_config_says_so(tmp_path: Path) -> None:
    openai = provider("openai", "https://api.openai.com/v1")
    assert pages(tmp_path, openai) == {}
    assert pages(tmp_path, f"status_pages = true\n{openai}") == {OPENAI: ["openai"]}


def test_a_provider_has_the_last_word(tmp_path: Path) -> None:
    text = "status_pages = true\n"
    text += provider("one", "https://api.openai.com/v1")
    text += provider("two", "https://API.OpenAI.com/v1/", "true")
    text += provider("off", "https://api.anthropic.com", "false")
    text += provider("own", "http://127.0.0.1:9/v1", '"http://127.0.0.1:8/status/"')
    text += provider("unknown", "http://127.0.0.1:9/v1")
    assert pages(tmp_path, text) == {OPENAI: ["one", "two"], "http://127.0.0.1:8/status": ["own"]}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("true", "no status page is known for http://127.0.0.1:9/v1; give its URL"),
        ("3", "must be true, false or a URL"),
        ('"status.example.com"', "is not an http or https URL; write it as https://status.exa"),
        ('"https://u:p@status.example.com"', "must not carry a user or a key"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, value: str, words: str) -> None:
    with pytest.raises(ConfigError) as told:
        pages(tmp_path, provider("relay", "http://127.0.0.1:9/v1", value))
    assert words in str(told.value)
    assert "status_page" in str(told.value)
    assert "config.toml, line 4: " in str(told.value)
    assert "u:p" not in str(told.value)


def test_the_known_pages_are_pages() -> None:
    assert all(url.startswith("https://") and not url.endswith("/") for url in KNOWN.values())
    assert known_status_page("https://example.com/api.openai.com") is None
    assert known_status_page("https://api.deepseek.com/anthropic") == "https://status.deepseek.com"
