"""The full-screen pages: the event log, a target's failures."""

from pathlib import Path

import pytest

from relaytop.monitor.event import Event
from relaytop.protocol.messages import Finished
from relaytop.tui.draw.compare import same_model_targets
from relaytop.tui.screens.page import Page
from relaytop.tui.themes import THEMES
from relaytop.watch.session import Session
from tests.support.fake_engine import NAMES, NOW, FakeEngine, app_of, session_of
from tests.support.samples import T0, sample
from tests.tui.pilots import (
    clock_of,
    lines_of,
    monitor_of,
    notices,
    on_monitor,
    picture,
    running,
    settled,
)

WORDS = " ".join(f"word{number}" for number in range(80))


def note(session: Session, text: str) -> None:
    session.monitor.note(Event(NOW, "notice", "info", None, text))


async def test_l_lists_all_events_whole(session: Session) -> None:
    note(session, f"first {WORDS}")
    async with running(session) as pilot:
        await pilot.press("l")
        await pilot.pause()
        text = picture(pilot)
        for said in ("events", "word0", "word79", "degraded: 3 of the last 10 failed or slow"):
            assert said in text
        await pilot.press("l")
        assert on_monitor(pilot)


async def test_it_scrolls_and_what_one_reads_stays_while_others_come(session: Session) -> None:
    async with running(session) as pilot:
        screen = monitor_of(pilot)
        for number in range(100):
            note(session, f"event {number:03}")
        await pilot.press("l")
        await pilot.pause()
        assert "event 099" in picture(pilot).splitlines()[1]
        note(session, "newest")
        screen.read()
        assert "newest" in picture(pilot).splitlines()[1]
        await pilot.press("j", "down", "space")
        await pilot.pause()
        before = picture(pilot).splitlines()[1:-1]
        note(session, "one more")
        screen.read()
        assert picture(pilot).splitlines()[1:-1] == before
        await pilot.press("G")
        seen, _of, total = picture(pilot).split()[-3:]
        assert seen.endswith(f"-{total}")
        await pilot.press("g")
        assert "one more" in picture(pilot)


async def test_e_shows_all_that_the_server_said(session: Session) -> None:
    failed = sample(NOW - T0, target=NAMES[5], error="auth", message=WORDS)
    session.monitor.apply(Finished(failed), NOW)
    async with running(session) as pilot:
        await pilot.press("end", "e")
        await pilot.pause()
        text = picture(pilot)
        for said in (NAMES[5], "word0", "word79", "id req-1", "the key is wrong", "Connection"):
            assert said in text
        await pilot.press("escape", "home", "j", "e")
        await pilot.pause()
        assert "no errors seen" in picture(pilot)


async def test_c_compares_one_model_at_its_providers(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("c")
        await pilot.pause()
        lines = picture(pilot).splitlines()
        assert "gpt-4.1  2 providers over 10m, chart: P50" in lines[0]
        (p50,) = [line[line.index(" P50") :] for line in lines if " P50 ms" in line]
        assert p50.split() == ["P50", "ms", "210", "490", "+134%"]
        (p99,) = [line[line.index(" P99") :] for line in lines if " P99 ms" in line]
        assert "%" not in p99  # sixty samples carry none
        for said in ("● up", "✗ down", "log scale up to its threshold"):
            assert said in picture(pilot)
        await pilot.press("c", "j", "j", "c")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, Page)
        assert any("no other provider" in note for note in notices(pilot))


def test_one_model_is_known_by_alias_by_id_and_without_its_maker() -> None:
    targets = ["a/gpt", "b/openai/GPT", "c/gpt-2024", "d/other"]
    assert same_model_targets("a/gpt", targets, {}) == ["b/openai/GPT"]
    aliases = {"gpt": ("a/gpt", "c/gpt-2024"), "x": ("d/other",)}
    assert same_model_targets("a/gpt", targets, aliases) == ["b/openai/GPT", "c/gpt-2024"]


async def test_t_takes_the_next_theme_and_paints_all_of_it(session: Session) -> None:
    async with running(session) as pilot:
        await settled(pilot)
        seen = []
        for _ in THEMES:
            await pilot.press("t")
            await pilot.pause()
            seen.append(pilot.app.theme)
            view, chart = monitor_of(pilot).view, lines_of(pilot, "chart")
            assert view is not None
            ground = view.palette.blank.bgcolor
            grounds = {seg.style.bgcolor for seg in chart.render_line(0) if seg.style}
            assert grounds == {ground}
        assert sorted(seen) == sorted(THEMES)


@pytest.mark.parametrize(("key", "said"), [("l", "alert firing"), ("e", "Connection refused")])
async def test_a_page_is_resized_and_says_which_size_it_needs(
    session: Session, key: str, said: str
) -> None:
    async with running(session) as pilot:
        await pilot.press("end", key)
        assert isinstance(pilot.app.screen, Page)
        for size in ((60, 15), (40, 10), (200, 50), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            await pilot.pause()
            assert ("needs 60×15" in picture(pilot)) == (size == (40, 10))
            assert (said in picture(pilot)) == (size != (40, 10))
        await pilot.press("escape")
        await pilot.pause()
        assert "P50" in picture(pilot)


async def test_pages_open_while_others_probe(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeEngine, "accepts_commands", False)
    async with running(session) as pilot:
        for key in ("l", "e", "c"):
            await pilot.press(key)
            assert isinstance(pilot.app.screen, Page)
            await pilot.press("q")
            assert on_monitor(pilot)


async def test_a_page_of_a_frozen_picture_stands_still(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("f", "l")
        await pilot.pause()
        note(session, "after the freeze")
        monitor_of(pilot).read()
        assert "after the freeze" not in picture(pilot)


async def test_input_tokens_that_are_counted_apart_are_evidence(session: Session) -> None:
    for target, tokens in ((NAMES[0], 9), (NAMES[4], 14)):
        for at in range(40):
            made = sample(300.0 + at, 200.0, target=target, tokens=(tokens * 10, 16))
            session.monitor.apply(Finished(made), NOW)
    async with running(session) as pilot:
        await pilot.press("c")
        await pilot.pause()
        text = " ".join(picture(pilot).split())
    assert "tokens in" in text
    assert "for the same prompt" in text
    assert "the count alone cannot tell which" in text


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50), (60, 15)], ids=str)
async def test_providers_that_have_no_room_come_with_the_arrows(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    names = [f"litellm-{letter}/gpt-4.1" for letter in "abcdefghijkl"]
    session = session_of(tmp_path, *names)
    for at in range(40):
        for name in names:
            session.monitor.apply(Finished(sample(at * 5.0, 200.0, target=name)), T0 + at * 5)
    clock_of(session).now = T0 + 200
    async with app_of(session).run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("c")
        await pilot.pause()
        assert "A litellm-a" in picture(pilot)
        assert "B litellm-b" in picture(pilot)
        await pilot.press(*["right"] * 20)
        await pilot.pause()
        text = picture(pilot)
        assert "A litellm-a" in text
        assert "L litellm-l" in text
        assert "B litellm-b" not in text
        assert "of A-L" in text.splitlines()[0]
        await pilot.press("left")
        await pilot.pause()
        assert "L litellm-l" not in picture(pilot)
