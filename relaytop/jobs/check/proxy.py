"""Which proxy leads to a provider, named without its password."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relaytop.jobs.check.findings import BAD, GOOD, Finding
from relaytop.probe.errors import PROTOCOL, TLS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.settings import Provider
    from relaytop.probe.errors import ProbeError


def proxy_finding(provider: Provider, proxy: str | None) -> Finding:
    """Say which proxy leads there, if any, and who named it."""
    words = "none, a direct way"
    if proxy is not None:
        words = f"through {shown(proxy)}, {named_by(provider, os.environ)}"
    return Finding(provider.name, None, "proxy", GOOD, words)


def shown(proxy: str) -> str:
    """Return a proxy's URL without user and password."""
    parts = urlsplit(proxy)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def named_by(provider: Provider, environ: Mapping[str, str]) -> str:
    """Say what named the proxy: the provider's setting, else a variable."""
    if provider.proxy:
        return f"set by providers.{provider.name}.proxy"
    scheme = urlsplit(provider.base_url).scheme
    for variable in (f"{scheme}_proxy", "all_proxy"):
        for name in (variable, variable.upper()):
            if environ.get(name):
                return f"set by the environment variable {name}"
    return "set by the system"


def route_failed(provider: Provider, error: ProbeError) -> Finding:
    """Say why the settings give no way to a provider."""
    step, remedy = "proxy", f"correct it: {named_by(provider, os.environ)}"
    if error.error_class == TLS:
        step, remedy = "tls", "name a PEM file with certificates in `ca_file`"
    elif error.error_class == PROTOCOL:
        step, remedy = "config", "or set http2 = false"
    return Finding(provider.name, None, step, BAD, str(error), remedy)
