"""Findings about the proxy to a provider, named without its password."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relaytop.jobs.check.findings import Subject
from relaytop.probe.errors import PROTOCOL, TLS
from relaytop.probe.exchange import PROXY_407
from relaytop.probe.proxies import proxy_for

if TYPE_CHECKING:
    from relaytop.config.settings import Provider
    from relaytop.jobs.check.findings import Finding
    from relaytop.probe.errors import ProbeError


def proxy_finding(provider: Provider, proxy: str | None) -> Finding:
    """Return which proxy is used, if any, and what configured it."""
    meaning = "none, direct connection"
    if proxy is not None:
        meaning = f"through {without_credentials(proxy)}, {proxy_origin(provider)}"
    return Subject(provider.name).good("proxy", meaning)


def without_credentials(proxy: str) -> str:
    """Return a proxy's URL without user and password."""
    parts = urlsplit(proxy)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def proxy_origin(provider: Provider) -> str:
    """Return what set the proxy: the provider's setting, else an environment variable."""
    if provider.proxy:
        return f"set by providers.{provider.name}.proxy"
    scheme = urlsplit(provider.base_url).scheme
    for variable in (f"{scheme}_proxy", "all_proxy"):
        for name in (variable, variable.upper()):
            if os.environ.get(name):
                return f"set by the environment variable {name}"
    return "set by the system"


def proxy_refusal(provider: Provider, message: str) -> tuple[str, str]:
    """Return (meaning, remedy) of a proxy's refusal: a 407, or that of a tunnel."""
    proxy = proxy_for(provider.base_url, provider.proxy)
    if message != PROXY_407:
        around = "leave it out" if provider.proxy else "name the host in NO_PROXY"
        remedy = f"ask its operator, or {around}: it is {proxy_origin(provider)}"
        return "the proxy blocks this request", remedy
    if proxy is None:
        return (
            "a proxy on the network path requires a user name and password",
            "set `proxy` at the provider",
        )
    where = proxy_origin(provider)
    if urlsplit(proxy).username:
        meaning = "the proxy rejects the user name and password in its URL"
        return meaning, f"fix them, special characters %-encoded: {where}"
    meaning = "the proxy requires a user name and password"
    shown = without_credentials(proxy).replace("://", "://USER:PASSWORD@")
    return meaning, f"write {shown}: {where}"


def transport_failure(provider: Provider, error: ProbeError) -> Finding:
    """Return why the settings allow no connection to a provider."""
    step, remedy = "proxy", f"fix it: {proxy_origin(provider)}"
    if error.error_class == TLS:
        step, remedy = "tls", "set `ca_file` to a PEM file with certificates"
    elif error.error_class == PROTOCOL:
        step, remedy = "config", "or set http2 = false"
    return Subject(provider.name).bad(step, str(error), remedy)
