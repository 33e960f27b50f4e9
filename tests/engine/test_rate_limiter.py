from hypothesis import given
from hypothesis import strategies as st

from relaytop.engine.rate_limiter import RateLimiter

DAY = 1_000_000.0


Sent = list[tuple[float, str]]


def played(max_rpm: int, interval_s: float, targets: int, span_s: float) -> Sent:
    """Return who was sent when: all due each interval, the limiter asked as the engine does."""
    limiter, sent = RateLimiter(max_rpm), []
    due = [
        (DAY + k * interval_s + i * interval_s / targets, f"t{i}")
        for k in range(int(span_s / interval_s))
        for i in range(targets)
    ]
    due.sort()
    index, now = 0, DAY
    while index < len(due):
        moments = [due[index][0]] + ([limiter.next_slot(now)] if limiter.queued else [])
        now = max(now, min(moments))
        while index < len(due) and due[index][0] <= now:
            limiter.add(due[index][1], due[index][0])
            index += 1
        while limiter.queued and limiter.next_slot(now) <= now:
            name = limiter.queued[0][1]
            limiter.remove(name)
            limiter.record_request(now)
            sent.append((now, name))
    return sent


@given(st.integers(1, 100), st.floats(0.2, 20), st.integers(1, 12))
def test_no_minute_ever_holds_more_than_allowed(
    max_rpm: int, interval_s: float, targets: int
) -> None:
    sent = [at for at, _name in played(max_rpm, interval_s, targets, 200)]
    for first, later in zip(sent, sent[max_rpm:], strict=False):
        assert later - first >= 60.0 - 1e-6


def test_nobody_is_starved_and_the_minute_is_used_up() -> None:
    sent = played(max_rpm=30, interval_s=5.0, targets=4, span_s=600)
    counts = [sum(name == f"t{i}" for _at, name in sent) for i in range(4)]
    assert max(counts) - min(counts) <= 2
    assert len(sent) >= 0.9 * 30 * 10


def test_what_is_enough_is_not_delayed() -> None:
    sent = played(max_rpm=60, interval_s=10.0, targets=4, span_s=100)
    assert [round((at - DAY) % 2.5, 6) for at, _name in sent] == [0.0] * len(sent)


def test_without_a_limit_everyone_goes_at_once() -> None:
    limiter = RateLimiter(None)
    for name in ("a", "b", "c"):
        assert limiter.add(name, 1.0)
    assert limiter.queued == [(1.0, "a"), (1.0, "b"), (1.0, "c")]
    assert limiter.next_slot(1.0) <= 1.0


def test_one_that_waits_is_not_queued_twice_and_may_leave() -> None:
    limiter = RateLimiter(1)
    assert limiter.add("a", 1.0)
    assert not limiter.add("a", 2.0)
    limiter.remove("a")
    assert not limiter.queued
