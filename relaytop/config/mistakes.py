"""All mistakes of a config file, each as a sentence that says where it is and what is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.config.cross_checks import unknown_names
from relaytop.config.schema import TABLES, known_keys
from relaytop.config.source_location import dotted
from relaytop.config.suggestions import nearest, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from relaytop.config.source_location import Source


def mistakes(source: Source, document: Mapping[str, Any], error: ValidationError) -> Iterator[str]:
    """Yield a sentence for each mistake.

    Args:
        source: Finds the place of a key.
        document: The file as TOML has it.
        error: What is wrong with the shape of it. Names that are not known are looked for too.
    """
    found = error.errors(include_url=False, include_input=False)
    for each in found:
        yield _sentence(source, document, each)
    # A table by a wrong name is missed everywhere; that would only be repeated.
    if not any(_is_table(document, each["loc"]) for each in found):
        yield from _unknown_names(source, document)


def _sentence(source: Source, document: Mapping[str, Any], error: ErrorDetails) -> str:
    location = tuple(part for part in error["loc"] if part != "[key]")
    where = source.place(*location)
    if error["type"] == "extra_forbidden":
        if _is_table(document, location):
            return f"{where}: unknown table; {_meant_table(document, location)}"
        valid = known_keys(location[:-1])
        hint = suggestion(str(location[-1]), valid, f"valid: {', '.join(valid)}")
        return f"{where}: unknown key; {hint}"
    if error["type"] == "missing":
        return f"{where}: missing, but required"
    if error["type"] == "string_type" and (name := _dotted_key(document, location)):
        return f'{where}: {name} has a dot in it, and must be quoted: "{name}" = "x"'
    message = error["msg"].removeprefix("Value error, ")
    return f"{where}: {message[:1].lower()}{message[1:]}"


def _dotted_key(document: Mapping[str, Any], location: tuple[int | str, ...]) -> str | None:
    """Return the name in `[keys]` that was written without quotes, which makes it a table."""
    table, *names = location
    found = document[table].get(names[0]) if table == "keys" and names else None
    return f"{names[0]}.{next(iter(found))}" if isinstance(found, dict) and found else None


def _is_table(document: Mapping[str, Any], location: tuple[int | str, ...]) -> bool:
    return len(location) == 1 and isinstance(document.get(str(location[0])), dict)


def _meant_table(document: Mapping[str, Any], location: tuple[int | str, ...]) -> str:
    """Return which table was meant: `[providers.x]` where `[provider.x]` is written."""
    name = str(location[0])
    near = nearest(name, TABLES)
    if near is None:
        return f"valid: {', '.join(f'[{table}]' for table in TABLES)}"
    inner = next((key for key, value in document[name].items() if isinstance(value, dict)), None)
    meant, given = (dotted((table, inner) if inner else (table,)) for table in (near, name))
    return f"[{given}] is written [{meant}]"


def _unknown_names(source: Source, document: Mapping[str, Any]) -> Iterator[str]:
    """Look for names of what is not there, as far as the shape of the file lets one."""
    tables = _tables(document, "providers")
    # What was refused for its name is suggested for nothing.
    providers = {name: table for name, table in tables.items() if name.isprintable()}
    models = {
        name: [m for m in _list(table.get("models")) if isinstance(m, str) and m.isprintable()]
        for name, table in providers.items()
    }
    prices = {name: list(_tables(table, "prices")) for name, table in providers.items()}
    aliases = document.get("aliases")
    members = {
        alias: [one for one in _list(names) if isinstance(one, str)]
        for alias, names in (aliases if isinstance(aliases, dict) else {}).items()
    }
    return unknown_names(list(_tables(document, "targets")), members, models, prices, source)


def _tables(document: Mapping[str, Any], name: str) -> dict[str, dict[str, Any]]:
    found = document.get(name)
    inner = found.items() if isinstance(found, dict) else ()
    return {key: value for key, value in inner if isinstance(value, dict)}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
