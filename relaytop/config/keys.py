"""Keys of providers: from a variable, a command, a file, or the config itself."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relaytop.config.errors import ConfigError
from relaytop.config.masking import shown_path, shown_variable
from relaytop.config.safe_files import read_bounded
from relaytop.config.settings import Secret
from relaytop.config.text_files import decode_text
from relaytop.config.user_command import MAX_OUTPUT, TooMuchOutputError, run_user_command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relaytop.config.unresolved import UnresolvedProvider

COMMAND_TIMEOUT_S = 20.0
MAX_KEY_BYTES = 64 * 1024
CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""The variable in which systemd names the folder of a service's credentials."""
VARIABLE = "environment variable "
"""The beginning of the origin of a key that is in the environment."""
_MARK = "\ufeff"
"""A byte-order mark, which a variable may have from the file that it was read from."""


def resolve_key(
    given: UnresolvedProvider, environ: Mapping[str, str], bare: Mapping[str, str]
) -> tuple[Secret | None, str]:
    """Return a provider's key and where it came from, in words; (None, "none") without one.

    Args:
        given: The provider.
        environ: Where its variable is looked for.
        bare: The environment of its command: a key is no other provider's business.

    Raises:
        ConfigError: The named place holds no usable key. The key itself is never in the text.
    """
    found = named_secret(given.table, "api_key", given.place, environ, bare)
    if found is not None:
        return found
    inline = given.table.get("api_key")
    if inline:
        return _checked(inline, given.place("api_key")), "config file"
    return None, "none"


def named_secret(
    table: Mapping[str, Any],
    name: str,
    place: Callable[[str], str],
    environ: Mapping[str, str],
    bare: Mapping[str, str],
) -> tuple[Secret, str] | None:
    """Return a secret that a table names a variable, a command or a file for, and where it is from.

    Args:
        table: Holds `NAME_env`, `NAME_command` or `NAME_file`.
        name: The name of the secret.
        place: Key → what a sentence about it begins with.
        environ: Where the variable is looked for.
        bare: The environment of the command.

    Raises:
        ConfigError: The named place holds none that can be used.
    """
    if variable := table.get(f"{name}_env"):
        origin = f"{VARIABLE}{shown_variable(variable)}"
        return _from_variable(variable, environ, place(f"{name}_env")), origin
    if command := table.get(f"{name}_command"):
        found = key_from_command(command, bare, place(f"{name}_command"))
        return found, f"command {shown_path(command[0])}"
    if file := table.get(f"{name}_file"):
        found = _from_file(file, environ, place(f"{name}_file"))
        return found, f"file {shown_path(file)}"
    return None


def _from_variable(variable: str, environ: Mapping[str, str], place: str) -> Secret:
    shown = shown_variable(variable)
    where = f"{place}: {VARIABLE}{shown}"
    if variable not in environ:
        remedy = "export it with the key"
        if shown != variable:
            remedy = "give the name of the variable that holds the key, not the key itself"
        sentence = f"{where} is not set; {remedy}"
        raise ConfigError(sentence)
    if not environ[variable].strip():
        sentence = f"{where} is empty; set it to the key"
        raise ConfigError(sentence)
    return _checked(environ[variable], where if place != f"{VARIABLE}{shown}" else place)


def key_from_command(
    command: Sequence[str],
    bare: Mapping[str, str],
    place: str,
    *,
    folder: str | None = None,
    left_s: Callable[[], float] | None = None,
) -> Secret:
    """Return the key that a command prints.

    Args:
        command: The program and its arguments.
        bare: Its environment.
        place: What a sentence about it begins with.
        folder: Where it runs; None: in our own folder.
        left_s: Returns the seconds that it may go on at most, which may change meanwhile.

    Raises:
        ConfigError: It fails, or prints no usable key; what it prints is never in the text.
    """
    where = f"{place}: '{shown_path(command[0])}'"
    by_hand = "run it by hand to see why"
    try:
        done = run_user_command(command, bare, COMMAND_TIMEOUT_S, left_s=left_s, folder=folder)
        printed = decode_text(done.output)
    except FileNotFoundError:
        sentence = f"{where}: no such program; name a program that prints the key"
        raise ConfigError(sentence) from None
    except subprocess.TimeoutExpired:
        sentence = f"{where} did not finish within {COMMAND_TIMEOUT_S:g} s; {by_hand}"
        raise ConfigError(sentence) from None
    except TooMuchOutputError:
        sentence = f"{where} printed more than {MAX_OUTPUT // 1024} KiB; it must print the key only"
        raise ConfigError(sentence) from None
    except UnicodeDecodeError:
        sentence = f"{where} printed something other than text; name a program that prints the key"
        raise ConfigError(sentence) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        sentence = f"{where} cannot be run: {reason}; name a program that prints the key"
        raise ConfigError(sentence) from None
    if done.returncode != 0:
        sentence = f"{where} ended with exit code {done.returncode}; {by_hand}"
        raise ConfigError(sentence)
    if not printed.strip():
        sentence = f"{where} printed no key; {by_hand}"
        raise ConfigError(sentence)
    return _checked(printed, where)


def _from_file(name: str, environ: Mapping[str, str], place: str) -> Secret:
    shown = shown_path(name)
    where = f"{place}: {shown}"
    remedy = "write the key to a file that only you can read (mode 600) and name that file"
    try:
        path = Path(name).expanduser()
        if path.is_file() and readable_by_others(path) and not _is_credential(path, environ):
            sentence = f"{where} is readable by others; run chmod 600 {shown}"
            raise ConfigError(sentence)
        text = decode_text(read_bounded(path, MAX_KEY_BYTES))
    except FileNotFoundError:
        sentence = f"{where}: no such file; {remedy}"
        raise ConfigError(sentence) from None
    except OSError as error:
        sentence = f"{where} cannot be read: {error.strerror}; {remedy}"
        raise ConfigError(sentence) from None
    except (RuntimeError, ValueError):
        # A home folder that nobody has, a path with a zero byte, or a file that is no text.
        sentence = f"{where} is not a text file; {remedy}"
        raise ConfigError(sentence) from None
    return _checked(text, where)


def readable_by_others(path: Path) -> bool:
    """Return whether group or others may read a file."""
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _is_credential(path: Path, environ: Mapping[str, str]) -> bool:
    """Return whether systemd handed a file to this service alone (`LoadCredential=`).

    The file stays root's, and an ACL lets the service read it: its mask shows as the group's right.
    """
    folder = environ.get(CREDENTIALS)
    if not folder or Path(folder) not in path.parents:
        return False
    return not path.stat().st_mode & (stat.S_IWGRP | stat.S_IXGRP | stat.S_IRWXO)


def _checked(text: str, where: str) -> Secret:
    key = text.strip().strip(_MARK).strip()
    if not key:
        sentence = f"{where} contains no key; write the key to it"
        raise ConfigError(sentence)
    if not key.isascii() or not key.isprintable() or " " in key:
        sentence = (
            f"{where}: a key must not contain blanks, line breaks or special characters; "
            "copy it again"
        )
        raise ConfigError(sentence)
    return Secret(key)
