"""The config file, read: every mistake becomes a sentence that says where and what is right.

Imported only when there is a file: pydantic takes 40 ms.
"""

from __future__ import annotations

import string
import tomllib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from relaytop.config.errors import ConfigError, config_errors
from relaytop.config.keys import readable_by_others
from relaytop.config.mistakes import mistakes
from relaytop.config.safe_files import read_bounded
from relaytop.config.schema import validate
from relaytop.config.source_location import Source
from relaytop.config.syntax import syntax_error
from relaytop.config.text_files import MAX_CONFIG_BYTES, decode_text

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.config.schema import ConfigFile

MAX_PARTS = 500
"""Parts of a dotted key; no setting has more than five."""
_OF_A_KEY = frozenset(string.ascii_letters + string.digits + "_-.\"' \t")


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
        raise config_errors(mistakes(source, document, error)) from None
    holds_key = any("api_key" in table for table in config.get("providers", {}).values())
    if holds_key and readable_by_others(path):
        sentence = f"{path} contains a key but is readable by others: run chmod 600 {path}"
        raise ConfigError(sentence)
    return config, source


def read_document(path: Path) -> dict[str, Any]:
    """Return a config file as TOML has it, unchecked.

    Raises:
        ConfigError: It cannot be read, or is no TOML.
    """
    return _parsed(Source(path, _text(path)))


def _text(path: Path) -> str:
    try:
        return decode_text(read_bounded(path, MAX_CONFIG_BYTES))
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
    _check_depth(source)
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
            sentence = f"{source.path}: TOML syntax error: {syntax_error(error, source.text)}"
        raise ConfigError(sentence) from None


def _check_depth(source: Source) -> None:
    """Refuse a key of very many parts, which the parser takes the square of their number for."""
    for number, line in enumerate(source.text.splitlines(), 1):
        parts = 0
        before = ""
        for char in line:
            parts = parts + (char == "." and before != ".") if char in _OF_A_KEY else 0
            before = char
            if parts > MAX_PARTS:
                sentence = f"{source.path}, line {number}: a key of more than {MAX_PARTS} parts"
                raise ConfigError(sentence)


def _declared_twice(text: str) -> tuple[str, int] | None:
    """Return the name and line of the second table of one provider, if there is one."""
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), 1):
        name = _provider_of(line)
        if name is None:
            continue
        if name in seen:
            return name, number
        seen.add(name)
    return None


def _provider_of(line: str) -> str | None:
    """Return the provider whose table a line begins."""
    text = line.strip()
    if not text.startswith("[") or "]" not in text:
        return None
    first, dot, name = text[1:].partition("]")[0].partition(".")
    if first.strip() != "providers" or not dot:
        return None
    return name.strip().strip("\"'") or None
