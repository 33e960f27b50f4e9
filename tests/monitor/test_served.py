"""The origin of a target's replies: the models that they name, and the relay's own work."""

import dataclasses
from typing import Any

import pytest

from relaytop.config.settings import Window
from relaytop.monitor.monitor import Monitor
from relaytop.probe.sample import Sample
from relaytop.protocol.messages import Finished
from relaytop.wire.facts import Served
from tests.support.samples import T0, sample, settings

TARGET = "relay/gpt-4.1"


def by(at: float, model: str | None, latency_ms: float = 100.0, **facts: Any) -> Sample:
    return dataclasses.replace(
        sample(at, latency_ms, target=TARGET), served=Served(model=model, **facts)
    )


def fed(*samples: Sample, **options: Any) -> Monitor:
    monitor = Monitor(settings(TARGET, **options), T0)
    for each in samples:
        monitor.apply(Finished(each), each.ended_at)
    return monitor


def lines(monitor: Monitor) -> list[str]:
    return [event.text for event in monitor.events() if event.kind == "served"]


def test_the_models_that_replies_name_are_counted_over_the_window() -> None:
    names = ["gpt-4.1-2025-04-14"] * 3 + ["gpt-4.1"] + [None]
    monitor = fed(*(by(at, name) for at, name in enumerate(names)), window=Window(30.0))
    summary = monitor.summary(TARGET, T0 + 5)
    assert summary.served == {"gpt-4.1-2025-04-14": 3, "gpt-4.1": 1}
    assert list(summary.served) == ["gpt-4.1-2025-04-14", "gpt-4.1"]
    assert monitor.summary(TARGET, T0 + 60).served == {}
    assert lines(monitor) == []


def test_how_it_is_to_what_was_asked_for() -> None:
    for name, match in (
        ("gpt-4.1", "same"),
        ("gpt-4.1-2025-04-14", "variant"),
        ("openai/gpt-4.1", "variant"),
        ("gpt-4.1-mini", "different"),
        (None, "undeclared"),
    ):
        assert fed(by(0, name)).summary(TARGET, T0).served_match == match
    assert fed().summary(TARGET, T0).served_match is None


def test_another_model_is_a_line_when_it_begins_and_when_it_ends() -> None:
    monitor = fed(by(0, "gpt-4.1"), *(by(at, "gpt-4.1-mini", fallbacks=1) for at in range(1, 9)))
    told = ["served by gpt-4.1-mini, not gpt-4.1 (the relay fell back)"]
    assert lines(monitor) == told
    assert monitor.events()[-1].level == "warning"
    for at in range(9, 20):
        monitor.apply(Finished(by(at, "gpt-4.1")), T0 + at)
    assert lines(monitor) == [*told, "served by gpt-4.1 again"]
    assert monitor.summary(TARGET, T0 + 20).served_match == "same"


def test_two_models_in_turns_are_one_line() -> None:
    names = ["gpt-4.1", "gpt-4.1-mini"] * 20
    monitor = fed(*(by(at, name) for at, name in enumerate(names)))
    assert len(lines(monitor)) == 1
    assert monitor.summary(TARGET, T0 + 40).served_match == "different"


def test_names_without_end_are_bounded_and_nothing_is_lost() -> None:
    monitor = fed(*(by(at, f"model-{at}") for at in range(40)))
    served = monitor.summary(TARGET, T0 + 40).served
    assert len(served) == 9
    assert served["other"] == 32
    assert sum(served.values()) == 40


def test_a_name_that_no_sample_has_any_more_makes_room() -> None:
    monitor = fed(*(by(at, f"model-{at}") for at in range(40)), history=10, window=Window(None, 5))
    for at in range(40, 60):
        monitor.apply(Finished(by(at, "gpt-4.1")), T0 + at)
    assert monitor.summary(TARGET, T0 + 60).served == {"gpt-4.1": 5}


def test_failures_and_answers_from_a_cache_were_served_by_nobody() -> None:
    failed = dataclasses.replace(
        sample(0, target=TARGET, error="timeout"), served=Served("gpt-4.1-mini")
    )
    cached = dataclasses.replace(by(1, "gpt-4.1-mini"), cached="age: 7")
    monitor = fed(failed, cached)
    assert monitor.summary(TARGET, T0 + 2).served == {}
    assert lines(monitor) == []


def test_the_relays_own_retries_and_fallbacks_stand_beside_their_latency() -> None:
    plain = [by(at, "gpt-4.1", 100.0, retries=0, fallbacks=0) for at in range(5)]
    retried = [by(at, "gpt-4.1", 900.0, retries=2) for at in range(5, 7)]
    fell_back = [by(7, "gpt-4.1-mini", 1500.0, fallbacks=1)]
    summary = fed(*plain, *retried, *fell_back).summary(TARGET, T0 + 8)
    assert (summary.relay_retries, summary.relay_fallbacks) == (2, 1)
    assert summary.relay_rerouted_p50_ms == 900.0
    none = fed(*plain).summary(TARGET, T0 + 8)
    assert (none.relay_retries, none.relay_fallbacks, none.relay_rerouted_p50_ms) == (0, 0, None)


@pytest.mark.parametrize(
    "changed", [{"api": "azure"}, {"base_url": "https://mine.openai.azure.com/openai/v1"}]
)
def test_a_deployment_goes_by_any_name(changed: dict[str, Any]) -> None:
    watched = settings(TARGET)
    (provider,) = watched.providers
    azure = dataclasses.replace(watched, providers=(dataclasses.replace(provider, **changed),))
    monitor = Monitor(azure, T0)
    monitor.apply(Finished(by(0, "gpt-4o-mini-2024-07-18")), T0)
    summary = monitor.summary(TARGET, T0)
    assert (summary.served, summary.served_match) == ({"gpt-4o-mini-2024-07-18": 1}, None)
    assert lines(monitor) == []
    monitor.reconfigure(watched, T0)
    assert monitor.summary(TARGET, T0).served_match == "different"
