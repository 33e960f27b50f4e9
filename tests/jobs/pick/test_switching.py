import asyncio
from pathlib import Path

import psutil
import pytest

from relaytop.config.errors import RelaytopError
from relaytop.jobs.pick.candidates import candidates
from relaytop.jobs.pick.exec_hook import ExecHook
from relaytop.jobs.pick.ranking import Candidate, ranked
from relaytop.jobs.pick.switching import Switcher
from relaytop.monitor.summary import Distribution, LastError, Summary
from tests.support.samples import T0, settings


def summary(target: str, requests: int, ok: int, p95: float | None) -> Summary:
    return Summary(
        target=target,
        provider="p",
        model="m",
        status="up",
        since=T0,
        requests=requests,
        ok=ok,
        latency=Distribution(n=ok, p50=p95, p95=p95),
        last_error=LastError("timeout", T0, "", None),
    )


def seen(target: str, ok: int = 5, p95: float | None = 100.0, price: float = 1.0) -> Candidate:
    return Candidate(summary(target, 5, ok, p95), price)


def after(switcher: Switcher, *found: Candidate) -> str | None:
    switcher.update(sorted(found, key=lambda each: each.rank))
    return switcher.target


def test_success_then_p95_then_price() -> None:
    figures = (("a", 9, 10.0), ("b", 10, 50.0), ("c", 10, 40.0), ("d", 2, 1.0))
    found = ranked([summary(name, 10, ok, p95) for name, ok, p95 in figures], {})
    assert [each.target for each in found] == ["c", "b", "a", "d"]
    assert [each.healthy for each in found] == [True, True, True, False]
    assert [each.last_error for each in found] == [None, None, "timeout", "timeout"]


def test_it_leaves_what_is_dead_at_once_and_what_is_ill_after_two_rounds() -> None:
    switcher = Switcher()
    assert after(switcher, seen("a/m"), seen("b/m", p95=120)) == "a/m"
    assert after(switcher, seen("a/m", ok=0), seen("b/m")) == "b/m"
    assert after(switcher, seen("a/m"), seen("b/m", ok=2)) == "b/m"
    assert after(switcher, seen("a/m"), seen("b/m", ok=2)) == "a/m"


def test_it_goes_to_what_is_clearly_better_only_after_three_rounds() -> None:
    switcher = Switcher()
    after(switcher, seen("a/m", p95=100), seen("b/m", p95=200))
    for _ in range(5):
        assert after(switcher, seen("a/m", p95=100), seen("b/m", p95=90)) == "a/m"
    for expected in ("a/m", "a/m", "b/m"):
        assert after(switcher, seen("a/m", p95=100), seen("b/m", p95=50)) == expected


def test_where_nobody_is_healthy_there_is_no_choice() -> None:
    switcher = Switcher()
    assert after(switcher, seen("a/m", ok=0)) is None
    assert after(switcher, seen("a/m")) == "a/m"
    assert after(switcher, seen("a/m", ok=0), seen("b/m", ok=0)) is None


def test_who_serves_a_model() -> None:
    watched = settings("relay/gpt-4.1", "direct/openai/gpt-4.1", "direct/other")
    names = [target.id for target in candidates(watched, "gpt-4.1").targets]
    assert names == ["relay/gpt-4.1", "direct/openai/gpt-4.1"]
    with pytest.raises(RelaytopError, match=r"did you mean 'gpt-4\.1'"):
        candidates(watched, "gpt-4.2")


async def test_one_command_at_a_time_and_only_the_newest_is_told(tmp_path: Path) -> None:
    out = tmp_path / "out"
    text = f'echo begin $WHAT >> {out}; sleep 0.2; echo end $WHAT >> {out}; test "$KEPT" = yes'
    hooks = [ExecHook(text, {"KEPT": "yes"}, tmp_path / "lock") for _ in range(2)]
    hooks[0].schedule({"WHAT": "1"})
    await asyncio.sleep(0.1)
    for what in ("2", "3"):
        hooks[0].schedule({"WHAT": what})
    hooks[1].schedule({"WHAT": "other"})
    for hook in hooks:
        await hook.finish()
    lines = out.read_text().split("\n")[:-1]
    assert lines[0::2] == [line.replace("end", "begin") for line in lines[1::2]]
    assert [line.split()[1] for line in lines[0::2]] in (["1", "3", "other"], ["1", "other", "3"])
    assert hooks[0].returncode == 0


async def test_what_a_command_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    hook = ExecHook("sleep 4715.5 & true", {"PATH": "/usr/bin:/bin"}, tmp_path / "lock")
    hook.schedule({})
    await hook.finish()
    assert hook.returncode == 0
    left = [p for p in psutil.process_iter(["cmdline"]) if "4715.5" in (p.info["cmdline"] or [])]
    _gone, alive = psutil.wait_procs(left, timeout=60)
    assert not alive
