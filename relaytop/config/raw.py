"""A provider before its key is resolved: the shape that file, environment and flags share."""

from __future__ import annotations

from typing import TypedDict


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
