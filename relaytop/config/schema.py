"""The config file's shape: what each key may be. Imported only when a file is read.

A field is named as that of the settings that it becomes (`relaytop.config.settings`), its key in
the file is that name without the unit, and its validator returns the value in that unit. What is
validated holds the keys that were written alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Required

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    with_config,
)
from typing_extensions import TypedDict  # pydantic asks for it before Python 3.12

from relaytop.config.alert_checks import (
    checked_command,
    checked_format,
    checked_services,
    checked_webhook,
)
from relaytop.config.durations import (
    LONGEST_S,
    SHORTEST_S,
    parse_duration_s,
    parse_window,
)
from relaytop.config.field_checks import (
    checked_ca_file,
    checked_header_name,
    checked_header_value,
    checked_model,
    checked_name,
)
from relaytop.config.fleet_checks import (
    checked_by,
    checked_match,
    checked_prometheus,
    checked_ssh,
    checked_ssh_config,
)
from relaytop.config.host_names import checked_program
from relaytop.config.request_checks import checked_extra, checked_mode
from relaytop.config.settings import APIS, Secret, Window, key_of
from relaytop.config.status_pages import checked_status_page
from relaytop.config.traffic_schema import Exporters, ExporterTable
from relaytop.config.urls import checked_endpoint, checked_proxy, checked_url

if TYPE_CHECKING:
    from collections.abc import Mapping

_MANY_S = 100_000
MIN_THRESHOLD_S = 0.001
"""A relay near by answers within milliseconds."""


def _threshold_ms(value: object) -> float:
    return _bounded_s(value, MIN_THRESHOLD_S, "1ms") * 1000


def _duration_s(value: object) -> float:
    return _bounded_s(value, SHORTEST_S, "100ms")


def _bounded_s(value: object, least_s: float, least: str) -> float:
    seconds = parse_duration_s(_text(value, f"must be quoted: {_quoted(value)}"))
    if not least_s <= seconds <= LONGEST_S:
        message = f"{value} is out of range: from {least} to 24h"
        raise ValueError(message)
    return seconds


def _window(value: object) -> Window:
    return parse_window(_text(value, f'must be quoted: {_quoted(value)} or "100 requests"'))


def _quoted(value: object) -> str:
    """Return a duration as it would be right, of a number as seconds."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _MANY_S:
        return f'"{value:g}s"'
    return '"5s"'


def _text(value: object, otherwise: str) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(otherwise)


def _api(value: str) -> str:
    if value not in APIS:
        message = f"{value!r} is not a wire API; valid: {', '.join(APIS)}"
        raise ValueError(message)
    return value


def _distinct(value: list[str]) -> list[str]:
    if not value:
        message = "an empty list: list at least one, or remove the key to choose in the monitor"
        raise ValueError(message)
    return list(dict.fromkeys(value))


def _one_key(table: dict[str, Any]) -> dict[str, Any]:
    given = [name for name in _KEYS if name in table]
    if len(given) > 1:
        message = f"{given[0]} and {given[1]} are both set; keep one"
        raise ValueError(message)
    if "api_key_lifetime_s" in table and "api_key_command" not in table:
        message = "api_key_lifetime is for a key of api_key_command; only a command can renew it"
        raise ValueError(message)
    return table


def _one_source(table: dict[str, Any]) -> dict[str, Any]:
    for kind in ("webhook", "services"):
        given = [name for name in table if name == kind or name.startswith(f"{kind}_")]
        if len(given) > 1:
            message = f"{given[0]} and {given[1]} are both set; keep one"
            raise ValueError(message)
    return table


def _one_token(table: dict[str, Any]) -> dict[str, Any]:
    given = [name for name in table if name.startswith("token_")]
    if len(given) > 1:
        message = f"{given[0]} and {given[1]} are both set; keep one"
        raise ValueError(message)
    return table


_KEYS = ("api_key_env", "api_key_command", "api_key_file", "api_key")
Seconds = Annotated[float, BeforeValidator(_duration_s)]
ThresholdMs = Annotated[float, BeforeValidator(_threshold_ms)]
USD = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]
Command = Annotated[list[Text], Field(min_length=1)]
Model = Annotated[str, AfterValidator(checked_model)]
Name = Annotated[str, AfterValidator(checked_name)]
Mode = Annotated[str, AfterValidator(checked_mode)]
Extra = Annotated[dict[str, Any], AfterValidator(checked_extra)]
HeaderName = Annotated[str, AfterValidator(checked_header_name)]
HeaderValue = Annotated[str, AfterValidator(checked_header_value)]


_table = with_config(
    ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True, alias_generator=key_of)
)


@_table
class ThresholdsTable(TypedDict, total=False):
    """`[thresholds]`, of all targets or of one."""

    p95_ms: ThresholdMs
    ttft_ms: ThresholdMs
    error_rate: Fraction
    gap_ms: ThresholdMs
    credit: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


@_table
class ProbeTable(TypedDict, total=False):
    """`[probe]`; each key may stand in a target's table too."""

    prompt: Text
    max_tokens: Annotated[int, Field(ge=1, le=100_000)]
    stream: bool
    unique: bool
    extra: Extra


