"""The head of a recording: its schema, and what was watched. No key, no address.

A header is one line; a line for each target follows it.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import relaytop
from relaytop.config.settings import Target, Window
from relaytop.config.text_files import MARK
from relaytop.protocol.codec import encode
from relaytop.protocol.messages import Add

if TYPE_CHECKING:
    from relaytop.config.settings import Settings

SCHEMA = 1
KIND = "Recording"
HISTORIES = (10, 1_000_000)
MAX_WINDOW = 10_000_000


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of each part, and of each watch."""

    schema: int
    relaytop: str
    """The version that wrote it."""
    window: Window
    history: int
    """Samples kept per target."""
    budget_usd: float
    """USD per UTC day."""
    host: str = ""
    """The name of the machine that probed; empty where it is unknown."""


def header_lines(settings: Settings, host: str) -> bytes:
    """Return the lines that describe a watch.

    They hold a provider's name alone, and no prompt.

    Args:
        settings: What is watched.
        host: The name of this machine.
    """
    window = {k: v for k, v in dataclasses.asdict(settings.window).items() if v is not None}
    document = {
        "": KIND,
        "schema": SCHEMA,
        "relaytop": relaytop.__version__,
        "host": host,
        "window": window,
        "history": settings.history,
        "budget_usd": settings.budget_usd,
    }
    head = json.dumps(document, separators=(",", ":")).encode() + b"\n"
    return head + b"".join(encode(Add((without_prompt(target),))) for target in settings.targets)


def without_prompt(target: Target) -> Target:
    """Return a target without what its requests say, which is private."""
    names = [f.name for f in dataclasses.fields(target) if f.metadata.get("recorded", True)]
    return Target(**{name: getattr(target, name) for name in names})


def read_header(line: bytes) -> Header | None:
    """Read a header; None where the line is none.

    Of a newer schema's header only the schema and the version are read.
    """
    try:
        document = json.loads(line.removeprefix(MARK))
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or document.get("") != KIND:
        return None
    schema, version = document.get("schema"), document.get("relaytop")
    if type(schema) is not int or not isinstance(version, str):
        return None
    if schema > SCHEMA:
        return Header(schema, version, Window(), HISTORIES[0], 0.0)
    window = _window(document.get("window"))
    history = _number(document.get("history"), *HISTORIES)
    budget_usd = _number(document.get("budget_usd"), 0, 1e9)
    if window is None or history is None or budget_usd is None:
        return None
    host = document.get("host")
    if not isinstance(host, str) or not host.isprintable():
        host = ""
    return Header(schema, version, window, int(history), budget_usd, host)


def _window(document: object) -> Window | None:
    if not isinstance(document, dict):
        return None
    seconds = _number(document.get("seconds"), 1, MAX_WINDOW)
    count = _number(document.get("count"), 1, MAX_WINDOW)
    if (seconds is None) == (count is None):
        return None
    return Window(seconds, None if count is None else int(count))


def _number(value: object, low: float, high: float) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if low <= value <= high else None
