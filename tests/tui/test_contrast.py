"""All that is sent can be read, in every theme and with however many colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest
from rich.color import ColorSystem
from textual.strip import Strip
from textual.theme import BUILTIN_THEMES

from relaytop.tui.app import RelaytopApp
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.tui.draw.text_runs import Role
from relaytop.tui.palette import Palette
from relaytop.tui.terminal.color_depth import ColorDepth
from relaytop.tui.terminal.color_reduction import reduced
from relaytop.tui.terminal.contrast import contrast
from relaytop.tui.terminal.styles import DEFAULT, after_sgr
from relaytop.tui.themes import OWN_THEMES, THEMES, theme_cycle
from tests.support.fake_engine import session_of
from tests.tui.everywhere import PLACES
from tests.tui.pilots import settled
from tests.tui.terminal.colors import LINUX_CONSOLE, XTERM_COLORS

if TYPE_CHECKING:
    from pathlib import Path

    from rich.style import Style

    from tests.tui.terminal.colors import TerminalColors

DEPTHS = list(ColorDepth)
TERMINALS = {"xterm": (XTERM_COLORS, True), "linux": (LINUX_CONSOLE, False)}
"""Name → its colours, and whether it has faint text that can be read."""
ROLES: tuple[Role, ...] = get_args(Role)


def ratio(app: RelaytopApp, style: Style, terminal: TerminalColors) -> float:
    """The contrast of text that is painted in a style, as a terminal shows what is sent."""
    ansi = Strip.render_ansi(style, ColorSystem.TRUECOLOR)
    sent = reduced(after_sgr(DEFAULT, ansi), app.shown_colors)
    return contrast(*terminal.pair(sent))


def strips_in_front(app: RelaytopApp) -> list[Strip]:
    """The painted lines, of a dialog those without what it makes faint behind it."""
    strips = app.screen._compositor.render_strips()
    if not app.screen.is_modal:
        return strips
    front = app.screen.children[0].region
    return [strip.crop(front.x, front.right) for strip in strips[front.y : front.bottom]]


@pytest.mark.parametrize("name", TERMINALS)
@pytest.mark.parametrize("depth", DEPTHS, ids=lambda depth: depth.name)
def test_every_role_in_every_theme(tmp_path: Path, depth: ColorDepth, name: str) -> None:
    terminal, faint = TERMINALS[name]
    app = RelaytopApp(session_of(tmp_path), UNICODE, depth=depth, faint=faint)
    for theme in (*THEMES, *BUILTIN_THEMES):
        app.set_reactive(RelaytopApp.theme, theme)
        palette = Palette(app.get_css_variables())
        for role in ROLES:
            least = 3.0 if role in {"dim", "rule"} else 4.5
            for selected in (False, True):
                (segment,) = palette.strip([("x", role)], 1, selected=selected)
                assert segment.style is not None
                found = ratio(app, segment.style, terminal)
                assert found >= least, (theme, role, selected, found)


SHOWN = [(place, DEPTHS[i % len(DEPTHS)]) for i, place in enumerate(PLACES)]
"""Each screen with one number of colours: the roles of `test_every_role_in_every_theme` are all
that it is painted with, but for what Textual's own widgets add."""


@pytest.mark.parametrize(("place", "depth"), SHOWN, ids=lambda one: getattr(one, "name", one))
async def test_every_text_on_every_screen(tmp_path: Path, place: str, depth: ColorDepth) -> None:
    make, go = PLACES[place]
    app = RelaytopApp(make(tmp_path), UNICODE, depth=depth)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await go(pilot)
        for theme in OWN_THEMES:
            if app.theme != theme.name:
                app.theme = theme.name
                await pilot.pause()
            for strip in strips_in_front(app):
                for text, style, _ in strip:
                    if style is not None and any(map(str.isalnum, text)):
                        found = ratio(app, style, XTERM_COLORS)
                        assert found >= 3.0, (theme.name, text, style, found)


def test_the_theme_key_offers_what_differs() -> None:
    assert theme_cycle(ColorDepth.NONE) == ()
    assert theme_cycle(ColorDepth.ANSI_8) == ("terminal", "colorblind")
    assert {"relaytop", "relaytop-light", "colorblind", "terminal"} <= set(
        theme_cycle(ColorDepth.INDEXED)
    )
