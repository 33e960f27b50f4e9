"""The engine as a child process: commands on stdin, reports on stdout; it dies with its parent.

It imports next to nothing before its first command: until then the parent needs both cores for
its own first picture.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
from pathlib import Path

READ_BYTES = 65536


def first_line() -> tuple[bytes, bytes]:
    """Wait for the first command; return its line and what came after it."""
    data = b""
    while b"\n" not in data:
        try:
            piece = os.read(sys.stdin.fileno(), READ_BYTES)
        except BlockingIOError:
            continue
        if not piece:
            return b"", b""
        data += piece
    line, _, rest = data.partition(b"\n")
    return line, rest


def main() -> None:
    """Run the process; ^C and hang-ups are the parent's to answer."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold the keys
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    parser = argparse.ArgumentParser(prog="relaytop.engine")
    parser.add_argument("--ledger", type=Path)
    arguments = parser.parse_args()
    line, rest = first_line()
    if line:
        from relaytop.engine.process import run  # noqa: PLC0415 - see above

        run(line, rest, arguments.ledger)
    # Threads of getaddrinfo may hang for half a minute; nothing of theirs is wanted any more.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
