"""The catalogue's files, and what a user may say of an exporter."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from relaytop.config.errors import ConfigError
from relaytop.config.source_location import Source
from relaytop.config.traffic_schema import BUILT_IN, validate_exporter
from relaytop.fleet.traffic.catalogue import load_exporters, parse_exporter


def test_every_built_in_exporter_is_valid() -> None:
    exporters = {exporter.name: exporter for exporter in load_exporters({})}
    assert tuple(exporters) == BUILT_IN
    assert all("latency" in exporter.metrics for exporter in exporters.values())


def test_every_file_of_the_catalogue_is_used() -> None:
    folder = resources.files("relaytop.fleet.traffic") / "exporters"
    assert {Path(file.name).stem for file in folder.iterdir()} == set(BUILT_IN)


def test_a_users_own_comes_first() -> None:
    own = validate_exporter(
        {"model": "llm", "latency": {"metric": "gw_ms", "unit": "milliseconds"}}
    )
    first, *rest = load_exporters({"gateway": own})
    assert (first.name, first.models) == ("gateway", ["llm"])
    assert first.metrics["latency"].scale == 1.0
    assert [exporter.name for exporter in rest] == list(BUILT_IN)


def test_a_users_words_on_a_built_in_exporter_are_laid_over_it() -> None:
    own = validate_exporter({"providers": ["proxy"], "exclude": {"api_key_alias": ["relaytop"]}})
    exporter, *_ = load_exporters({"litellm": own})
    assert (exporter.providers, exporter.exclude) == (["proxy"], {"api_key_alias": ["relaytop"]})
    assert exporter.metrics["latency"].names == ["litellm_request_total_latency_metric"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("latncy = 'x'", "mine.toml, line 1: latncy: Extra inputs"),
        ("model = 1", "mine.toml, line 1: model: "),
        ("latency = { metric = 'x', unit = 'hours' }", "mine.toml, line 1: latency.unit: "),
        ("latency = 'a b'", "not a valid name of a metric or label"),
        ("latency = []", "latency.metric: "),
        ("[gauges.waiting]\nmetric = 'x'\nmerge = 'median'", "line 3: gauges.waiting.merge: "),
        ("[gauges.waiting]\nmerge = 'sum'", "gauges.waiting.metric: Field required"),
        ('[failed]\nstatus = "a\\nb"', "failed.status.0: not a valid value of a label"),
        ("= 1", "mine.toml: TOML syntax error"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_exporter(Source(Path("mine.toml"), text))
    assert sentence in str(raised.value)
