"""Writing a recording: everything is kept, nothing waits, and what stops it is told once."""

import errno
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from relaytop.config.errors import RelaytopError
from relaytop.config.settings import Provider, Secret, Settings, Target
from relaytop.probe.sample import Sample
from relaytop.protocol.messages import (
    Budget,
    Finished,
    Hold,
    Models,
    Notice,
    Prices,
    Ready,
    Report,
)
from relaytop.store.recorder import Recorder
from relaytop.store.recording import LINE_BYTES, Recording
from tests.support.recordings import good, lines_of, pulse, record, write
from tests.support.samples import T0, settings

REPORTS: list[Report] = [
    Ready(7),
    Budget(0.25, 1.0, "ok"),
    good(1),
    Hold("relay/m", T0 + 9, "rate_limited", asked=True),
    Notice("warning", "the ledger is locked"),
    pulse(2),
]


def read(path: Path) -> list[Report]:
    with Recording(path) as recording:
        return list(recording.reports())


def test_every_report_comes_back_as_it_was(tmp_path: Path) -> None:
    path = record(tmp_path / "rec", *REPORTS)
    assert read(path) == REPORTS
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_a_provider_offers_is_not_recorded(tmp_path: Path) -> None:
    path = record(tmp_path / "rec", good(1), Models("relay", ("m",)), Prices("relay", {}), pulse(2))
    assert read(path) == [good(1), pulse(2)]


def test_no_key_no_address_no_prompt_and_no_reply(tmp_path: Path) -> None:
    provider = Provider(
        name="relay",
        base_url="https://relay.example/v1",
        key=Secret("sk-secret-0123456789"),
        headers={"x-org": "org-hidden"},
        proxy="http://proxy.example:8080",
    )
    target = Target(provider="relay", model="m", prompt="my own prompt")
    said = Finished(
        Sample(
            target="relay/m", due_at=T0, sent_at=T0, ended_at=T0, latency_ms=1.0, text="its reply"
        )
    )
    path = tmp_path / "rec"
    record(path, said, watched=Settings(providers=(provider,), targets=(target,)))
    written = path.read_bytes()
    for word in (b"sk-secret", b"relay.example", b"org-hidden", b"proxy", b"prompt", b"its reply"):
        assert word not in written
    (found,) = read(path)
    assert isinstance(found, Finished)
    assert found.sample.text is None


def test_a_recording_is_continued_also_after_a_torn_line(tmp_path: Path) -> None:
    path = record(tmp_path / "rec", good(1))
    with path.open("ab") as file:
        file.write(b'{"":"Finished","sample":{"targ')
    record(path, good(2), watched=settings("relay/other"))
    assert read(path) == [good(1), good(2)]
    with Recording(path) as recording:
        assert [t.id for t in recording.settings.targets] == ["relay/m", "relay/other"]
        assert [*recording.samples()] == [good(1).sample, good(2).sample]
        assert recording.broken == 1


def test_a_file_of_others_is_made_private_when_it_is_continued(tmp_path: Path) -> None:
    path = record(tmp_path / "rec", good(1))
    path.chmod(0o644)
    record(path, good(2))
    assert path.stat().st_mode & 0o777 == 0o600


def test_parts_are_rotated_by_size_and_the_oldest_go(tmp_path: Path) -> None:
    path = tmp_path / "rec"
    recorder = Recorder(path, part_bytes=2000, keep=2)
    recorder.write_header(settings())
    reports = [good(float(i)) for i in range(60)]
    recorder.consume(reports)
    recorder.close()
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["rec", "rec.1", "rec.2"]
    assert all(file.stat().st_size <= 2000 for file in tmp_path.iterdir())
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in tmp_path.iterdir())
    found = read(path)
    assert found == reports[-len(found) :]
    assert 0 < len(found) < 60
    for part in tmp_path.iterdir():  # each can be read by itself
        with Recording(part) as recording:
            assert [t.id for t in recording.settings.targets] == ["relay/m"]


def test_without_older_parts_the_newest_lines_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "rec"
    recorder = Recorder(path, part_bytes=1500, keep=0)
    recorder.write_header(settings())
    recorder.consume([good(float(i)) for i in range(40)])
    recorder.close()
    assert [file.name for file in tmp_path.iterdir()] == ["rec"]
    assert read(path)[-1] == good(39)


def test_a_part_that_cannot_hold_a_line_holds_one_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "rec"
    recorder = Recorder(path, part_bytes=1, keep=3)
    recorder.write_header(settings())
    recorder.consume([good(1), good(2), good(3)])
    recorder.close()
    assert read(path) == [good(1), good(2), good(3)]


def test_a_line_that_is_too_long_is_left_out(tmp_path: Path) -> None:
    huge = Notice("info", "x" * LINE_BYTES)
    assert read(record(tmp_path / "rec", good(1), huge, good(2))) == [good(1), good(2)]


def test_a_size_that_was_there_counts(tmp_path: Path) -> None:
    path = write(tmp_path / "rec", *lines_of(good(float(i)) for i in range(20)))
    recorder = Recorder(path, part_bytes=path.stat().st_size)
    recorder.write_header(settings())
    recorder.consume([good(20)])
    recorder.close()
    assert (tmp_path / "rec.1").exists()
    assert len(read(path)) == 21


@pytest.mark.parametrize("content", [b"my own notes\n", b'{"":"Recording","schema":99}\n', b"\x00"])
def test_a_file_that_is_no_recording_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes"
    path.write_bytes(content)
    with pytest.raises(RelaytopError, match="not a recording that this relaytop can continue"):
        Recorder(path)
    assert path.read_bytes() == content


