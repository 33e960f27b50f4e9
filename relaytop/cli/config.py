"""`relaytop config`: the settings in force and where each came from, keys masked."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

from relaytop.cli.options import common_options
from relaytop.config.durations import format_duration, format_window
from relaytop.config.load import load_settings

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.config.settings import Provider, Settings

Row = tuple[str, Any, str]
"""Key, value, origin."""


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "toml"]),
    default="table",
    show_default=True,
)
@common_options
def config(form: str, options: Options) -> None:
    """Print the settings in force and where each came from, keys masked."""
    settings = load_settings(config=options.config, flags=options.flags, environ=os.environ)
    found = rows(settings)
    if form != "table":
        tree = {key: {"value": value, "from": origin} for key, value, origin in found}
        click.echo(
            _toml(tree) if form == "toml" else json.dumps(tree, indent=2, ensure_ascii=False)
        )
        return
    width = max(len(key) for key, _value, _origin in found)
    values = [(key, _shown(value), origin) for key, value, origin in found]
    span = min(60, max(len(value) for _key, value, _origin in values))
    for key, value, origin in values:
        click.echo(f"{key:<{width}}  {value:<{span}}  {origin}")


def _toml(tree: dict[str, dict[str, Any]]) -> str:
    import tomli_w  # noqa: PLC0415 - start-up time

    known = {
        key: {name: value for name, value in entry.items() if value is not None}
        for key, entry in tree.items()
    }
    return tomli_w.dumps(known).rstrip()


def rows(settings: Settings) -> list[Row]:
    """Return every setting in force."""
    defaults, limits = settings.defaults, settings.defaults.thresholds
    plain = {
        "interval": format_duration(defaults.interval_s),
        "timeout": format_duration(defaults.timeout_s),
        "window": format_window(settings.window),
        "history": settings.history,
        "budget": settings.budget_usd,
        "assumed_price": settings.assumed_price,
        "probe.prompt": defaults.prompt,
        "probe.max_tokens": defaults.max_tokens,
        "probe.stream": defaults.stream,
        "thresholds.p95": format_duration(limits.p95_ms / 1000),
        "thresholds.ttft": format_duration(limits.ttft_ms / 1000),
        "thresholds.error_rate": limits.error_rate,
    }
    found = [(key, value, settings.origins.get(key, "default")) for key, value in plain.items()]
    for provider in settings.providers:
        found += _provider_rows(provider, settings)
    for target in settings.targets:
        place = f'targets."{target.id}".'
        for key, origin in settings.origins.items():
            if key.startswith(place):
                name = key.removeprefix(place)
                value = getattr(target, name, None) or getattr(target, f"{name}_s", None)
                found.append((key, value, origin))
    return found


def _provider_rows(provider: Provider, settings: Settings) -> list[Row]:
    place = f"providers.{provider.name}."
    source = settings.origins.get(f"{place}base_url", "default")
    found: list[Row] = [
        (f"{place}base_url", provider.base_url, source),
        (f"{place}api", provider.api, settings.origins.get(f"{place}api", "default")),
        (f"{place}key", provider.key.masked if provider.key else None, provider.key_from),
        (f"{place}models", list(provider.models), source),
    ]
    optional = {
        "max_rpm": provider.max_rpm,
        # A header's value may be a credential, so its name must do.
        "headers": sorted(provider.headers) or None,
        "ca_file": provider.ca_file,
        "proxy": _without_password(provider.proxy),
        "http2": provider.http2 or None,
        "api_version": provider.api_version,
    }
    found += [(place + key, value, source) for key, value in optional.items() if value is not None]
    for model, price in provider.prices.items():
        value = f"{price.input:g} in, {price.output:g} out USD/Mtok"
        found.append((f'{place}prices."{model}"', value, source))
    return found


def _without_password(proxy: str | None) -> str | None:
    if proxy is None or "@" not in proxy:
        return proxy
    scheme, _, rest = proxy.partition("://")
    return f"{scheme}://••••@{rest.rpartition('@')[2]}"


def _shown(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none: choose in the monitor"
    return str(value)
