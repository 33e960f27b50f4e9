"""A program of the user's that is run with each alert."""

from __future__ import annotations

import json
import subprocess
from pathlib import PurePath
from typing import TYPE_CHECKING

from relaytop.alerts.formats.document import alert_document
from relaytop.alerts.formats.variables import alert_variables
from relaytop.config.masking import mask_urls, shown_path
from relaytop.config.user_command import MAX_OUTPUT, TooMuchOutputError, run_user_command
from relaytop.watch.notify.channel import Undelivered
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.alerts.alert import Alert
    from relaytop.watch.notify.channel import Closing

TIMEOUT_S = 30.0
MAX_LINE = 120
"""Characters of its output's last line that the log shows."""


class CommandChannel:
    """Runs a program with an alert's facts in its environment and, as JSON, on its standard input.

    Args:
        command: The program and its arguments; no shell is involved.
        environ: Its environment beside the facts; no keys.
        host: The name of this machine.
        timeout_s: Seconds after which it is ended, with every process that it started.
    """

    refresh_s: float | None = None

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        host: str,
        *,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._command = command
        self._environ = environ
        self._host = host
        self._timeout_s = timeout_s
        self.name = f"alert command {PurePath(shown_path(command[0])).name}"

    def deliver(self, alert: Alert, closing: Closing) -> Undelivered | None:
        """Run the program to its end; return why it failed, None where it did not."""
        document = json.dumps(alert_document(alert, self._host))
        try:
            done = run_user_command(
                self._command,
                {**self._environ, **alert_variables(alert, self._host)},
                self._timeout_s,
                stdin=document.encode() + b"\n",
                with_stderr=True,
                left_s=lambda: closing.left_s,
            )
        except subprocess.TimeoutExpired:
            if closing.begun:
                return Undelivered("killed: relaytop exited or reloaded")
            return Undelivered(f"killed after {self._timeout_s:g} s")
        except TooMuchOutputError:
            return Undelivered(f"killed: it printed more than {MAX_OUTPUT // 1024} KiB")
        except OSError as error:
            return Undelivered(f"cannot be run: {error.strerror}")
        except ValueError as error:
            return Undelivered(f"cannot be run: {error}")
        if done.returncode == 0:
            return None
        return Undelivered(_how_it_ended(done.returncode), _last_line(done.output))

    def refresh(self, firing: Sequence[Alert], closing: Closing) -> None:
        """Do nothing: a program is run once for each change."""


def _how_it_ended(returncode: int) -> str:
    if returncode < 0:
        return f"ended by signal {-returncode}"
    return f"exit code {returncode}"


def _last_line(output: bytes) -> str:
    """Return the last line that a program printed, safe to show."""
    lines = output.decode(errors="replace").strip().splitlines()
    return clean(mask_urls(clean(lines[-1])), MAX_LINE) if lines else ""
