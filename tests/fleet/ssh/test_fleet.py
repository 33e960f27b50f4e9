"""Hosts that come and go, as a fleet's session shows them; time leaps."""

from pathlib import Path

import pytest

from relaytop.protocol.codec import encode
from relaytop.protocol.messages import Add, Budget, Notice, Pause, Ready, Scale, SetBudget
from tests.fleet.ssh.remotes import Fleet, Remote

pytestmark = pytest.mark.asyncio(loop_factories=["virtual"])


async def test_rows_have_places_and_their_history(tmp_path: Path) -> None:
    one, two = Remote("relay/m", "relay/n"), Remote("relay/m")
    fleet = Fleet(tmp_path, a=one, b=two)
    for latency_ms in range(1, 101):
        one.probe(latency_ms=latency_ms, told=False)
    await fleet.run(1)
    assert list(fleet.monitor.targets()) == ["relay/m @ a", "relay/n @ a", "relay/m @ b"]
    summary = fleet.summary("relay/m @ a")
    assert (summary.requests, summary.latency.p50, summary.latency.p99) == (100, 50.5, 99.01)
    assert summary.place == "a"
    one.probe(latency_ms=500.0)
    two.probe(error="timeout")
    await fleet.run(1)
    assert fleet.summary("relay/m @ a").requests == 101
    assert fleet.summary("relay/m @ b").errors == {"timeout": 1}
    assert fleet.summary("relay/n @ a").status == "unknown"
    await fleet.aclose()


async def test_a_pulse_of_one_host_zeroes_no_others_counts(tmp_path: Path) -> None:
    one, two = Remote(), Remote()
    fleet = Fleet(tmp_path, a=one, b=two)
    await fleet.run(1)
    one.pulse(2, {"relay/m": 5})
    two.pulse(3)
    await fleet.run(2)
    two.pulse(3)
    await fleet.run(2)
    overview = fleet.monitor.overview(fleet.clock())
    assert (overview.in_flight, overview.skipped) == (5, 5)
    assert fleet.summary("relay/m @ a").skipped == 5
    assert fleet.summary("relay/m @ b").skipped == 0
    one.say(encode(Ready(9)))
    one.pulse(1, {"relay/m": 2})
    await fleet.run(2)
    assert fleet.summary("relay/m @ a").skipped == 2, "another engine counts from 0"
    await fleet.aclose()


async def test_budgets_are_summed_and_divided(tmp_path: Path) -> None:
    one, two, read = Remote(), Remote(), Remote()
    read.obeys = False
    fleet = Fleet(tmp_path, a=one, b=two, c=read)
    await fleet.run(1)
    for remote, usd in ((one, 1.0), (two, 3.0), (read, 2.0)):
        remote.say(encode(Budget(0.5, usd, "ok")))
    await fleet.run(1)
    budget = fleet.monitor.overview(fleet.clock()).budget
    assert budget is not None
    assert (budget.spent_usd, budget.budget_usd, budget.state) == (1.5, 6.0, "ok")
    fleet.session.set_budget(10.0)
    assert one.processes[-1].commands == [SetBudget(2.0)]
    assert two.processes[-1].commands == [SetBudget(6.0)]
    assert read.processes[-1].commands == []
    one.say(encode(Budget(1.0, 1.0, "reached")))
    await fleet.run(1)
    assert any(text.startswith("a: budget reached") for text in fleet.texts())
    await fleet.aclose()


async def test_a_host_that_is_gone_and_back_counts_nothing_twice(tmp_path: Path) -> None:
    one, two = Remote(), Remote()
    fleet = Fleet(tmp_path, a=one, b=two)
    for _ in range(10):
        one.probe(told=False)
    await fleet.run(1)
    for _ in range(5):
        one.probe()
    one.say(encode(Notice("warning", "the ledger is locked")))
    await fleet.run(1)
    before = fleet.summary("relay/m @ a")
    assert before.requests == 15
    one.refused = (255, "ssh: connect to host a port 22: Connection refused\n")
    one.end(255, "client_loop: send disconnect: Broken pipe\n")
    await fleet.run(900, two)
    gone = fleet.summary("relay/m @ a")
    assert (gone.status, gone.reason, gone.last_status) == ("unknown", "unreachable", "up")
    assert (gone.requests, gone.latency) == (15, before.latency), "as last known"
    assert "a unreachable: connection refused" in fleet.texts()
    assert fleet.engine.unreachable == {"a": "connection refused"}
    assert fleet.summary("relay/m @ b").reason is None
    one.probe(told=False)
    one.refused = None
    await fleet.run(70, two)
    back = fleet.summary("relay/m @ a")
    assert (back.status, back.reason, back.total.requests) == ("up", None, 16)
    assert any("a is reachable again after" in text for text in fleet.texts())
    assert sum("the ledger is locked" in text for text in fleet.texts()) == 1
    waits = [late - early for early, late in zip(one.started_at, one.started_at[1:], strict=False)]
    assert [round(wait) for wait in waits[1:8]] == [2, 4, 8, 16, 32, 60, 60]
    await fleet.aclose()


