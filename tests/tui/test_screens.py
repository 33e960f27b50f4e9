"""Every screen at three sizes, as a picture that is compared with the one kept."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.pilot import Pilot

from relaytop.probe.sample import Sample
from relaytop.protocol.messages import Finished, Models
from relaytop.tui.draw.glyphs import ASCII
from tests.support.fake_engine import (
    NAMES,
    NOW,
    app_of,
    engine_of,
    feed,
    incident,
    replies_from_elsewhere,
    session_of,
)
from tests.support.samples import T0, sample, settings
from tests.tui.everywhere import PLACES
from tests.tui.pilots import picker_of, settled

if TYPE_CHECKING:
    from relaytop.tui.app import RelaytopApp

SIZES = [(80, 24), (120, 36), (200, 50)]
Compare = Callable[..., bool]


@pytest.fixture(autouse=True)
def _utc(zone: Callable[[str], None]) -> None:
    zone("UTC")


def sized(test: Callable[..., None]) -> Callable[..., None]:
    marked: Callable[..., None] = pytest.mark.parametrize(
        "size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}"
    )(test)
    return marked


def pressing(*keys: str) -> Callable[[Pilot[int]], object]:
    async def run(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press(*keys)
        await settled(pilot)

    return run


@sized
def test_the_monitor(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    app = app_of(feed(session_of(tmp_path)))
    assert snap_compare(app, terminal_size=size, run_before=pressing("j"))


@sized
def test_a_target_that_is_down(
    snap_compare: Compare, tmp_path: Path, size: tuple[int, int]
) -> None:
    app = app_of(feed(session_of(tmp_path)))
    assert snap_compare(app, terminal_size=size, run_before=pressing("end", "z"))


@sized
@pytest.mark.parametrize("keys", ["zL", "zv", "zvv", "zvvv", "z,"])
def test_the_zoomed_chart(
    snap_compare: Compare, tmp_path: Path, size: tuple[int, int], keys: str
) -> None:
    app = app_of(feed(session_of(tmp_path)))
    pressed = ["comma" if key == "," else key for key in keys]
    assert snap_compare(app, terminal_size=size, run_before=pressing("j", *pressed))


@sized
@pytest.mark.parametrize("keys", ["g", "z", "G"])
def test_replies_from_elsewhere(
    snap_compare: Compare, tmp_path: Path, size: tuple[int, int], keys: str
) -> None:
    app = app_of(feed(session_of(tmp_path), replies_from_elsewhere()))
    assert snap_compare(app, terminal_size=size, run_before=pressing(*keys))


@sized
def test_the_first_moment(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    assert snap_compare(app_of(session_of(tmp_path)), terminal_size=size, run_before=pressing())


@sized
def test_help(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    app = app_of(feed(session_of(tmp_path)))
    assert snap_compare(app, terminal_size=size, run_before=pressing("question_mark"))


@sized
@pytest.mark.parametrize("keys", ["Ge", "l", "c", "Gz", "/direct"], ids=lambda k: k.strip("/"))
def test_pages(snap_compare: Compare, tmp_path: Path, size: tuple[int, int], keys: str) -> None:
    session = session_of(tmp_path)
    words = "upstream request failed: " + " ".join(f"reason-{number}" for number in range(30))
    feed(session, [*incident(), (NOW, Finished(failed(NAMES[5], words)))])
    pressed = ["slash" if key == "/" else key for key in keys]
    assert snap_compare(app_of(session), terminal_size=size, run_before=pressing(*pressed))


def failed(target: str, message: str) -> Sample:
    return sample(NOW - T0, target=target, error="connect", message=message)


@sized
def test_choosing_models(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    session = session_of(tmp_path, "relay/known", "other/x")

    async def offered(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press("a")
        await pilot.pause()
        screen = picker_of(pilot)
        screen.add_models(Models("relay", tuple(f"vendor/model-{i}" for i in range(40))))
        screen.add_models(Models("other", error="auth: the server rejected the key"))
        for key in (*"model-1", "down", "space", "down", "space"):
            await pilot.press(key)
            await pilot.pause()
        await pilot.pause()

    assert snap_compare(app_of(session), terminal_size=size, run_before=offered)


@sized
@pytest.mark.parametrize("keys", ["CjJ ", "$.3", "GAS"], ids=["columns", "budget", "snooze"])
def test_dialogs(snap_compare: Compare, tmp_path: Path, size: tuple[int, int], keys: str) -> None:
    names = {"$": "dollar_sign", " ": "space", ".": "full_stop"}
    pressed = [names.get(key, key) for key in keys]
    app = app_of(feed(session_of(tmp_path)))
    assert snap_compare(app, terminal_size=size, run_before=pressing(*pressed))


def test_plain_ascii(snap_compare: Compare, tmp_path: Path) -> None:
    app = app_of(feed(session_of(tmp_path)), ASCII)
    assert snap_compare(app, terminal_size=(100, 30), run_before=pressing("j"))


def test_frozen_paused_and_dead(snap_compare: Compare, tmp_path: Path) -> None:
    session = feed(session_of(tmp_path))

    async def die(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press("p", "f")
        engine_of(session).queue.put_nowait(None)
        await pilot.pause()
        await settled(pilot)

    assert snap_compare(app_of(session), terminal_size=(120, 30), run_before=die)


@sized
def test_a_silent_engine(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    app = app_of(feed(session_of(tmp_path)))
    assert snap_compare(app, terminal_size=size, run_before=PLACES["silent"][1])


@pytest.mark.parametrize("size", [(60, 15), (300, 100), (59, 14)], ids=str)
def test_the_extremes(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    app: RelaytopApp = app_of(feed(session_of(tmp_path)))
    assert snap_compare(app, terminal_size=size, run_before=pressing("j"))


def test_three_hundred_targets(snap_compare: Compare, tmp_path: Path) -> None:
    names = [f"relay-{i % 7}/model-{i}" for i in range(300)]
    session = session_of(tmp_path, watched=settings(*names))
    assert snap_compare(
        app_of(session), terminal_size=(120, 36), run_before=pressing("end", "k", "k")
    )
