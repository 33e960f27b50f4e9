"""The relay's process: its arguments, its one line on stdout, its end."""

from __future__ import annotations

import getopt
import json
import os
import sys
import time

from relaytop.demo.scenario import PROVIDERS
from relaytop.demo.server import Server

READ_BYTES = 4096


def serve() -> int:
    """Serve until the end of stdin; 2 where the arguments are wrong or no port can be had."""
    try:
        options, rest = getopt.getopt(sys.argv[1:], "", ["seed=", "at="])
        given = dict(options)
        seed, at_s = int(given.get("--seed", "1")), float(given.get("--at", "0"))
    except (getopt.GetoptError, ValueError) as problem:
        return _print(
            {"error": f"{problem}; usage: python -m relaytop.demo [--seed N] [--at SECONDS]"}, 2
        )
    if rest:
        return _print({"error": f"unknown argument {rest[0]!r}"}, 2)
    began = time.monotonic() - at_s
    try:
        servers = [Server(c, seed, lambda: time.monotonic() - began) for c in PROVIDERS]
    except OSError as problem:
        return _print({"error": f"cannot listen on loopback: {problem}"}, 2)
    ports = {
        provider.name: server.port for provider, server in zip(PROVIDERS, servers, strict=True)
    }
    for server in servers:
        server.start()
    _print({"ports": ports}, 0)
    while os.read(sys.stdin.fileno(), READ_BYTES):
        pass
    return 0


def _print(document: dict[str, object], code: int) -> int:
    """Print one line of JSON for the parent; return the exit code."""
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()
    return code
