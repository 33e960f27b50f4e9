"""The config file, read: every mistake becomes a sentence that says where and what is right.

Imported only when there is a file: pydantic takes 40 ms.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from relaytop.config.errors import ConfigError
from relaytop.config.keys import readable_by_others
from relaytop.config.schema import known_keys, validate
from relaytop.config.source_location import Source
from relaytop.config.suggestions import suggestion
from relaytop.config.syntax import syntax_error
from relaytop.config.text_files import decode_text

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.config.schema import ConfigFile

MAX_BYTES = 4 * 1024 * 1024


def read_file(path: Path) -> tuple[ConfigFile, Source]:
    """Read and check a config file; return its content, and what finds the place of a key.

    Raises:
        ConfigError: It cannot be read, is no TOML, or holds something that is not valid.
    """
    source = Source(path, _text(path))
    document = _parsed(source)
    try:
        config = validate(document)
    except ValidationError as error:
        raise ConfigError(_sentence(source, error)) from None
    holds_key = any("api_key" in table for table in config.get("providers", {}).values())
    if holds_key and readable_by_others(path):
        sentence = f"{path} holds a key but is readable by others: run chmod 600 {path}"
        raise ConfigError(sentence)
    return config, source


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            sentence = f"{path}: larger than {MAX_BYTES // 1024 // 1024} MiB: no config file"
            raise ConfigError(sentence)
        return decode_text(path.read_bytes())
    except FileNotFoundError:
        sentence = f"{path}: no such file; `relaytop init` writes one"
        raise ConfigError(sentence) from None
    except UnicodeDecodeError:
        sentence = f"{path}: not UTF-8 text"
        raise ConfigError(sentence) from None
    except OSError as error:
        sentence = f"{path}: cannot be read: {error.strerror}"
        raise ConfigError(sentence) from None


def _parsed(source: Source) -> dict[str, Any]:
    try:
        return tomllib.loads(source.text)
    except (ValueError, RecursionError) as error:
        twice = _declared_twice(source.text)
        if twice is not None:
            name, line = twice
            sentence = (
                f"{source.path}, line {line}: provider {name!r} is declared twice: rename one"
            )
        else:
            sentence = f"{source.path}: TOML syntax error: {syntax_error(error)}"
        raise ConfigError(sentence) from None


def _declared_twice(text: str) -> tuple[str, int] | None:
    """Return the name and line of the second table of one provider, if there is one."""
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r"""\s*\[\s*providers\s*\.\s*["']?([^"'\]]+?)["']?\s*\]""", line)
        if match is None:
            continue
        if match[1] in seen:
            return match[1], number
        seen.add(match[1])
    return None


def _sentence(source: Source, error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    location = tuple(part for part in first["loc"] if part != "[key]")
    where = source.place(*location)
    if first["type"] == "extra_forbidden":
        valid = known_keys(location[:-1])
        hint = suggestion(str(location[-1]), valid, f"valid: {', '.join(valid)}")
        return f"{where}: unknown key; {hint}"
    if first["type"] == "missing":
        return f"{where}: missing; it must be given"
    message = first["msg"].removeprefix("Value error, ")
    return f"{where}: {message[:1].lower()}{message[1:]}"
