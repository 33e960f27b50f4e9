"""Five thousand events in a second: keys are answered meanwhile, and every event is recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relaytop.protocol.messages import Notice
from relaytop.store.recording import Recording
from relaytop.wire.text import clean
from tests.support import flooding_engine
from tests.support.endings import assert_no_process, assert_restored
from tests.support.injection import Injection

if TYPE_CHECKING:
    from tests.support.launch import Start


@pytest.mark.parametrize("frozen", [False, True], ids=["live", "frozen"])
def test_five_thousand_events_in_a_second(
    start: Start, home: dict[str, str], tmp_path: Path, *, frozen: bool
) -> None:
    injection = Injection(home)
    injection.replace_engine(Path(flooding_engine.__file__))
    config, recording = tmp_path / "c.toml", tmp_path / "rec"
    config.write_text(
        '[providers.relay]\nbase_url = "http://127.0.0.1:9/v1"\napi_key_env = "A_KEY"\n'
        'models = ["m", "n"]\n'
    )
    terminal = start(
        *("--config", str(config), "--record", str(recording)),
        columns=120,
        rows=36,
        A_KEY="k",
        **injection.environ,
    )
    terminal.wait_for("relay/m")
    if frozen:
        terminal.press("f")
        terminal.wait_for("FROZEN")
    for _ in range(5):  # in the midst of it
        terminal.press("?")
        terminal.wait_for("help: monitor")
        terminal.press("escape")
        terminal.wait_for(lambda text: "help: monitor" not in text)
    if frozen:
        terminal.press("f")
    last = clean(flooding_engine.event_text(flooding_engine.EVENTS - 1))
    terminal.wait_for(last)
    terminal.press("l")
    terminal.wait_for("esc back")
    terminal.wait_for(last)
    terminal.press("/", "event edcb", "\r")
    terminal.wait_for(clean(flooding_engine.event_text(4321)))
    terminal.press("escape")
    terminal.wait_for(last)
    terminal.press("escape")
    terminal.wait_for("? help")
    terminal.read(0.2)  # an escape and a letter that come together are another key
    terminal.press("q")
    assert terminal.wait() == 0
    assert_restored(terminal)
    assert_no_process(home)
    with Recording(recording) as recorded:
        told = [report.text for report in recorded.reports() if isinstance(report, Notice)]
        assert recorded.broken == 0
    assert len(told) == len({*told}) == flooding_engine.EVENTS
