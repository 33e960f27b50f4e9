"""Groups, their rows and their detail; the next failing target; what keeps still."""

import dataclasses
from pathlib import Path

import pytest
from textual.pilot import Pilot

from relaytop.protocol.messages import Finished, Pause, Resume
from relaytop.tui.rows.folding import Folding
from relaytop.tui.rows.query import RowQuery
from relaytop.watch.session import Session
from tests.support.fake_engine import NAMES, NOW, FakeEngine, engine_of, feed, session_of
from tests.support.samples import T0, sample
from tests.tui.pilots import (
    clock_of,
    monitor_of,
    notices,
    picture,
    running,
    settled,
    shown,
    shown_zoom,
)

HOLYSHEEP, DIRECT = "provider:holysheep", "provider:direct"


def keys_of(pilot: Pilot[int]) -> list[str]:
    return [row.key for row in monitor_of(pilot).rows]


def table_lines(pilot: Pilot[int]) -> list[str]:
    return shown(pilot, "table").splitlines()


async def test_a_group_has_a_row_and_its_targets_no_prefix(session: Session) -> None:
    async with running(session) as pilot:
        assert keys_of(pilot) == [HOLYSHEEP, *NAMES[:4], DIRECT, *NAMES[4:]]
        lines = table_lines(pilot)
        assert lines[1].startswith(" ▲!▾ holysheep")
        assert lines[2].startswith("▌●   gpt-4.1 ")
        assert lines[6].startswith(" ✗!▾ direct")
        assert "2/2 connect" in lines[6]
        assert "holysheep/" not in shown(pilot, "table")