def test_a_part_that_is_no_recording_would_be_lost_so_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "log.1").write_text("somebody's log\n")
    with pytest.raises(RelaytopError, match=r"log\.1 is not a recording"):
        Recorder(tmp_path / "log")
    assert [file.name for file in tmp_path.iterdir()] == ["log.1"]


@pytest.mark.parametrize("name", [".", "/", "no/such/folder/rec", "rec\nname/x"])
def test_a_file_that_cannot_be_made_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(RelaytopError, match="cannot be recorded to") as told:
        Recorder(tmp_path / name)
    assert "name a file in a folder that you may write to" in str(told.value)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RelaytopError, match="is not a file"):
        Recorder(tmp_path / "pipe")


def test_two_do_not_record_to_one_file(tmp_path: Path) -> None:
    path = record(tmp_path / "rec", good(1))
    script = (
        "import sys, pathlib\n"
        "from relaytop.store.recorder import Recorder\n"
        "recorder = Recorder(pathlib.Path(sys.argv[1]))\n"
        "print('open', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(RelaytopError, match="another relaytop records to"):
            Recorder(path)
        assert read(path) == [good(1)]  # reading disturbs nobody
        other.communicate("")
    record(path, good(2))
    assert read(path) == [good(1), good(2)]


def limited(path: Path, size: int, act: Callable[[Recorder], None]) -> Recorder:
    """Record while no file may grow beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    recorder = Recorder(path)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        act(recorder)
        recorder.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    return recorder


def test_a_disk_that_takes_no_more_is_told_once_and_keeps_what_it_has(tmp_path: Path) -> None:
    def act(recorder: Recorder) -> None:
        recorder.write_header(settings())
        recorder.consume([good(float(i)) for i in range(200)])

    path = tmp_path / "rec"
    recorder = limited(path, 4000, act)
    assert recorder.remarks() == [("error", f"recording to {path} stopped: File too large")]
    assert recorder.remarks() == []
    recorder.consume([good(200)])  # goes nowhere, and raises nothing
    found = read(path)  # the last line is torn, which is no error
    assert found == [good(float(i)) for i in range(len(found))]
    assert len(found) > 3


def test_a_disk_that_does_not_keep_up_stops_the_recording_not_the_monitor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relaytop.store.recorder.MAX_WAITING", 3)
    path = tmp_path / "rec"
    blocked, writing = os.pipe()
    real = os.write

    def slow(fd: int, data: bytes) -> int:
        os.read(blocked, 1)  # until the test lets it go on
        return real(fd, data)

    recorder = Recorder(path)
    monkeypatch.setattr("relaytop.store.recorder.os.write", slow)
    recorder.write_header(settings())
    recorder.consume([good(float(i)) for i in range(20)])
    told = recorder.remarks()
    monkeypatch.undo()
    real(writing, b"x" * 30)
    recorder.close()
    assert told == [("error", f"recording to {path} stopped: the disk is too slow")]
    os.close(blocked)
    os.close(writing)


class FullDisk:
    """Takes what it has room for, in bytes, and then nothing until there is more."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        self.room = room
        self.refused = threading.Event()
        self._write = os.write
        monkeypatch.setattr("relaytop.store.recorder.RETRY_S", 0.01)
        monkeypatch.setattr("relaytop.store.recorder.os.write", self.write)

    def write(self, fd: int, data: bytes) -> int:
        taken = min(self.room, len(data))
        if not taken:
            self.refused.set()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.room -= taken
        return self._write(fd, data[:taken])


def test_reports_wait_while_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch, 3000)
    path = tmp_path / "rec"
    recorder = Recorder(path)
    recorder.write_header(settings())
    reports = [good(float(i)) for i in range(50)]
    recorder.consume(reports)
    assert disk.refused.wait(10)
    assert recorder.remarks() == [("error", f"recording to {path} waits: the disk is full")]
    disk.room = 1_000_000
    recorder.consume([good(50)])
    recorder.close()
    assert recorder.remarks() == [("good", f"recording to {path} goes on")]
    assert read(path) == [*reports, good(50)]


def test_what_could_not_wait_for_room_is_counted_and_the_header_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relaytop.store.recorder.MAX_WAITING", 3)
    disk = FullDisk(monkeypatch, 0)
    path = tmp_path / "rec"
    recorder = Recorder(path)
    recorder.write_header(settings("relay/m"))
    assert disk.refused.wait(10)
    recorder.consume([good(float(i)) for i in range(5)])
    recorder.write_header(settings("relay/m", "relay/n"))
    assert recorder.remarks() == [("error", f"recording to {path} waits: the disk is full")]
    disk.room = 1_000_000
    recorder.close()
    assert recorder.remarks() == [
        ("warning", f"recording to {path} goes on; 2 reports are missing")
    ]
    assert read(path) == [good(float(i)) for i in range(3)]
    with Recording(path) as recorded:
        assert [target.id for target in recorded.settings.targets] == ["relay/m", "relay/n"]


def test_a_full_disk_does_not_hold_up_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch, 3000)
    monkeypatch.setattr("relaytop.store.recorder.RETRY_S", 3600.0)
    path = tmp_path / "rec"
    recorder = Recorder(path)
    recorder.write_header(settings())
    recorder.consume([good(float(i)) for i in range(50)])
    assert disk.refused.wait(10)
    recorder.close()
    assert not recorder._thread.is_alive()
    assert recorder.remarks()[-1][1].endswith("stopped: the disk is full")
