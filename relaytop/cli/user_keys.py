"""The user's keys and mouse as the config has them, for whatever opens the screen or lists them."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from relaytop.config.errors import ConfigError, all_errors
from relaytop.config.paths import config_file
from relaytop.config.safe_files import read_bounded
from relaytop.config.source_location import Source
from relaytop.config.text_files import MAX_CONFIG_BYTES, decode_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path


def keymap(given: Mapping[str, str], config: Path | None) -> dict[str, str]:
    """Return binding id → keys, for `App.set_keymap`.

    Args:
        given: Binding id → its keys, as `[keys]` has them.
        config: The file that `--config` named.

    Raises:
        ConfigError: An id or a key is not known, or two bindings have one key.
    """
    if not given:
        return {}
    from relaytop.tui.keymap import keys_in_force, textual_keymap  # noqa: PLC0415 - where needed

    return textual_keymap(keys_in_force(given, place_in(config)))


@contextmanager
def key_mistakes_too(config: Path | None) -> Iterator[None]:
    """Have an error of the config tell the mistakes in `[keys]` as well.

    Args:
        config: The file that `--config` named.
    """
    try:
        yield
    except ConfigError as error:
        raise all_errors([error, *_key_mistakes(config)]) from None


def _key_mistakes(config: Path | None) -> Iterator[ConfigError]:
    from relaytop.config.file import read_document  # noqa: PLC0415 - at the end

    path, named_by = config_file(config, os.environ)
    try:
        keys = read_document(path).get("keys") if named_by or path.exists() else None
        given = keys if isinstance(keys, dict) else {}
        keymap({name: key for name, key in given.items() if isinstance(key, str)}, config)
    except ConfigError as error:
        yield error


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """The config's settings of the screen, which need no provider to be right."""

    keys: Mapping[str, str]
    """Binding id → its keys, as `[keys]` has them."""
    mouse: bool = True


def screen_settings(config: Path | None) -> ScreenSettings:
    """Return what the config file says of the screen; the defaults where there is none.

    Args:
        config: The file that `--config` named.

    Raises:
        ConfigError: It cannot be read, or says something of the screen and has a mistake anywhere.
    """
    path, named_by = config_file(config, os.environ)
    if (named_by is None and not path.exists()) or not _may_concern_screen(path):
        return ScreenSettings({})
    from relaytop.config.file import read_file  # noqa: PLC0415 - pydantic only where it is needed

    with key_mistakes_too(config):
        written = read_file(path)[0]
    return ScreenSettings(written.get("keys", {}), mouse=written.get("mouse", True))


def _may_concern_screen(path: Path) -> bool:
    """Return whether a file may name one, or cannot be read: whoever reads it says why."""
    try:
        text = decode_text(read_bounded(path, MAX_CONFIG_BYTES))
    except (OSError, UnicodeDecodeError):
        return True
    return "keys" in text or "mouse" in text


def place_in(config: Path | None) -> Callable[[str], str]:
    """Return what tells the place of a key of `[keys]` in the config file."""
    path, _named_by = config_file(config, os.environ)

    @cache
    def source() -> Source:
        try:
            return Source(path, decode_text(read_bounded(path, MAX_CONFIG_BYTES)))
        except (OSError, UnicodeDecodeError):  # changed since it was read
            return Source(path, "")

    return lambda name: source().place("keys", name)