async def test_a_host_that_probes_anew_keeps_what_was_seen(tmp_path: Path) -> None:
    one = Remote()
    fleet = Fleet(tmp_path, a=one)
    await fleet.run(1)
    for _ in range(5):
        one.probe()
    await fleet.run(1)
    one.end(255, "Connection to a closed by remote host.\n")
    fresh = Remote(pid=8)
    one.monitor, one.pid = fresh.monitor, fresh.pid
    await fleet.run(5)
    one.probe()
    await fleet.run(1)
    assert fleet.summary("relay/m @ a").requests == 6
    await fleet.aclose()


async def test_what_was_paused_and_added_holds_for_a_new_connection(tmp_path: Path) -> None:
    one = Remote("relay/m", "relay/n")
    fleet = Fleet(tmp_path, a=one)
    await fleet.run(1)
    fleet.session.toggle("relay/n @ a")
    fleet.session.add([("relay", "o")])
    first = one.processes[-1].commands
    assert first[0] == Pause("relay/n")
    assert isinstance(first[1], Add)
    assert [target.id for target in first[1].targets] == ["relay/o"]
    one.end(255)
    await fleet.run(5)
    kinds = [type(command) for command in one.processes[-1].commands]
    assert sorted(kind.__name__ for kind in kinds) == ["Add", "Pause"]
    assert fleet.monitor.targets()[-1] == "relay/o @ a"
    await fleet.aclose()


async def test_what_an_agent_probes_is_left_alone(tmp_path: Path) -> None:
    one, read = Remote(), Remote()
    read.obeys = False
    fleet = Fleet(tmp_path, a=one, b=read)
    await fleet.run(1)
    for remote in (one, read):
        remote.probe()
    await fleet.run(1)
    fleet.session.toggle("relay/m @ b")
    assert fleet.summary("relay/m @ b").status == "up"
    fleet.session.toggle_all()
    assert fleet.summary("relay/m @ a").status == "paused"
    assert fleet.summary("relay/m @ b").status == "up"
    assert read.processes[-1].commands == []
    assert any("obeys its config alone" in text for text in fleet.texts())
    await fleet.aclose()


@pytest.mark.parametrize("ahead_s", [-3600.0, -3.0, 5.0, 86_400.0])
async def test_clocks_that_differ_are_corrected_and_told(tmp_path: Path, ahead_s: float) -> None:
    one = Remote()
    one.ahead_s = ahead_s
    fleet = Fleet(tmp_path, a=one)
    one.probe(told=False, error="timeout")
    await fleet.run(1)
    one.probe()
    await fleet.run(0.3)
    summary = fleet.summary("relay/m @ a")
    assert summary.requests == 2
    assert summary.last_at is not None
    assert summary.last_error is not None
    for at in (summary.last_at, summary.last_error.at, *(e.at for e in fleet.monitor.events())):
        assert 0 <= fleet.clock() - at < 2
    way = "ahead of" if ahead_s > 0 else "behind"
    assert sum(f"{way} this one" in text for text in fleet.texts()) == 1
    await fleet.aclose()


async def test_no_age_is_negative_where_clocks_differ_by_less(tmp_path: Path) -> None:
    one = Remote()
    one.ahead_s = 0.9
    fleet = Fleet(tmp_path, a=one)
    one.probe(told=False)
    await fleet.run(0.3)
    one.probe()
    await fleet.run(0.3)
    last_at = fleet.summary("relay/m @ a").last_at
    assert last_at is not None
    assert 0 <= fleet.clock() - last_at <= 0.7
    assert not any("this one" in text for text in fleet.texts())
    await fleet.aclose()


async def test_at_most_eight_connect_at_a_time(tmp_path: Path) -> None:
    remotes = {f"h{n}": Remote() for n in range(20)}
    for remote in remotes.values():
        remote.silent = True
    fleet = Fleet(tmp_path, **remotes)
    await fleet.run(5)
    assert sum(bool(remote.processes) for remote in remotes.values()) == 8
    for remote in remotes.values():
        remote.silent = False
    await fleet.run(50)
    assert all(remote.processes for remote in remotes.values()), "no answer within 40 s"
    assert "h0 unreachable: no answer within 40 s" in fleet.texts()
    await fleet.aclose()


