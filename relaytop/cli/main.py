"""The entry point of `relaytop`."""

from __future__ import annotations

import gc
import os
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line; the versions are printed before anything else is imported."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from relaytop.cli.versions import versions  # noqa: PLC0415 - importlib.metadata takes 50 ms

        sys.stdout.write(versions())
        return
    # Nothing that an import makes is garbage; looking for some takes a tenth of the start.
    gc.disable()
    try:
        from relaytop.cli import errors, group  # noqa: PLC0415 - click and the settings take 60 ms
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)

    completing = os.environ.get("_RELAYTOP_COMPLETE")
    if completing:
        from relaytop.cli import shells  # noqa: PLC0415 - where a shell asks

        shells.answer(group.relaytop_command, completing)
        return
    errors.run(group.relaytop_command)
