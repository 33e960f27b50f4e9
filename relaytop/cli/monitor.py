"""Starting the screen: engine first, then Textual, then the picture."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Any

from relaytop.cli.aside import begin_loading
from relaytop.config.errors import RelaytopError
from relaytop.config.paths import ledger_path, snapshots_folder
from relaytop.engine.child import EngineChild

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from relaytop.cli.options import Options
    from relaytop.config.settings import Settings
    from relaytop.tui.session import Engine


def monitor(options: Options, *, against: Path | None = None) -> int:
    """Run the monitor and return the exit code.

    Args:
        options: The common flags.
        against: A snapshot to compare with.

    Raises:
        RelaytopError: No terminal, nothing to watch, or no snapshot.
    """
    require_terminal()
    reference = _snapshot(against) if against is not None else None
    return watch(begin_loading(options), options, ledger=ledger_path(), reference=reference)


def _snapshot(path: Path) -> Mapping[str, Any]:
    from relaytop.store.snapshot import load_snapshot  # noqa: PLC0415 - only when it is wanted

    return load_snapshot(path)


def require_terminal() -> None:
    """Raise `RelaytopError` where there is no terminal that could show the monitor."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sentence = (
            "no terminal: the monitor needs one on stdin and stdout; "
            "without one use `relaytop agent`"
        )
        raise RelaytopError(sentence)
    if os.environ.get("TERM", "") in {"", "dumb"}:
        sentence = (
            f"TERM={os.environ.get('TERM', '')!s}: this terminal cannot move its cursor; "
            "set TERM to what it is (xterm-256color, say), or use `relaytop agent`"
        )
        raise RelaytopError(sentence)


def watch(
    settings_of: Callable[[], Settings],
    options: Options,
    *,
    ledger: Path | None,
    reference: Mapping[str, Any] | None = None,
) -> int:
    """Run the screen and return the exit code.

    Args:
        settings_of: Tells what to watch; called when the engine and Textual are on their way.
        options: The common flags.
        ledger: The ledger's file; None keeps no account of what is spent.
        reference: A snapshot that the figures are compared with.
    """

    def spawn() -> EngineChild:
        return EngineChild.spawn(os.environ, ledger=ledger)

    listening = None
    if options.prometheus is not None:
        from relaytop.export.address import listen  # noqa: PLC0415 - only when it is wanted

        listening = listen(options.prometheus, "--prometheus")
    recorder = None
    if options.record is not None:
        from relaytop.store.recorder import Recorder  # noqa: PLC0415 - only when it is wanted

        recorder = Recorder(options.record)
    if not options.color:
        os.environ["NO_COLOR"] = "1"  # Textual looks for it
    # Nothing that is made on the way to the first picture is garbage; looking for some takes 10 %.
    gc.disable()
    engine: Engine = spawn()
    try:
        # The engine and Textual are imported side by side: both are needed for the first picture.
        from relaytop.tui.app import RelaytopApp  # noqa: PLC0415
        from relaytop.tui.draw.marks import ASCII, UNICODE  # noqa: PLC0415
        from relaytop.tui.session import Session  # noqa: PLC0415
        from relaytop.tui.terminal.driver import TerminalDriver  # noqa: PLC0415

        settings = settings_of()
        engine.start(settings)
        session = Session(settings, engine, restart=spawn, snapshots=snapshots_folder())
        if reference is not None:
            from relaytop.tui.reference import Reference  # noqa: PLC0415

            session.reference = Reference(reference)
        if listening is not None:
            from relaytop.export.exporter import Exporter  # noqa: PLC0415 - only when wanted

            session.exporter = Exporter(listening, session.monitor, lambda: session.dead)
        if recorder is not None:
            recorder.watch(settings)
            session.recorder = recorder
        app = RelaytopApp(session, ASCII if options.ascii else UNICODE, TerminalDriver)
        try:
            app.run()
        finally:
            engine = session.engine
        return app.return_code or 0
    finally:
        engine.stop()
        if recorder is not None:
            recorder.close()
        if listening is not None:
            listening.close()
