"""An engine that reports 5,000 events within a second, then only that it lives; see `Injection`."""

from __future__ import annotations

import os
import select
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from relaytop.config.steady_clock import STEADY
from relaytop.protocol.codec import decode_command, encode
from relaytop.protocol.messages import Budget, Finished, Notice, Pulse, Ready, Start
from tests.support.samples import T0, sample

EVENTS, BURSTS, SPAN_S = 5000, 50, 1.0
STDIN, STDOUT = 0, 1


def event_text(number: int) -> str:
    """The text of an event; in letters, since texts that differ in a number are joined."""
    letters = "".join(chr(ord("a") + int(digit)) for digit in f"{number:04}")
    return f"event {letters} [b]of[/b] \x1b[31mmany"


def write(data: bytes) -> None:
    while data:
        data = data[os.write(STDOUT, data) :]


def read_start() -> Start:
    data = b""
    while b"\n" not in data:
        data += os.read(STDIN, 65536)
    start = decode_command(data.partition(b"\n")[0])
    assert isinstance(start, Start)
    return start


def main() -> None:
    start = read_start()
    names = [target.id for target in start.settings.targets]
    STEADY.offset_s = start.clock_offset_s or STEADY.offset_s
    write(encode(Ready(os.getpid())) + encode(Budget(0.0, 1.0, "ok")))
    for name in names:
        write(encode(Finished(sample(STEADY() - T0, 100.0, target=name))))
    began = time.monotonic()
    for burst in range(BURSTS):
        numbers = range(burst * EVENTS // BURSTS, (burst + 1) * EVENTS // BURSTS)
        write(b"".join(encode(Notice("warning", event_text(number))) for number in numbers))
        time.sleep(max(0.0, began + (burst + 1) * SPAN_S / BURSTS - time.monotonic()))
    while True:
        write(encode(Pulse(STEADY(), 0)))
        if select.select([STDIN], [], [], 1.0)[0] and not os.read(STDIN, 65536):
            return


if __name__ == "__main__":
    main()
