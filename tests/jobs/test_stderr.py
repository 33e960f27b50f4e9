import asyncio
import io

import pytest

from relaytop.jobs import stderr


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


async def test_progress_is_shown_and_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, paper = Terminal(), io.StringIO()
    monkeypatch.setattr(stderr, "DELAY_S", 0.0)
    for stream in (screen, paper):
        monkeypatch.setattr("sys.stderr", stream)
        with stderr.progress_line(lambda: stderr.steps_text({"relay": "dns"})):
            for _ in range(100):
                if stream.getvalue() or stream is paper:
                    break
                await asyncio.sleep(0.01)
    assert "relay: dns" in screen.getvalue()
    assert screen.getvalue().endswith("\r\x1b[K")
    assert paper.getvalue() == ""


def test_what_is_quick_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(stderr, "DELAY_S", 3600.0)
    monkeypatch.setattr("sys.stderr", screen)
    with stderr.progress_line(lambda: "relay: dns"):
        pass
    assert screen.getvalue() == ""


def test_progress_fits_its_line() -> None:
    both = stderr.steps_text({"a": "tls", "b": "/models"})
    assert stderr.cut(both, 80) == "a: tls, b: /models"
    assert stderr.cut(stderr.steps_text({"a": "x" * 100}), 20) == "a: " + "x" * 14 + "..."
