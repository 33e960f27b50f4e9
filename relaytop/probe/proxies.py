"""The proxy of a provider: its own setting, else the environment's."""

from __future__ import annotations

import ipaddress
import urllib.request
from urllib.parse import urlsplit

from relaytop.probe.no_proxy import bypasses_proxy

DEFAULT_PORTS = {"http": 80, "https": 443}
"""Scheme → the port of a URL that names none."""


def proxy_for(base_url: str, own: str | None) -> str | None:
    """Return the proxy's URL; None for none. The environment's is never used for loopback.

    Args:
        base_url: The provider's.
        own: The provider's `proxy` setting.
    """
    if own:
        return _with_scheme(own)
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if _is_loopback(host):
        return None
    proxies = urllib.request.getproxies()
    if not proxies or _is_direct(host, parts.port or DEFAULT_PORTS.get(parts.scheme)):
        return None
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return _with_scheme(proxy) if proxy else None


def _is_direct(host: str, port: int | None) -> bool:
    """Return whether the environment, or without a word there the system, excepts a host."""
    environment = urllib.request.getproxies_environment()
    if environment:
        return bypasses_proxy(host, port, environment.get("no", ""))
    return bool(urllib.request.proxy_bypass(f"{host}:{port}" if port else host))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _with_scheme(proxy: str) -> str:
    return proxy if "://" in proxy else f"http://{proxy}"
