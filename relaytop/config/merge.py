"""Defaults, file, environment and flags become one `Settings`, each value knowing its origin."""

from __future__ import annotations

import dataclasses
import difflib
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from relaytop.config.durations import parse_window
from relaytop.config.errors import ConfigError
from relaytop.config.settings import Price, Provider, Settings, Target, Thresholds, Window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.flags import Flags
    from relaytop.config.raw import RawProvider
    from relaytop.config.schema import ConfigFile, TargetTable, ThresholdsTable
    from relaytop.config.settings import Secret

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
    file_origin: str,
    providers: Sequence[tuple[RawProvider, str]],
    keys: Mapping[str, tuple[Secret | None, str]],
    flags: Flags,
) -> Settings:
    """Merge the layers: flags beat the file, the file beats the defaults.

    Args:
        file: The config file, if one was read.
        file_origin: What to call it.
        providers: The providers in force, each with where it came from.
        keys: Provider name → its key and where that came from.
        flags: The command line.

    Raises:
        ConfigError: A target or an alias names what does not exist.
    """
    origins = _Origins()
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
    built = tuple(_provider(raw, keys, origin, origins) for raw, origin in providers)
    own = file.targets if file and not flags.base_url else {}
    _check_targets(own, built, file_origin)
    return Settings(
        providers=built,
        targets=tuple(
            _target(defaults, provider.name, model, own, flags, file_origin, origins)
            for provider in built
            for model in provider.models
        ),
        defaults=defaults,
        window=origins.pick(
            "window",
            Window(),
            (parse_window(flags.window) if flags.window else None, "--window"),
            (file.window if file else None, file_origin),
        ),
        history=origins.pick("history", 3600, (file.history if file else None, file_origin)),
        budget_usd=origins.pick(
            "budget",
            1.00,
            (flags.budget_usd, "--budget"),
            (file.budget if file else None, file_origin),
        ),
        assumed_price=origins.pick(
            "assumed_price", 10.00, (file.assumed_price if file else None, file_origin)
        ),
        aliases=_aliases(file, built, file_origin) if not flags.base_url else {},
        origins=origins.of,
    )


def _thresholds(
    base: Thresholds, given: ThresholdsTable | None, origin: str, origins: _Origins, place: str = ""
) -> Thresholds:
    def pick(key: str, default: float, value: float | None) -> float:
        return origins.pick(f"{place}thresholds.{key}", default, (value, origin))

    return Thresholds(
        p95_ms=pick("p95", base.p95_ms / 1000, given.p95 if given else None) * 1000,
        ttft_ms=pick("ttft", base.ttft_ms / 1000, given.ttft if given else None) * 1000,
        error_rate=pick("error_rate", base.error_rate, given.error_rate if given else None),
    )


def _provider(
    raw: RawProvider,
    keys: Mapping[str, tuple[Secret | None, str]],
    origin: str,
    origins: _Origins,
) -> Provider:
    name = raw["name"]
    for field in ("base_url", "api", "models"):
        if raw.get(field):
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
        ca_file=_absolute(raw.get("ca_file")),
        proxy=raw.get("proxy"),
        http2=bool(raw.get("http2")),
        api_version=raw.get("api_version"),
        max_rpm=raw.get("max_rpm"),
        prices={
            model: Price(price["input"], price["output"], price.get("cached_input"))
            for model, price in (raw.get("prices") or {}).items()
        },
    )


def _absolute(path: str | None) -> str | None:
    """A file is named from where relaytop was started; its engine runs elsewhere."""
    return None if path is None else str(Path(path).expanduser().absolute())


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
    thresholds = Thresholds(
        p95_ms=target.thresholds.p95_ms if limits.p95 is None else limits.p95 * 1000,
        ttft_ms=target.thresholds.ttft_ms if limits.ttft is None else limits.ttft * 1000,
        error_rate=target.thresholds.error_rate if limits.error_rate is None else limits.error_rate,
    )
    return dataclasses.replace(target, **changes, thresholds=thresholds)  # type: ignore[arg-type]


def _check_targets(
    own: Mapping[str, TargetTable], providers: Sequence[Provider], origin: str
) -> None:
    known = [f"{provider.name}/{model}" for provider in providers for model in provider.models]
    for name in own:
        if name not in known:
            raise ConfigError(_unknown(f'{origin}: targets."{name}"', name, known))


def _aliases(
    file: ConfigFile | None, providers: Sequence[Provider], origin: str
) -> dict[str, tuple[str, ...]]:
    names = [provider.name for provider in providers]
    aliases = file.aliases if file else {}
    for alias, targets in aliases.items():
        for target in targets:
            if target.partition("/")[0] not in names or not target.partition("/")[2]:
                place = f'{origin}: aliases."{alias}"'
                raise ConfigError(_unknown(place, target, [f"{name}/MODEL" for name in names]))
    return {alias: tuple(targets) for alias, targets in aliases.items()}


def _unknown(place: str, name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, 1, 0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known) or 'none'}"
    return f"{place}: no such target {name!r}; {hint}"
