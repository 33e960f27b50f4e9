"""`python -m relaytop.demo [--seed N] [--at SECONDS]`: the relay, in a process of its own.

`--at` begins that far into the script.

One line of JSON on stdout has its ports: `{"ports": {"holysheep": 40001, "direct": 40002}}`.
It ends when its stdin does, so it never outlives who started it.
"""

from __future__ import annotations

import signal


def main() -> int:
    """Serve until the end of stdin; 2 where the arguments are wrong or no port can be had."""
    # ^C and a closed terminal are the parent's to answer; before the imports, as they take time.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    from relaytop.demo.process import serve  # noqa: PLC0415 - see above

    return serve()


if __name__ == "__main__":
    raise SystemExit(main())
