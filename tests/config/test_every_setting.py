"""No setting is forgotten: each key of the schema reaches all that is made of the settings.

The tests walk the fields, so a new setting is tested where it is declared.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from relaytop.config.fingerprint import fingerprint
from relaytop.config.flags import Flags
from relaytop.config.merge import merge
from relaytop.config.schema import (
    AlertsTable,
    CadenceTable,
    ConfigFile,
    FleetTable,
    PriceTable,
    ProbeTable,
    ProviderTable,
    TargetTable,
    ThresholdsTable,
)
from relaytop.config.settings import (
    AlertSettings,
    FleetSettings,
    Price,
    Provider,
    Settings,
    Target,
    Thresholds,
    Window,
    config_fields,
    key_of,
)
from relaytop.config.source_location import Source
from relaytop.config.unresolved import UnresolvedProvider
from relaytop.config.values import shared_values
from relaytop.protocol.codec import decode_command
from relaytop.protocol.messages import Add
from relaytop.report.config import ConfigReport
from relaytop.store.recording_header import header_lines

API_KEYS = {"api_key", "api_key_env", "api_key_command", "api_key_file"}
"""They become `Provider.key`."""
ALERT_URLS = {"webhook_env", "webhook_command", "services_command"}
"""They become `AlertSettings.webhook` and `services`."""
FLEET_TOKENS = {"token_env", "token_command", "token_file"}
"""They become `FleetSettings.token`."""
PARTS = {"probe", "thresholds", "providers", "targets", "aliases", "keys"}
PROVIDER = Provider(name="p", base_url="http://127.0.0.1:9/v1", models=("m",))
TARGET = Target(provider="p", model="m")
SETTINGS = Settings(providers=(PROVIDER,), targets=(TARGET,))


def keys(table: Any) -> set[str]:
    return set(table.__annotations__)


def named(kind: Any) -> set[str]:
    return {field.name for field in config_fields(kind)}


def other(value: Any) -> Any:
    """Return another value of its type."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        first = dataclasses.fields(value)[0].name
        return dataclasses.replace(value, **{first: other(getattr(value, first))})
    if isinstance(value, bool):
        return not value
    if isinstance(value, dict):
        return {**value, "other": 1}
    if isinstance(value, int | float):
        return value + 1
    return (*value, ("user", "x")) if isinstance(value, tuple) else f"other than {value}"


def test_a_key_of_the_schema_is_a_field_of_the_settings_and_the_other_way_round() -> None:
    assert keys(ThresholdsTable) == named(Thresholds)
    assert keys(TargetTable) == named(Target)
    assert keys(PriceTable) == named(Price)
    assert keys(AlertsTable) - ALERT_URLS == named(AlertSettings)
    assert keys(FleetTable) - FLEET_TOKENS == named(FleetSettings) - {"token"}
    assert keys(ProviderTable) - API_KEYS == named(Provider)
    assert keys(ConfigFile) - keys(CadenceTable) - PARTS == named(Settings)
    probe = {field.name for field in config_fields(Target) if field.metadata.get("table")}
    assert keys(ProbeTable) == probe


def given(base: Any, names: set[str]) -> dict[str, Any]:
    """Return a validated table with a value of its own for each of these fields."""
    found: dict[str, Any] = {}
    for name in names:
        before = getattr(base, name)
        nested = dataclasses.is_dataclass(before) and not isinstance(before, Window)
        found[name] = given(before, named(type(before))) if nested else object()
    return found


def dotted(table: dict[str, Any], prefix: str = "") -> set[str]:
    keys: set[str] = set()
    for name, value in table.items():
        key = prefix + key_of(name)
        is_table = isinstance(value, dict) and name != "extra"
        keys |= dotted(value, f"{key}.") if is_table else {key}
    return keys


def assert_holds(part: Any, table: dict[str, Any]) -> None:
    for name, value in table.items():
        held = getattr(part, name)
        if dataclasses.is_dataclass(held) and isinstance(value, dict):
            assert_holds(held, value)
        else:
            assert held is value or (name == "extra" and held == value)


