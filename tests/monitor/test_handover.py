"""One monitor goes on from another's state."""

from __future__ import annotations

import dataclasses
import math
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.handover import MonitorHandover, RingHandover, TargetHandover
from relaytop.monitor.monitor import Monitor
from relaytop.monitor.ring_buffer import RingBuffer
from relaytop.protocol.codec import decode, encode
from relaytop.protocol.messages import Budget, Finished, Hold, Pulse
from relaytop.wire.facts import Limit, RateLimit, Served
from tests.support.samples import T0, TARGET, sample, settings

if TYPE_CHECKING:
    from relaytop.probe.sample import Sample

KINDS: dict[str, type[MonitorHandover | TargetHandover]] = {
    kind.__name__: kind for kind in (MonitorHandover, TargetHandover)
}
OTHER = "relay/n"


def moved(monitor: Monitor, now: float, history: int = 3600) -> Monitor:
    """Return another monitor that was told everything over a wire."""
    fresh = Monitor(settings(TARGET, OTHER, history=history), now)
    fresh.restore(decode(encode(monitor.handover()), KINDS), now)
    for name in monitor.targets():
        handover = monitor.target_handover(name)
        fresh.restore(decode(encode(handover), KINDS), now)
    return fresh


def assert_alike(one: Monitor, other: Monitor, now: float) -> None:
    for name in (TARGET, OTHER):
        assert other.summary(name, now) == one.summary(name, now)
        assert other.errors(name) == one.errors(name)
        assert other.error_groups(name) == one.error_groups(name)
        assert other.bins(name, now - 60, 5.0, 12) == one.bins(name, now - 60, 5.0, 12)
    assert other.events() == one.events()
    assert other.overview(now) == one.overview(now)


def marked(
    made: Sample, cached: str | None, model: str | None, gap_ms: float | None, late_ms: float | None
) -> Sample:
    """Return a sample with what a reply says of where it came from, and how it was read."""
    return dataclasses.replace(
        made,
        cached=cached,
        served=Served(model, retries=1 if model == "m" else None),
        gap_ms=gap_ms,
        late_ms=late_ms,
        clock="user" if late_ms is None else "kernel",
    )


samples = st.lists(
    st.builds(
        marked,
        st.builds(
            sample,
            st.just(0.0),
            st.floats(1, 1e4),
            target=st.sampled_from((TARGET, OTHER)),
            error=st.sampled_from((None, None, None, "timeout", "rate_limited")),
            ttft_ms=st.none() | st.floats(0, 1e3),
            tokens=st.none() | st.tuples(st.integers(0, 99), st.integers(0, 99)),
            cost_usd=st.sampled_from((None, 0.0, 0.25, 0.5)),
        ),
        st.sampled_from((None, None, "x-cache: HIT")),
        st.sampled_from((None, "m", "n", "n-mini")),
        st.none() | st.floats(0, 1e4),
        st.none() | st.sampled_from((0.1, 3.0, 30.0)),
    ),
    max_size=40,
)


# Whole seconds: a ring keeps moments in hundredths, and a span may end between two.
@given(samples=samples, steps=st.lists(st.integers(1, 30), min_size=40, max_size=40))
def test_nothing_is_lost_on_the_way(samples: list[Sample], steps: list[float]) -> None:
    one, now = Monitor(settings(TARGET, OTHER, history=41), T0), T0
    for found, step in zip(samples, steps, strict=False):
        now += step
        one.apply(Finished(dataclasses.replace(found, ended_at=now)), now)
    other = moved(one, now, history=41)
    assert_alike(one, other, now)
    for monitor in (one, other):
        for number in range(12):
            monitor.apply(Finished(sample(now - T0 + number, 50.0 + number)), now + number)
    assert_alike(one, other, now + 12)


def test_what_the_engine_counts_goes_on_from_where_it_was() -> None:
    one = Monitor(settings(TARGET, OTHER), T0)
    limit = RateLimit(requests=Limit(60, 58, 12.0))
    one.apply(Pulse(T0 + 1, 1, {OTHER: T0 - 3}, {TARGET: 2}, 0, {TARGET: 4}), T0 + 1)
    one.apply(Finished(sample(1, rate_limit=limit)), T0 + 1)
    one.apply(Hold(OTHER, T0 + 30, "rate_limited", asked=True), T0 + 1)
    one.apply(Budget(0.2, 1.0, "ok"), T0 + 1)
    other = moved(one, T0 + 2)
    other.apply(Budget(0.2, 1.0, "ok"), T0 + 2)
    assert_alike(one, other, T0 + 2)
    for monitor in (one, other):
        monitor.apply(Pulse(T0 + 3, 1, {OTHER: T0 - 3}, {TARGET: 3}, 0, {TARGET: 5}), T0 + 3)
        monitor.apply(Finished(sample(4)), T0 + 4)
    assert_alike(one, other, T0 + 4)
    assert other.summary(TARGET, T0 + 4).skipped == 3
    assert other.summary(TARGET, T0 + 4).paced == 5


def test_a_pause_and_its_streaks_are_kept() -> None:
    one = Monitor(settings(TARGET, OTHER), T0)
    one.pause(OTHER, T0 + 1, "budget")
    for at in (1, 2):
        one.apply(Finished(sample(at, error="auth")), T0 + at)
    other = moved(one, T0 + 3)
    for monitor in (one, other):
        monitor.apply(Finished(sample(4, error="auth")), T0 + 4)
    assert other.summary(TARGET, T0 + 4).status == "down"
    assert other.summary(OTHER, T0 + 4).reason == "budget"
    assert_alike(one, other, T0 + 4)


def test_a_target_that_is_not_watched_here_is_passed_over() -> None:
    one = Monitor(settings(TARGET, OTHER), T0)
    other = Monitor(settings(TARGET), T0)
    other.restore(one.target_handover(OTHER), T0)
    assert other.targets() == (TARGET,)


def test_a_smaller_ring_keeps_the_newest() -> None:
    ring, small = RingBuffer(100, T0), RingBuffer(5, T0)
    for at in range(130):
        ring.append(sample(at, float(at)), 0)
    small.restore(ring.handover())
    assert [record.latency_ms for record in small.since(0)] == [125, 126, 127, 128, 129]
    small.append(sample(130, 130.0), 0)
    assert [record.latency_ms for record in small.since(0)] == [126, 127, 128, 129, 130]


@pytest.mark.parametrize(
    "past",
    [
        RingHandover(T0, 1, bytes(31)),
        RingHandover(T0, 1, bytes(64)),
        RingHandover(T0, 10**15, bytes(64)),
        RingHandover(T0, 2, (1).to_bytes(4, "little") + bytes(60)),
        RingHandover(T0, 1, bytes(23) + b"\x19" + bytes(8)),
        RingHandover(T0, 1, bytes(4) + struct.pack("<f", math.inf) + bytes(24)),
        RingHandover(T0, 1, bytes(8) + struct.pack("<f", -1.0) + bytes(20)),
        RingHandover(T0, 1, bytes(12) + struct.pack("<f", 1e30) + bytes(16)),
    ],
)
def test_what_is_no_rings_past_is_said_to_be_none(past: RingHandover) -> None:
    with pytest.raises(ValueError, match=r"."):
        RingBuffer(10, T0).restore(past)
