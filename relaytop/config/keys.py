"""Where a provider's key comes from: a variable, a command, a file, or the config itself."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from relaytop.config.errors import ConfigError
from relaytop.config.settings import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.raw import RawProvider

COMMAND_TIMEOUT_S = 20.0
VARIABLE = "environment variable "
"""How the origin of a key begins that is in the environment."""


def resolve_key(raw: RawProvider, environ: Mapping[str, str]) -> tuple[Secret | None, str]:
    """Return a provider's key and where it came from, in words; (None, "none") without one.

    Raises:
        ConfigError: The named place holds no usable key. The key itself is never in the text.
    """
    place = f"providers.{raw['name']}"
    variable = raw.get("api_key_env")
    if variable:
        return _from_variable(variable, environ, place), f"{VARIABLE}{variable}"
    command = raw.get("api_key_command")
    if command:
        return _from_command(command, place), f"command {command[0]}"
    file = raw.get("api_key_file")
    if file:
        return _from_file(Path(file).expanduser(), place), f"file {file}"
    inline = raw.get("api_key")
    if inline:
        return _checked(inline, f"{place}.api_key"), "config file"
    return None, "none"


def _from_variable(variable: str, environ: Mapping[str, str], place: str) -> Secret:
    if variable not in environ:
        sentence = f"{place}: environment variable {variable} is not set: export it with the key"
        raise ConfigError(sentence)
    if not environ[variable].strip():
        sentence = f"{place}: environment variable {variable} is empty: put the key into it"
        raise ConfigError(sentence)
    return _checked(environ[variable], f"environment variable {variable}")


def _from_command(command: list[str], place: str) -> Secret:
    where = f"{place}.api_key_command ({command[0]})"
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, from the user's own file
            command, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False
        )
    except FileNotFoundError:
        sentence = f"{where}: no such program"
        raise ConfigError(sentence) from None
    except subprocess.TimeoutExpired:
        sentence = f"{where}: no answer within {COMMAND_TIMEOUT_S:g} s"
        raise ConfigError(sentence) from None
    except (OSError, UnicodeDecodeError) as error:
        sentence = f"{where}: {type(error).__name__}"
        raise ConfigError(sentence) from None
    if done.returncode != 0:
        sentence = f"{where}: it ended with exit code {done.returncode}; run it by hand to see why"
        raise ConfigError(sentence)
    return _checked(done.stdout, where)


def _from_file(path: Path, place: str) -> Secret:
    where = f"{place}.api_key_file ({path})"
    try:
        if readable_by_others(path):
            sentence = f"{where} is readable by others: run chmod 600 {path}"
            raise ConfigError(sentence)
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        sentence = f"{where}: cannot be read ({type(error).__name__})"
        raise ConfigError(sentence) from None
    return _checked(text, where)


def readable_by_others(path: Path) -> bool:
    """Whether group or others may read a file."""
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _checked(text: str, where: str) -> Secret:
    key = text.strip()
    if not key:
        sentence = f"{where}: it holds no key"
        raise ConfigError(sentence)
    if not key.isascii() or not key.isprintable() or " " in key:
        sentence = f"{where}: a key has no blanks, line breaks or special characters; copy it again"
        raise ConfigError(sentence)
    return Secret(key)
