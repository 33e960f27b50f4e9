"""A user's view of a model, and the files that the monitor leaves."""

import tomllib
from pathlib import Path
from typing import Any

from tests.support.terminal import Terminal


def row(terminal: Terminal, model: str) -> str:
    """Return the table's line of a model; empty while there is none."""
    lines = [line for line in terminal.text.splitlines()[:8] if model in line]
    return lines[0] if lines else ""


def the_snapshot(home: dict[str, str]) -> tuple[Path, dict[str, Any]]:
    (path,) = Path(home["XDG_DATA_HOME"]).rglob("live-*.toml")
    document = tomllib.loads(path.read_text())
    return path, {target["model"]: target for target in document["targets"]}