def test_each_value_of_a_file_arrives_with_its_origin_and_is_shown() -> None:
    shared = given(SETTINGS, named(Settings))
    shared |= {"window": Window(count=1, seconds=None), "history": 10}
    cadence = given(TARGET, keys(CadenceTable) | {"thresholds"})
    probe, own = given(TARGET, keys(ProbeTable)), given(TARGET, keys(TargetTable))
    probe["extra"], own["extra"] = {"a": 1, "b": 1, "c": 1}, {"a": 3}
    own["mode"] = "rerank"
    table: Any = {name: object() for name in keys(ProviderTable)}
    table |= {"models": ["m"], "headers": {"a": "b"}, "proxy": "http://h:1"}
    table |= {"api": "openai", "mode": "embeddings", "extra": {"a": 2, "b": 2}}
    table["api_key_command"] = ["print-key"]
    table["prices"] = {"m": {"input": 1, "output": 2, "cached_input": 3}}
    file: Any = {**shared, **cadence, "probe": probe}
    file |= {"providers": {"p": table}, "targets": {"p/m": own}}
    path: Any = "F"
    source = Source(path, "")
    provider = UnresolvedProvider("p", table, dict.fromkeys(table, source.origin), source)

    settings = merge(file, source, [provider], {"p": (None, "none")}, Flags())

    (target,), (made,) = settings.targets, settings.providers
    assert_holds(settings, shared)
    assert_holds(settings.defaults, {**cadence, **probe})
    assert_holds(target, {**own, "extra": {"a": 3, "b": 2, "c": 1}})
    assert_holds(made, {name: table[name] for name in named(Provider) - {"models", "prices"}})
    assert (made.models, made.prices) == (("m",), {"m": Price(1, 2, 3)})
    everywhere = {key for key, _value in shared_values(settings)}
    assert everywhere == dotted({**shared, **cadence, "probe": probe})
    wanted = everywhere | dotted(own, 'targets."p/m".')
    wanted |= {f"providers.p.{name}" for name in table}
    assert settings.origins == dict.fromkeys(wanted, "config file F")
    rows = ConfigReport(settings, {}).document()
    for key in wanted - {f"providers.p.{name}" for name in {*API_KEYS, "prices"}}:
        assert rows[key_of(key)]["from"] == "config file F"
    assert rows["providers.p.prices.m.cached_input"]["value"] == 3


def test_values_of_headers_are_never_shown() -> None:
    headers = {"X-Key": "a-secret"}
    provider = dataclasses.replace(PROVIDER, headers=headers)
    fleet = FleetSettings(prometheus="http://127.0.0.1:9", headers=headers)
    settings = dataclasses.replace(SETTINGS, providers=(provider,), fleet=fleet)
    rows = ConfigReport(settings, {}).document()
    assert rows["fleet.headers"]["value"] == rows["providers.p.headers"]["value"] == ["X-Key"]
    assert "a-secret" not in str(rows)


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (kind, field.name)
        for kind in (Settings, Provider, Target)
        for field in dataclasses.fields(kind)
    ],
)
def test_two_that_probe_otherwise_have_no_fingerprint_in_common(part: Any, name: str) -> None:
    before: Any = {Settings: SETTINGS, Provider: PROVIDER, Target: TARGET}[part]
    changed: Any = dataclasses.replace(before, **{name: other(getattr(before, name))})
    settings: Settings = changed
    if part is not Settings:
        parts = "providers" if part is Provider else "targets"
        replaced: dict[str, Any] = {parts: (changed,)}
        settings = dataclasses.replace(SETTINGS, **replaced)
    (field,) = (field for field in dataclasses.fields(part) if field.name == name)
    alike = fingerprint(settings) == fingerprint(SETTINGS)
    assert alike == (not field.metadata.get("probed", True))


@pytest.mark.parametrize("field", dataclasses.fields(Target), ids=lambda field: field.name)
def test_a_recording_tells_each_setting_of_a_target_but_what_it_asks(field: Any) -> None:
    changed = dataclasses.replace(TARGET, **{field.name: other(getattr(TARGET, field.name))})
    head, line = header_lines(Settings(targets=(changed,)), "h").splitlines()
    assert json.loads(head)["schema"] == 1
    command = decode_command(line)
    assert isinstance(command, Add)
    (told,) = command.targets
    private = {"prompt", "messages", "nonce", "extra"}
    assert told == (TARGET if field.name in private else changed)
