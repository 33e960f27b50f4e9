"""Events become lines of JSON; a reader that does not read stops nothing."""

import json
import os

from relaytop.monitor.event import Event
from relaytop.watch.agent.event_log import EventLog

EVENT = Event(
    1_790_000_000.25,
    "status",
    "error",
    "relay/m",
    "down: timeout · slow\u2028",
    status="down",
    why="timeout",
)


def test_a_line_for_each_event() -> None:
    reading, writing = os.pipe()
    log = EventLog(writing)
    log.put(EVENT)
    log.put(EVENT)
    log.close()
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        lines = pipe.read().splitlines()
    assert len(lines) == 2
    assert lines[0].isascii()
    assert json.loads(lines[0]) == {
        "at": "2026-09-21T14:13:20.250Z",
        "kind": "status",
        "level": "error",
        "target": "relay/m",
        "status": "down",
        "class": "timeout",
        "text": EVENT.text,
    }


def test_a_pipe_that_is_full_or_closed_is_survived() -> None:
    for closed in (False, True):
        reading, writing = os.pipe()
        if closed:
            os.close(reading)
        log = EventLog(writing)
        for _ in range(5000):
            log.put(EVENT)
        log.close()
        if not closed:
            os.close(reading)  # lets the thread's write fail and end
            log.close()
        os.close(writing)
