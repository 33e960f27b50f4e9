import gc
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from relaytop.ledger import database
from relaytop.ledger.ledger import Allowance, AllowanceRequest, Entry, Ledger
from relaytop.ledger.tables import DAY_S


def entry(cost: float | None = 0.25, *, failed: bool = False, at: float | None = None) -> Entry:
    return Entry("p/m", time.time() if at is None else at, failed, 10, 5, cost)


def eventually(found: Callable[[], object], wanted: object) -> None:
    deadline = time.monotonic() + 10
    while found() != wanted and time.monotonic() < deadline:
        time.sleep(0.02)
    assert found() == wanted


def complained(ledger: Ledger) -> list[str]:
    deadline = time.monotonic() + 10
    while not (warnings := ledger.drain_warnings()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return warnings


def rows(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM usage").fetchall()


def test_what_was_used_is_added_up_by_target_and_quarter_hour(tmp_path: Path) -> None:
    path = tmp_path / "data" / "ledger.sqlite"
    ledger = Ledger(path)
    at = 86_400.0 * 20_000
    for each in (
        entry(at=at),
        entry(at=at + 899),
        entry(None, at=at + 900),
        entry(0.0, failed=True, at=at),
        entry(None, failed=True, at=at + 900),
    ):
        ledger.record(each)
    ledger.close()
    quarter = int(at // 900)
    assert rows(path) == [
        ("p/m", quarter, 3, 1, 30, 15, 0.5, 0),
        ("p/m", quarter + 1, 2, 1, 20, 10, 0.0, 2),
    ]
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_processes_see_what_the_other_spends_and_not_their_own_twice(tmp_path: Path) -> None:
    first, second = Ledger(tmp_path / "l"), Ledger(tmp_path / "l")
    first.record(entry(0.25))
    second.record(entry(0.5))

    def spent(ledger: Ledger) -> float | None:
        found = ledger.allowance
        return found.others_usd if found else None

    eventually(lambda: spent(first), 0.5)
    eventually(lambda: spent(second), 0.25)
    first.close()
    second.close()
    third = Ledger(tmp_path / "l")
    eventually(lambda: spent(third), 0.75)
    third.close()


def test_another_day_is_another_account(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l")
    ledger.record(entry(0.25, at=time.time() - DAY_S))
    ledger.close()
    again = Ledger(tmp_path / "l")
    eventually(lambda: (s := again.allowance) and s.others_usd, 0.0)
    again.close()


def test_a_locked_file_is_complained_of_once_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "l"
    Ledger(path).close()
    blocker = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    blocker.execute("BEGIN EXCLUSIVE")
    ledger = Ledger(path)
    ledger.record(entry(0.25))
    said = complained(ledger)
    assert "locked" in said[0]
    blocker.execute("COMMIT")
    blocker.close()
    threading.Event().wait(0.1)
    eventually(lambda: len(rows(path)), 1)
    ledger.close()
    assert len(said) == 1


def test_several_that_make_the_file_at_once_wait_for_one_another(tmp_path: Path) -> None:
    """SQLite itself does not wait for a lock where it changes to write-ahead logging."""
    maker = sqlite3.connect(tmp_path / "l", isolation_level=None, check_same_thread=False)
    maker.execute("BEGIN IMMEDIATE")
    ledger = Ledger(tmp_path / "l")
    answered = ledger.request_allowance(AllowanceRequest(1.0, 0.1, 0.01))
    assert not answered.wait(0.2)
    maker.execute("COMMIT")
    assert answered.wait(10)
    assert allowed(ledger).ceiling_usd == 0.1
    assert not ledger.drain_warnings()
    ledger.close()
    maker.close()


def test_a_broken_file_is_complained_of(tmp_path: Path) -> None:
    content = b"no database at all, but a text of some length" * 50
    path = tmp_path / "l"
    path.write_bytes(content)
    ledger = Ledger(path)
    ledger.record(entry())
    said = complained(ledger)
    assert "not a database" in said[0]
    ledger.close()
    assert path.read_bytes() == content
    gc.collect()  # a connection left open would be an error here


def ask(ledger: Ledger, request: AllowanceRequest) -> None:
    assert ledger.request_allowance(request).wait(10)


def allowed(ledger: Ledger) -> Allowance:
    found = ledger.allowance
    assert found is not None
    return found


def test_a_days_budget_is_divided_and_never_given_twice(tmp_path: Path) -> None:
    first, second = Ledger(tmp_path / "l"), Ledger(tmp_path / "l")
    ask(first, AllowanceRequest(1.00, 0.75, 0.75))
    ask(second, AllowanceRequest(1.00, 0.75, 0.75))
    assert allowed(first).ceiling_usd == 0.75
    assert (allowed(second).ceiling_usd, allowed(second).exhausted) == (0.25, True)
    first.close()
    eventually(lambda: allowed(second).ceiling_usd, 0.75)
    second.close()
    assert claims(tmp_path / "l") == 0.0


def test_nobody_takes_more_than_half_of_what_is_left_unless_it_needs_it(tmp_path: Path) -> None:
    first, second = Ledger(tmp_path / "l"), Ledger(tmp_path / "l")
    ask(first, AllowanceRequest(1.00, 5.0, 0.1))
    ask(second, AllowanceRequest(1.00, 5.0, 0.1))
    found = [allowed(first), allowed(second)]
    assert [each.ceiling_usd for each in found] == [0.5, 0.25]
    assert not any(each.exhausted for each in found)
    first.close()
    second.close()


def test_what_was_given_is_not_taken_back_from_who_may_have_spent_it(tmp_path: Path) -> None:
    """Half of it was given at first; half of what is left by then would be less."""
    first, second = Ledger(tmp_path / "l"), Ledger(tmp_path / "l")
    for ledger, ceiling_usd in ((first, 0.5), (second, 0.25), (first, 0.5), (second, 0.25)):
        ask(ledger, AllowanceRequest(1.00, 0.5, 0.125))
        assert allowed(ledger).ceiling_usd == ceiling_usd
    first.record(entry(0.25))
    ask(first, AllowanceRequest(1.00, 0.125, 0.125))
    assert allowed(first).ceiling_usd == 0.5
    first.close()
    ask(second, AllowanceRequest(1.00, 1.0, 1.0))
    assert allowed(second).ceiling_usd == 0.75  # what was not spent is given back at the end
    second.close()


def test_what_was_spent_lowers_what_may_be(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l")
    ledger.record(entry(0.5))
    ask(ledger, AllowanceRequest(1.00, 0.75, 0.75))
    found = allowed(ledger)
    assert (found.others_usd, found.ceiling_usd) == (0.0, 1.0)
    assert found.complete
    assert found.exhausted
    ledger.close()


def test_an_unpriced_request_stays_set_aside_at_what_it_is_taken_for(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l")
    ledger.record(entry(None)._replace(assumed_usd=0.25))
    ask(ledger, AllowanceRequest(1.00, 0.5, 0.5))
    assert allowed(ledger).ceiling_usd == 0.75
    ledger.close()
    assert claims(tmp_path / "l") == 0.25


def test_what_a_killed_process_had_set_aside_is_not_given_again(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib\n"
        "from relaytop.ledger.ledger import Ledger, AllowanceRequest\n"
        "ledger = Ledger(pathlib.Path(sys.argv[1]))\n"
        "ledger.request_allowance(AllowanceRequest(1.0, 0.25, 0.25)).wait(10)\n"
        "print(flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "l")], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
    ledger = Ledger(tmp_path / "l")
    ask(ledger, AllowanceRequest(1.00, 5.0, 5.0))
    assert allowed(ledger).ceiling_usd == 0.75
    ledger.close()


def claims(path: Path) -> float:
    with closing(sqlite3.connect(path)) as connection:
        total: float = connection.execute(
            "SELECT total(ahead_usd + assumed_usd) FROM claims"
        ).fetchone()[0]
    return total


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_is_deleted_or_replaced_gives_nothing_back(
    tmp_path: Path, *, replaced: bool
) -> None:
    path = tmp_path / "l"
    other = Ledger(path)
    other.record(entry(0.25))
    other.close()
    ledger = Ledger(path)
    ledger.record(entry(0.5))
    ask(ledger, AllowanceRequest(1.00, 0.75, 0.75))
    eventually(lambda: allowed(ledger).ceiling_usd, 0.75)
    for part in tmp_path.glob("l*"):
        part.unlink()
    if replaced:
        another = Ledger(path)
        ask(another, AllowanceRequest(0.0, 0.0, 0.0))
        another.close()
    (warning,) = complained(ledger)
    assert "deleted or replaced" in warning
    ask(ledger, AllowanceRequest(1.00, 0.75, 0.75))
    found = allowed(ledger)
    assert (found.others_usd, found.ceiling_usd, found.exhausted) == (0.25, 0.75, True)
    ledger.record(entry(0.125))
    ask(ledger, AllowanceRequest(1.00, 0.75, 0.75))
    assert allowed(ledger).ceiling_usd == 0.75
    ledger.close()
    assert sum(row[6] for row in rows(path) if isinstance(row[6], float)) == 0.125
    assert not ledger.drain_warnings()


def test_what_requests_cost_lately_is_known_to_every_process(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l")
    ledger.record(entry(0.25))
    ledger.record(entry(0.75))
    ledger.record(entry(9.0, at=time.time() - 7200)._replace(target="p/old"))
    ledger.close()
    again = Ledger(tmp_path / "l")
    ask(again, AllowanceRequest(5.0, 0.1, 0.1))
    assert dict(allowed(again).recent_usd) == {"p/m": 0.5}
    again.close()


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite rolls back by itself then: that there is nothing to roll back is not the cause."""
    opened = database.open_for_writing

    def nearly_full(path: Path) -> sqlite3.Connection:
        connection = opened(path)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    monkeypatch.setattr(database, "open_for_writing", nearly_full)
    ledger = Ledger(tmp_path / "l")
    for number in range(3000):
        ledger.record(entry()._replace(target=f"p/{'m' * 200}{number}"))
    (warning,) = complained(ledger)
    assert "full" in warning
    assert "rollback" not in warning
    ledger.close()
