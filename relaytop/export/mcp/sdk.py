"""Whether the MCP SDK is here; nothing in this module imports it."""

from __future__ import annotations

from importlib.util import find_spec

from relaytop.config.errors import RelaytopError


def require_mcp() -> None:
    """Check that the SDK is installed.

    Raises:
        RelaytopError: It is not.
    """
    if find_spec("mcp") is None:
        message = "the MCP server needs the MCP SDK: pip install 'relaytop[mcp]'"
        raise RelaytopError(message)
