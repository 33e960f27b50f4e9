"""Every screen and dialog there is, and how one gets there."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot

from relaytop.protocol.messages import Models
from relaytop.tui.screens.model_picker import ModelPicker
from relaytop.watch.session import Session
from tests.support.fake_engine import FakeClock, engine_of, feed, replies_from_elsewhere, session_of
from tests.support.samples import settings
from tests.tui.pilots import app_in, clock_of, monitor_of, picker_of, settled

Go = Callable[[Pilot[int]], Awaitable[None]]
Make = Callable[[Path], Session]


def fed(folder: Path) -> Session:
    return feed(session_of(folder))


def empty(folder: Path) -> Session:
    watched = dataclasses.replace(settings("relay/m"), targets=())
    return session_of(folder, watched=watched)


def pressing(*keys: str) -> Go:
    async def go(pilot: Pilot[int]) -> None:
        for key in keys:
            await pilot.press(key)
            await pilot.pause()

    return go


async def _choose(pilot: Pilot[int]) -> None:
    if not isinstance(pilot.app.screen, ModelPicker):
        await pilot.press("a")
        await pilot.pause()
    screen = picker_of(pilot)
    screen.add_models(Models("relay", tuple(f"vendor/modèl-{i}" for i in range(40))))
    await pilot.pause()
    await pressing("down", "space", "down")(pilot)


async def _die(pilot: Pilot[int]) -> None:
    await pressing("p", "f")(pilot)
    engine_of(app_in(pilot).session).queue.put_nowait(None)
    await pilot.pause()
    await pilot.pause()


async def _fall_silent(pilot: Pilot[int]) -> None:
    session = app_in(pilot).session
    clock = session.clock
    assert isinstance(clock, FakeClock)
    for _ in range(14):
        clock.now += 1.0
        session.check()
    monitor_of(pilot).changed()
    await pilot.pause()


def zoomed(*keys: str) -> Go:
    async def go(pilot: Pilot[int]) -> None:
        await pressing("end", "z", *keys)(pilot)
        await settled(pilot)

    return go


def alerting(*keys: str) -> Go:
    async def go(pilot: Pilot[int]) -> None:
        session = app_in(pilot).session
        clock_of(session).now += 5
        session.check()
        await settled(pilot)
        await pressing(*keys)(pilot)
        await settled(pilot)

    return go


def elsewhere(folder: Path) -> Session:
    return feed(session_of(folder), replies_from_elsewhere())


PLACES: dict[str, tuple[Make, Go]] = {
    "monitor": (fed, pressing("j")),
    "first moment": (session_of, pressing()),
    "zoomed": (fed, pressing("end", "z")),
    "bands": (fed, zoomed("v")),
    "histogram": (fed, zoomed("v", "v")),
    "heat map": (fed, zoomed("v", "v", "v")),
    "a failure": (fed, zoomed("L", "comma")),
    "alerting": (fed, alerting("end", "A")),
    "snoozing": (fed, alerting("end", "S")),
    "snoozed": (fed, alerting("end", "S", "enter")),
    "by model": (fed, pressing("b", "left", "W")),
    "replies from elsewhere": (elsewhere, pressing("j")),
    "noting": (fed, pressing("M", *"deploy")),
    "rate of the link": (fed, pressing("B")),
    "paused and off": (fed, pressing("space", "p")),
    "notices": (fed, pressing("s", "f", "w")),
    "dead": (fed, _die),
    "silent": (fed, _fall_silent),
    "help": (fed, pressing("question_mark")),
    "budget": (fed, pressing("dollar_sign")),
    "choosing columns": (fed, pressing("C", "j", "space", "J")),
    "asking": (fed, pressing("a")),
    "choosing": (empty, _choose),
    "first run": (empty, pressing()),
    "log": (fed, pressing("l", "j")),
    "searching the log": (fed, pressing("l", "f", "slash", *"down")),
    "one target's log": (fed, pressing("l", "t")),
    "unfolded errors": (fed, pressing("G", "e", "enter", "j")),
    "errors": (fed, pressing("G", "e")),
    "no errors": (fed, pressing("e")),
    "filtering": (fed, pressing("slash", *"sonnet")),
    "filtered": (fed, pressing("slash", *"direct", "enter", "o", "o", "o", "O")),
    "comparing": (fed, pressing("c")),
    "nothing to compare": (fed, pressing("j", "j", "c")),
    "palette": (fed, pressing("ctrl+p")),
    "themes": (fed, pressing("ctrl+p", *"theme", "enter")),
}
