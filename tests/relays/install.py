"""The relays' programs, each in a virtual environment of its own: `python -m tests.relays.install`.

Needs nothing but the standard library, so that it can run beside the installation of the tests.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

INSTALL_S = 600
ROOT = Path(__file__).parents[2]
RELAYS = {
    "llmock": ("llmock>=0.2.2,<0.3",),
    "litellm": ("litellm[proxy]", "prometheus_client"),
}
"""Relay → what pip installs for it."""


def install(name: str) -> Path:
    """Return the relay's virtual environment, made on first use.

    One process installs a relay and others wait for it, uv (where it is on the PATH) before pip,
    which takes twelve times as long for LiteLLM.

    Raises:
        subprocess.CalledProcessError: It cannot be installed here.
        subprocess.TimeoutExpired: Nor in `INSTALL_S` seconds.
    """
    folder = Path(os.environ.get("RELAYTOP_RELAYS", ROOT / ".relays")) / name
    installed = folder / "installed"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not installed.exists():
            if not _with_uv(folder, RELAYS[name]):
                venv.create(folder, with_pip=True, clear=True)
                subprocess.run(
                    [folder / "bin" / "pip", "install", "-q", *RELAYS[name]],
                    check=True,
                    capture_output=True,
                    timeout=INSTALL_S,
                )
            installed.touch()
    return folder


def _with_uv(folder: Path, requirements: tuple[str, ...]) -> bool:
    """Install with uv; return whether that worked."""
    uv = shutil.which("uv")
    if uv is None:
        return False
    venv.create(folder, with_pip=False, clear=True)
    done = subprocess.run(
        [uv, "pip", "install", "-q", "--python", folder / "bin" / "python", *requirements],
        check=False,
        capture_output=True,
        timeout=INSTALL_S,
    )
    return done.returncode == 0


if __name__ == "__main__":
    for relay in RELAYS:
        try:
            install(relay)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            sys.exit(f"{relay} cannot be installed here: {error}")
