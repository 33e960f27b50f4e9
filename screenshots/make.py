"""Makes the pictures of the README from the real app on the demo's relay.

Run `python screenshots/make.py`: it takes two minutes, needs no key and no network, and writes
the SVG files beside this script.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from pathlib import Path

from relaytop.demo.child import DemoRelay
from relaytop.demo.settings import demo_settings
from relaytop.engine.child import EngineChild
from relaytop.tui.app import RelaytopApp
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.watch.session import Session

HERE = Path(__file__).parent
SEED = 7
BEGIN_S = 5.0
"""How far into the demo's script the watching begins."""
SCENES: tuple[tuple[str, float, tuple[int, int], tuple[str, ...]], ...] = (
    ("tail", 36.0, (120, 36), ("j",)),
    ("limited", 30.0, (120, 36), ("j",)),
    ("down", 26.0, (120, 36), ("end", "enter")),
    ("compact", 2.0, (80, 24), ("enter", "home")),
    ("help", 1.0, (120, 36), ("question_mark",)),
)
"""Name, seconds of watching before it, size, and the keys pressed for it."""


async def main() -> None:
    """Watch the demo's incident and take a picture of each scene."""
    relay = DemoRelay.spawn(SEED, at_s=BEGIN_S)
    settings = demo_settings(relay.ports())

    def spawn() -> EngineChild:
        return EngineChild.spawn(os.environ, ledger=None)

    engine = spawn()
    try:
        engine.start(settings)
        with tempfile.TemporaryDirectory() as folder:
            session = Session(settings, engine, restart=spawn, snapshots=Path(folder))
            app = RelaytopApp(session, UNICODE)
            async with app.run_test(size=SCENES[0][2]) as pilot:
                for name, wait_s, size, keys in SCENES:
                    await asyncio.sleep(wait_s)
                    await pilot.resize_terminal(*size)
                    await pilot.press(*keys)
                    await asyncio.sleep(1.5)
                    svg = app.export_screenshot(title=f"relaytop demo --seed {SEED}")
                    # The picture must not ask another host for its font.
                    svg = re.sub(r"@font-face\s*\{[^}]*\}", "", svg)
                    (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")
                    print(f"{name}.svg")
    finally:
        engine.stop()
        relay.stop()


if __name__ == "__main__":
    asyncio.run(main())
