"""Providers known by name: each table that is written can be filled in, loaded and probed."""

import tomllib
from pathlib import Path

import pytest

from relaytop.config.environment import KNOWN
from relaytop.config.errors import ConfigError
from relaytop.config.flags import Flags
from relaytop.config.load import load_settings
from relaytop.config.presets import PRESETS, Preset, preset_named
from relaytop.config.provider_block import provider_block
from relaytop.config.template import template_with
from relaytop.wire.apis import api_named

by_name = pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
AUTH = {"openai": "Authorization", "azure": "api-key", "anthropic": "x-api-key"}


def filled(preset: Preset) -> str:
    text = template_with([provider_block(preset, dict.fromkeys(preset.placeholders, "mine"))])
    # The command of the test's own machine, which has no gcloud.
    return text.replace('["gcloud", "auth", "print-access-token"]', '["echo", "ya29.token"]')


@by_name
def test_each_table_can_be_loaded(preset: Preset, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(filled(preset))
    environ = {preset.key_env: "sk-0123456789", "PATH": "/usr/bin:/bin"}
    settings = load_settings(config=path, flags=Flags(), environ=environ)
    (provider,) = settings.providers
    assert (provider.name, provider.api) == (preset.name, preset.api)
    assert [target.model for target in settings.targets] == list(provider.models)
    api = api_named(provider.api)
    request = api.build(settings.targets[0], provider, frozenset())
    assert request.url.startswith(provider.base_url)
    keyed = bool(preset.key_env or preset.key_command)
    header = AUTH.get(preset.api, "x-goog-api-key")
    assert (header in dict(request.headers)) == keyed


@by_name
def test_a_name_that_is_not_filled_in_is_told(preset: Preset, tmp_path: Path) -> None:
    if not preset.placeholders:
        return
    path = tmp_path / "c.toml"
    path.write_text(template_with([provider_block(preset, {})]))
    with pytest.raises(ConfigError, match="is to be filled in"):
        load_settings(config=path, flags=Flags(), environ={preset.key_env: "sk-0123456789"})


def test_names_and_variables_are_distinct() -> None:
    assert len({preset.name for preset in PRESETS}) == len(PRESETS)
    detected = [preset for preset in PRESETS if preset.detected]
    assert len(KNOWN) == len(detected)
    assert all(preset.key_env and not preset.placeholders for preset in detected)


@by_name
def test_the_table_is_toml_with_the_presets_own_values(preset: Preset) -> None:
    block = provider_block(preset, {})
    (table,) = tomllib.loads(block)["providers"].values()
    assert table["base_url"] == preset.base_url
    assert table["models"] == list(preset.models)
    assert preset.source
    assert "://" not in preset.source


def test_values_with_quotes_stay_inside_theirs() -> None:
    preset = preset_named("new-api")
    assert preset is not None
    block = provider_block(preset, {"host": 'a"b\\c', "model": "m"})
    assert tomllib.loads(block)["providers"]["new-api"]["base_url"] == 'https://a"b\\c/v1'
