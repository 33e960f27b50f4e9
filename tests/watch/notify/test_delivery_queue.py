"""Alerts wait in a bounded queue; what fails is told once a kind; the end is bounded."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from relaytop.watch.notify.channel import Closing, Undelivered
from relaytop.watch.notify.delivery_queue import MAX_WAITING, DeliveryQueue
from relaytop.watch.notify.senders import Senders
from tests.support.agents import until
from tests.support.alerts import FIRING, alert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.alerts.alert import Alert


class Recorder:
    """A channel that keeps what it is given, and fails where it is told to."""

    name = "test"

    def __init__(self, refresh_s: float | None = None) -> None:
        self.refresh_s = refresh_s
        self.got: list[str] = []
        self.refreshed: list[list[str]] = []
        self.failures: list[Undelivered | None] = []
        self.open = threading.Event()
        self.open.set()

    def deliver(self, given: Alert, closing: Closing) -> Undelivered | None:
        while not self.open.wait(0.01) and closing.left_s > 0:
            pass
        self.got.append(given.key)
        return self.failures.pop(0) if self.failures else None

    def refresh(self, firing: Sequence[Alert], closing: Closing) -> None:
        del closing
        self.refreshed.append([each.key for each in firing])


def named(number: int) -> Alert:
    return alert(key=f"p{number}")


def test_what_was_not_sent_at_the_end_is_known() -> None:
    channel, closing = Recorder(), Closing()
    queue = DeliveryQueue(channel, closing)
    channel.open.clear()
    queue.put(named(0))
    until(lambda: not queue.waiting)
    queue.put(named(1))
    closing.begin(0.0)
    queue.wake()
    queue.join()
    assert queue.unsent >= {"p1"}


def test_in_their_order() -> None:
    channel, closing = Recorder(), Closing()
    queue = DeliveryQueue(channel, closing)
    for number in range(20):
        queue.put(named(number))
    closing.begin(10.0)
    queue.wake()
    queue.join()
    assert channel.got == [f"p{number}" for number in range(20)]


def test_the_oldest_gives_way_and_that_is_told_once() -> None:
    channel, closing = Recorder(), Closing()
    queue = DeliveryQueue(channel, closing)
    channel.open.clear()
    queue.put(named(0))
    until(lambda: not queue.waiting)
    for number in range(1, MAX_WAITING + 11):
        queue.put(named(number))
    assert queue.waiting == MAX_WAITING
    assert queue.remarks() == [
        ("error", "test: more than 100 alerts are queued: the oldest are dropped")
    ]
    channel.open.set()
    until(lambda: len(channel.got) == MAX_WAITING + 1)
    assert channel.got[:2] == ["p0", "p11"]
    closing.begin(1.0)
    queue.wake()
    queue.join()


def test_a_kind_of_failure_is_told_once_until_it_works_again() -> None:
    channel, closing = Recorder(), Closing()
    bad, worse = Undelivered("exit code 1", "no route"), Undelivered("ended after 30 s")
    channel.failures = [bad, bad._replace(detail="x"), worse, bad, None, bad]
    queue = DeliveryQueue(channel, closing)
    for number in range(6):
        queue.put(named(number))
    until(lambda: len(channel.got) == 6)
    closing.begin(10.0)
    queue.wake()
    queue.join()
    assert queue.remarks() == [
        ("error", "test: alert not sent: exit code 1: no route"),
        ("error", "test: alert not sent: ended after 30 s"),
        ("good", "test: sending alerts works again"),
        ("error", "test: alert not sent: exit code 1: no route"),
    ]
    assert queue.remarks() == []


def test_what_fires_is_sent_again_as_it_is_now() -> None:
    channel, closing = Recorder(refresh_s=0.01), Closing()
    queue = DeliveryQueue(channel, closing)
    queue.update([])
    queue.update([FIRING])  # nobody was told of it here: it fired under other settings
    until(lambda: ["holysheep"] in channel.refreshed)
    queue.update([FIRING, named(1)])
    until(lambda: ["holysheep", "p1"] in channel.refreshed)
    queue.update([])
    until(lambda: channel.refreshed[-1] == [])
    closing.begin(1.0)
    queue.wake()
    queue.join()
    assert channel.got == []
    assert queue.remarks() == []


def test_alerts_that_follow_one_another_do_not_put_off_what_is_sent_again() -> None:
    channel, closing = Recorder(refresh_s=0.05), Closing()
    channel.failures = [Undelivered("refused")]
    queue = DeliveryQueue(channel, closing)
    queue.update([FIRING])

    def put_and_look() -> int:
        if queue.waiting < 5:
            queue.put(named(1))
        return len(channel.refreshed)

    until(lambda: put_and_look() >= 2)
    closing.begin(1.0)
    queue.wake()
    queue.join()
    assert queue.remarks()[0] == ("error", "test: alert not sent: refused")


def test_a_channel_that_hangs_does_not_hold_up_the_others_nor_the_end() -> None:
    hanging, working = Recorder(), Recorder()
    hanging.open.clear()
    senders = Senders([hanging, working])
    senders.send(FIRING)
    until(lambda: working.got)
    assert not hanging.got
    senders.close()
    assert hanging.got, "it was let go at the end, which is bounded"


def test_what_was_not_sent_by_the_end_is_told() -> None:
    class Endless(Recorder):
        def deliver(self, given: Alert, closing: Closing) -> Undelivered | None:
            del given, closing
            self.open.wait()
            return None

    channel, closing = Endless(), Closing()
    channel.open.clear()
    queue = DeliveryQueue(channel, closing)
    for number in range(3):
        queue.put(named(number))
    until(lambda: queue.waiting == 2)
    closing.begin(0.0)
    queue.wake()
    queue.join()
    assert queue.remarks() == [("error", "test: 3 alerts not sent: relaytop exited")]
    channel.open.set()


def test_what_fails_at_the_end_is_counted_though_its_kind_is_known() -> None:
    channel, closing = Recorder(), Closing()
    channel.failures = [Undelivered("refused")] * 4
    queue = DeliveryQueue(channel, closing)
    queue.put(named(0))
    until(lambda: channel.got and not queue.waiting)
    channel.open.clear()
    for number in (1, 2, 3):
        queue.put(named(number))
    until(lambda: queue.waiting == 2)
    closing.begin(10.0)
    channel.open.set()
    queue.wake()
    queue.join()
    assert queue.remarks() == [
        ("error", "test: alert not sent: refused"),
        ("error", "test: 3 alerts not sent: relaytop exited"),
    ]


def test_without_channels_nothing_is_kept() -> None:
    senders = Senders([])
    senders.send(FIRING)
    assert senders.remarks() == []
    senders.close()
