"""Record the demo, then play it back: in a terminal, as its user does."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from relaytop.store.recording import Recording
from tests.support.launch import Refused, Start
from tests.support.recordings import minutes, record
from tests.support.samples import T0, settings
from tests.support.terminal import KEYS, Terminal

ARROWS = {"left": "\x1b[D", "right": "\x1b[C", "home": "\x1b[H", "end": "\x1b[F"}
CLOCK = re.compile(r"(\d\d:\d\d:\d\d) UTC")
NAMES = ("relay/m", "direct/openai/gpt-4.1")


def press(terminal: Terminal, key: str) -> None:
    terminal.press(ARROWS.get(key, KEYS.get(key, key)))


def clock(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%H:%M:%S}"


def offset_s(screen: str) -> int | None:
    """Seconds of the recording at which a screen's clock stands; None where it shows no clock."""
    shown = CLOCK.search(screen)
    if shown is None:
        return None
    at = datetime.strptime(shown[1], "%H:%M:%S").replace(tzinfo=UTC)
    begin = datetime.fromtimestamp(T0, UTC)
    offset = (at.hour - begin.hour) * 3600 + (at.minute - begin.minute) * 60
    return (offset + at.second - begin.second) % 86_400


@pytest.fixture
def ten(tmp_path: Path) -> Path:
    """Ten minutes of two targets."""
    return record(tmp_path / "ten.rec", *minutes(10, NAMES), watched=settings(*NAMES))


def test_the_demo_is_recorded_and_played_back(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "demo.rec"
    watching = start("demo", "--record", str(path))
    watching.wait_for("holysheep/gpt-4.1")
    watching.wait_for(lambda text: "● 8 up" in text or "●8" in text)
    watching.read(2.0)
    watching.press("q")
    assert watching.wait() == 0
    assert path.stat().st_mode & 0o777 == 0o600
    with Recording(path) as recording:
        samples = list(recording.samples())
        assert len({sample.target for sample in samples}) == 8
        assert recording.broken == 0
        ended = clock(recording.ended_at)
    assert b"sk-" not in path.read_bytes()
    assert b"127.0.0.1" not in path.read_bytes()
    replay = start("replay", str(path), "--speed", "10")
    replay.wait_for("REPLAY ×10")
    replay.wait_for("end of the recording")
    replay.wait_for(lambda text: "●8" in text or "● 8 up" in text)
    replay.wait_for(ended)
    replay.press("q")
    assert replay.wait() == 0


def test_pausing_and_seeking(start: Start, ten: Path) -> None:
    replay = start("replay", str(ten), "--speed", "10", "--from", clock(T0 + 300))
    replay.wait_for(lambda text: (offset_s(text) or 0) >= 300)
    press(replay, "p")
    offset = offset_s(replay.wait_for("PAUSED"))
    assert offset is not None
    assert 300 <= offset < 600
    for key, goal in (
        ("left", offset - 60),
        ("left", offset - 120),
        ("right", offset - 60),
        ("home", 0),
        ("right", 60),
        ("end", 599),
        ("left", 539),
    ):
        press(replay, key)
        replay.wait_for(clock(T0 + goal))
    press(replay, "p")
    replay.wait_for(lambda text: "PAUSED" not in text)
    replay.wait_for("end of the recording")
    replay.press("q")
    assert replay.wait() == 0


def test_the_speed_is_that_of_the_recordings_clock(start: Start, ten: Path) -> None:
    replay = start("replay", str(ten), "--speed", "1000")
    replay.wait_for("end of the recording")
    assert clock(T0 + 599) in replay.text
    replay.press("q")
    assert replay.wait() == 0


def test_interrupting_it_is_130(start: Start, ten: Path) -> None:
    replay = start("replay", str(ten))
    replay.wait_for("REPLAY")
    replay.press("^c")
    assert replay.wait() == 130


def test_broken_lines_are_told_when_it_is_left(start: Start, ten: Path) -> None:
    content = ten.read_bytes().splitlines(keepends=True)
    content[20:20] = [b"?\n", b"\xff\n"]
    ten.write_bytes(b"".join(content)[:-30])  # and the last one is torn
    replay = start("replay", str(ten), "--speed", "1000")
    replay.wait_for("end of the recording; 2 broken lines skipped")
    replay.press("q")
    assert replay.wait() == 0
    assert "2 broken lines skipped" in replay.raw.decode(errors="replace").split("\x1b[?1049l")[-1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "noon"], "is not a time; write 14:30"),
        (["--from", "2020-01-01 10:00"], "outside the recording, which runs from"),
        (["--speed", "0"], "0.1<=x<=1000"),
        ([], "relaytop agent"),  # no terminal
    ],
)
def test_a_bad_flag(refused: Refused, ten: Path, arguments: list[str], said: str) -> None:
    assert said in refused("replay", str(ten), *arguments)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file; `relaytop --record FILE` writes a recording"),
        (b"", "is empty: nothing was recorded"),
        (b"my notes\n", "is not a relaytop recording"),
        (b'{"":"Recording","schema":9,"relaytop":"2.0"}\n', "has schema 9"),
    ],
)
def test_a_file_that_is_no_recording(
    refused: Refused, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "rec"
    if content is not None:
        path.write_bytes(content)
    sentence = refused("replay", str(path))
    assert said in sentence
    assert len(sentence.splitlines()) == 1


@pytest.mark.parametrize("path", [".", "/", "/dev/null", "/dev/zero"])
def test_a_path_that_is_no_file(refused: Refused, path: str) -> None:
    assert "is not a relaytop recording: it is not a file" in refused("replay", path)


def test_recording_to_what_is_none(start: Start, refused: Refused, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.write_text("mine\n")
    for place, said in ((notes, "not a recording that this relaytop can continue"),
                        (tmp_path / "no" / "rec", "cannot be recorded to")):  # fmt: skip
        terminal = start("demo", "--record", str(place), columns=200)
        assert terminal.wait() == 2
        assert said in terminal.text
    assert notes.read_text() == "mine\n"
    sentence = refused("--record", str(tmp_path / "x"), "baseline")
    assert "is for the monitor and the demo" in sentence