async def test_b_groups_by_model_then_not_then_by_provider(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("b")
        assert keys_of(pilot)[:3] == ["model:gpt-4.1", NAMES[0], NAMES[4]]
        names = [line[5:].split()[0] for line in table_lines(pilot)[1:4]]
        assert names == ["gpt-4.1", "holysheep", "direct"]
        await pilot.press("b")
        assert keys_of(pilot) == list(NAMES)
        assert "direct/" in shown(pilot, "table")
        await pilot.press("b")
        assert keys_of(pilot)[0] == HOLYSHEEP


@pytest.mark.parametrize("keys", [("left",), ("k", "enter"), ("k", "left")])
async def test_folding(session: Session, keys: tuple[str, ...]) -> None:
    async with running(session) as pilot:
        screen = monitor_of(pilot)
        await pilot.press(*keys)
        assert keys_of(pilot) == [HOLYSHEEP, DIRECT, *NAMES[4:]]
        assert screen.selected_group == HOLYSHEEP
        assert "▲!▸ holysheep" in table_lines(pilot)[1]
        await pilot.press("right")
        assert len(keys_of(pilot)) == 8
        assert screen.folded == frozenset()


async def test_the_detail_of_a_group_lists_its_targets_with_their_reasons(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("G", "k", "k")
        assert monitor_of(pilot).selected_group == DIRECT
        assert "direct  ✗ down  2 of 2 connect" in shown(pilot, "title")
        panel = shown(pilot, "panel").splitlines()
        assert panel[0].split()[:3] == ["✗", "openai/gpt-4.1", "connect"]
        assert "Connection refused" in panel[0] or "no" in panel[0]
        await pilot.press("e")
        await pilot.pause()
        assert "direct/openai/gpt-4.1" in picture(pilot)


async def test_space_pauses_and_resumes_all_of_a_group(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("k", "space")
        sent = [c for c in engine_of(session).commands if isinstance(c, Pause)]
        assert sent == [Pause(name) for name in NAMES[:4]]
        assert table_lines(pilot)[1].startswith("▌‖!▾ holysheep")
        assert "holysheep: 4 targets paused" in shown(pilot, "log")
        await pilot.press("space")
        assert Resume(NAMES[3]) in engine_of(session).commands
        await pilot.press("j", "space", "k", "space", "space")
        resumed = [c for c in engine_of(session).commands if isinstance(c, Resume)]
        assert resumed[-4:] == [Resume(name) for name in NAMES[:4]]


async def test_space_on_a_group_leaves_alone_what_the_filter_hides(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("slash", *"sonnet", "enter")
        await pilot.press("g", "space")
        assert [c for c in engine_of(session).commands if isinstance(c, Pause)] == [Pause(NAMES[1])]


async def test_n_goes_to_the_next_failing_target_and_round(session: Session) -> None:
    async with running(session) as pilot:
        screen = monitor_of(pilot)
        went = []
        for key in ("n", "n", "n", "n", "n", "n", "N"):
            await pilot.press(key)
            went.append(screen.selected)
        assert went == [*NAMES[1:6], NAMES[1], NAMES[5]]


async def test_n_unfolds_the_group_and_stays_within_the_filter(session: Session) -> None:
    async with running(session) as pilot:
        screen = monitor_of(pilot)
        await pilot.press("end", "left", "home", "N")
        assert screen.selected == NAMES[5]
        assert screen.selected_group is None
        assert screen.folded == frozenset()
        await pilot.press("slash", *"is:up", "enter", "n")
        assert notices(pilot)[-1] == "no target in this list is failing"


async def test_where_none_fails_n_says_so(tmp_path: Path) -> None:
    async with running(session_of(tmp_path)) as pilot:
        await pilot.press("n")
        assert notices(pilot) == ["no target is failing"]


async def test_what_the_filter_hides_has_no_detail(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("slash", *"is:unknown", "enter")
        await pilot.pause()
        assert "nothing matches /is:unknown; esc lists all" in shown(pilot, "title")
        assert shown(pilot, "panel").strip() == ""
        await pilot.press("e", "c", "z", "z")
        await pilot.pause()
        assert NAMES[0] not in picture(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert NAMES[0] in shown(pilot, "title")


async def test_a_value_that_is_none_is_told_under_the_filter(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("slash", *"is:d")
        await pilot.pause()
        assert "class:timeout" in shown(pilot, "keys")
        await pilot.press(*"wno")
        await pilot.pause()
        assert "is:dwno is not a status" in shown(pilot, "keys")
        assert len(monitor_of(pilot).listed) == 6
        text = picture(pilot).splitlines()
        assert "is:dwno" in text[-2]
        assert "is not a status" in text[-1]
        await pilot.press("enter")
        await pilot.pause()
        assert "is:dwno is not a status" in notices(pilot)[-1]
        assert "? help" in shown(pilot, "keys")


async def test_capital_w_puts_the_worst_first_and_back(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("W")
        assert keys_of(pilot)[0] == DIRECT
        await pilot.press("W")
        assert keys_of(pilot)[0] == HOLYSHEEP


def many(folder: Path) -> Session:
    return session_of(folder, *(f"relay/vendor/model-{n}" for n in range(60)))


def fail(session: Session, number: int, times: int = 3) -> None:
    clock = clock_of(session)
    for _ in range(times):
        clock.now += 1.0
        target = f"relay/vendor/model-{number}"
        made = sample(clock.now - T0, target=target, error="auth")
        session.monitor.apply(Finished(made), clock.now)


async def test_the_worst_come_first_but_the_selected_row_stays_on_its_line(tmp_path: Path) -> None:
    session = many(tmp_path)
    async with running(session) as pilot:
        screen = monitor_of(pilot)
        at = screen.read_clock()
        screen.read_clock = lambda: at
        await pilot.press("j", "j", "j")
        assert table_lines(pilot)[4].startswith("▌○ ")
        assert "model-3 " in table_lines(pilot)[4]
        fail(session, 50)
        screen.read()
        assert screen.listed[0] == "relay/vendor/model-0"
        at += 6.0
        screen.read()
        assert screen.listed[0] == "relay/vendor/model-50"
        assert "model-3 " in table_lines(pilot)[4]
        assert table_lines(pilot)[4].startswith("▌")
        fail(session, 3)
        fail(session, 40)
        at += 6.0
        screen.read()
        assert {"relay/vendor/model-40", "relay/vendor/model-50"} == set(screen.listed[:2])
        assert screen.listed[3] == "relay/vendor/model-3"
        await pilot.press("f")
        fail(session, 20)
        at += 60.0
        screen.read()
        assert "relay/vendor/model-20" not in screen.listed[:5]


async def test_until_a_key_is_pressed_the_worst_is_selected(tmp_path: Path) -> None:
    session = many(tmp_path)
    async with running(session) as pilot:
        screen = monitor_of(pilot)
        at = screen.read_clock()
        screen.read_clock = lambda: at
        for number in (7, 9):
            fail(session, number, times=3 if number == 7 else 4)
            at += 6.0
            screen.read()
            await pilot.pause()
        assert screen.selected in {"relay/vendor/model-7", "relay/vendor/model-9"}
        assert table_lines(pilot)[1].startswith("▌✗")


async def test_it_all_works_on_an_agent_and_frozen(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeEngine, "accepts_commands", False)
    async with running(session) as pilot:
        screen = monitor_of(pilot)
        await pilot.press("f", "n")
        assert screen.selected == NAMES[1]
        await pilot.press("left", "b")
        assert screen.row_query.group_by == "model"
        await pilot.press("W", "k", "space")
        assert not any(isinstance(c, Pause) for c in engine_of(session).commands)


async def test_a_choice_can_be_given_from_outside(session: Session) -> None:
    async with running(session) as pilot:
        screen = monitor_of(pilot)
        screen.row_query = dataclasses.replace(RowQuery(), group_by="model")
        screen.folding = Folding(frozenset({"model:gpt-4.1"}))
        await pilot.pause()
        assert keys_of(pilot)[:2] == ["model:gpt-4.1", "model:claude-sonnet-4.5"]


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (300, 100)])
async def test_a_group_is_drawn_at_every_size(session: Session, size: tuple[int, int]) -> None:
    async with running(session) as pilot:
        await pilot.resize_terminal(*size)
        await pilot.press("g", "z", "z", "left", "z")
        await pilot.pause()
        assert "holysheep" in picture(pilot)


def test_the_fixture_has_an_incident(session: Session) -> None:
    assert session.monitor.summary(NAMES[5], NOW).status == "down"
    assert feed(session) is session


def many_of_two(tmp_path: Path) -> Session:
    models = [f"maker/model-{number:02}" for number in range(40)]
    return feed(session_of(tmp_path, *(f"{p}/{m}" for p in ("one", "two") for m in models)), [])


def ids_on(lines: list[str]) -> list[str]:
    """The key of each row, as its group above it and its name tell."""
    found: list[str] = []
    owner = ""
    for line in lines:
        words = line[3:].split()
        owner = words[1] if words[0] == "▾" else owner
        found.append(f"provider:{owner}" if words[0] == "▾" else f"{owner}/{words[0]}")
    return found


async def test_the_row_of_a_group_stays_above_its_targets_in_sight(tmp_path: Path) -> None:
    async with running(many_of_two(tmp_path)) as pilot:
        for key in ("j", *["pagedown"] * 6, *["pageup"] * 6, "G", *["k"] * 60, "n", "g"):
            await pilot.press(key)
            await pilot.pause()
            lines = table_lines(pilot)[1:]
            keys = ids_on(lines)
            assert keys[0].startswith("provider:")
            marked = [at for at, line in enumerate(lines) if line.startswith("▌")]
            assert [keys[at] for at in marked] == [monitor_of(pilot).selected_key]


async def test_pages_of_grouped_rows_leave_none_out(tmp_path: Path) -> None:
    async with running(many_of_two(tmp_path)) as pilot:
        seen: set[str] = set()
        await pilot.press("g")
        for _ in range(8):
            await pilot.pause()
            seen |= set(ids_on(table_lines(pilot)[1:]))
            await pilot.press("pagedown")
        assert seen == set(keys_of(pilot))


async def test_a_click_on_the_row_that_stays_selects_the_group(tmp_path: Path) -> None:
    async with running(many_of_two(tmp_path)) as pilot:
        await pilot.press("pagedown")
        await pilot.pause()
        keys = ids_on(table_lines(pilot)[1:])
        assert keys[0] == "provider:one"
        await pilot.click("#table", (10, 2))
        await pilot.pause()
        assert monitor_of(pilot).selected_key == keys[1]
        await pilot.click("#table", (10, 1))
        await pilot.pause()
        assert monitor_of(pilot).selected_key == "provider:one"
        assert table_lines(pilot)[1].startswith("▌")


async def test_the_group_is_in_sight_once_rows_are_grouped(tmp_path: Path) -> None:
    names = [f"one/maker/model-{number:02}" for number in range(40)]
    async with running(session_of(tmp_path, *names)) as pilot:
        await pilot.press("j", "k", "b")
        await pilot.pause()
        assert "▾ one" in table_lines(pilot)[1]


async def test_the_detail_of_a_group_leaves_out_what_the_filter_hides(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("slash", *"sonnet", "enter", "g")
        await pilot.pause()
        panel = shown(pilot, "panel")
        assert "claude-sonnet-4.5" in panel
        assert "gpt-4.1" not in panel
        assert "3 hidden by the filter" in panel


async def test_a_zoomed_chart_shows_nothing_of_what_the_filter_hides(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("z")
        await settled(pilot)
        assert "60 probes" in shown_zoom(pilot)
        await pilot.press("slash", *"nothing", "enter")
        await settled(pilot)
        assert not shown_zoom(pilot).strip()
        assert "nothing matches /nothing" in shown(pilot, "title")
        await pilot.press("escape")
        await settled(pilot)
        assert "60 probes" in shown_zoom(pilot)


@pytest.mark.parametrize("keys", [("o",), ("O",), ("W",)])
async def test_sorting_shows_the_first_rows_where_not_all_have_room(
    tmp_path: Path, keys: tuple[str, ...]
) -> None:
    async with running(many_of_two(tmp_path)) as pilot:
        await pilot.press("G")
        await pilot.pause()
        assert "more" in table_lines(pilot)[0]
        await pilot.press(*keys)
        await pilot.pause()
        assert monitor_of(pilot).selected_key == monitor_of(pilot).rows[1].key
        assert ids_on(table_lines(pilot)[1:])[:2] == keys_of(pilot)[:2]


async def test_sorting_selects_nothing_else_where_all_are_in_sight(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("j", "j", "o", "O", "W")
        assert monitor_of(pilot).selected == NAMES[2]
