import dataclasses
import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.monitor import Monitor
from relaytop.probe.sample import Sample
from relaytop.protocol.messages import Finished, Hold, StatusPage
from relaytop.store.atomic import write_new
from relaytop.store.document import snapshot_document
from relaytop.store.snapshot import (
    SnapshotError,
    load_snapshot,
    save_snapshot,
    to_json,
    to_toml,
)
from relaytop.wire.facts import Limit, OfficialIncident, OfficialStatus, RateLimit, Served
from tests.support.fleets import FleetOfRows, fleet
from tests.support.samples import T0, sample, settings


def document_of(*samples: Any, names: tuple[str, ...] = ("relay/m",)) -> dict[str, Any]:
    watched = settings(*names)
    monitor = Monitor(watched, T0)
    for each in samples:
        monitor.apply(Finished(each), each.ended_at)
    return snapshot_document("live", monitor, watched, T0 + 100.1239, "ops-1")


def test_the_schema() -> None:
    limits = RateLimit(Limit(60, 58, 112.0), Limit(1000, 900))
    document = document_of(
        *(sample(i, 100.0 + i, tokens=(5, 3), cost_usd=0.001, ttft_ms=50.0) for i in range(9)),
        sample(10, error="timeout", message="too late"),
        sample(11, rate_limit=limits, tokens=(5, 3), cost_usd=0.001),
    )
    assert document["schema"] == 1
    assert document["taken_at"] == datetime.fromtimestamp(T0 + 100.124, UTC)
    assert document["window_s"] == 600.0
    assert document["budget"] == {"usd": 1.0, "spent_usd": 0.0}
    (target,) = document["targets"]
    assert (target["target"], target["provider"], target["model"]) == ("relay/m", "relay", "m")
    assert (target["requests"], target["ok"], target["skipped"], target["paced"]) == (11, 10, 0, 0)
    assert target["errors"] == {"timeout": 1}
    assert target["latency_ms"]["n"] == 10
    assert set(target["latency_ms"]) == {"n", "min", "mean", "p50", "censored", "max", "confidence"}
    assert target["ttft_ms"]["p50"] == 50.0
    assert target["last_error"]["class"] == "timeout"
    assert target["tokens"] == {"input": 50, "output": 30}
    assert target["cost_usd"] == pytest.approx(0.01)
    assert target["total"] == {"requests": 11, "ok": 10, "cost_usd": pytest.approx(0.01)}
    assert target["rate_limit"] == {
        "requests_limit": 60,
        "requests_remaining": 58,
        "requests_reset_s": pytest.approx(22.876, abs=0.01),
        "tokens_limit": 1000,
        "tokens_remaining": 900,
    }


def test_a_row_of_a_fleet_has_its_place_its_buckets_and_its_users(tmp_path: Path) -> None:
    source = FleetOfRows(fleet())
    document = snapshot_document("live", source, source.settings, T0, "ops-1")
    first, *others = document["targets"]
    assert first["place"] == "eu-west"
    assert first["latency_ms"]["p95"] == 600.0
    assert first["latency_ms"]["bucket_bounds"]["p95"] == {"low": 536.656, "high": 670.82}
    assert first["users"]["exporter"] == "litellm"
    assert first["users"]["latency_ms"]["p95"] == 4200.0
    assert first["users"]["gauges"]["waiting"] == 12.0
    assert first["users"]["differs"].startswith("users wait longer")
    assert "users" not in others[0]
    assert others[-1]["reason"] == "unreachable"
    path = save_snapshot(document, tmp_path)
    assert load_snapshot(path) == document


@pytest.mark.parametrize(("finished", "last"), [((), None), ((sample(0),), "up")])
def test_a_target_that_the_budget_stopped_keeps_its_last_status(
    finished: tuple[Sample, ...], last: str | None
) -> None:
    watched = settings("relay/m")
    monitor = Monitor(watched, T0)
    for each in finished:
        monitor.apply(Finished(each), each.ended_at)
    monitor.apply(Hold("relay/m", T0 + 9000, "budget", asked=False), T0 + 5)
    (target,) = snapshot_document("live", monitor, watched, T0 + 9, "ops-1")["targets"]
    assert (target["status"], target["reason"]) == ("paused", "budget")
    assert target.get("last_status") == last


def test_what_is_unknown_is_absent() -> None:
    (target,) = document_of()["targets"]
    assert target["latency_ms"] == {"n": 0}
    assert target["status"] == "unknown"
    for key in ("error_rate", "cost_usd", "tokens", "last_error", "rate_limit", "phases_ms"):
        assert key not in target
    (unpriced,) = document_of(sample(0, tokens=(5, 3)))["targets"]
    assert "cost_usd" not in unpriced
    assert "price_source" not in unpriced


