"""Defaults, file, environment and flags become one `Settings`, each value knowing its origin."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, TypeVar

from relaytop.config.cross_checks import (
    check_aliases,
    check_prices,
    check_targets,
    check_window,
)
from relaytop.config.durations import parse_window
from relaytop.config.settings import Price, Provider, Settings, Target, Thresholds, Window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.flags import Flags
    from relaytop.config.schema import ConfigFile, TargetTable, ThresholdsTable
    from relaytop.config.settings import Secret
    from relaytop.config.source_location import Source
    from relaytop.config.unresolved import Given

DEFAULT = "default"
T = TypeVar("T")


class _Origins:
    """Picks the first value that was given and notes who gave it."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}

    def pick(self, key: str, default: T, *given: tuple[T | None, str]) -> T:
        for value, origin in given:
            if value is not None:
                self.of[key] = origin
                return value
        self.of[key] = DEFAULT
        return default


def merge(
    file: ConfigFile | None,
    source: Source | None,
    providers: Sequence[Given],
    keys: Mapping[str, tuple[Secret | None, str]],
    flags: Flags,
) -> Settings:
    """Merge the layers: flags beat the file, the file beats the defaults.

    Args:
        file: The config file, if one was read.
        source: Tells the places of its keys.
        providers: The providers in force.
        keys: Provider name → its key and where that came from.
        flags: The command line.

    Raises:
        ConfigError: Something names what does not exist, or the window is more than is kept.
    """
    origins, file_origin = _Origins(), source.origin if source else DEFAULT
    base, base_thresholds = Target(provider="", model=""), Thresholds()
    probe, limits = (file.probe, file.thresholds) if file else (None, None)
    defaults = Target(
        provider="",
        model="",
        interval_s=origins.pick(
            "interval",
            base.interval_s,
            (flags.interval_s, "--interval"),
            (file.interval if file else None, file_origin),
        ),
        timeout_s=origins.pick(
            "timeout",
            base.timeout_s,
            (flags.timeout_s, "--timeout"),
            (file.timeout if file else None, file_origin),
        ),
        prompt=origins.pick(
            "probe.prompt", base.prompt, (probe.prompt if probe else None, file_origin)
        ),
        max_tokens=origins.pick(
            "probe.max_tokens", base.max_tokens, (probe.max_tokens if probe else None, file_origin)
        ),
        stream=origins.pick(
            "probe.stream", base.stream, (probe.stream if probe else None, file_origin)
        ),
        thresholds=_thresholds(base_thresholds, limits, file_origin, origins),
    )
    built = tuple(_provider(given, keys, origins) for given in providers)
    # Flags that define a provider replace the file's, with all that is said of them.
    own, aliases = (file.targets, file.aliases) if file and not flags.base_url else ({}, {})
    if source is not None:
        check_targets(own, built, source)
        check_aliases(aliases, built, source)
        check_prices(built, source)
    window = origins.pick(
        "window",
        Window(),
        (parse_window(flags.window) if flags.window else None, "--window"),
        (file.window if file else None, file_origin),
    )
    history = origins.pick("history", 3600, (file.history if file else None, file_origin))
    check_window(window, history, None if flags.window else source)
    origins.of.update((f'aliases."{alias}"', file_origin) for alias in aliases)
    return Settings(
        providers=built,
        targets=tuple(
            _target(defaults, provider.name, model, own, flags, file_origin, origins)
            for provider in built
            for model in provider.models
        ),
        defaults=defaults,
        window=window,
        history=history,
        budget_usd=origins.pick(
            "budget",
            1.00,
            (flags.budget_usd, "--budget"),
            (file.budget if file else None, file_origin),
        ),
        assumed_price=origins.pick(
            "assumed_price", 10.00, (file.assumed_price if file else None, file_origin)
        ),
        aliases={alias: tuple(targets) for alias, targets in aliases.items()},
        origins=origins.of,
    )


def _thresholds(
    base: Thresholds, given: ThresholdsTable | None, origin: str, origins: _Origins
) -> Thresholds:
    def pick(key: str, default: float, value: float | None) -> float:
        return origins.pick(f"thresholds.{key}", default, (value, origin))

    return Thresholds(
        p95_ms=pick("p95", base.p95_ms / 1000, given.p95 if given else None) * 1000,
        ttft_ms=pick("ttft", base.ttft_ms / 1000, given.ttft if given else None) * 1000,
        error_rate=pick("error_rate", base.error_rate, given.error_rate if given else None),
    )


def _provider(
    given: Given, keys: Mapping[str, tuple[Secret | None, str]], origins: _Origins
) -> Provider:
    raw = given.raw
    name = raw["name"]
    for field, origin in given.origins.items():
        origins.of[f"providers.{name}.{field}"] = origin
    key, key_from = keys[name]
    return Provider(
        name=name,
        base_url=raw["base_url"],
        api=raw.get("api") or "openai",
        key=key,
        key_from=key_from,
        models=tuple(dict.fromkeys(raw.get("models") or ())),
        headers=dict(raw.get("headers") or {}),
        ca_file=raw.get("ca_file"),
        proxy=raw.get("proxy"),
        http2=bool(raw.get("http2")),
        api_version=raw.get("api_version"),
        max_rpm=raw.get("max_rpm"),
        prices={
            model: Price(price["input"], price["output"], price.get("cached_input"))
            for model, price in (raw.get("prices") or {}).items()
        },
    )


def _target(
    defaults: Target,
    provider: str,
    model: str,
    own: Mapping[str, TargetTable],
    flags: Flags,
    file_origin: str,
    origins: _Origins,
) -> Target:
    target = dataclasses.replace(defaults, provider=provider, model=model)
    table = own.get(target.id)
    if table is None:
        return target
    place = f'targets."{target.id}".'
    given = {
        "interval_s": None if flags.interval_s is not None else table.interval,
        "timeout_s": None if flags.timeout_s is not None else table.timeout,
        "prompt": table.prompt,
        "max_tokens": table.max_tokens,
        "stream": table.stream,
    }
    changes = {key: value for key, value in given.items() if value is not None}
    for key in changes:
        origins.of[place + key.removesuffix("_s")] = file_origin
    limits = table.thresholds
    for key, limit in limits:
        if limit is not None:
            origins.of[f"{place}thresholds.{key}"] = file_origin
    thresholds = Thresholds(
        p95_ms=target.thresholds.p95_ms if limits.p95 is None else limits.p95 * 1000,
        ttft_ms=target.thresholds.ttft_ms if limits.ttft is None else limits.ttft * 1000,
        error_rate=target.thresholds.error_rate if limits.error_rate is None else limits.error_rate,
    )
    return dataclasses.replace(target, **changes, thresholds=thresholds)  # type: ignore[arg-type]
