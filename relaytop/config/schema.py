"""The config file's shape: what each key may be. Imported only when a file is read."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from relaytop.config.durations import VALID_DURATION, parse_duration_s, parse_window
from relaytop.config.field_checks import (
    checked_ca_file,
    checked_header_name,
    checked_header_value,
    checked_model,
    checked_name,
)
from relaytop.config.settings import APIS, Window
from relaytop.config.urls import checked_proxy, checked_url

MIN_S = 0.1
MIN_THRESHOLD_S = 0.001
"""A relay near by answers within milliseconds."""
MAX_S = 86_400.0


def _threshold(value: object) -> float:
    return _bounded(value, MIN_THRESHOLD_S, "1ms")


def _duration(value: object) -> float:
    return _bounded(value, MIN_S, "100ms")


def _bounded(value: object, least_s: float, least: str) -> float:
    if not isinstance(value, str):
        message = f"a duration is a text; {VALID_DURATION}"
        raise ValueError(message)  # noqa: TRY004 - pydantic reports ValueError with its place
    seconds = parse_duration_s(value)
    if not least_s <= seconds <= MAX_S:
        message = f"{value} is out of bounds: from {least} to 24h"
        raise ValueError(message)
    return seconds


def _window(value: object) -> Window:
    if not isinstance(value, str):
        message = 'a window is a text: "10m" or "100 requests"'
        raise ValueError(message)  # noqa: TRY004
    return parse_window(value)


def _api(value: str) -> str:
    if value not in APIS:
        message = f"{value!r} is no wire API; valid: {', '.join(APIS)}"
        raise ValueError(message)
    return value


def _some(value: list[str]) -> list[str]:
    if not value:
        message = "an empty list: name at least one, or leave the key out to choose in the monitor"
        raise ValueError(message)
    return value


Duration = Annotated[float, BeforeValidator(_duration)]
Threshold = Annotated[float, BeforeValidator(_threshold)]
USD = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]
Model = Annotated[str, AfterValidator(checked_model)]
Name = Annotated[str, AfterValidator(checked_name)]
HeaderName = Annotated[str, AfterValidator(checked_header_name)]
HeaderValue = Annotated[str, AfterValidator(checked_header_value)]


_KEYS = ("api_key_env", "api_key_command", "api_key_file", "api_key")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)


class ThresholdsTable(_Table):
    """`[thresholds]`."""

    p95: Threshold | None = None
    ttft: Threshold | None = None
    error_rate: Fraction | None = None


class ProbeTable(_Table):
    """`[probe]`."""

    prompt: Text | None = None
    max_tokens: Annotated[int, Field(ge=1, le=100_000)] | None = None
    stream: bool | None = None


class PriceTable(_Table):
    """`[providers.X.prices."M"]`."""

    input: USD
    output: USD
    cached_input: USD | None = None


class ProviderTable(_Table):
    """`[providers.X]`."""

    base_url: Annotated[str, AfterValidator(checked_url)]
    api: Annotated[str, AfterValidator(_api)] = "openai"
    api_key: Text | None = None
    api_key_env: Text | None = None
    api_key_command: Annotated[list[Text], Field(min_length=1)] | None = None
    api_key_file: Text | None = None
    models: Annotated[list[Model], AfterValidator(_some)] = []
    max_rpm: Annotated[int, Field(ge=1)] | None = None
    headers: dict[HeaderName, HeaderValue] = {}
    ca_file: Annotated[str, AfterValidator(checked_ca_file)] | None = None
    proxy: Annotated[str, AfterValidator(checked_proxy)] | None = None
    http2: bool = False
    api_version: Text | None = None
    prices: dict[str, PriceTable] = {}

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        given = [name for name in _KEYS if getattr(self, name) is not None]
        if len(given) > 1:
            message = f"{given[0]} and {given[1]} are both given; keep one"
            raise ValueError(message)
        return self


class TargetTable(_Table):
    """`[targets."X/M"]`."""

    interval: Duration | None = None
    timeout: Duration | None = None
    prompt: Text | None = None
    max_tokens: Annotated[int, Field(ge=1, le=100_000)] | None = None
    stream: bool | None = None
    thresholds: ThresholdsTable = ThresholdsTable()


class ConfigFile(_Table):
    """The whole file."""

    interval: Duration | None = None
    timeout: Duration | None = None
    window: Annotated[Window, BeforeValidator(_window)] | None = None
    history: Annotated[int, Field(ge=10, le=1_000_000)] | None = None
    budget: USD | None = None
    assumed_price: USD | None = None
    probe: ProbeTable = ProbeTable()
    thresholds: ThresholdsTable = ThresholdsTable()
    providers: dict[Name, ProviderTable] = {}
    targets: dict[str, TargetTable] = {}
    aliases: dict[str, list[str]] = {}


def known_keys(path: tuple[Any, ...]) -> list[str]:
    """Return the keys that are valid in the table at `path`, to find the nearest one."""
    model: type[BaseModel] = ConfigFile
    tables: dict[str, type[BaseModel]] = {
        "probe": ProbeTable,
        "thresholds": ThresholdsTable,
        "providers": ProviderTable,
        "prices": PriceTable,
        "targets": TargetTable,
    }
    for part in path:
        model = tables.get(str(part), model)
    return list(model.model_fields)