@_table
class CadenceTable(TypedDict, total=False):
    """Keys at the file's top for all targets, and in a target's table for one."""

    interval_s: Seconds
    timeout_s: Seconds


@_table
class TargetTable(CadenceTable, ProbeTable, total=False):
    """`[targets."X/M"]`."""

    mode: Mode
    thresholds: ThresholdsTable


@_table
class PriceTable(TypedDict, total=False):
    """`[providers.X.prices."M"]`, in USD per million tokens; `request` in USD a request."""

    input: Required[USD]
    output: Required[USD]
    cached_input: USD
    request: USD


@_table
class ProviderTable(TypedDict, total=False):
    """`[providers.X]`."""

    base_url: Required[Annotated[str, AfterValidator(checked_url)]]
    api: Annotated[str, AfterValidator(_api)]
    api_key: Text
    api_key_env: Text
    api_key_command: Command
    api_key_file: Text
    api_key_lifetime_s: Seconds
    models: Annotated[list[Model], AfterValidator(_distinct)]
    max_rpm: Annotated[int, Field(ge=1)]
    headers: dict[HeaderName, HeaderValue]
    ca_file: Annotated[str, AfterValidator(checked_ca_file)]
    tls_strict: bool
    proxy: Annotated[str, AfterValidator(checked_proxy)]
    http2: bool
    api_version: Text
    mode: Mode
    extra: Extra
    credit: bool
    prices: dict[str, PriceTable]
    status_page: Annotated[str | bool, BeforeValidator(checked_status_page)]


@_table
class AlertsTable(TypedDict, total=False):
    """`[alerts]`."""

    after: Annotated[int, Field(ge=1, le=1000)]
    bell: bool
    title: bool
    notify: bool
    command: Annotated[tuple[str, ...], BeforeValidator(checked_command)]
    webhook: Annotated[Secret, BeforeValidator(checked_webhook)]
    webhook_env: Text
    webhook_command: Command
    format: Annotated[str, AfterValidator(checked_format)]
    services: Annotated[tuple[Secret, ...], BeforeValidator(checked_services)]
    services_command: Command


@_table
class FleetTable(TypedDict, total=False):
    """`[fleet]`."""

    ssh: Annotated[tuple[str, ...], BeforeValidator(checked_ssh)]
    remote: Annotated[str, AfterValidator(checked_program)]
    ssh_config: Annotated[str, AfterValidator(checked_ssh_config)]
    prometheus: Annotated[str, AfterValidator(checked_prometheus)]
    token_env: Text
    token_command: Command
    token_file: Text
    headers: dict[HeaderName, HeaderValue]
    ca_file: Annotated[str, AfterValidator(checked_ca_file)]
    match: Annotated[str, AfterValidator(checked_match)]
    by: Annotated[str, AfterValidator(checked_by)]
    traffic: Exporters


@_table
class OtlpTable(TypedDict, total=False):
    """`[otlp]`."""

    endpoint: Annotated[str, AfterValidator(checked_endpoint)]


@_table
class ConfigFile(CadenceTable, total=False):
    """The file."""

    window: Annotated[Window, BeforeValidator(_window)]
    history: Annotated[int, Field(ge=10, le=1_000_000)]
    budget_usd: USD
    assumed_price: USD
    mouse: bool
    status_pages: bool
    probe: ProbeTable
    thresholds: ThresholdsTable
    alerts: Annotated[AlertsTable, AfterValidator(_one_source)]
    fleet: Annotated[FleetTable, AfterValidator(_one_token)]
    otlp: OtlpTable
    providers: dict[Name, Annotated[ProviderTable, AfterValidator(_one_key)]]
    targets: dict[str, TargetTable]
    aliases: dict[str, list[str]]
    keys: dict[str, str]


_FILE = TypeAdapter(ConfigFile)
_TABLES: dict[str, Any] = {
    "probe": ProbeTable,
    "thresholds": ThresholdsTable,
    "alerts": AlertsTable,
    "fleet": FleetTable,
    "otlp": OtlpTable,
    "providers": ProviderTable,
    "prices": PriceTable,
    "targets": TargetTable,
    "traffic": ExporterTable,
}
_NAMED = frozenset({"providers", "prices", "targets", "traffic"})
"""Tables of tables: what follows them is a name that somebody gave."""


def validate(document: Mapping[str, Any]) -> ConfigFile:
    """Return the validated content of a parsed file.

    Raises:
        pydantic.ValidationError: Something in it is not valid.
    """
    return _FILE.validate_python(document)


TABLES = (
    "providers",
    "probe",
    "thresholds",
    "targets",
    "aliases",
    "alerts",
    "fleet",
    "otlp",
    "keys",
)
"""The tables that a file may have at its top."""


def known_keys(path: tuple[Any, ...]) -> list[str]:
    """Return the keys that are valid in the table at `path`, to find the nearest one."""
    table: Any = ConfigFile
    named = False
    for part in path:
        table = table if named else _TABLES.get(str(part), table)
        named = not named and part in _NAMED
    return [key_of(name) for name in table.__annotations__]
