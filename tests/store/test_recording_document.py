"""A recording read as a whole is what a monitor that saw it all would tell."""

import dataclasses
from pathlib import Path

import pytest

from relaytop.config.settings import Thresholds, Window
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Budget, Finished, Hold, Note, Pulse, Ready, Report
from relaytop.report.snapshot import blocks
from relaytop.store.document import snapshot_document
from relaytop.store.recording import Recording, RecordingError, is_recording
from relaytop.store.recording_document import apply_recording, recording_document
from relaytop.store.rotation import part
from relaytop.store.snapshot import load_snapshot, to_json
from tests.support.recordings import bad, good, lines_of, minutes, pulse, record, write
from tests.support.samples import T0, sample, settings


def test_it_is_the_document_of_a_monitor_whose_window_was_wide_enough(tmp_path: Path) -> None:
    names = ("a/m", "b/x/n")
    reports = [*minutes(40, names), bad(2400, "a/m", "timeout"), Budget(0.5, 2.0, "ok")]
    # What was watched had a narrow window and a short memory: all of it counts all the same.
    path = record(tmp_path / "rec", *reports, watched=settings(*names, window=Window(60.0)))
    wide = settings(*names, window=Window(None, 10_000), history=10_000)
    monitor = Monitor(wide, T0)
    at = T0
    for report in reports:
        if isinstance(report, Finished):
            at = report.sample.ended_at
        elif isinstance(report, Pulse):
            at = report.at
        monitor.apply(report, at)
    expected = snapshot_document("live", monitor, wide, T0 + 2400, "ops-1")
    del expected["window_requests"]
    with Recording(path) as recording:
        found = recording_document(recording)
        assert found.pop("host") == recording.host
    del expected["host"]
    assert found.pop("window_s") == 2400.0
    assert found == expected
    assert [t["requests"] for t in found["targets"]] == [481, 480]
    assert found["budget"] == {"usd": 2.0, "spent_usd": 0.5}


def test_it_can_be_saved_as_a_snapshot_and_read_again(tmp_path: Path) -> None:
    with Recording(record(tmp_path / "rec", *minutes(1))) as recording:
        document = recording_document(recording)
    path = tmp_path / "snapshot.json"
    path.write_text(to_json(document))
    assert load_snapshot(path)["targets"][0]["requests"] == 12


def test_a_users_notes_are_in_it(tmp_path: Path) -> None:
    notes = [Note(T0 + 30, "deploy began"), Note(T0 + 50, "rolled back")]
    with Recording(record(tmp_path / "rec", *minutes(1), *notes)) as recording:
        document = recording_document(recording)
    path = tmp_path / "snapshot.json"
    path.write_text(to_json(document))
    read = load_snapshot(path)
    assert [note["text"] for note in read["notes"]] == ["note: deploy began", "note: rolled back"]
    assert any("deploy began" in str(block) for block in blocks(read))


def test_another_engine_counts_its_skips_from_0_again(tmp_path: Path) -> None:
    def skips(at: float, count: int) -> Pulse:
        return Pulse(T0 + at, 0, skipped={"relay/m": count})

    reports: list[Report] = [Ready(1), skips(1, 3), good(2), Ready(2), skips(3, 2), good(4)]
    with Recording(record(tmp_path / "rec", *reports)) as recording:
        (target,) = recording_document(recording)["targets"]
    assert target["skipped"] == 5


def test_the_status_is_that_of_the_end(tmp_path: Path) -> None:
    held = Hold("relay/m", T0 + 900, "budget", asked=False)
    cases: list[tuple[list[Report], str]] = [
        ([good(1), good(2), good(3)], "up"),
        ([good(1), bad(2), bad(3), bad(4)], "down"),
        ([good(1), held], "paused"),
    ]
    for reports, status in cases:
        path = record(tmp_path / status, *reports)
        with Recording(path) as recording:
            assert recording_document(recording)["targets"][0]["status"] == status


def test_thresholds_are_those_that_were_watched(tmp_path: Path) -> None:
    strict = settings(thresholds=Thresholds(p95_ms=50.0))
    path = record(tmp_path / "rec", *(good(float(i)) for i in range(20)), watched=strict)
    with Recording(path) as recording:
        (target,) = recording_document(recording)["targets"]
    assert (target["status"], target["broken"]) == ("degraded", ["p95", "recent"])


def test_no_sample_is_lost_wherever_its_target_stands_in_the_line(tmp_path: Path) -> None:
    odd = b'{"":"Finished","sample":{"due_at":%d,"sent_at":%d,"ended_at":%d,"target":"relay/m"}}\n'
    lines = [odd % ((T0 + i,) * 3) for i in range(30)]
    with Recording(write(tmp_path / "rec", *lines)) as recording:
        (target,) = recording_document(recording)["targets"]
    assert target["requests"] == 30


def test_samples_of_what_is_not_watched_are_left_out(tmp_path: Path) -> None:
    path = record(tmp_path / "rec", good(1), good(2, "other/x"))
    with Recording(path) as recording:
        (target,) = recording_document(recording)["targets"]
    assert (target["target"], target["requests"]) == ("relay/m", 1)


def test_a_monitor_may_want_some_targets_alone(tmp_path: Path) -> None:
    path = record(tmp_path / "rec", *minutes(1, ("a/m", "b/m")), watched=settings("a/m", "b/m"))
    taken: list[str] = []
    with Recording(path) as recording:
        one = dataclasses.replace(recording.settings, targets=recording.settings.targets[:1])
        monitor = Monitor(one, recording.began_at)
        apply_recording(monitor, recording, lambda made: taken.append(made.target))
        assert recording.share_read == pytest.approx(1.0)
    assert monitor.targets() == ("a/m",)
    assert monitor.summary("a/m", T0 + 60).requests == 12
    assert taken.count("b/m") == 12


def test_the_machine_that_probed_is_told_where_the_recording_tells_it(tmp_path: Path) -> None:
    told = write(tmp_path / "told", *lines_of([good(1)]))
    silent = tmp_path / "silent"
    silent.write_bytes(told.read_bytes().replace(b'"host":"ops-1",', b""))
    odd = tmp_path / "odd"
    odd.write_bytes(told.read_bytes().replace(b"ops-1", b"a\\u001b"))
    for path, host in ((told, "ops-1"), (silent, None), (odd, None)):
        with Recording(path) as recording:
            assert recording_document(recording).get("host") == host


def test_what_begins_as_a_recording_does(tmp_path: Path) -> None:
    snapshot = tmp_path / "snapshot"
    for content, found in (
        (b'{"schema": 1}', False),
        (b"schema = 1\n", False),
        (b"", False),
        (b'{"":"Recording","schema":99}', True),
    ):
        snapshot.write_bytes(content)
        assert is_recording(snapshot) == found
    assert not is_recording(tmp_path)
    assert not is_recording(tmp_path / "none")
    assert is_recording(record(tmp_path / "rec", pulse(1)))
    with pytest.raises(RecordingError):
        is_recording(tmp_path / ("x" * 300))


def test_all_parts_count(tmp_path: Path) -> None:
    path = tmp_path / "rec"
    write(part(path, 1), *lines_of([good(1), good(2)]))
    write(path, *lines_of([good(3), Finished(sample(4, error="auth"))]))
    with Recording(path) as recording:
        (target,) = recording_document(recording)["targets"]
    assert (target["requests"], target["ok"]) == (4, 3)
