import dataclasses
import math
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import Window
from relaytop.monitor.monitor import Monitor
from relaytop.monitor.record import RECORD_BYTES
from relaytop.monitor.ring_buffer import RingBuffer
from relaytop.monitor.sorted_window import SortedWindow
from relaytop.monitor.window import RollingWindow
from relaytop.probe.sample import Phases, Sample
from relaytop.protocol.messages import Finished
from tests.support.samples import T0, TARGET, sample, settings


def float32(value: float) -> float:
    rounded: float = struct.unpack("<f", struct.pack("<f", value))[0]
    return rounded


def percentile(values: list[float], share: float) -> float:
    """numpy.percentile's default, spelt out."""
    ordered = sorted(values)
    rank = share * (len(ordered) - 1)
    low, part = int(rank), rank % 1
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] * (1 - part) + ordered[high] * part


def rolled(window: Window, samples: list[Sample], *, history: int = 50) -> RollingWindow:
    ring = RingBuffer(history, T0 - 60)
    rolling = RollingWindow(ring, window, interval_s=5.0, timeout_s=30.0)
    for each in samples:
        rolling.make_room()
        rolling.add(ring.append(each, 0))
        rolling.expire(each.ended_at)
    return rolling


def test_the_cost_is_what_the_replies_said_to_the_last_digit() -> None:
    costs = [0.05] * 4 + [0.1234567, 1e-7]
    rolling = rolled(Window(None, 6), [sample(i, cost_usd=cost) for i, cost in enumerate(costs)])
    assert rolling.cost_usd == 0.3234568
    gone = rolled(Window(None, 1), [sample(i, cost_usd=c) for i, c in enumerate([*costs, 0.0])])
    assert gone.cost_usd == 0.0


def test_a_reply_that_began_and_failed_makes_the_cost_a_bound_and_a_refusal_does_not() -> None:
    good, refused = sample(0, cost_usd=0.05), sample(1, error="auth")
    begun = dataclasses.replace(sample(2, error="truncated"), http_status=200)
    assert rolled(Window(), [good, refused]).cost_usd == 0.05
    assert rolled(Window(), [refused]).cost_usd is None
    assert rolled(Window(), [good, refused]).cost_complete
    bound = rolled(Window(), [good, refused, begun])
    assert (bound.cost_usd, bound.cost_complete) == (0.05, False)


def test_tokens_per_second_are_kept_to_half_a_percent() -> None:
    rates = [0.3, 12.0, 49.7, 133.3, 2000.0]
    streamed = [dataclasses.replace(sample(i), tok_s=rate) for i, rate in enumerate(rates)]
    found = rolled(Window(), [*streamed, sample(9)]).rates.distribution()
    assert found.n == len(rates)
    assert found.p50 == pytest.approx(49.7, rel=0.005)
    assert found.max == pytest.approx(2000.0, rel=0.005)


@pytest.mark.parametrize("wait_ms", [0.0, 0.4, 120.0, 64_999.0, 100_000.0, 600_000.0])
def test_a_long_wait_is_no_transfer(wait_ms: float) -> None:
    made = sample(0, wait_ms + 35.0)
    rolling = rolled(Window(), [dataclasses.replace(made, phases=Phases(wait_ms=wait_ms))])
    (record,) = rolling.newest(1)
    assert record.wait_ms == pytest.approx(wait_ms, rel=0.0005)


def test_a_sample_takes_at_most_32_bytes() -> None:
    assert RECORD_BYTES <= 32


@given(
    st.lists(st.floats(0.01, 1e4), min_size=1, max_size=120),
    st.integers(0, 40),
    st.sampled_from([0.5, 0.95, 0.99]),
)
def test_timeouts_rank_above_all_that_succeeded(
    values: list[float], timeouts: int, share: float
) -> None:
    window = SortedWindow()
    for value in values:
        window.add(value)
    found = window.percentile(share, timeouts)
    ordered = sorted(float32(value) for value in values)
    ranked = [*ordered, *[math.inf] * timeouts]
    rank = share * (len(ranked) - 1)
    if timeouts > (1 - share) * len(ranked) or ranked[int(rank)] == math.inf:
        assert found is None
    elif ranked[min(int(rank) + 1, len(ranked) - 1)] == math.inf:
        assert found == ordered[-1]
    else:
        assert found == pytest.approx(percentile(ranked, share), rel=1e-9)


