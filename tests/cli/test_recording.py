"""A recording in place of probing and of snapshots, as one runs it: nothing is sent, no key."""

import io
import json
import re
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from relaytop.cli.recordings import open_recording
from relaytop.config.settings import Thresholds
from relaytop.protocol.messages import Finished
from tests.support.launch import Run, Start
from tests.support.recordings import bad, good, minutes, record
from tests.support.samples import sample, settings

A, B, C = "alpha/gpt-4.1", "beta/openai/gpt-4.1", "beta/other"


def probes(
    target: str, latency_ms: float, count: int = 60, offset_s: float = 0.0
) -> list[Finished]:
    return [
        Finished(
            sample(
                5.0 * i + offset_s,
                latency_ms * (1 + i * 37 % 20 / 100),
                target=target,
                ttft_ms=latency_ms / 2,
                tokens=(5, 3),
                cost_usd=0.001,
            )
        )
        for i in range(count)
    ]


@pytest.fixture
def rec(tmp_path: Path) -> Path:
    """Five minutes in which beta is twice as slow as alpha, and fails at the end with one model."""
    reports = [
        *probes(A, 200.0),
        *probes(B, 400.0, offset_s=2.0),
        *probes(C, 300.0, 30, offset_s=3.0),
        *(bad(250.0 + i, C, "overloaded") for i in range(5)),
    ]
    reports.sort(key=lambda report: report.sample.ended_at)
    return record(tmp_path / "rec", *reports, watched=settings(A, B, C))


def saved(home: dict[str, str]) -> list[Path]:
    return list(Path(home["XDG_DATA_HOME"]).rglob("*"))


# ── in place of probing ──────────────────────────────────────────────────────