def test_where_replies_came_from_and_how_they_were_read() -> None:
    made = [
        dataclasses.replace(
            sample(at, ttft_ms=50.0),
            served=Served("m-mini", retries=1),
            gap_ms=gap_ms,
            late_ms=2.0,
            clock="kernel",
        )
        for at, gap_ms in enumerate((10.0, 20.0, 60.0))
    ]
    hits = [dataclasses.replace(sample(at), cached="x-cache: HIT") for at in (3, 4)]
    (target,) = document_of(*made, *hits)["targets"]
    assert (target["cached"], target["cache_sign"]) == (2, "x-cache: HIT")
    assert (target["requests"], target["total"]["cached"]) == (3, 2)
    assert (target["served"], target["served_match"]) == ({"m-mini": 3}, "different")
    assert (target["relay_retries"], target["relay_rerouted_p50_ms"]) == (3, 100.0)
    assert "relay_fallbacks" not in target
    assert target["gap_ms"].keys() == {"n", "p50", "p95", "max"}
    assert target["gap_ms"]["p95"] == pytest.approx(56.0, rel=0.005)
    assert (target["clock"], target["late_ms"]) == ("kernel", {"p50": 2.0, "p99": 2.0})


def test_a_target_of_which_nothing_is_known_has_its_counts_alone() -> None:
    (target,) = document_of()["targets"]
    assert (target["cached"], target["gap_ms"]) == (0, {"n": 0})
    for key in ("cache_sign", "served", "served_match", "clock", "late_ms", "relay_retries"):
        assert key not in target


texts = st.text(max_size=60)


@given(texts, texts, st.floats(0.001, 1e6), st.sampled_from((None, "auth")))
def test_it_comes_back_as_it_was_saved(
    tmp_path_factory: pytest.TempPathFactory,
    message: str,
    model: str,
    ms: float,
    error: str | None,
) -> None:
    name = f"relay/m{model.encode('ascii', 'ignore').decode()}x"
    made = sample(1, ms, target=name, error=error, message=message)
    document = document_of(made, names=(name,))
    path = save_snapshot(document, tmp_path_factory.mktemp("snapshots"))
    assert load_snapshot(path) == document
    assert tomllib.loads(to_toml(document)) == document
    tree = json.loads(to_json(document))
    assert tree["targets"][0]["target"] == name
    assert tree["taken_at"].endswith("Z")


def test_a_file_is_private_named_after_its_time_and_never_overwritten(tmp_path: Path) -> None:
    document = document_of()
    first = save_snapshot(document, tmp_path / "new")
    second = save_snapshot(document, tmp_path / "new")
    stamp = datetime.fromtimestamp(T0 + 100, UTC).strftime("live-%Y%m%dT%H%M%S.124Z")
    assert (first.name, second.name) == (f"{stamp}.toml", f"{stamp}-2.toml")
    assert first.stat().st_mode & 0o777 == 0o600
    assert len(list(first.parent.iterdir())) == 2


def test_nothing_is_left_where_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        write_new(tmp_path / "file" / "x.toml", b"")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_unknown_keys_are_let_through_and_wrong_kinds_are_not(tmp_path: Path) -> None:
    document = document_of()
    document["new_thing"] = 1
    document["targets"][0]["novel"] = "x"
    path = tmp_path / "s.json"
    path.write_text(to_json(document))
    assert load_snapshot(path)["new_thing"] == 1
    document["targets"][0]["requests"] = "many"
    path.write_text(to_json(document))
    with pytest.raises(SnapshotError, match="requests has the wrong type"):
        load_snapshot(path)
    document["targets"][0]["requests"] = 1
    document["targets"][0]["latency_ms"]["p50"] = float("nan")
    path.write_text(to_json(document))
    with pytest.raises(SnapshotError, match="a number that is NaN"):
        load_snapshot(path)


@given(st.binary(max_size=200))
def test_whatever_the_file_holds_the_error_is_ours(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(content)
    with pytest.raises(SnapshotError):
        load_snapshot(path)


def test_what_official_status_pages_say_stands_in_a_table_of_each_provider(tmp_path: Path) -> None:
    watched = settings()
    monitor = Monitor(watched, T0)
    incident = OfficialIncident("1", "Errors", "major", "identified", T0, None, ("API",))
    status = OfficialStatus("major", "Partial outage", (incident,))
    monitor.apply(StatusPage("https://status.example.com", ("a", "relay"), status, T0), T0)
    monitor.apply(StatusPage("https://other.example.com", ("b",), failure="HTTP 503"), T0)
    document = snapshot_document("live", monitor, watched, T0 + 1, "ops-1")
    loaded = load_snapshot(save_snapshot(document, tmp_path))
    first, second, third = loaded["status_pages"]
    assert (first["provider"], second["provider"]) == ("a", "relay")
    assert (first["url"], first["indicator"]) == ("https://status.example.com", "major")
    began = datetime.fromtimestamp(T0, UTC)
    assert first["incidents"] == [
        {
            "id": "1",
            "name": "Errors",
            "impact": "major",
            "status": "identified",
            "started_at": began,
            "components": ["API"],
        }
    ]
    assert third == {
        "provider": "b",
        "url": "https://other.example.com",
        "failure": "HTTP 503",
        "incidents": [],
    }
    assert json.loads(to_json(document))["status_pages"][0]["read_at"].startswith("20")