def test_a_few_timeouts_move_the_percentile_below_them() -> None:
    """4 of 100 time out: the P95 is the fifth slowest, not the 95th percentile of 96."""
    samples = [sample(i, 10.0 * (i + 1)) for i in range(96)]
    samples += [sample(96 + i, error="timeout") for i in range(4)]
    rolling = rolled(Window(None, 100), samples, history=100)
    assert rolling.latencies.percentile(0.95, rolling.timeouts) == pytest.approx(950.5)


@pytest.mark.parametrize(
    ("status", "took_s", "slow"),
    [
        (504, 3.0, True),
        (524, 99.0, True),
        (502, 0.1, False),
        (502, 60.0, True),
        (None, 1.0, False),
    ],
)
def test_a_gateway_that_gave_up_waiting_counts_as_a_timeout(
    status: int | None, took_s: float, *, slow: bool
) -> None:
    ended = sample(100, error="gateway")
    cut = dataclasses.replace(ended, http_status=status, sent_at=ended.ended_at - took_s)
    rolling = rolled(Window(), [sample(0), cut])
    assert rolling.timeouts == slow
    assert rolling.errors == {"gateway": 1}


@given(st.lists(st.floats(0.01, 1e5), min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 0.99]))
def test_percentiles_are_exact_and_interpolated(values: list[float], share: float) -> None:
    window = SortedWindow()
    for value in values:
        window.add(value)
    expected = percentile([float32(value) for value in values], share)
    assert window.percentile(share) == pytest.approx(expected, rel=1e-9)


outcomes = st.tuples(
    st.floats(0.001, 60_000.0),
    st.floats(0.0, 30.0),
    st.sampled_from([None, None, None, "timeout", "rate_limited", "stale"]),
    st.none() | st.floats(0, 0.01),
)


@given(
    st.lists(outcomes, max_size=150),
    st.sampled_from([Window(30.0), Window(None, 20), Window(300.0), Window(None, 500)]),
    st.integers(10, 60),
)
def test_the_window_holds_what_a_plain_recount_holds(
    steps: list[tuple[float, float, str | None, float | None]], window: Window, history: int
) -> None:
    now, samples = 0.0, []
    for latency, gap, error, cost in steps:
        now += gap
        stale = error == "stale"
        samples.append(
            sample(
                now,
                latency,
                error=None if stale else error,
                stale=stale,
                cost_usd=cost,
                tokens=(7, 5),
                ttft_ms=latency / 2,
            )
        )
    rolling = rolled(window, samples, history=history)
    kept = samples[-history:]
    if window.seconds is not None:
        # Moments are kept in ticks of 10 ms: what lies on the edge may fall on either side.
        edge = T0 + now - window.seconds
        kept = [s for s in kept if int((s.ended_at - T0 + 60) / 0.01) * 0.01 + T0 - 60 >= edge]
    else:
        kept = kept[-(window.count or 0) :]
    good = [float32(s.latency_ms) for s in kept if s.ok and s.latency_ms is not None]
    counted = [s for s in kept if not s.stale]
    found = rolling.latencies.distribution()
    assert found.n == len(good) == rolling.ok
    if good:
        assert found.p95 == pytest.approx(percentile(good, 0.95), rel=1e-6)
        assert (found.min, found.max) == (min(good), max(good))
    assert rolling.requests == len(counted)
    assert rolling.stale == len(kept) - len(counted)
    assert sum(rolling.errors.values()) == len(counted) - len(good)
    assert rolling.cost_complete != any(s.ok and s.cost_usd is None for s in counted)
    if any(float32(s.cost_usd or 0.0) for s in counted):
        total = sum(s.cost_usd for s in counted if s.cost_usd is not None)
        assert rolling.cost_usd == pytest.approx(total, abs=1e-8 * len(counted))


