"""The kernel's stamps: a reader that is late measures as if it were not."""

import asyncio
import struct
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from relaytop.config.settings import Provider, Target
from relaytop.probe import stream
from relaytop.probe.kernel_clock import WAKEFULNESS, KernelClock
from relaytop.probe.prober import Prober
from relaytop.probe.sample import Sample
from tests.support.server import CERTIFICATE, Response, ScriptedServer, chat_reply, chat_stream

SO_TIMESTAMPNS = 35
WALL = 1_800_000_000.0

linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux stamps what arrives")


class Clocks:
    """A wall clock and a monotonic one that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.offset = WALL

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.now + self.offset

    def control(self, at: float) -> list[tuple[int, int, bytes]]:
        """What the kernel says of a segment that arrived `at` monotonic seconds."""
        stamp = at + self.offset
        return [(1, SO_TIMESTAMPNS, struct.pack("@ll", int(stamp), int(stamp % 1 * 1e9)))]


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def clock(clocks: Clocks) -> KernelClock:
    return KernelClock(clocks.wall, clocks.monotonic)


def test_a_stamp_is_converted(clock: KernelClock, clocks: Clocks) -> None:
    clocks.now = 101.0
    assert clock.arrival(clocks.control(100.5), 100.0, 101.0) == pytest.approx(100.5, abs=1e-5)


def test_a_stamp_before_the_request_or_after_the_read_is_none(
    clock: KernelClock, clocks: Clocks
) -> None:
    clocks.now = 101.0
    assert clock.arrival(clocks.control(99.9), 100.0, 101.0) is None
    assert clock.arrival(clocks.control(101.1), 100.0, 101.0) is None


def test_no_stamp_is_none(clock: KernelClock) -> None:
    assert clock.arrival([], 0.0, 200.0) is None
    assert clock.arrival([(1, 99, b"")], 0.0, 200.0) is None
    empty = [(1, SO_TIMESTAMPNS, struct.pack("@ll", 0, 0))]
    assert clock.arrival(empty, 0.0, 200.0) is None


@pytest.mark.parametrize("step_s", [-3600.0, -0.05, 0.05, 3600.0])
def test_a_wall_clock_that_was_set_is_not_believed_once(
    clock: KernelClock, clocks: Clocks, step_s: float
) -> None:
    assert clock.arrival(clocks.control(100.0), 99.0, 100.0) is not None
    arrived = clocks.control(100.2)
    clocks.now, clocks.offset = 100.3, clocks.offset + step_s
    assert clock.arrival(arrived, 99.0, 100.3) is None
    clocks.now = 100.5
    assert clock.arrival(clocks.control(100.4), 99.0, 100.5) == pytest.approx(100.4, abs=1e-5)


def test_a_wall_clock_that_is_slewed_is_believed(clock: KernelClock, clocks: Clocks) -> None:
    assert clock.arrival(clocks.control(100.0), 99.0, 100.0) is not None
    clocks.now, clocks.offset = 110.0, clocks.offset + 0.005
    assert clock.arrival(clocks.control(109.9), 99.0, 110.0) == pytest.approx(109.9, abs=1e-5)


def test_clocks_that_cannot_be_read_together_are_not_used(clocks: Clocks) -> None:
    def slow() -> float:
        clocks.now += 0.001
        return clocks.now

    clock = KernelClock(clocks.wall, slow)
    assert clock.arrival(clocks.control(100.0), 99.0, 200.0) is None


def spin(seconds: float) -> None:
    """Keep this thread on the CPU, so that nothing else of it runs."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


async def probed_late(
    response: Response | Callable[[], Response],
    *,
    busy_s: float = 1.0,
    streamed: bool = False,
    tls: bool = False,
) -> Sample:
    """Probe once over a warm connection while the loop is kept busy."""
    answer = response if callable(response) else lambda: response
    with ScriptedServer(lambda _seen: answer(), tls=tls) as server:
        ca_file = str(CERTIFICATE) if tls else None
        url = server.base_url.replace("127.0.0.1", "localhost")
        prober = Prober(Provider(name="p", base_url=url, ca_file=ca_file))
        target = Target(provider="p", model="m", stream=streamed, timeout_s=5.0)
        assert (await prober.probe(target, 0.0)).ok
        task = asyncio.ensure_future(prober.probe(target, 0.0))
        await asyncio.sleep(0.02)
        spin(busy_s)
        sample = await task
        await prober.aclose()
    assert sample.ok
    return sample


@linux
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
async def test_a_late_reader_does_not_lengthen_a_latency(*, tls: bool) -> None:
    reply = chat_reply()
    reply.delay_s = 0.1
    sample = await probed_late(reply, tls=tls)
    assert sample.clock == "kernel"
    assert sample.latency_ms is not None
    assert sample.late_ms is not None
    assert sample.latency_ms < sample.late_ms  # it came after 100 ms and was read after 1,020


@linux
async def test_a_first_token_that_was_read_with_others_is_an_upper_bound() -> None:
    sample = await probed_late(lambda: chat_stream(5, first_s=0.1, gap_s=0.1), streamed=True)
    assert sample.ttft_ms is not None
    assert sample.ttft_slack_ms is not None
    assert sample.ttft_ms - sample.ttft_slack_ms < 300 < sample.ttft_ms


async def test_a_first_token_that_was_read_at_once_is_exact() -> None:
    sample = await probed_late(
        lambda: chat_stream(3, first_s=0.05, gap_s=0.5), streamed=True, busy_s=0.0
    )
    assert sample.ttft_ms is not None
    assert (sample.ttft_slack_ms or 0.0) < 250
    assert sample.gap_ms is not None
    assert sample.gap_ms >= 190


async def test_without_the_kernels_stamps_the_clock_is_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "stamp_arrivals", lambda _sock: False)
    sample = await probed_late(chat_reply(), busy_s=0.1)
    assert sample.clock == "user"
    assert sample.late_ms is None
    assert sample.latency_ms is not None


def test_a_part_of_a_stamp_is_none(clock: KernelClock, clocks: Clocks) -> None:
    ((level, kind, data),) = clocks.control(100.0)
    assert clock.arrival([(level, kind, data[:8])], 0.0, 200.0) is None
    assert clock.arrival([(level, kind, data + data)], 0.0, 200.0) is None


@linux
def test_what_a_thread_asks_of_is_closed_when_it_ends() -> None:
    def ask() -> None:
        assert WAKEFULNESS.seconds() is not None

    ask()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(10):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
