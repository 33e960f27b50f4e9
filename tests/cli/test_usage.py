import json
import os
import pty
import sqlite3
import subprocess
import termios
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from relaytop.ledger import tables
from relaytop.ledger.tables import QUARTER_S, Row
from tests.support.launch import RELAYTOP, Run

TARGETS = ("a/gpt-4.1", "a/claude-sonnet-4.5", "relay/anthropic/claude-sonnet-4.5-20250929")
FREE = "local/llama"
FIRST = datetime(2026, 9, 1, tzinfo=UTC)


def quarter(day: int, hour: int = 12) -> int:
    return int((FIRST + timedelta(days=day, hours=hour)).timestamp()) // QUARTER_S


def write(data: Path, *rows: Row) -> Path:
    path = data / "relaytop" / "ledger.sqlite"
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        tables.create(connection)
        tables.add_usage(connection, rows)
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Sixty days of three priced targets and one without a price."""
    rows = [
        Row(target, quarter(day), 17_280, 20 * place, 155_520, 240_000, 1.5 + place, 0)
        for day in range(60)
        for place, target in enumerate(TARGETS)
    ]
    rows += [Row(FREE, quarter(day), 100, 0, 900, 1600, 0.0, 100) for day in range(60)]
    write(tmp_path, *rows)
    return tmp_path


def environment(data: Path) -> dict[str, str]:
    return {**os.environ, "XDG_DATA_HOME": str(data), "HOME": str(data), "TZ": "UTC"}


Usage = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def usage(run: Run) -> Usage:
    def of(
        data: Path, *arguments: str, zone: str = "UTC", before: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        environ = {"XDG_DATA_HOME": str(data), "TZ": zone}
        return run(*before, "usage", *arguments, environ=environ)

    return of


def on_a_terminal(data: Path, columns: int, *arguments: str) -> list[str]:
    ours, theirs = pty.openpty()
    try:
        termios.tcsetwinsize(theirs, (24, columns))
        command = [*RELAYTOP, "usage", *arguments]
        environ = environment(data)
        environ.pop("COLUMNS", None)
        with subprocess.Popen(command, env=environ, stdout=theirs):
            os.close(theirs)
            theirs = -1
            found = b""
            with suppress(OSError):  # Linux ends a terminal nobody writes to with an error
                while part := os.read(ours, 65_536):
                    found += part
    finally:
        os.close(ours)
        if theirs >= 0:
            os.close(theirs)
    return found.decode().splitlines()


def test_a_table_of_periods_targets_and_the_total(usage: Usage, data: Path) -> None:
    done = usage(data, "--by", "month")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["month", "requests", "err", "in", "out", "$", "cost"]
    assert [line.split()[0] for line in lines[1:]] == [
        name
        for period in ("2026-09", "2026-10", "total")
        for name in (period, *sorted((*TARGETS, FREE)))
    ]
    assert lines[1].split()[:6] == ["2026-09", "1,558,200", "1,800", "14.0M", "21.6M", "≥225.00"]
    free = next(line.split() for line in lines if FREE in line)
    assert free == [FREE, "3,000", "0", "27k", "48k"]
    assert len({line.index("█") for line in lines if "█" in line}) == 1
    assert max(map(len, lines)) <= 100


def test_a_bar_is_as_long_as_its_share(usage: Usage, data: Path) -> None:
    lines = usage(data, "--by", "month", "--ascii").stdout.splitlines()
    lengths = [line.count("#") for line in lines[1:6]]
    assert lengths[0] == max(line.count("#") for line in lines)
    assert lengths[3] == 0
    for length, share in zip(lengths[1:3], (2.5 / 7.5, 1.5 / 7.5), strict=True):
        assert length == round(lengths[0] * share)
    assert all(line.isascii() for line in lines)
    assert ">=225.00" in lines[1]
    assert usage(data, "--by", "month", before=("--ascii",)).stdout.splitlines() == lines


@pytest.mark.parametrize("columns", [60, 80, 100, 120, 200])
def test_the_table_fits_the_terminal(data: Path, columns: int) -> None:
    lines = on_a_terminal(data, columns, "--by", "week")
    assert max(map(len, lines)) <= columns
    assert len(lines) == 1 + 5 * 10
    narrow = columns < 80
    assert lines[0].split()[-1] == ("$" if narrow else "cost")
    bars = {line.index("█") for line in lines if "█" in line}
    assert len(bars) == (0 if narrow else 1)
    cut = [line for line in lines if "…" in line]
    assert bool(cut) == (columns < 100)


def test_without_prices_the_bars_are_of_tokens_and_without_those_of_requests(
    usage: Usage,
    tmp_path: Path,
) -> None:
    write(tmp_path, Row("p/m", quarter(0), 4, 0, 9, 9, 0.0, 4), Row("q/m", 1, 4, 4, 0, 0, 0.0, 0))
    lines = usage(tmp_path).stdout.splitlines()
    assert lines[0].split()[-1] == "tokens"
    failed = next(line for line in lines if "q/m" in line)
    assert failed.split() == ["q/m", "4", "4", "0.0000"]
    assert usage(tmp_path, "--target", "q/m").stdout.splitlines()[0].split()[-1] == "requests"


def test_json_has_every_figure_that_is_known(usage: Usage, data: Path) -> None:
    tree = json.loads(usage(data, "--by", "week", "--format", "json").stdout)
    assert tree["by"] == "week"
    assert "since" not in tree
    assert [each["begin"] for each in tree["periods"]][:2] == [
        "2026-08-31T00:00:00+00:00",
        "2026-09-07T00:00:00+00:00",
    ]
    first = {each["target"]: each for each in tree["periods"][0]["targets"]}
    assert first["a/gpt-4.1"] == {
        "target": "a/gpt-4.1",
        "requests": 6 * 17_280,
        "errors": 0,
        "tokens": {"input": 6 * 155_520, "output": 6 * 240_000},
        "cost_usd": 9.0,
        "unpriced": 0,
    }
    assert "cost_usd" not in first[FREE]
    assert first[FREE]["unpriced"] == 600
    assert tree["total"]["cost_usd"] == 60 * 7.5
    for figure in ("requests", "errors", "unpriced"):
        of_periods = sum(each["total"][figure] for each in tree["periods"])
        of_targets = sum(each[figure] for each in tree["targets"])
        assert of_periods == of_targets == tree["total"][figure]


def test_markdown_is_a_table_with_a_bar_in_each_row(usage: Usage, data: Path) -> None:
    lines = usage(data, "--by", "month", "--format", "markdown").stdout.splitlines()
    assert lines[0].startswith("| target | month | requests | err | in | out | $ | cost |")
    assert {line.count("|") for line in lines} == {9}
    assert len(lines) == 2 + 15
    assert lines[2].startswith("| all | 2026-09 | 1,558,200 | 1,800 | 14,023,800 |")
    assert lines[2].endswith("| ████████████████████ |")


def test_days_are_local_unless_utc_is_asked_for(usage: Usage, tmp_path: Path) -> None:
    write(tmp_path, Row("p/m", quarter(0, 18), 1, 0, 9, 9, 0.1, 0), Row("p/m", 1, 1, 0, 9, 9, 0, 0))
    local = usage(tmp_path, "--format", "json", zone="Asia/Kathmandu")
    assert json.loads(local.stdout)["periods"][1]["begin"] == "2026-09-01T00:00:00+05:45"
    arguments = ("--format", "json", "--utc", "--since", "2026-09-01")
    tree = json.loads(usage(tmp_path, *arguments, zone="Asia/Kathmandu").stdout)
    assert tree["since"] == "2026-09-01T00:00:00+00:00"
    assert [each["begin"] for each in tree["periods"]] == ["2026-09-01T00:00:00+00:00"]


def test_only_the_targets_asked_for_are_counted(usage: Usage, data: Path) -> None:
    arguments = ("--format", "json", "--target", FREE, "--target", "a/gpt-4.1")
    tree = json.loads(usage(data, *arguments).stdout)
    assert [each["target"] for each in tree["targets"]] == ["a/gpt-4.1", FREE]
    assert tree["total"]["requests"] == 60 * 17_380


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--target", "a/gpt4.1"), "did you mean 'a/gpt-4.1'?"),
        (
            ("--since", "yesterday"),
            "--since: 'yesterday' is neither a date nor a time span; write it as",
        ),
        (("--by", "year"), "'year' is not one of 'day', 'week', 'month'"),
    ],
)
def test_a_mistake_is_one_sentence(
    usage: Usage, data: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = usage(data, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("form", ["table", "json", "markdown"])
def test_where_nothing_is_booked_it_says_so_and_where_it_looked(
    usage: Usage, tmp_path: Path, form: str
) -> None:
    done = usage(tmp_path, "--format", form, "--target", "p/m")
    assert done.returncode == 0
    path = tmp_path / "relaytop" / "ledger.sqlite"
    assert done.stderr == f"the ledger is empty: {path}\n"
    assert form != "json" or json.loads(done.stdout)["periods"] == []
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_was_booked_since_it_says_so(usage: Usage, data: Path) -> None:
    done = usage(data, "--since", "2090-01-01")
    assert (done.returncode, done.stderr) == (0, "the ledger has no entries since 2090-01-01\n")


def test_a_ledger_that_is_no_database_is_one_sentence(usage: Usage, tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text("no database at all, but a text of some length" * 50)
    done = usage(tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert f"{path} is not a ledger" in done.stderr


def test_the_result_goes_to_a_new_file_and_never_over_another(
    usage: Usage, data: Path, tmp_path: Path
) -> None:
    wanted = usage(data, "--by", "month").stdout
    output = tmp_path / "out"
    done = usage(data, "--by", "month", "--output", str(output))
    assert (done.returncode, done.stdout) == (0, "")
    assert output.read_text() == wanted
    output.write_text("mine")
    for path in (output, tmp_path / "none" / "out"):
        done = usage(data, "--by", "month", "--output", str(path))
        assert (done.returncode, done.stdout) == (2, wanted)
        assert done.stderr.endswith("; result printed on stdout\n")
    assert output.read_text() == "mine"


def test_a_target_named_to_harm_the_terminal_is_made_safe(usage: Usage, tmp_path: Path) -> None:
    write(tmp_path, Row("p/\x1b[31mm|漢字", quarter(0), 1, 0, 9, 9, 0.1, 0))
    assert "\x1b" not in usage(tmp_path).stdout
    assert "p/m\\|漢字" in usage(tmp_path, "--format", "markdown").stdout


def test_an_encoding_without_blocks_gets_question_marks(data: Path) -> None:
    command = [*RELAYTOP, "usage", "--by", "month"]
    environ = {**environment(data), "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, env=environ, capture_output=True, timeout=60, check=True)
    assert b"?225.00" in done.stdout
    assert done.stderr == b""
