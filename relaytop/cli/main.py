"""The entry point of `relaytop`."""

from __future__ import annotations

import sys

import relaytop


def main() -> None:
    """Run the command line; the version is told before anything else is imported."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"relaytop, version {relaytop.__version__}\n")
        return
    from relaytop.cli.errors import run  # noqa: PLC0415 - click and the settings take 60 ms
    from relaytop.cli.group import relaytop_command  # noqa: PLC0415

    run(relaytop_command)
