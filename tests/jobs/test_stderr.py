import asyncio
import io

import pytest

from relaytop.jobs.stderr import progress_line, progress_text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


async def test_progress_is_shown_and_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, paper = Terminal(), io.StringIO()
    for stream in (screen, paper):
        monkeypatch.setattr("sys.stderr", stream)
        async with progress_line({"relay": "dns"}, delay_s=0.0):
            for _ in range(100):
                if stream.getvalue() or stream is paper:
                    break
                await asyncio.sleep(0.01)
    assert "relay: dns" in screen.getvalue()
    assert screen.getvalue().endswith("\r\x1b[K")
    assert paper.getvalue() == ""


async def test_what_is_quick_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    async with progress_line({"relay": "dns"}, delay_s=3600.0):
        await asyncio.sleep(0)
    assert screen.getvalue() == ""


def test_progress_fits_its_line() -> None:
    assert progress_text({"a": "tls", "b": "/models"}, 80) == "a: tls, b: /models"
    assert progress_text({"a": "x" * 100}, 20) == "a: " + "x" * 14 + "..."
