"""An HTTP reply as it came, before its body is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class RawReply:
    """The bytes of a reply, and what is needed to read them."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    chunks: Sequence[bytes]
    """The body's pieces in the order in which they came."""
    ended_cleanly: bool = True
    """Whether the body was not cut off."""
    secrets: Sequence[str] = ()
    """Keys and the like, to be removed from the server's messages."""
    now: float = 0.0
    """Unix seconds, for waits that are given as points in time."""

    @property
    def body(self) -> bytes:
        """The body in one piece."""
        return b"".join(self.chunks)
