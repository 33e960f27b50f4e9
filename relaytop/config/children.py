"""What a child process of ours is given: a folder, and no key."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import relaytop

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


def start_module(
    module: str,
    arguments: Sequence[str],
    environ: Mapping[str, str],
    *,
    stderr: int = subprocess.DEVNULL,
    new_session: bool = False,
) -> subprocess.Popen[bytes]:
    """Start one of our modules as a child process, with unbuffered pipes at stdin and stdout.

    Args:
        module: Its name, as for `python -m`.
        arguments: Its command line.
        environ: The environment; only what a child needs of it is passed on.
        stderr: As for `subprocess.Popen`.
        new_session: Whether it leaves the terminal's process group.

    Raises:
        OSError: The process cannot be started.
    """
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        cwd=FOLDER,
        env=child_environment(environ),
        start_new_session=new_session,
        bufsize=0,
    )
