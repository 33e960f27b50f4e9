"""Starting the screen: engine first, then Textual, then the picture."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relaytop.cli.alert_sending import (
    has_receivers,
    make_notifier,
    with_on_alert,
)
from relaytop.cli.final_errors import write_final_errors
from relaytop.cli.forked_settings import begin_loading
from relaytop.cli.user_choices import keep_choices, saved_choices
from relaytop.cli.user_keys import key_mistakes_too, keymap
from relaytop.config.errors import RelaytopError
from relaytop.config.paths import incidents_file, ledger_path, runtime_folder, snapshots_folder
from relaytop.tui.terminal.sign_query import SignQuery
from relaytop.watch.agent import discovery
from relaytop.watch.agent.agent_error import AgentError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from relaytop.cli.metrics_listener import MetricsListener
    from relaytop.cli.options import Options
    from relaytop.config.settings import Settings
    from relaytop.engine.child import EngineChild
    from relaytop.store.recorder import Recorder
    from relaytop.watch.agent.client import AgentClient
    from relaytop.watch.engine import Engine
    from relaytop.watch.notify.notifier import Notifier
    from relaytop.watch.session import Session


def monitor(
    options: Options,
    *,
    against: Path | None = None,
    gate: bool = False,
    fresh: bool = False,
    fresh_state: bool = False,
) -> int:
    """Run the monitor and return the exit code.

    Args:
        options: The common flags.
        against: A snapshot or a recording to compare with.
        gate: Whether something that got worse beyond noise is exit code 1 at the end.
        fresh: Probe here, though an agent of the same config may run on this machine.
        fresh_state: Neither restore the user's choices at the screen nor keep them.

    Raises:
        RelaytopError: No terminal, nothing to watch, or no snapshot.
    """
    require_terminal()
    reference = _snapshot(against) if against is not None else None
    return watch(
        begin_loading(options),
        options,
        ledger=ledger_path(),
        incidents=incidents_file(),
        peers=runtime_folder(),
        reference=reference,
        gate=gate,
        attach=not fresh and discovery.any_agent_socket(),
        keeps_choices=not fresh_state,
    )


def _snapshot(path: Path) -> Mapping[str, Any]:
    from relaytop.cli.recordings import read_document  # noqa: PLC0415 - only when it is wanted

    return read_document(path)


def require_terminal() -> None:
    """Raise `RelaytopError` where there is no terminal that could show the monitor."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sentence = (
            "no terminal: the monitor needs one on stdin and stdout; "
            "without one use `relaytop agent`, or `relaytop --once`"
        )
        raise RelaytopError(sentence)
    if os.environ.get("TERM", "") in {"", "dumb"}:
        sentence = (
            f"TERM={os.environ.get('TERM', '')!s}: this terminal cannot position the cursor; "
            "set TERM to match it (such as xterm-256color), or use `relaytop agent`"
        )
        raise RelaytopError(sentence)


def watch(
    settings_of: Callable[[], Settings],
    options: Options,
    *,
    ledger: Path | None,
    incidents: Path | None = None,
    peers: Path | None = None,
    reference: Mapping[str, Any] | None = None,
    gate: bool = False,
    attach: bool = False,
    keeps_choices: bool = False,
) -> int:
    """Run the screen and return the exit code.

    Args:
        settings_of: Tells what to watch; called when the engine and Textual are on their way.
        options: The common flags.
        ledger: The ledger's file; None keeps no account of what is spent.
        incidents: The file of what alerts find; None keeps nothing.
        peers: The folder in which those that probe the same find each other; None: none is found.
        reference: A snapshot that the figures are compared with.
        gate: Whether a difference for the worse is exit code 1 at the end.
        attach: Whether an agent runs, which is read instead if it watches the same.
        keeps_choices: Whether the user's choices at the screen are restored and kept.
    """

    def spawn() -> EngineChild:
        from relaytop.engine.child import EngineChild  # noqa: PLC0415 - after the fork

        return EngineChild.spawn(os.environ, ledger=ledger)

    with ExitStack() as stack:
        signs = stack.enter_context(SignQuery(os.environ, wanted=not options.ascii))
        outputs = _outputs(options, stack)
        gc.disable()  # as in `main`: the app switches it on after its first picture
        engine: Engine | None = None
        session: Session | None = None
        notifier: Notifier | None = None
        try:
            # Imported while the settings are loaded beside it: the first picture needs both. The
            # engine would only compete for the CPUs before.
            from relaytop.tui.start import make_app  # noqa: PLC0415 - see above
            from relaytop.watch.incident_file import kept_incidents  # noqa: PLC0415 - see above
            from relaytop.watch.peers import Peers  # noqa: PLC0415 - see above
            from relaytop.watch.session import Session  # noqa: PLC0415 - see above

            with key_mistakes_too(options.config):
                settings = with_on_alert(settings_of(), options.on_alert)
                keys = keymap(settings.keys, options.config)
            attached, unread = _attached(settings) if attach else (None, None)
            if attached is None and has_receivers(settings):
                notifier = make_notifier(settings)
            engine = attached or spawn()
            engine.start(settings)
            session = Session(settings, engine, restart=spawn, snapshots=snapshots_folder())
            if attached is not None:
                attached.restore(session.monitor, session.clock())
            if unread is not None:
                session.note("engine", "warning", f"{unread}; probing here instead")
            _equip(session, reference, outputs)
            if peers is not None:
                session.peers = Peers(peers, os.getpid())
                stack.callback(session.peers.close)
            _send_alerts(session, notifier, options)
            if attached is None and incidents is not None:
                kept = kept_incidents(session.alerting, incidents, settings, session.unsent_alerts)
                stack.enter_context(kept)
            app = make_app(
                session,
                ascii_only=options.ascii,
                signs=signs,
                color=options.color,
                slow_link=options.slow_link,
                mouse=settings.mouse and options.mouse,
                keymap=keys,
                choices=saved_choices(options) if keeps_choices else None,
            )
            try:
                app.run()
            finally:
                keep_choices(app)
            if app.unsaved is not None:
                write_final_errors([("error", app.unsaved)])
            if app.complaint is not None:
                raise RelaytopError(app.complaint)
            code = app.return_code or 0
            return _verdict(session, reference) if gate and reference and not code else code
        finally:
            _end(engine, session, notifier)