def test_a_baseline_of_what_was_recorded(run: Run, rec: Path, home: dict[str, str]) -> None:
    done = run("baseline", "--recording", rec, A, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    (target,) = document["targets"]
    assert document["kind"] == "baseline"
    assert (target["target"], target["requests"], target["ok"]) == (A, 60, 60)
    assert target["latency_ms"]["n"] == target["ttft_ms"]["n"] == 60
    assert target["cost_usd"] == pytest.approx(0.06)
    assert "window_s" not in document
    assert not saved(home)  # no ledger, and no snapshot: the recording is there already


def test_every_format_of_it(run: Run, rec: Path) -> None:
    table = run("baseline", "--recording", rec)
    assert table.returncode == 1  # one target was down at the end
    assert f"{A}, latency" in table.stdout
    assert "overloaded 5" in table.stdout
    markdown = run("baseline", "--recording", rec, "--format", "markdown")
    assert f"| up | {A} |" in markdown.stdout
    toml = tomllib.loads(run("baseline", "--recording", rec, "--format", "toml").stdout)
    assert [t["requests"] for t in toml["targets"]] == [60, 60, 35]
    assert [t["status"] for t in toml["targets"]] == ["up", "up", "down"]


def test_a_provider_stands_for_its_targets(run: Run, rec: Path) -> None:
    done = run("baseline", "--recording", rec, "beta", "--format", "json")
    assert [t["target"] for t in json.loads(done.stdout)["targets"]] == [B, C]


def test_a_broken_threshold_is_exit_1(run: Run, tmp_path: Path) -> None:
    strict = settings(A, thresholds=Thresholds(p95_ms=50.0))
    path = record(tmp_path / "strict", *probes(A, 200.0), watched=strict)
    done = run("baseline", "--recording", path)
    assert done.returncode == 1
    assert done.stdout.splitlines()[3].startswith("degraded")


def test_two_providers_side_by_side(run: Run, rec: Path, home: dict[str, str]) -> None:
    command = ("shadow", "alpha", "beta", "--recording", rec, "--seed", "1")
    named = ("--model", "gpt-4.1=openai/gpt-4.1")
    done = run(*command, *named, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert (document["kind"], document["seed"]) == ("shadow", 1)
    (comparison,) = document["comparisons"]
    assert (comparison["a"], comparison["b"], comparison["rounds"]) == (A, B, 60)
    assert comparison["pairing"] == {
        "a": 60, "b": 60, "pairs": 60, "within_s": 5.0, "apart_s": 2.0,
    }  # fmt: skip
    assert comparison["verdict"].startswith("alpha is faster at P50 by ")
    assert "cost" not in comparison["verdict"]
    assert not saved(home)
    table = run(*command, *named)
    assert "60 pairs of 60 and 60 recorded probes, 2.0 s apart as a rule" in table.stdout
    assert "The probes were recorded, not sent in pairs" in table.stdout
    assert "requests completed by both" not in table.stdout
    again = run(*command, *named)
    assert again.stdout == table.stdout
    for form in ("toml", "markdown"):
        assert run(*command, *named, "--format", form).returncode == 0


def test_the_healthiest_when_the_recording_ended(run: Run, tmp_path: Path) -> None:
    reports = [*probes(A, 200.0), *probes(B, 400.0, offset_s=2.0)]
    # For the last minute, the faster one fails.
    reports = [r for r in reports if r.sample.target != A or r.sample.ended_at < 1_790_000_240]
    reports += [bad(240.0 + 5 * i, A) for i in range(12)]
    reports.sort(key=lambda report: report.sample.ended_at)
    path = record(tmp_path / "rec", *reports, watched=settings(A, B))
    whole = run("pick", "gpt-4.1", "--recording", path)
    assert (whole.returncode, whole.stderr) == (0, "")
    assert whole.stdout.splitlines()[1].split()[:2] == [B, "60/60"]
    narrow = run("pick", "gpt-4.1", "--recording", path, "--window", "50s", "--format", "json")
    document = json.loads(narrow.stdout)
    assert document["target"] == B
    assert [c["healthy"] for c in document["candidates"]] == [True, False]
    assert "base_url" not in document["candidates"][0]
    env = run("pick", "gpt-4.1", "--recording", path, "--format", "env").stdout.splitlines()
    assert f"RELAYTOP_TARGET={B}" in env
    assert "RELAYTOP_BASE_URL=''" in env
    assert "RELAYTOP_API=''" in env


def test_nobody_was_healthy(run: Run, rec: Path) -> None:
    done = run("pick", "other", "--recording", rec, "--window", "10s")
    assert done.returncode == 1
    assert "no healthy provider for other" in done.stderr


# ── in place of a snapshot ───────────────────────────────────────────────────


def test_show(run: Run, rec: Path) -> None:
    table = run("show", rec)
    assert table.returncode == 0
    assert table.stdout.startswith("live snapshot of ")
    assert ", window 4m" in table.stdout
    document = json.loads(run("show", rec, "--format", "json").stdout)
    assert (document["kind"], document["schema"], document["window_s"]) == ("live", 1, 297.0)
    assert [t["requests"] for t in document["targets"]] == [60, 60, 35]
    toml = run("show", rec, "--format", "toml")
    assert tomllib.loads(toml.stdout)["window_s"] == 297.0
    assert f"| up | {A} |" in run("show", rec, "--format", "markdown").stdout


def test_diff_of_recordings_and_snapshots(run: Run, rec: Path, tmp_path: Path) -> None:
    slower = record(tmp_path / "slower", *probes(A, 300.0), watched=settings(A))
    snapshot = tmp_path / "before.json"
    run("show", rec, "--format", "json", "--output", snapshot)
    for before in (rec, snapshot):
        done = run("diff", before, slower, "--fail-on", "regression")
        assert done.returncode == 1
        assert "worse" in done.stdout
        assert A in done.stdout
    same = run("diff", rec, snapshot, "--fail-on", "regression")
    assert (same.returncode, same.stdout[:19]) == (0, "no difference shown")


def test_a_baseline_against_a_recording(run: Run, rec: Path, tmp_path: Path) -> None:
    slower = record(tmp_path / "slower", *probes(A, 300.0), watched=settings(A))
    command = ("baseline", "--recording", slower, "--against", rec)
    done = run(*command)
    assert done.returncode == 0
    assert "since live snapshot of " in done.stdout
    assert "worse" in done.stdout
    assert run(*command, "--fail-on", "regression").returncode == 1


def test_the_live_screen_against_a_recording(start: Start, rec: Path, tmp_path: Path) -> None:
    config = tmp_path / "relaytop.toml"
    config.write_text(
        '[providers.alpha]\nbase_url = "http://127.0.0.1:9/v1"\nmodels = ["gpt-4.1"]\n'
    )
    gate = ("--against", str(rec), "--fail-on", "regression")
    terminal = start("--config", str(config), "--interval", "200ms", *gate)
    terminal.wait_for(lambda text: " down " in text.splitlines()[2])  # nobody listens there
    terminal.press("q")
    assert terminal.wait() == 1


# ── mistakes ─────────────────────────────────────────────────────────────────


SHADOW = ("shadow", "alpha", "beta")
PICK = ("pick", "gpt-4.1")


@pytest.mark.parametrize(
    ("arguments", "flag"),
    [
        (("baseline", "-n", "5"), "-n"),
        (("baseline", "--rate", "5"), "--rate"),
        (("baseline", "--concurrency", "2"), "--concurrency"),
        (("baseline", "--interval", "5s"), "--interval"),
        (("--interval", "5s", "baseline"), "--interval"),
        (("baseline", "--window", "5m"), "--window"),
        (("baseline", "--budget", "0"), "--budget"),
        (("baseline", "--config", "x.toml"), "--config"),
        (("baseline", "--base-url", "http://x/v1"), "--base-url"),
        ((*SHADOW, "-n", "5"), "-n"),
        ((*SHADOW, "--prompts", "x"), "--prompts"),
        ((*SHADOW, "--max-tokens", "5"), "--max-tokens"),
        ((*SHADOW, "--save-replies", "x"), "--save-replies"),
        ((*PICK, "-n", "5"), "-n"),
        ((*PICK, "--watch"), "--watch"),
        ((*PICK, "--every", "5s"), "--every"),
        ((*PICK, "--model", "m"), "--model"),
        ((*PICK, "--api-key-env", "KEY"), "--api-key-env"),
    ],
    ids=" ".join,
)
def test_a_flag_that_only_probing_obeys(
    run: Run, rec: Path, arguments: tuple[str, ...], flag: str
) -> None:
    done = run(*arguments, "--recording", rec)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"relaytop: {flag} cannot be used with --recording")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("baseline", "alpha/gpt-4.2"), "did you mean 'alpha/gpt-4.1'?"),
        (("baseline", "alpha/x"), "no target 'alpha/x'"),
        (("shadow", "alpha", "betta"), "did you mean 'beta'?"),
        (("shadow", "alpha", "alpha"), "is named twice"),
        (SHADOW, "have no model in common"),
        ((*SHADOW, "--model", "gpt-4.1=openai/gpt-4.2"), "did you mean 'openai/gpt-4.1'?"),
        (("pick", "gpt-4.2"), "did you mean 'gpt-4.1'?"),
    ],
    ids=str,
)
def test_what_was_not_recorded(run: Run, rec: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments, "--recording", rec)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [("baseline",), SHADOW, PICK], ids=" ".join)
@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "no such file"), (b"", "is empty"), (b"schema = 1\n", "is not a relaytop recording")],
    ids=str,
)
def test_a_file_that_is_no_recording(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], content: bytes | None, said: str
) -> None:
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    done = run(*arguments, "--recording", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.parametrize(
    "content",
    [b'{"":"Recording","schema":9,"relaytop":"2"}\n', b'{"":"Recording","schema":1}\n'],
    ids=["newer", "damaged"],
)
def test_a_bad_recording_in_place_of_a_snapshot(run: Run, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    for arguments in (("show", path), ("diff", path, path), ("baseline", "--against", path)):
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert str(path) in done.stderr


def test_broken_lines_are_told_beside_the_report(run: Run, rec: Path) -> None:
    rec.write_bytes(rec.read_bytes() + b"?\n" + b'{"":"Finished","sam')  # and the last is torn
    commands: list[tuple[Any, ...]] = [
        ("show", rec),
        ("baseline", A, "--recording", rec),
        ("pick", "gpt-4.1", "--recording", rec),
    ]
    for arguments in commands:
        done = run(*arguments)
        assert done.returncode == 0
        assert done.stderr == f"relaytop: {rec}: 1 broken line skipped\n"


def test_an_output_that_cannot_be_written_goes_to_stdout(
    run: Run, rec: Path, tmp_path: Path
) -> None:
    done = run("baseline", A, "--recording", rec, "--output", tmp_path)
    assert done.returncode == 2
    assert f"{A}, latency" in done.stdout


def test_a_long_demo_is_read_whole(run: Run, tmp_path: Path) -> None:
    path = record(tmp_path / "rec", *minutes(90, (A, B)), good(5400, A), watched=settings(A, B))
    document = json.loads(run("show", path, "--format", "json").stdout)
    assert [t["requests"] for t in document["targets"]] == [1081, 1080]


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is(rec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Tty()
    monkeypatch.setattr("relaytop.jobs.stderr.DELAY_S", 0.0)
    monkeypatch.setattr("relaytop.jobs.stderr.REFRESH_S", 0.001)
    monkeypatch.setattr("sys.stderr", shown)
    with open_recording(rec) as recording:
        reports = recording.reports()
        for _ in range(60):
            next(reports)
        wait_for(lambda: re.search(r"reading rec: \d+%", shown.getvalue()) is not None)
        list(reports)
        wait_for(lambda: "comparing" in shown.getvalue())
    assert shown.getvalue().endswith("\r\x1b[K")


def wait_for(seen: Callable[[], bool]) -> None:
    for _ in range(2000):
        if seen():
            return
        threading.Event().wait(0.005)
    raise AssertionError


def test_nobody_else_does(rec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_recording(rec) as recording:
        list(recording.reports())
    assert capsys.readouterr().err == ""
