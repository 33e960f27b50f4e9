"""Reading a recording: what was written comes back, and nothing else gets through."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import Thresholds, Window
from relaytop.probe.sample import Phases, Sample
from relaytop.protocol.codec import encode
from relaytop.protocol.messages import Finished, Notice, Ready, StatusPage
from relaytop.store.recording import LINE_BYTES, Recording, RecordingError, moment_of
from relaytop.store.rotation import part
from relaytop.wire.facts import (
    ERROR_CLASSES,
    NOT_DECLARED,
    Failure,
    Limit,
    OfficialIncident,
    OfficialStatus,
    RateLimit,
    Served,
    Usage,
)
from relaytop.wire.text import clean
from tests.support.recordings import bad, good, lines_of, minutes, pulse, record, write
from tests.support.samples import T0, sample, settings

milliseconds = st.none() | st.floats(0, 30_000)
counts = st.none() | st.integers(0, 10**15)
limits = st.none() | st.builds(Limit, counts, counts, st.none() | st.floats(0, 86_400))
server_text = st.text(max_size=400).map(clean)
samples = st.builds(
    Sample,
    target=st.sampled_from(["relay/m", "direct/openai/gpt-4.1", "gone/x"]),
    due_at=st.floats(T0, T0 + 1e6),
    sent_at=st.floats(T0, T0 + 1e6),
    ended_at=st.floats(T0, T0 + 1e6),
    failure=st.none() | st.builds(Failure, st.sampled_from(ERROR_CLASSES), server_text),
    stale=st.booleans(),
    latency_ms=milliseconds,
    ttft_ms=milliseconds,
    phases=st.builds(Phases, *[milliseconds] * 5),
    usage=st.none() | st.builds(Usage, counts, counts, counts, counts, st.none(), counts),
    cost_usd=st.none() | st.floats(0, 1e4),
    price_source=st.sampled_from([None, "reply", "config", "list"]),
    http_status=st.sampled_from([None, 200, 429, 599]),
    request_id=st.none() | server_text,
    rate_limit=st.none() | st.builds(RateLimit, limits, limits, limits, limits),
    retry_after_s=st.none() | st.floats(0, 86_400),
    server_ms=milliseconds,
    relay_ms=milliseconds,
    cached=st.none() | server_text,
    served=st.builds(Served, *[st.none() | server_text] * 4, counts, counts),
    ttft_slack_ms=milliseconds,
    gap_ms=milliseconds,
    late_ms=milliseconds,
    clock=st.sampled_from(["kernel", "user"]),
)


@given(st.lists(samples, min_size=1, max_size=8))
def test_every_sample_that_a_probe_can_make_comes_back(
    tmp_path_factory: pytest.TempPathFactory, made: list[Sample]
) -> None:
    path = tmp_path_factory.mktemp("rec") / "rec"
    record(path, *map(Finished, made))
    with Recording(path) as recording:
        assert list(recording.samples()) == made
        assert list(recording.samples()) == made  # may be read again
        assert recording.broken == 0


def test_one_of_before_these_fields_is_read_as_it_was(tmp_path: Path) -> None:
    old = {
        "": "Finished",
        "sample": {
            "target": "relay/m",
            "due_at": T0,
            "sent_at": T0,
            "ended_at": T0 + 1,
            "latency_ms": 900.0,
            "phases": {"wait_ms": 800.0},
            "usage": {"input_tokens": 5},
            "http_status": 200,
        },
    }
    line = json.dumps(old, separators=(",", ":")).encode() + b"\n"
    with Recording(write(tmp_path / "rec", line)) as recording:
        (found,) = recording.samples()
        assert recording.broken == 0
    assert (found.latency_ms, found.phases.wait_ms) == (900.0, 800.0)
    assert (found.cached, found.served, found.clock) == (None, NOT_DECLARED, "user")
    assert (found.gap_ms, found.late_ms, found.ttft_slack_ms) == (None, None, None)


def test_what_was_watched_and_from_when_to_when(tmp_path: Path) -> None:
    thresholds = Thresholds(p95_ms=9.0, ttft_ms=8.0, error_rate=0.5)
    watched = settings("a/m", "b/x/n", window=Window(None, 50), history=99, thresholds=thresholds)
    path = record(tmp_path / "rec", pulse(1), good(2, "a/m"), pulse(9), watched=watched)
    with Recording(path) as recording:
        found = recording.settings
        assert (recording.began_at, recording.ended_at) == (T0 + 1, T0 + 9)
    assert [t.id for t in found.targets] == ["a/m", "b/x/n"]
    assert {t.thresholds for t in found.targets} == {thresholds}
    assert (found.window, found.history, found.budget_usd) == (Window(None, 50), 99, 1.0)
    assert [(p.name, p.base_url, p.key) for p in found.providers] == [
        ("a", "", None),
        ("b", "", None),
    ]


def test_the_newest_window_counts_and_every_target(tmp_path: Path) -> None:
    path = record(tmp_path / "rec", good(1), watched=settings("a/m"))
    record(path, good(2), watched=settings("b/m", window=Window(60.0)))
    with Recording(path) as recording:
        assert [t.id for t in recording.settings.targets] == ["a/m", "b/m"]
        assert recording.settings.window == Window(60.0)


def test_several_parts_are_read_oldest_first(tmp_path: Path) -> None:
    path = tmp_path / "rec"
    write(part(path, 2), *lines_of([good(1), good(2)]))
    write(part(path, 1), *lines_of([good(3)]))
    write(path, *lines_of([good(4)]))
    with Recording(path) as recording:
        assert [s.ended_at - T0 for s in recording.samples()] == [1, 2, 3, 4]
        assert (recording.began_at, recording.ended_at) == (T0 + 1, T0 + 4)


def test_older_parts_alone_are_a_recording(tmp_path: Path) -> None:
    write(part(tmp_path / "rec", 1), *lines_of([good(3)]))
    with Recording(tmp_path / "rec") as recording:
        assert [s.ended_at - T0 for s in recording.samples()] == [3]


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_torn_last_line_is_no_error(tmp_path: Path, cut: int) -> None:
    path = record(tmp_path / "rec", good(1), good(2))
    path.write_bytes(path.read_bytes()[:-cut])
    with Recording(path) as recording:
        found = [s.ended_at - T0 for s in recording.samples()]
        assert recording.broken == 0
    # Without its line feed alone the line is whole.
    assert found == ([1, 2] if cut == 1 else [1])


@given(st.data())
def test_wherever_it_is_torn_no_other_line_is_lost(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("rec") / "rec"
    lines = lines_of([good(float(i)) for i in range(6)])
    write(path, *lines)
    whole = path.read_bytes()
    keep = data.draw(st.integers(len(whole) - sum(map(len, lines[1:])), len(whole)))
    path.write_bytes(whole[:keep])
    with Recording(path) as recording:
        found = [s.ended_at - T0 for s in recording.samples()]
        assert recording.broken == 0
    assert found == list(range(len(found)))
    assert len(found) >= whole[:keep].count(b'"Finished"') - 1


def test_lines_that_cannot_be_read_are_skipped_and_counted(tmp_path: Path) -> None:
    odd = [
        b"not json\n",
        b"\xff\xfe\n",
        b"\n",
        b"[1]\n",
        b"{}\n",
        b'{"":["Finished"]}\n',
        b'{"":"Finished"}\n',
        b'{"":"Finished","sample":7}\n',
        b'{"":"Unheard","x":1}\n',
        b'{"":"Start","settings":{}}\n',
        b'{"":"Models","provider":"p"}\n',
        b'{"":"Pulse","at":' + b"9" * 5000 + b',"in_flight":1}\n',
        b"[" * 60_000 + b"\n",
        b'{"":"Finished","sample":' + b'{"a":' * 10_000 + b"\n",
        encode(Notice("info", "x" * LINE_BYTES)),
        b"y" * (5 * LINE_BYTES) + b"\n",
    ]
    path = write(tmp_path / "rec", *lines_of([good(1)]), *odd, *lines_of([good(2)]))
    with Recording(path) as recording:
        assert [s.ended_at - T0 for s in recording.samples()] == [1, 2]
        assert recording.broken == len(odd)


def test_a_line_of_just_the_length_is_read(tmp_path: Path) -> None:
    room = LINE_BYTES - len(encode(Notice("info", "")))
    longest = Notice("info", "x" * room)
    path = write(tmp_path / "rec", *lines_of([longest, good(1)]))
    with Recording(path) as recording:
        assert list(recording.reports()) == [longest, good(1)]
        assert recording.broken == 0


def changed(**fields: Any) -> bytes:
    document = json.loads(encode(good(1)))
    document["sample"].update(fields)
    return json.dumps(document).encode() + b"\n"


@pytest.mark.parametrize(
    "line",
    [
        changed(target="relay/\x1b[31mm"),
        changed(target="relay/m\u202e"),
        changed(target=None),
        changed(ended_at="now"),
        changed(ended_at=float("nan")),
        changed(ended_at=float("inf")),
        changed(ended_at=1e300),
        changed(ended_at=10**4000),
        changed(latency_ms=True),
        changed(latency_ms=-1e9),
        changed(stale=1),
        changed(usage={"input_tokens": -1}),
        changed(usage={"input_tokens": 1.5}),
        changed(usage=[1]),
        changed(failure={"error_class": "unheard"}),
        changed(failure={"error_class": "auth", "message": "a\nb"}),
        changed(rate_limit={"requests": {"limit": 10**16}}),
        changed(phases={"wait_ms": {}}),
        b'{"":"Hold","target":"relay/m","until":0,"reason":"a\\u0007b","asked":true}\n',
        b'{"":"Hold","target":"relay/m","until":0,"reason":"r","asked":"yes"}\n',
        b'{"":"Pulse","at":1,"in_flight":1,"running":{"relay/m":"x"}}\n',
        b'{"":"Pulse","at":1,"in_flight":1,"running":{"relay/\\u0000":1}}\n',
        b'{"":"Pulse","at":1,"in_flight":1,"skipped":[1]}\n',
        b'{"":"Budget","spent_usd":1,"budget_usd":null,"state":"ok"}\n',
        b'{"":"Notice","level":"info","text":["x"]}\n',
        b'{"":"Ready","pid":1.5}\n',
        b'{"":"Add","targets":[]}\n',
        b'{"":"Add","targets":[{"provider":"","model":"m"}]}\n',
        b'{"":"Add","targets":[{"provider":"p","model":"m","interval_s":0}]}\n',
        b'{"":"Add","targets":[{"provider":"p","model":"m","timeout_s":1e9}]}\n',
        b'{"":"Add","targets":[{"provider":"p","model":"m","thresholds":3}]}\n',
        b'{"":"Add","targets":[{"provider":"p\\u001b","model":"m"}]}\n',
        b'{"":"Add","targets":7}\n',
        b'{"":"Recording","schema":1}\n',
    ],
    ids=lambda line: line[:90].decode(errors="replace"),
)
def test_what_could_not_be_shown_does_not_get_through(tmp_path: Path, line: bytes) -> None:
    path = write(tmp_path / "rec", *lines_of([good(1)]), line, *lines_of([good(2)]))
    with Recording(path) as recording:
        assert list(recording.reports()) == [good(1), good(2)]
        assert [t.id for t in recording.settings.targets] == ["relay/m"]
        assert recording.broken == 1


def test_a_field_of_a_newer_relaytop_is_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "rec", *lines_of([good(1)]), changed(novel=1))
    with Recording(path) as recording:
        assert list(recording.reports()) == [good(1), good(1)]
        assert recording.broken == 0


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_whatever_the_file_holds_the_error_is_ours(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(RecordingError):
        Recording(path)


mutations = st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=8))


@given(st.lists(mutations, max_size=5))
def test_bytes_that_a_disk_lost_do_no_more_than_lose_lines(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, bytes]]
) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    write(path, *lines_of([good(1), bad(2), pulse(3), Ready(5), good(6)]))
    content = bytearray(path.read_bytes())
    for at, data in changes:
        content[at : at + len(data)] = data
    path.write_bytes(content)
    try:
        with Recording(path) as recording:
            assert recording.began_at <= recording.ended_at
            list(recording.reports())
    except RecordingError:
        pass


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty: nothing was recorded"),
        (b"hello\n", "is not a relaytop recording"),
        (b'{"schema": 1, "kind": "live", "targets": []}', "is not a relaytop recording"),
        (b'{"":"Recording","schema":2,"relaytop":"9"}\n', "has schema 2, but this relaytop reads"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "rec"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=said) as told:
        Recording(path)
    assert str(path) in str(told.value)


def test_one_without_a_probe_is_empty(tmp_path: Path) -> None:
    path = record(tmp_path / "rec", pulse(1), pulse(2))
    with pytest.raises(RecordingError, match="no finished probe"):
        Recording(path)


def test_one_that_does_not_say_what_was_watched_is_none(tmp_path: Path) -> None:
    path = tmp_path / "rec"
    path.write_bytes(b"".join(lines_of([good(1)])))
    with pytest.raises(RecordingError, match="its header is missing"):
        Recording(path)


@pytest.mark.parametrize("name", ["none", ".", "/", "x" * 300, "file/below"])
def test_a_path_that_leads_nowhere_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordingError):
        Recording(tmp_path / name)


def test_targets_are_bounded(tmp_path: Path) -> None:
    names = [f"relay/m{i}" for i in range(1200)]
    path = record(tmp_path / "rec", good(1, names[0]), watched=settings(*names))
    with Recording(path) as recording:
        assert len(recording.settings.targets) == 1000


def test_what_is_written_later_is_not_read(tmp_path: Path) -> None:
    path = record(tmp_path / "rec", good(1))
    with Recording(path) as recording:
        record(path, good(2))
        assert [s.ended_at - T0 for s in recording.samples()] == [1]


def test_a_file_that_shrinks_ends_early(tmp_path: Path) -> None:
    path = record(tmp_path / "rec", *minutes(1))
    with Recording(path) as recording:
        path.write_bytes(path.read_bytes()[:4000])
        assert list(recording.samples())


def test_what_official_status_pages_said_is_recorded(tmp_path: Path) -> None:
    incident = OfficialIncident("1", "Errors", "major", "identified", T0, T0, ("API",))
    page = StatusPage("u", ("relay",), OfficialStatus("major", "Outage", (incident,)), T0, "gone")
    with Recording(record(tmp_path / "rec", good(1), page)) as recording:
        assert list(recording.reports())[-1] == page


def test_moments() -> None:
    assert moment_of(Finished(sample(3))) == T0 + 3
    assert moment_of(pulse(4)) == T0 + 4
    assert moment_of(Ready(1)) is None
    assert moment_of(None) is None