def _attached(settings: Settings) -> tuple[AgentClient | None, str | None]:
    """Return the agent that watches the same, or why there is one that cannot be read."""
    try:
        return discovery.connect_agent(settings), None
    except AgentError as error:
        return None, str(error)


def _send_alerts(session: Session, notifier: Notifier | None, options: Options) -> None:
    """Let a session send its alerts; where an agent probes, it is the agent that does."""
    if notifier is not None:
        session.send_alerts_by(notifier)
    elif options.on_alert is not None:
        text = "--on-alert is ignored: the agent sends the alerts"
        session.note("alert", "warning", text)


def _end(engine: Engine | None, session: Session | None, notifier: Notifier | None) -> None:
    """Stop the engine while the last alerts are sent; say which were not, where no log is left.

    Args:
        engine: The first one.
        session: The one that may have started another, and is given its last reports.
        notifier: Sends the alerts.
    """
    if notifier is not None:
        notifier.begin_close()
    if session is not None:
        session.engine.stop()
        session.apply_unread(session.engine)
    elif engine is not None:
        engine.stop()
    if notifier is not None:
        notifier.close()
        write_final_errors(notifier.remarks())


def _verdict(session: Session, reference: Mapping[str, Any]) -> int:
    from relaytop.store.difference import limited_to, regressed  # noqa: PLC0415 - at the end

    document = session.document()
    return int(regressed(limited_to(reference, document), document))


@dataclass(frozen=True, slots=True)
class _Outputs:
    """The outputs beside the screen."""

    listener: MetricsListener | None
    """For Prometheus."""
    recorder: Recorder | None


def _outputs(options: Options, stack: ExitStack) -> _Outputs:
    """Open what was asked for; `stack` closes it."""
    listener = recorder = None
    if options.prometheus is not None:
        from relaytop.cli.metrics_listener import open_listener  # noqa: PLC0415 - as below

        listener = open_listener(
            options.prometheus,
            "--prometheus",
            options.web_config,
            insecure=options.insecure_listen,
        )
        stack.callback(listener.socket.close)
    if options.record is not None:
        from relaytop.store.recorder import Recorder  # noqa: PLC0415 - only when it is wanted

        recorder = Recorder(options.record)
        stack.callback(_close, recorder)
    return _Outputs(listener, recorder)


def _close(recorder: Recorder) -> None:
    recorder.close()
    write_final_errors(recorder.remarks())


def _equip(session: Session, reference: Mapping[str, Any] | None, outputs: _Outputs) -> None:
    """Give a session what was asked for beside the screen."""
    if reference is not None:
        from relaytop.watch.reference import Reference  # noqa: PLC0415 - only when it is wanted

        session.reference = Reference(reference)
    if outputs.listener is not None:
        from relaytop.export.exporter import Exporter  # noqa: PLC0415 - only when it is wanted

        session.exporter = Exporter(
            outputs.listener.socket,
            session.monitor,
            session.trouble,
            lambda: session.thresholds,
            lambda: session.alerting.firing,
            outputs.listener.guard,
        )
        outputs.listener.announce(lambda level, text: session.note("notice", level, text))
    if outputs.recorder is not None:
        session.record_to(outputs.recorder)
