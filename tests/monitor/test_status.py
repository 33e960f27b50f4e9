import pytest

from relaytop.monitor.status import StatusKeeper


def run(steps: str, *, broken: str = "") -> list[str]:
    """Feed one probe a character (o: ok, x: failed); return the status after each."""
    keeper = StatusKeeper(0.0)
    found: list[str] = []
    for index, step in enumerate(steps):
        keeper.record(
            ok=step == "o",
            broken=broken[index : index + 1] == "b",
            samples=index + 1,
            now=float(index),
        )
        found.append(keeper.status)
    return found


@pytest.mark.parametrize(
    ("steps", "broken", "last"),
    [
        ("o", "", "up"),
        ("x", "", "unknown"),
        ("xx", "", "unknown"),
        ("xxx", "", "down"),
        ("oxxo", "", "up"),
        ("oxxx", "", "down"),
        ("oxxxo", "", "down"),
        ("oxxxoo", "", "down"),
        ("oxxxooo", "", "up"),
        ("oxxxooxooo", "", "up"),
        ("oooo", "bbbb", "up"),
        ("ooooo", "bbbbb", "degraded"),
        ("oooooo", "bbbbb ", "up"),
        ("oooooxoo", "bbbbb   ", "degraded"),
        ("oooooxooo", "bbbbb    ", "up"),
        ("oooooxxxooo", "bbbbbbbbbbb", "degraded"),
    ],
)
def test_it_takes_three_to_fall_and_three_to_rise(steps: str, broken: str, last: str) -> None:
    assert run(steps, broken=broken)[-1] == last


def test_since_is_when_the_status_began() -> None:
    keeper = StatusKeeper(0.0)
    for now in (1.0, 2.0, 3.0):
        keeper.record(ok=False, broken=False, samples=1, now=now)
    assert (keeper.status, keeper.since) == ("down", 3.0)
    keeper.record(ok=False, broken=False, samples=4, now=9.0)
    assert keeper.since == 3.0


def test_a_pause_hides_the_status_and_a_resumption_knows_nothing() -> None:
    keeper = StatusKeeper(0.0)
    keeper.record(ok=True, broken=False, samples=1, now=1.0)
    assert keeper.pause(2.0, "user")
    assert (keeper.status, keeper.reason, keeper.since) == ("paused", "user", 2.0)
    assert not keeper.record(ok=True, broken=False, samples=2, now=3.0)
    assert keeper.resume(4.0)
    assert (keeper.status, keeper.since) == ("unknown", 4.0)


def test_a_broken_threshold_that_leaves_the_window_ends_degraded() -> None:
    keeper = StatusKeeper(0.0)
    for index in range(6):
        keeper.record(ok=True, broken=True, samples=index + 1, now=1.0)
    assert str(keeper.status) == "degraded"
    assert keeper.reassess(broken=False, samples=6, now=2.0)
    assert keeper.status == "up"
