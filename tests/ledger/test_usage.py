import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, tzinfo
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from relaytop.config.errors import RelaytopError
from relaytop.ledger import tables
from relaytop.ledger.ledger import AllowanceRequest, Entry, Ledger
from relaytop.ledger.tables import QUARTER_S, Row
from relaytop.ledger.usage import (
    group,
    known_targets,
    parse_since,
    read_usage,
    start_of_day,
    sum_periods,
    total,
)

NEW_YORK = ZoneInfo("America/New_York")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC).timestamp()
WRITER = """
import sys, time
from pathlib import Path
from relaytop.ledger import ledger
ledger.COMMIT_S = 0.001
book = ledger.Ledger(Path(sys.argv[1]))
for number in range(10_000_000):
    book.record(ledger.Entry(f"p/{number % 50}", time.time(), False, 10, 5, 0.25))
    if number % 50 == 0:
        time.sleep(0.001)
"""


def quarter(text: str, zone: tzinfo) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) // QUARTER_S


def row(at: int, target: str = "p/m", cost: float = 0.5, unpriced: int = 0) -> Row:
    return Row(target, at, 4, 1, 40, 20, cost, unpriced)


def write(path: Path, *rows: Row) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        tables.create(connection)
        tables.add_usage(connection, rows)


def files(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if "-shm" not in each.name}


# ── grouping ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (UTC, date(2026, 3, 8), 24),
        (NEW_YORK, date(2026, 3, 8), 23),
        (NEW_YORK, date(2026, 11, 1), 25),
        (KATHMANDU, date(2026, 11, 23), 24),
        (LORD_HOWE, date(2026, 10, 4), 23.5),
        (LORD_HOWE, date(2026, 4, 5), 24.5),
    ],
)
def test_a_local_day_has_its_own_quarters_and_no_others(
    zone: tzinfo, day: date, hours: float
) -> None:
    middle = quarter(f"{day} 12:00", zone)
    rows = [row(each) for each in range(middle - 200, middle + 200)]
    periods = group(reversed(rows), "day", zone)
    assert total(periods[day]).requests == hours * 4 * 4
    assert sum(total(each).requests for each in periods.values()) == 400 * 4
    assert list(periods) == sorted(periods)
    first = start_of_day(day, zone).timestamp() / QUARTER_S
    assert first == quarter(f"{day} 00:00", zone)


@pytest.mark.parametrize("zone", [UTC, NEW_YORK, KATHMANDU, LORD_HOWE])
def test_a_day_changes_at_local_midnight(zone: tzinfo) -> None:
    midnight = quarter("2026-11-24 00:00", zone)
    periods = group([row(midnight - 1), row(midnight)], "day", zone)
    assert list(periods) == [date(2026, 11, 23), date(2026, 11, 24)]


def test_weeks_start_on_monday_and_months_on_the_first_also_over_a_new_year() -> None:
    days = ["2026-12-27", "2026-12-28", "2026-12-31", "2027-01-01", "2027-01-03", "2027-01-04"]
    rows = [row(quarter(f"{day} 23:45", NEW_YORK)) for day in days]
    weeks = group(rows, "week", NEW_YORK)
    assert {str(day): total(each).requests for day, each in weeks.items()} == {
        "2026-12-21": 4,
        "2026-12-28": 16,
        "2027-01-04": 4,
    }
    months = group(rows, "month", NEW_YORK)
    assert {str(day): total(each).requests for day, each in months.items()} == {
        "2026-12-01": 12,
        "2027-01-01": 12,
    }


def test_no_zone_is_the_zone_of_the_system(zone: Callable[[str], None]) -> None:
    zone("Asia/Kathmandu")
    rows = [row(quarter("2026-11-23 23:45", KATHMANDU)), row(quarter("2026-11-24", KATHMANDU))]
    assert group(rows, "day", None) == group(rows, "day", KATHMANDU)
    assert start_of_day(date(2026, 11, 24), None).isoformat() == "2026-11-24T00:00:00+05:45"
    assert parse_since("2026-11-24", NOW, None) == rows[1].quarter * QUARTER_S


def test_a_midnight_that_does_not_exist_is_the_first_moment_of_the_day() -> None:
    begin = start_of_day(date(2026, 3, 8), ZoneInfo("America/Havana"))
    assert begin.isoformat() == "2026-03-08T01:00:00-04:00"


def test_targets_are_in_order_and_added_up() -> None:
    rows = [row(96, "b/m"), row(97, "a/m", 0.25), row(200, "b/m", 0.0, 3)]
    periods = group(rows, "day", UTC)
    assert list(periods[date(1970, 1, 2)]) == ["a/m", "b/m"]
    overall = sum_periods(periods.values())
    assert list(overall) == ["a/m", "b/m"]
    both = overall["b/m"]
    assert (both.requests, both.errors, both.known_tokens) == (8, 2, (80, 40))
    assert (both.known_usd, both.unpriced) == (0.5, 3)
    assert total(overall).known_usd == 0.75
    assert periods[date(1970, 1, 3)]["b/m"].known_usd is None
    assert both is not periods[date(1970, 1, 2)]["b/m"]


def test_tokens_that_no_reply_told_are_unknown_and_a_free_model_costs_nothing() -> None:
    used = total(group([Row("p/m", 96, 4, 0, 0, 0, 0.0, 0)], "day", UTC)[date(1970, 1, 2)])
    assert used.known_tokens is None
    assert used.known_usd == 0.0


