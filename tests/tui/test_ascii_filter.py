"""`--ascii`: no character beyond ASCII on any screen, whatever a server or a config says."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from relaytop.tui.draw.ascii import plain
from relaytop.tui.draw.glyphs import ASCII, UNICODE, Glyphs
from tests.support.fake_engine import NAMES, app_of, feed, incident, session_of
from tests.tui.everywhere import PLACES
from tests.tui.pilots import picture, settled
from tests.tui.test_screens import SIZES

texts = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))


@given(texts)
def test_a_plain_text_takes_as_many_cells(text: str) -> None:
    assert plain(text).isascii()
    assert len(plain(text)) == sum(cell_len(char) for char in text)


def test_what_comes_from_outside_is_not_guessed() -> None:
    assert plain("modèl-日本 · 5 ≥ 3…") == "mod?l-???? - 5 > 3~"


@pytest.mark.parametrize("place", PLACES)
async def test_every_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Without colours too, and after the terminal became small: nothing is lost, nothing breaks."""
    monkeypatch.setenv("NO_COLOR", "1")
    make, go = PLACES[place]
    app = app_of(make(tmp_path), ASCII)
    async with app.run_test(size=SIZES[-1]) as pilot:
        await settled(pilot)
        await go(pilot)
        await settled(pilot)
        assert app.no_color
        text = picture(pilot)
        assert text.strip()
        assert "".join(sorted(set(text) - set(map(chr, range(128))))) == ""
        await pilot.resize_terminal(60, 15)
        await settled(pilot)
        text = picture(pilot)
        assert text.strip()
        assert text.isascii()


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
async def test_a_foreign_name_and_a_hang(tmp_path: Path, glyphs: Glyphs) -> None:
    session = session_of(tmp_path, "relay/modèl", *NAMES)
    feed(session, incident())
    async with app_of(session, glyphs).run_test(size=(60, 15)) as pilot:
        await settled(pilot)
        text = picture(pilot)
        assert ("relay/mod?l" if glyphs is ASCII else "relay/modèl") in text
        assert ("~12s" if glyphs is ASCII else "…12s") in text  # at the least width there is


@pytest.fixture(autouse=True)
def _utc(zone: Callable[[str], None]) -> None:
    zone("UTC")
