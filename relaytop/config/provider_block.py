"""A provider's table for the config file, from a preset."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.presets import Preset


def provider_block(preset: Preset, values: Mapping[str, str]) -> str:
    """Return the TOML of a provider.

    Args:
        preset: What is known of it.
        values: The user's own names → what they are; others stay in braces, to be filled in.
    """
    lines = []
    if preset.note:
        lines.append(f"# {preset.note}")
    missing = [name for name in preset.placeholders if name not in values]
    if missing:
        names = ", ".join(f"{{{name}}}" for name in missing)
        lines.append(f"# Fill in: {names}")
    lines.append(f"[providers.{_key(preset.name)}]")
    lines.append(f"base_url = {_quoted(_filled(preset.base_url, values))}")
    if preset.api != "openai":
        lines.append(f"api = {_quoted(preset.api)}")
    if preset.key_command:
        lines.append(f"api_key_command = [{', '.join(map(_quoted, preset.key_command))}]")
    elif preset.key_env:
        lines.append(f"api_key_env = {_quoted(preset.key_env)}")
    if preset.key_lifetime:
        lines.append(f"api_key_lifetime = {_quoted(preset.key_lifetime)}")
    models = ", ".join(_quoted(_filled(model, values)) for model in preset.models)
    lines.append(f"models = [{models}]")
    return "\n".join(lines) + "\n"


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _key(name: str) -> str:
    return name if name.replace("-", "").isalnum() else _quoted(name)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
