"""The place of a setting in the config file, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.config.errors import MAX_QUOTED
from relaytop.config.printable import printable

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """A config file as it was read."""

    path: Path
    text: str

    def place(self, *keys: int | str) -> str:
        """Return what a sentence about a key begins with: file, line where known, dotted key."""
        return f"{self.path}{_line(self.text, keys)}: {dotted(keys)}"

    @property
    def origin(self) -> str:
        """The origin of its values, in words."""
        return f"config file {self.path}"


def dotted(keys: tuple[int | str, ...]) -> str:
    """Write a place in a TOML document as its keys."""
    return ".".join(_quoted(str(key)) for key in keys)


def _quoted(key: str) -> str:
    if len(key) > MAX_QUOTED:
        key = key[:MAX_QUOTED] + "…"
    elif re.fullmatch(r"[A-Za-z0-9_-]+", key):
        return key
    # What a terminal would obey or not show is written out.
    return f'"{printable(key)}"'


def _line(text: str, location: tuple[int | str, ...]) -> str:
    """Find the line of a key, best effort: below its table's header, or the header itself."""
    keys = [str(part) for part in location if not isinstance(part, int)]
    if not keys:
        return ""
    lines = text.splitlines()
    for start in range(len(keys)):
        table, key = keys[: len(keys) - 1 - start], keys[len(keys) - 1 - start]
        inside = not table
        for number, line in enumerate(lines, 1):
            names = _header(line)
            if names is not None:
                inside = names == table
                if names == [*table, key]:
                    return f", line {number}"
            elif inside and "=" in line and line.partition("=")[0].strip().strip("\"'") == key:
                return f", line {number}"
    return ""


def _header(line: str) -> list[str] | None:
    """Return the names of a table's header; None where the line is none."""
    text = line.strip()
    if not text.startswith("[") or "]" not in text:
        return None
    inner = text.lstrip("[").partition("]")[0]
    if "=" in inner:
        return None
    names, name, quote = [], "", ""
    for char in inner:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        if char == "." and not quote:
            names.append(name)
            name = ""
        else:
            name += char
    return [part for part in (each.strip().strip("\"'").strip() for each in (*names, name)) if part]
