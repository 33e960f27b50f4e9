"""Text from the command line and the environment: UTF-8, or it is refused before it is used.

What is no UTF-8 cannot be sent, booked or shown, and would fail after it was paid for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMES = frozenset(
    {"HOME", "TMPDIR", "OPENAI_BASE_URL", "SSL_CERT_FILE", "SSL_CERT_DIR"}
    | {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}
)
_PREFIXES = ("RELAYTOP_", "XDG_")


def require_utf8(arguments: Sequence[str], environ: Mapping[str, str]) -> None:
    """Check the arguments, and the variables that relaytop reads; no value is quoted.

    Args:
        arguments: The command line without the program.
        environ: The environment. A key in it has a check of its own.

    Raises:
        RelaytopError: One of them contains a byte that is not UTF-8.
    """
    for number, text in enumerate(arguments):
        if not _is_utf8(text):
            before = arguments[number - 1] if number else ""
            raise _refusal(_place(number, text, before))
    for name, text in environ.items():
        ours = name.upper() in _NAMES or name.startswith(_PREFIXES)
        if ours and not _is_utf8(name + text):
            place = f"environment variable {ascii(name)[1:-1]}"
            raise _refusal(place)


def _refusal(place: str) -> RelaytopError:
    return RelaytopError(f"{place} is not valid UTF-8; write it in UTF-8")


def _place(number: int, text: str, before: str) -> str:
    """Return which argument it is, in words: its option where it has one."""
    option, equals, _value = text.partition("=")
    if not equals or not option.isascii():
        option = before
    named = option.startswith("-") and option.isascii() and option.isprintable()
    return option if named else f"argument {number + 1}"


def _is_utf8(text: str) -> bool:
    # A byte that could not be decoded is a lone surrogate.
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
