"""What a program of the user's is given that relaytop starts: everything but the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.config.environment import KNOWN
from relaytop.config.keys import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def without_keys(environ: Mapping[str, str], origins: Iterable[str]) -> dict[str, str]:
    """Return an environment for a program of the user's: all of it but the keys.

    Args:
        environ: The environment.
        origins: Where keys come from: variables, or the words of `Provider.key_from`.
    """
    hidden = {*KNOWN, *(origin.removeprefix(VARIABLE) for origin in origins)}
    return {name: value for name, value in environ.items() if name not in hidden}
