"""The user's choices at the screen, kept from one run to the next in `state.toml`."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relaytop.config.safe_files import make_private_folder, read_bounded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_BYTES = 256 * 1024
MAX_NAMES = 2000
"""Columns, folded groups or snoozes that are believed."""
MAX_NAME = 500
"""Characters of a name."""
UNTIL_RESOLVED = "resolved"
"""In the file: a snooze that lasts until the alert resolves."""
GROUPINGS = ("place", "provider", "model", "none")


_UNITS = (
    ("sort", "reverse"),
    ("window", "window_configured"),
    *((name,) for name in ("theme", "columns", "group_by", "folded", "mouse")),
)
"""Choices that belong together: one is kept as the other is. Snoozes are one each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserState:
    """The choices; None: nothing was chosen, the default holds."""

    sort: str | None = None
    """Key of the column that the rows are ordered by; `worst` for the worst first."""
    reverse: bool = False
    window: str | None = None
    """The window that was chosen, as the config writes it."""
    window_configured: str | None = None
    """The config's window at that time: where it is another now, the choice is void."""
    theme: str | None = None
    columns: tuple[str, ...] | None = None
    """Keys of the table's columns, in their order."""
    group_by: str | None = None
    """One of `GROUPINGS`."""
    folded: tuple[str, ...] = ()
    """Names of the groups whose rows are hidden."""
    mouse: bool | None = None
    snoozes: Mapping[str, float] = field(default_factory=dict)
    """Key of an alert → wall Unix seconds of its snooze's end; infinity: until it resolves."""
    unknown: Mapping[str, Any] = field(default_factory=dict)
    """Keys of other versions of relaytop, kept as they are."""


def load_state(path: Path) -> tuple[UserState, str | None]:
    """Return the state of a file, and a sentence on what of it could not be used, or None.

    A file that cannot be used is moved aside, so that nothing is lost when the next is written.
    """
    try:
        content = read_bounded(path, MAX_BYTES).decode()
        import tomllib  # noqa: PLC0415 - only where there is a file

        document = tomllib.loads(content)
    except FileNotFoundError:
        return UserState(), None
    except OSError as error:
        return UserState(), _move_aside(path, f"cannot be read: {error.strerror}")
    except (ValueError, RecursionError):
        return UserState(), _move_aside(path, "not a TOML file")
    values: dict[str, Any] = {}
    refused = [key for key, read in _READERS.items() if key in document and not read(document[key])]
    for key in _READERS.keys() & document.keys() - set(refused):
        values[key] = _value(key, document[key])
    values["unknown"] = {key: value for key, value in document.items() if key not in _READERS}
    if not refused:
        return UserState(**values), None
    return UserState(**values), f"{path}: not used: {', '.join(refused)}"


def _move_aside(path: Path, reason: str) -> str:
    aside = path.with_name(f"{path.name}.broken")
    try:
        path.replace(aside)
    except OSError as error:
        return f"{path}: {reason}, and cannot be moved: {error.strerror}"
    return f"{path}: {reason}: moved to {aside.name}, defaults are used"


def save_changes(before: UserState, after: UserState, path: Path) -> None:
    """Write what has changed, over what others have written since.

    Args:
        before: The state as it was read, or last written.
        after: As it is now.
        path: The file.

    Raises:
        OSError: It cannot be written; the file is as before then.
    """
    changed = {
        name: getattr(after, name)
        for unit in _UNITS
        if any(getattr(after, name) != getattr(before, name) for name in unit)
        for name in unit
    }
    stored, _warning = load_state(path)
    snoozes = {**stored.snoozes}
    for key in before.snoozes.keys() - after.snoozes.keys():
        snoozes.pop(key, None)
    snoozes |= dict(after.snoozes.items() - before.snoozes.items())
    save_state(replace(stored, **changed, snoozes=snoozes), path)


def save_state(state: UserState, path: Path) -> None:
    """Write the state whole, mode 0600, in place of what is there; a link to a file stays one.

    Raises:
        OSError: It cannot be written; the file is as before then.
    """
    import tempfile  # noqa: PLC0415 - after first paint

    import tomli_w  # noqa: PLC0415 - after first paint

    make_private_folder(path.parent)
    real = path.resolve()
    if real.is_file() or not real.exists():
        path = real
    content = tomli_w.dumps(_document(state)).encode()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _document(state: UserState) -> dict[str, Any]:
    values = {
        "sort": state.sort,
        "reverse": state.reverse or None,
        "window": state.window,
        "window_configured": state.window_configured,
        "theme": state.theme,
        "columns": None if state.columns is None else list(state.columns),
        "group_by": state.group_by,
        "folded": list(state.folded) or None,
        "mouse": state.mouse,
        "snoozes": {key: _moment(until) for key, until in state.snoozes.items()} or None,
    }
    known = {key: value for key, value in values.items() if value is not None}
    return {**state.unknown, **known}


def _moment(until: float) -> datetime | str:
    return UNTIL_RESOLVED if math.isinf(until) else datetime.fromtimestamp(until, UTC)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME and value.isprintable()


def _are_names(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MAX_NAMES and all(map(_is_name, value))


def _are_snoozes(value: object) -> bool:
    if not isinstance(value, dict) or len(value) > MAX_NAMES:
        return False
    return all(
        _is_name(key) and (until == UNTIL_RESOLVED or isinstance(until, datetime))
        for key, until in value.items()
    )


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


_READERS: Mapping[str, Callable[[object], bool]] = {
    "sort": _is_name,
    "reverse": _is_switch,
    "window": _is_name,
    "window_configured": _is_name,
    "theme": _is_name,
    "columns": _are_names,
    "group_by": lambda value: value in GROUPINGS,
    "folded": _are_names,
    "mouse": _is_switch,
    "snoozes": _are_snoozes,
}
"""Key → whether a value of the file can be used."""


def _value(key: str, value: object) -> object:
    if key == "snoozes" and isinstance(value, dict):
        return {name: _unix_s(until) for name, until in value.items()}
    return tuple(value) if isinstance(value, list) else value


def _unix_s(until: datetime | str) -> float:
    if isinstance(until, str):
        return math.inf
    return (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp()
