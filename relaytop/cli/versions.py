"""The versions that a bug report needs: relaytop's, Python's and those of the libraries."""

from __future__ import annotations

import sys
from importlib import metadata

import relaytop

LIBRARIES = {"textual": "Textual", "httpx": "httpx"}
"""Distribution → its name in the text."""


def versions() -> str:
    """Return the lines of `relaytop --version`; no library is imported for them."""
    found = [f"Python {sys.version.partition(' ')[0]}"]
    for distribution, name in LIBRARIES.items():
        try:
            found.append(f"{name} {metadata.version(distribution)}")
        except metadata.PackageNotFoundError:
            continue
    return f"relaytop, version {relaytop.__version__}\n{', '.join(found)}\n"
