"""What a child process of ours is given: a folder, and no key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import relaytop

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(relaytop.__file__).parent.parent
"""Where the package lies: `python -m relaytop…` finds it there though it is not installed, and
no stray module of the user's folder is loaded in place of a library's."""

_KEPT = {
    "PATH",
    "HOME",
    "LANG",
    "TZ",
    "TMPDIR",
    "VIRTUAL_ENV",
    "LD_LIBRARY_PATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "SSLKEYLOGFILE",
    "RES_OPTIONS",
    "LOCALDOMAIN",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
}


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the part of an environment that a child needs: keys are in none of it."""
    return {
        name: value
        for name, value in environ.items()
        if name.upper() in _KEPT or name.startswith(("LC_", "PYTHON"))
    }
