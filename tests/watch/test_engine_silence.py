"""An engine that reports nothing is found out; a stop of this process's own is no silence."""

from pathlib import Path

import pytest

from relaytop.protocol.messages import Pulse
from relaytop.watch.engine_silence import EngineSilence
from relaytop.watch.session import Session
from tests.support.fake_engine import FakeClock, session_of
from tests.support.samples import T0


def checked(silence: EngineSilence, start_s: int, end_s: int) -> list[int]:
    """Check once a second; return the seconds at which a silence was found."""
    return [second for second in range(start_s, end_s) if silence.check(float(second))]


def test_a_silence_is_found_once_and_measured_until_it_ends() -> None:
    silence = EngineSilence(0.0)
    assert checked(silence, 1, 3) == []
    silence.record(3.0)
    assert checked(silence, 4, 60) == [7]
    assert silence.record(60.0) == 56.0
    assert silence.record(60.0) is None
    assert checked(silence, 61, 64) == []


@pytest.mark.parametrize("stopped_s", [3.0, 60.0, 86_400.0])
def test_a_stop_of_this_process_is_no_silence_of_the_engine(stopped_s: float) -> None:
    silence = EngineSilence(0.0)
    assert not silence.check(1.0)
    assert not silence.check(1.0 + stopped_s)
    assert silence.record(1.5 + stopped_s) is None


def at(session: Session, seconds: float) -> None:
    clock = session.clock
    assert isinstance(clock, FakeClock)
    clock.now = T0 + seconds
    session.check()


def test_both_ends_are_in_the_log_and_health_says_so(tmp_path: Path) -> None:
    session = session_of(tmp_path)
    session.apply([Pulse(T0, 0)])
    for second in range(1, 62):
        at(session, float(second))
    assert session.trouble() == "no report from the engine for 61 s"
    session.apply([Pulse(T0 + 61, 0)])
    assert session.trouble() is None
    assert [(e.kind, e.level, e.text) for e in session.monitor.events() if e.kind != "alert"] == [
        (
            "engine",
            "error",
            "no report from the engine: stopped or starved of CPU; figures are stale",
        ),
        ("engine", "good", "the engine is reporting again after 61s"),
    ]


def test_a_dead_engine_is_not_silent_too(tmp_path: Path) -> None:
    session = session_of(tmp_path)
    session.dead = "exit code -9"
    for second in range(1, 20):
        at(session, float(second))
    assert session.trouble() == "engine died (exit code -9)"
    assert {event.kind for event in session.monitor.events()} == {"alert"}
