"""What the environment tells of a terminal's colours."""

import pytest

from relaytop.tui.terminal.color_depth import ColorDepth, detect_color_depth, has_faint


@pytest.mark.parametrize(
    ("environ", "depth"),
    [
        ("TERM=xterm-256color COLORTERM=truecolor", ColorDepth.TRUECOLOR),
        ("TERM=xterm-256color COLORTERM=24bit", ColorDepth.TRUECOLOR),
        ("TERM=xterm-kitty", ColorDepth.TRUECOLOR),
        ("TERM=xterm-direct", ColorDepth.TRUECOLOR),
        ("TERM=xterm-256color", ColorDepth.INDEXED),
        ("TERM=screen-256color COLORTERM=truecolor STY=1.pts", ColorDepth.INDEXED),
        ("TERM=screen-256color COLORTERM=truecolor TMUX=/tmp/x,1,0", ColorDepth.TRUECOLOR),
        ("TERM=tmux-256color", ColorDepth.INDEXED),
        ("TERM=xterm", ColorDepth.ANSI_16),
        ("TERM=xterm COLORTERM=yes", ColorDepth.ANSI_16),
        ("TERM=linux", ColorDepth.ANSI_8),
        ("TERM=linux COLORTERM=truecolor", ColorDepth.ANSI_8),
        ("TERM=screen", ColorDepth.ANSI_8),
        ("TERM=rxvt", ColorDepth.ANSI_8),
        ("TERM=unheard-of", ColorDepth.ANSI_8),
        ("TERM=vt100", ColorDepth.NONE),
        ("TERM=vt220 COLORTERM=truecolor", ColorDepth.NONE),
        ("TERM=xterm-mono", ColorDepth.NONE),
        ("TERM=rxvt-m", ColorDepth.NONE),
        ("TERM=xterm-256color COLORTERM=truecolor NO_COLOR=1", ColorDepth.NONE),
        ("TERM=xterm-256color COLORTERM=truecolor NO_COLOR=", ColorDepth.TRUECOLOR),
        ("", ColorDepth.ANSI_8),
    ],
)
def test_the_depth(environ: str, depth: ColorDepth) -> None:
    variables = dict(part.split("=", 1) for part in environ.split())
    assert detect_color_depth(variables) == depth


def test_faint_text_cannot_be_read_on_the_linux_console() -> None:
    assert not has_faint({"TERM": "linux"})
    assert has_faint({"TERM": "xterm"})
