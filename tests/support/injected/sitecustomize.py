"""Faults inside relaytop's own processes; Python loads this at their start, from PYTHONPATH.

A test says through files in `$HOME/injected` what is wrong, and changes it while they run; see
`tests/support/injection.py`.
"""

from __future__ import annotations

import os
import runpy
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(os.environ.get("HOME", "/")) / "injected"
HOST = "relay.test"
RETRY_S, TRIES = 5.0, 2
"""As the C library's resolver asks a server that says nothing."""
WALL: Callable[[], float] = time.time
LOOK_UP: Callable[..., Any] = socket.getaddrinfo


def _read(name: str) -> str:
    try:
        return (FOLDER / name).read_text()
    except OSError:
        return ""


def _wall() -> float:
    return WALL() + float(_read("clock") or 0)


def _look_up(host: str, port: int, *arguments: Any, **named: Any) -> Any:
    if host != HOST:
        return LOOK_UP(host, port, *arguments, **named)
    for _ in range(TRIES):
        if _read("resolver") == "silent":
            time.sleep(RETRY_S)
    if _read("resolver"):
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    return LOOK_UP("127.0.0.1", port, *arguments, **named)


if FOLDER.is_dir():
    time.time = _wall
    vars(socket)["getaddrinfo"] = _look_up
    if "relaytop.engine" in sys.orig_argv:
        time.sleep(float(_read("slow-start") or 0))
        if program := _read("engine"):
            runpy.run_path(program, run_name="__main__")
            os._exit(0)