# ── since ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "ago_s"), [("7d", 604_800), ("12h", 43_200), ("90m", 5400), ("99999d", NOW)]
)
def test_a_span_goes_back_from_now(text: str, ago_s: float) -> None:
    assert parse_since(text, NOW, UTC) == NOW - ago_s


def test_a_date_is_its_first_moment() -> None:
    midnight = quarter("2026-03-08", NEW_YORK) * QUARTER_S
    assert parse_since("2026-03-08", NOW, NEW_YORK) == midnight


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1w",
        "0d",
        "-7d",
        "7",
        "d",
        "7 d",
        "\u0667d",
        "2026-02-30",
        "20261123",
        "0000-01-01",
        "9" * 99,
    ],
)
def test_another_since_is_refused_with_what_would_be_right(text: str) -> None:
    with pytest.raises(ValueError, match="write it as 2026-11-23, 7d, 12h or 90m"):
        parse_since(text, NOW, UTC)


# ── reading ──────────────────────────────────────────────────────────────────


def test_what_was_booked_is_read_by_target_and_since(tmp_path: Path) -> None:
    path = tmp_path / "a ledger?#%.sqlite"
    write(path, row(100), row(101), row(101, "p/n"), row(102, "q/m"))
    assert known_targets(path) == ["p/m", "p/n", "q/m"]
    assert len(list(read_usage(path, (), 0))) == 4
    since_s = 101 * QUARTER_S + 899
    assert {each.quarter for each in read_usage(path, (), since_s)} == {101, 102}
    assert list(read_usage(path, ("p/m", "p/n"), since_s)) == [row(101), row(101, "p/n")]
    assert list(read_usage(path, ("p/' OR 1",), 0)) == []


def test_reading_leaves_the_folder_as_it_is(tmp_path: Path) -> None:
    write(tmp_path / "l", row(100))
    before = files(tmp_path)
    assert list(read_usage(tmp_path / "l", (), 0)) == [row(100)]
    assert [each.name for each in tmp_path.iterdir()] == ["l"]
    assert files(tmp_path) == before


@pytest.mark.parametrize("content", [None, b""])
def test_where_nothing_was_booked_there_is_nothing(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "none" / "l"
    if content is not None:
        path.parent.mkdir()
        path.write_bytes(content)
    assert known_targets(path) == []
    assert list(read_usage(path, (), 0)) == []
    assert path.exists() == (content is not None)


def test_a_ledger_that_is_none_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "l"
    path.write_bytes(b"no database at all, but a text of some length" * 50)
    with pytest.raises(
        RelaytopError, match="is not a ledger: file is not a database; move it away"
    ):
        known_targets(path)
    with pytest.raises(RelaytopError, match="cannot be read"):
        known_targets(tmp_path)
    long = tmp_path / ("x" * 300)
    with pytest.raises(RelaytopError, match="cannot be read: File name too long"):
        known_targets(long)


def test_reading_holds_up_nobody_and_is_held_up_by_nobody(tmp_path: Path) -> None:
    path = tmp_path / "l"
    write(path, *(row(each) for each in range(2000)))
    ledger = Ledger(path)
    assert ledger.request_allowance(AllowanceRequest(1.0, 0.0, 0.0)).wait(10)
    reading = read_usage(path, (), 0)
    next(reading)
    ledger.record(Entry("p/new", NOW, failed=False, input_tokens=1, output_tokens=1, cost_usd=1.0))
    ledger.close(10)
    assert ledger.drain_warnings() == []
    assert len(list(reading)) == 1999
    assert "p/new" in known_targets(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert len(list(read_usage(path, ("p/m",), 0))) == 2000


def test_the_ledger_survives_a_kill_in_the_middle_of_a_write(tmp_path: Path) -> None:
    path = tmp_path / "l"
    written = [0]
    for _round in range(3):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)]) as writer:
            deadline = time.monotonic() + 30
            while requests_in(path) <= written[-1] and time.monotonic() < deadline:
                os.sched_yield()
            writer.send_signal(signal.SIGKILL)
        left = files(tmp_path)
        assert left["l-wal"]
        written.append(requests_in(path))
        assert files(tmp_path) == left
    assert all(earlier < later for earlier, later in pairwise(written))
    again = Ledger(path)
    again.record(Entry("p/0", NOW, failed=False, input_tokens=10, output_tokens=5, cost_usd=0.25))
    again.close(10)
    assert requests_in(path) == written[-1] + 1


def test_a_log_left_behind_without_its_index_is_read(tmp_path: Path) -> None:
    path, copy = tmp_path / "l", tmp_path / "copy"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        tables.create(writer)
        tables.add_usage(writer, [row(100)])
        shutil.copy(path, copy)
        shutil.copy(f"{path}-wal", f"{copy}-wal")
    assert list(read_usage(copy, (), 0)) == [row(100)]


def requests_in(path: Path) -> int:
    """Count the requests, and hold every row against itself: none is half written."""
    used = total(sum_periods(group(read_usage(path, (), 0), "day", UTC).values()))
    assert used.known_tokens in {None, (used.requests * 10, used.requests * 5)}
    assert used.cost_usd == used.requests * 0.25
    return used.requests
