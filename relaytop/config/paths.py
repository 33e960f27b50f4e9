"""Paths of relaytop's own files."""

from __future__ import annotations

import contextlib
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from relaytop.config.safe_files import is_private_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

APP = "relaytop"
CONFIG_VARIABLE = "RELAYTOP_CONFIG"


def default_config_file() -> Path:
    """Return `config.toml` in the user's config folder."""
    return Path(platformdirs.user_config_path(APP)) / "config.toml"


def config_file(given: Path | None, environ: Mapping[str, str]) -> tuple[Path, str | None]:
    """Return the config file and what named it; None where it is the default one.

    `--config` beats `$RELAYTOP_CONFIG` beats the default.
    """
    if given is not None:
        return given, "--config"
    named = environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named).expanduser(), f"${CONFIG_VARIABLE}"
    return default_config_file(), None


def snapshots_folder() -> Path:
    """Return the folder that snapshots go to unasked."""
    return Path(platformdirs.user_data_path(APP)) / "snapshots"


def ledger_path() -> Path:
    """Return the ledger's file."""
    return Path(platformdirs.user_data_path(APP)) / "ledger.sqlite"


def state_file() -> Path:
    """Return the file of the user's choices at the screen."""
    return Path(platformdirs.user_state_path(APP)) / "state.toml"


def incidents_file() -> Path:
    """Return the file of what alerts found, over the runs of screen and agent."""
    return Path(platformdirs.user_state_path(APP)) / "incidents.jsonl"


def lock_path(name: str) -> Path:
    """Return a file that stands for the right to do something, in the user's runtime folder."""
    safe = "".join(c if c.isalnum() or c in "-._" else "_" for c in name)
    return runtime_folder() / f"{safe}.lock"


def agent_socket(fingerprint: str) -> Path:
    """Return the socket of the agent that watches what the fingerprint stands for."""
    return runtime_folder() / f"agent-{fingerprint}.sock"


def runtime_folder() -> Path:
    """Return the folder of locks and sockets, which lasts as long as the user is logged in.

    Where there is none that is the user's alone, it is the state folder.
    """
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR it lies below /tmp: worth no word to whoever runs relaytop.
        warnings.simplefilter("ignore")
        try:
            found = Path(platformdirs.user_runtime_path(APP))
        except OSError:  # in a container whose file system is read-only, with /tmp
            return Path(platformdirs.user_state_path(APP))
    # Below /tmp whoever comes first makes it.
    with contextlib.suppress(OSError):
        found.parent.mkdir(0o700)
    is_ours = not found.is_symlink() and (not found.exists() or is_private_folder(found))
    if is_private_folder(found.parent) and is_ours:
        return found
    return Path(platformdirs.user_state_path(APP))