async def test_a_host_that_falls_silent(tmp_path: Path) -> None:
    one = Remote()
    fleet = Fleet(tmp_path, a=one)
    await fleet.run(1)
    one.probe()
    for _ in range(10):
        await fleet.run(1)
        one.say(b"\n")
    await fleet.run(2)
    assert "a unreachable: its engine has not reported for 10 s" in fleet.texts()
    assert len(one.processes) == 1
    one.probe()
    await fleet.run(1)
    assert fleet.summary("relay/m @ a").status == "up"
    await fleet.run(21)
    assert "a unreachable: nothing was heard from it for 20 s" in fleet.texts()
    assert len(one.processes) == 2
    assert one.processes[0].asked_to_end
    await fleet.aclose()


async def test_the_own_stop_is_no_host_s_silence(tmp_path: Path) -> None:
    one = Remote()
    fleet = Fleet(tmp_path, a=one)
    await fleet.run(1)
    fleet.stopped_s = 3600.0
    await fleet.run(1)
    one.probe()
    await fleet.run(1)
    assert not any("unreachable" in text for text in fleet.texts())
    assert len(one.processes) == 1
    await fleet.aclose()


async def test_an_end_that_is_no_failure_is_not_told(tmp_path: Path) -> None:
    """An agent started there, and is read from now on."""
    one = Remote()
    fleet = Fleet(tmp_path, a=one)
    await fleet.run(1)
    one.probe()
    await fleet.run(1)
    one.end(0)
    await fleet.run(1)
    assert len(one.processes) == 2
    assert not any("reachable" in text for text in fleet.texts())
    assert fleet.summary("relay/m @ a").status == "up"
    await fleet.aclose()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (b"login: garbage\n" * 300, "does a login script there print so much?"),
        (b"x" * 100_000, "does a login script there print so much?"),
        (
            b'{"":"Hello","protocol":9,"relaytop":"3.0"}\n',
            "relaytop 3.0 there speaks protocol 9, relaytop 0.1.0 here 1: upgrade relaytop here",
        ),
        (b'{"":"Hello","protocol":0,"relaytop":"0.0"}\n', "upgrade relaytop there"),
        (b'{"":"Hello","protocol":1}\n', "not to be understood"),
        (b'{"":"Hello"}\n', "not to be understood"),
        (b'{"":"Hello"\x00\xff\n', "not to be understood"),
    ],
)
async def test_what_is_not_to_be_understood(tmp_path: Path, said: bytes, sentence: str) -> None:
    one, two = Remote(), Remote()
    one.silent = True
    fleet = Fleet(tmp_path, a=one, b=two)
    await fleet.run(1)
    one.say(said)
    await fleet.run(2)
    assert any(text.startswith("a unreachable: ") and sentence in text for text in fleet.texts())
    two.probe()
    await fleet.run(1)
    assert fleet.summary("relay/m @ b").status == "up"
    await fleet.aclose()


async def test_a_host_that_floods_is_given_up_and_the_others_go_on(tmp_path: Path) -> None:
    one, two = Remote(), Remote()
    fleet = Fleet(tmp_path, a=one, b=two)
    await fleet.run(1)
    line = encode(Notice("info", "x" * 900))
    flood = line * (256 * 1024 // len(line))
    one.processes[-1].endless = flood
    await fleet.run(3)
    two.probe()
    await fleet.run(1)
    assert "a unreachable: it sends faster than it can be read" in fleet.texts()
    assert fleet.summary("relay/m @ b").status == "up"
    await fleet.aclose()


async def test_an_engine_that_was_stopped_reads_again(tmp_path: Path) -> None:
    one = Remote()
    fleet = Fleet(tmp_path, a=one)
    await fleet.run(1)
    fleet.session.restart_engine()
    fleet.read()
    await fleet.run(5)
    one.probe()
    await fleet.run(1)
    assert len(one.processes) == 2
    assert fleet.summary("relay/m @ a").requests == 1
    await fleet.aclose()


async def test_hosts_that_were_never_heard_are_named(tmp_path: Path) -> None:
    one, two = Remote(), Remote()
    one.refused = (255, "ssh: connect to host a port 22: No route to host\n")
    fleet = Fleet(tmp_path, a=one, b=two)
    await fleet.run(1)
    assert fleet.session.places_without_rows == ["a"]
    assert fleet.texts()[0] == "connecting to 2 hosts over ssh"
    await fleet.aclose()


async def test_the_interval_of_what_an_agent_probes_stays(tmp_path: Path) -> None:
    one, read = Remote(), Remote()
    read.obeys = False
    fleet = Fleet(tmp_path, a=one, b=read)
    await fleet.run(1)
    fleet.session.change_interval(1)
    assert one.processes[-1].commands == [Scale(2.0)]
    assert fleet.session.interval_s("relay/m @ a") == 10.0
    assert fleet.session.interval_s("relay/m @ b") == 5.0
    await fleet.aclose()
