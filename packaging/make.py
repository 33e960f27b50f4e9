"""Writes what the wheel carries beside the package: completion scripts and manual pages.

`python packaging/make.py` after a change of a command, an option or the version. Another folder
than this one may be given.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from relaytop.cli.group import relaytop_command
from relaytop.cli.man_pages import pages
from relaytop.cli.shells import script

SCRIPTS = {"bash": "relaytop.bash", "zsh": "_relaytop", "fish": "relaytop.fish"}
"""Shell → the file of its completion script."""


def main() -> None:
    """Write them anew, in place of what is there."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent
    texts = {
        Path("completions", name): script(relaytop_command, shell).rstrip() + "\n"
        for shell, name in SCRIPTS.items()
    }
    texts |= {Path("man", name): text for name, text in pages(relaytop_command)}
    for name in ("completions", "man"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    for path, text in texts.items():
        (folder / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
