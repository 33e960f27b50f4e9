"""Choosing models: what is ticked stays so, and all that match are chosen at once."""

from textual.pilot import Pilot
from textual.widgets import Input

from relaytop.protocol.messages import Add, Models
from relaytop.tui.screens.model_picker import ModelPicker
from relaytop.watch.session import Session
from tests.support.fake_engine import engine_of
from tests.tui.pilots import picker_of, picture, running

OFFER = Models("direct", ("gpt-4.1", "gpt-4.1-mini", "claude-sonnet-4.5"))


async def opened(pilot: Pilot[int]) -> ModelPicker:
    await pilot.press("a")
    await pilot.pause()
    screen = picker_of(pilot)
    screen.add_models(OFFER)
    await pilot.pause()
    return screen


async def test_what_was_ticked_is_so_when_it_is_opened_again(session: Session) -> None:
    async with running(session) as pilot:
        await opened(pilot)
        await pilot.press("down", "down", "space", "escape")
        screen = await opened(pilot)
        assert screen.chosen == (("direct", "gpt-4.1-mini"),)
        assert picture(pilot).count("[x] direct") == 1
        await pilot.press("enter")
        await pilot.pause()
        (added,) = [each for each in engine_of(session).commands if isinstance(each, Add)]
        assert [target.id for target in added.targets] == ["direct/gpt-4.1-mini"]
        assert (await opened(pilot)).chosen == ()


async def test_all_that_match_are_chosen_and_none_again(session: Session) -> None:
    async with running(session) as pilot:
        screen = await opened(pilot)
        await pilot.press(*"gpt", "ctrl+a")
        assert {model for _provider, model in screen.chosen} == {"gpt-4.1", "gpt-4.1-mini"}
        assert screen.query_one(Input).value == "gpt"
        await pilot.press("ctrl+a")
        assert screen.chosen == ()


async def test_a_model_is_probed_as_what_it_is_and_told_in_a_line(session: Session) -> None:
    name = "a-vendor-of-models/text-embedding-of-many-languages"
    async with running(session) as pilot:
        await pilot.resize_terminal(60, 16)
        screen = await opened(pilot)
        screen.add_models(Models("direct", (name, "gpt-5-pro"), modes={name: "embeddings"}))
        await pilot.pause()
        lines = picture(pilot).splitlines()
        assert any("[ ]" in line and "embeddings" in line and "/h" in line for line in lines)
        assert not [line for line in lines if "unpriced" in line and "[ ]" not in line]
        await pilot.press("down", "space", "enter")
        await pilot.pause()
        (added,) = [each for each in engine_of(session).commands if isinstance(each, Add)]
        assert [target.mode for target in added.targets] == ["embeddings"]


async def test_it_says_its_keys(session: Session) -> None:
    async with running(session) as pilot:
        await opened(pilot)
        for size in ((80, 24), (120, 36)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            for key in ("space choose", "^a all", "enter start", "esc"):
                assert key in picture(pilot)


async def test_a_list_that_comes_when_it_is_gone_ends_nothing(session: Session) -> None:
    async with running(session) as pilot:
        screen = await opened(pilot)
        await screen.query_one("#dialog").remove()
        screen.add_models(OFFER)
        screen.update_prices(session.settings)
        await pilot.pause()
        assert pilot.app.is_running
