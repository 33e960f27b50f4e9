"""`[fleet.traffic.NAME]` in the config file: a user's own exporter, and mistakes in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaytop.config.errors import ConfigError
from relaytop.config.flags import Flags
from relaytop.config.load import load_settings
from relaytop.report.config import ConfigReport

if TYPE_CHECKING:
    from pathlib import Path

PROVIDER = """
[providers.relay]
base_url = "http://127.0.0.1:9/v1"
models = ["m"]
"""


def load(folder: Path, text: str) -> dict[str, object]:
    path = folder / "config.toml"
    path.write_text(PROVIDER + text)
    settings = load_settings(config=path, flags=Flags(), environ={})
    return dict(settings.fleet.traffic)


def test_an_exporter_of_ones_own(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """
[fleet.traffic.gateway]
model = "llm"
latency = { metric = "gateway_latency_ms", unit = "milliseconds" }
requests = "gateway_requests_total"
failed = { code = ["500", "502"] }
[fleet.traffic.gateway.gauges]
waiting = "gateway_queue"
""",
    )
    assert found == {
        "gateway": {
            "model": ["llm"],
            "latency": {"metric": ["gateway_latency_ms"], "unit": "milliseconds"},
            "requests": {"metric": ["gateway_requests_total"]},
            "failed": {"code": ["500", "502"]},
            "gauges": {"waiting": {"metric": ["gateway_queue"]}},
        }
    }


def test_a_built_in_one_needs_no_more_than_what_differs(tmp_path: Path) -> None:
    found = load(tmp_path, '[fleet.traffic.litellm]\nexclude = { api_key_alias = "relaytop" }')
    assert found == {"litellm": {"exclude": {"api_key_alias": ["relaytop"]}}}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[fleet.traffic.x]\nmodel = "m"', "fleet.traffic: x needs the label of the model and"),
        ('[fleet.traffic.x]\nlatency = "m"', "fleet.traffic: x needs the label of the model and"),
        (
            '[fleet.traffic.vllm]\nlatncy = "m"',
            "line 6: fleet.traffic.vllm.latncy: unknown key; did you mean",
        ),
        (
            '[fleet.traffic.vllm]\nlatency = ""',
            "line 6: fleet.traffic.vllm.latency.metric.0: not a valid name of a metric",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, text)
    assert sentence in str(raised.value)


@pytest.mark.parametrize("name", ["prices", "traffic", "probe"])
def test_a_provider_that_is_called_as_a_table(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=r"unknown key; did you mean.*max_rpm"):
        load(tmp_path, f'[providers.{name}]\nbase_url = "http://127.0.0.1:9"\nmax_rpn = 3')


def test_what_config_shows_of_a_fleet(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"""{PROVIDER}
[fleet]
headers = {{ X-Scope-OrgID = "tenant-1", Authorization = "Basic c2VjcmV0" }}
[fleet.traffic.gateway]
model = "llm"
latency = "gateway_seconds"
""")
    shown = ConfigReport(load_settings(config=path, flags=Flags(), environ={}), {}).document()
    assert shown["fleet.headers"]["value"] == ["Authorization", "X-Scope-OrgID"]
    assert shown["fleet.traffic.gateway"]["value"] == ["latency", "model"]
    assert "c2VjcmV0" not in str(shown)


def test_config_shows_nothing_of_a_fleet_that_is_not_given(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(PROVIDER)
    shown = ConfigReport(load_settings(config=path, flags=Flags(), environ={}), {}).document()
    assert not {"fleet.headers", "fleet.traffic"} & shown.keys()
