"""The commands of a session to the engine, without a screen."""

import dataclasses
import time
from pathlib import Path

import pytest

from relaytop.config.steady_clock import STEADY
from relaytop.protocol.messages import Add, Command, Pause, Resume, Scale, SetBudget, Start
from relaytop.tui.draw.clock import time_of_day
from relaytop.watch.session import Session
from tests.support.fake_engine import NAMES, FakeClock, FakeEngine, engine_of, feed, session_of
from tests.support.samples import settings


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return feed(session_of(tmp_path))


def mixed(folder: Path, *intervals_s: float) -> Session:
    watched = settings(*(f"relay/m{i}" for i in range(len(intervals_s))))
    targets = tuple(
        dataclasses.replace(target, interval_s=interval_s)
        for target, interval_s in zip(watched.targets, intervals_s, strict=True)
    )
    return session_of(folder, watched=dataclasses.replace(watched, targets=targets))


def intervals(session: Session) -> list[float]:
    return [session.interval_s(name) for name in session.monitor.targets()]


def monitored_intervals(session: Session) -> list[float]:
    """The monitor's interval of each target, in seconds."""
    return [session.monitor.summary(n, session.clock()).interval_s for n in intervals_of(session)]


def intervals_of(session: Session) -> list[str]:
    return list(session.monitor.targets())


def test_a_system_clock_that_is_set_is_a_line_and_no_more(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set back by an hour: windows, ages and the chart go on; shown times follow the clock."""
    before = [session.monitor.summary(name, session.clock()) for name in NAMES]
    shown = time_of_day(session.clock())
    wall = time.time
    monkeypatch.setattr(STEADY, "_wall", lambda: wall() - 3600)
    for _ in range(3):
        session.check()
    (event,) = [e for e in session.monitor.events() if "system clock" in e.text]
    assert event.text.startswith("the system clock was set back by 60m")
    assert before == [session.monitor.summary(name, session.clock()) for name in NAMES]
    document = session.document()
    age_s = document["taken_at"].timestamp() - document["targets"][0]["since"].timestamp()
    assert age_s == pytest.approx(session.clock() - before[0].since, abs=0.01)
    assert document["taken_at"].timestamp() == pytest.approx(session.clock() - 3600, abs=1)
    assert time_of_day(session.clock()) != shown
    monkeypatch.setattr(STEADY, "_wall", wall)
    session.check()
    assert "set forward" in texts(session)[-1]


def texts(session: Session) -> list[str]:
    return [event.text for event in session.monitor.events()]


def test_slower_makes_every_target_slower_in_proportion(tmp_path: Path) -> None:
    session = mixed(tmp_path, 1.0, 30.0, 3600.0)
    session.change_interval(1)
    assert intervals(session) == monitored_intervals(session) == [2.0, 60.0, 7200.0]
    session.change_interval(-1)
    assert intervals(session) == [1.0, 30.0, 3600.0]
    session.change_interval(-1)
    assert intervals(session) == monitored_intervals(session) == [0.5, 15.0, 1800.0]
    assert [c for c in engine_of(session).commands if isinstance(c, Scale)] == [
        Scale(2.0),
        Scale(1.0),
        Scale(0.5),
    ]
    assert texts(session)[-1] == "interval ×1/2: the fastest target is probed every 500ms"


def test_no_interval_leaves_its_bounds_nor_turns_back(tmp_path: Path) -> None:
    session = mixed(tmp_path, 0.1, 0.3, 80_000.0)
    for step in (-1, 1):
        for _ in range(20):
            before = intervals(session)
            session.change_interval(step)
            pairs = zip(before, intervals(session), strict=True)
            assert all((after - was) * step >= 0 for was, after in pairs)
            assert all(0.1 <= interval_s <= 86_400 for interval_s in intervals(session))
        assert "already at the " in texts(session)[-1]


def test_a_target_that_is_added_takes_the_factor_too(tmp_path: Path) -> None:
    session = mixed(tmp_path, 1.0)
    session.change_interval(1)
    session.add([("relay", "new")])
    assert monitored_intervals(session) == intervals(session) == [2.0, 10.0]


def test_another_engine_is_told_all_that_holds(session: Session) -> None:
    session.toggle(NAMES[1])
    session.toggle_all()
    session.change_interval(1)
    session.set_budget(3.5)
    session.restart_engine()
    told = engine_of(session).commands
    assert isinstance(told[0], Start)
    assert set(told[1:]) == {Scale(2.0), SetBudget(3.5), Pause(NAMES[1]), Pause()}


def test_yesterdays_raise_is_not_told(session: Session) -> None:
    session.set_budget(3.5)
    assert isinstance(session.clock, FakeClock)
    session.clock.now += 86_400
    session.restart_engine()
    assert not any(isinstance(c, SetBudget) for c in engine_of(session).commands)


def statuses(session: Session) -> list[str]:
    return [session.monitor.summary(n, session.clock()).status for n in session.monitor.targets()]


def since_the_pause(session: Session) -> list[Command]:
    commands = engine_of(session).commands
    return commands[commands.index(Pause()) + 1 :]


def test_what_is_added_while_all_is_paused_waits_with_the_others(session: Session) -> None:
    session.toggle_all()
    session.add([("holysheep", "new")])
    assert session.paused
    assert statuses(session) == ["paused"] * 7
    assert [type(c) for c in since_the_pause(session)] == [Add]
    session.toggle_all()
    assert "paused" not in statuses(session)


def test_switching_a_target_while_all_is_paused_starts_nothing(session: Session) -> None:
    session.toggle_all()
    session.toggle(NAMES[0])
    session.toggle(NAMES[0])
    assert statuses(session) == ["paused"] * 6
    assert since_the_pause(session) == [Pause(NAMES[0]), Resume(NAMES[0])]
    session.toggle(NAMES[1])
    session.toggle_all()
    assert [name == "paused" for name in statuses(session)] == [False, True, *[False] * 4]
    assert isinstance(session.engine, FakeEngine)