@given(
    st.lists(st.tuples(st.floats(0, 60), st.sampled_from([None, "timeout", "stale"])), max_size=60),
    st.sampled_from([Window(20.0), Window(1000.0), Window(None, 7)]),
    st.sampled_from([5, 12, 100]),
)
def test_the_order_of_completion_does_not_matter(
    ends: list[tuple[float, str | None]], window: Window, history: int
) -> None:
    """As a fresh count over the newest samples in the order of time."""
    watched = settings(window=window, history=history)
    monitor = Monitor(watched, T0 - 1)
    made = [
        sample(at, 10.0 + n, error=None if e == "stale" else e, stale=e == "stale")
        for n, (at, e) in enumerate(ends)
    ]
    for each in made:
        monitor.apply(Finished(each), T0 + 60)
    seen: list[Sample] = []
    for each in made:  # a full ring has forgotten its oldest when the next comes
        seen = seen[len(seen) == history :]
        seen = sorted([*seen, each], key=lambda s: int((s.ended_at - T0 + 61) / 0.01))
    kept = seen[-(window.count or history) :]
    if window.seconds is not None:
        edge = T0 + 60 - window.seconds
        kept = [s for s in kept if int((s.ended_at - T0 + 61) / 0.01) * 0.01 + T0 - 61 >= edge]
    found = monitor.summary(TARGET, T0 + 60)
    assert found.ok == sum(s.ok for s in kept)
    assert found.requests == sum(not s.stale for s in kept)
    assert found.latency.max == max(
        (s.latency_ms for s in kept if s.ok and s.latency_ms), default=None
    )
    bins = monitor.bins(TARGET, T0, 10.0, 7)
    assert sum(b.ok for b in bins) == sum(s.ok for s in seen)


def test_a_window_that_history_cuts_says_so() -> None:
    watched = settings(window=Window(600.0), history=100, interval_s=1.0)
    monitor = Monitor(watched, T0)
    for at in range(300):
        monitor.apply(Finished(sample(at)), T0 + at)
    assert monitor.summary(TARGET, T0 + 300).kept_of == (100, 600)
    monitor.set_window(Window(60.0), T0 + 300)
    assert monitor.summary(TARGET, T0 + 300).kept_of is None


def test_a_long_run_leaves_no_residue() -> None:
    """Inserting anything but the rounded value would evict the wrong neighbour."""
    dice = random.Random(7)
    samples = [
        sample(i * 0.5, dice.lognormvariate(5, 1), tokens=(9, dice.randint(0, 20)), ttft_ms=3.3)
        for i in range(3000)
    ]
    rolling = rolled(Window(30.0), samples, history=100)
    assert len(rolling.latencies) == 61
    rolling.expire(T0 + 1e6)
    assert not len(rolling.latencies) + len(rolling.ttfts) + len(rolling.rates)
    assert rolling.requests == rolling.skipped == rolling.input_tokens == 0


def test_the_window_can_be_changed_and_the_past_is_counted_again() -> None:
    rolling = rolled(Window(10.0), [sample(i, 100.0 + i) for i in range(40)])
    assert rolling.requests == 11
    rolling.change(Window(None, 5), T0 + 39)
    assert rolling.latencies.distribution().min == 135.0
    rolling.change(Window(1000.0), T0 + 39)
    assert rolling.requests == 40


@pytest.mark.parametrize(
    ("good", "timeouts", "censored"),
    [
        (100, 0, set()),
        (99, 1, set()),
        (98, 2, {"p99"}),
        (95, 5, {"p99"}),
        (94, 6, {"p95", "p99"}),
        (40, 60, {"p50", "p95", "p99"}),
        (0, 3, {"p50", "p95", "p99"}),
    ],
)
def test_a_tail_that_timeouts_cut_off_is_not_made_up(
    good: int, timeouts: int, censored: set[str]
) -> None:
    samples = [sample(i * 0.1, 50.0) for i in range(good)]
    samples += [sample(20 + i * 0.1, error="timeout") for i in range(timeouts)]
    rolling = rolled(Window(), samples, history=200)
    found = rolling.latencies.distribution(rolling.timeouts)
    assert found.censored == censored
    for name in ("p50", "p95", "p99"):
        assert (getattr(found, name) is None) == (name in censored or not good)
