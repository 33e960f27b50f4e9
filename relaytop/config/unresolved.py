"""A provider before its key is resolved: the shape that file, environment and flags share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.source_location import Source


class RawPrice(TypedDict, total=False):
    """USD per million tokens."""

    input: float
    output: float
    cached_input: float | None


class RawProvider(TypedDict, total=False):
    """A provider's settings as they were written."""

    name: str
    base_url: str
    api: str
    api_key: str | None
    api_key_env: str | None
    api_key_command: list[str] | None
    api_key_file: str | None
    models: list[str]
    max_rpm: int | None
    headers: dict[str, str]
    ca_file: str | None
    proxy: str | None
    http2: bool
    api_version: str | None
    prices: dict[str, RawPrice]


@dataclass(frozen=True, slots=True)
class Given:
    """A provider as it was written, and by whom."""

    raw: RawProvider
    origins: Mapping[str, str]
    """Field → where its value came from, in words; a field that is not in it has its default."""
    source: Source | None = None
    """The file that it is written in, if it is."""

    def place(self, field: str) -> str:
        """Return what a sentence about a field begins with."""
        if self.source is not None:
            return self.source.place("providers", self.raw["name"], field)
        return self.origins[field]
