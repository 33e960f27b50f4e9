"""The shape of a web config file. Every scalar of it comes as text."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from relaytop.export.web.cipher_suites import TLS12, TLS13

_BCRYPT = re.compile(r"\$2[abxy]\$(?P<cost>\d\d)\$[./A-Za-z0-9]{53}")
MIN_COST, MAX_COST = 4, 31
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
AuthType = Literal["NoClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"]
Version = Literal["TLS12", "TLS13"]


def _auth_type(text: object) -> object:
    if text in {"RequestClientCert", "RequireAnyClientCert"}:
        message = f"{text} takes certificates unverified, which is not supported: \
use RequireAndVerifyClientCert"
        raise ValueError(message)
    return text


def _suite(name: str) -> str:
    if name not in TLS12 and name not in TLS13:
        message = f"unknown cipher suite {name[:60]!r}; valid: {', '.join([*TLS12, *TLS13])}"
        raise ValueError(message)
    return name


def _header(value: str) -> str:
    if not value.isascii() or not value.isprintable():
        message = "not a valid header: printable ASCII only"
        raise ValueError(message)
    return value


def _hash(text: str) -> str:
    found = _BCRYPT.fullmatch(text)
    if found is None or not MIN_COST <= int(found["cost"]) <= MAX_COST:
        message = "not a bcrypt hash: make one with `htpasswd -nBC 10 NAME`"
        raise ValueError(message)
    return text


def _duration(text: object) -> object:
    """Return seconds of a duration as Go writes it: `1s`, `1m30s`, `0`."""
    if text == "0":
        return 0.0
    parts = _DURATION.findall(text) if isinstance(text, str) else []
    if not parts or "".join(number + unit for number, unit in parts) != text:
        message = "not a duration: write it as 500ms, 1s or 1m"
        raise ValueError(message)
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def _absent(value: object) -> object:
    """Return a table; a key without a value is one that is empty."""
    return {} if value == "" else value


def _unsupported(instead: str) -> BeforeValidator:
    def refuse(_value: object) -> object:
        message = f"not supported: {instead}"
        raise ValueError(message)

    return BeforeValidator(refuse)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TlsTable(_Table):
    """`tls_server_config`."""

    cert_file: str = ""
    key_file: str = ""
    client_auth_type: Annotated[AuthType, BeforeValidator(_auth_type)] = "NoClientCert"
    client_ca_file: str = ""
    client_allowed_sans: tuple[str, ...] = ()
    min_version: Version = "TLS12"
    max_version: Version = "TLS13"
    cipher_suites: tuple[Annotated[str, AfterValidator(_suite)], ...] = ()
    prefer_server_cipher_suites: bool = True
    cert: Annotated[str, _unsupported("give cert_file")] = ""
    key: Annotated[str, _unsupported("give key_file")] = ""
    client_ca: Annotated[str, _unsupported("give client_ca_file")] = ""
    curve_preferences: Annotated[
        tuple[str, ...], _unsupported("OpenSSL's own order of curves holds; leave it out")
    ] = ()

    @model_validator(mode="after")
    def _check(self) -> TlsTable:
        """Check what the toolkit checks too."""
        mandatory = self.client_auth_type == "RequireAndVerifyClientCert"
        wrong = None
        if self.is_set() and not (self.cert_file and self.key_file):
            wrong = "cert_file and key_file are both needed"
        elif self.client_auth_type != "NoClientCert" and not self.client_ca_file:
            wrong = f"client_auth_type {self.client_auth_type} needs client_ca_file"
        elif self.client_ca_file and self.client_auth_type == "NoClientCert":
            wrong = "client_ca_file needs client_auth_type: RequireAndVerifyClientCert"
        elif self.client_allowed_sans and not mandatory:
            wrong = "client_allowed_sans needs client_auth_type: RequireAndVerifyClientCert"
        elif self.min_version > self.max_version:
            wrong = "min_version is above max_version"
        if wrong is not None:
            raise ValueError(wrong)
        return self

    def is_set(self) -> bool:
        """Return whether anything of it is given."""
        return bool(self.model_fields_set)


class HeadersTable(_Table):
    """`http_server_config.headers`; those that are blank are not sent."""

    csp: Annotated[str, AfterValidator(_header)] = Field("", alias="Content-Security-Policy")
    frame: Literal["", "deny", "sameorigin"] = Field("", alias="X-Frame-Options")
    sniff: Literal["", "nosniff"] = Field("", alias="X-Content-Type-Options")
    xss: Annotated[str, AfterValidator(_header)] = Field("", alias="X-XSS-Protection")
    hsts: Annotated[str, AfterValidator(_header)] = Field("", alias="Strict-Transport-Security")


class HttpTable(_Table):
    """`http_server_config`."""

    http2: bool | None = None
    headers: Annotated[HeadersTable, BeforeValidator(_absent)] = Field(
        default_factory=lambda: HeadersTable.model_validate({})
    )


class RateLimitTable(_Table):
    """`rate_limit`."""

    interval: Annotated[float, BeforeValidator(_duration)] = 0.0
    """Seconds between two requests; 0: no limit."""
    burst: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class WebFile(_Table):
    """The whole file."""

    tls_server_config: Annotated[TlsTable, BeforeValidator(_absent)] = TlsTable()
    http_server_config: Annotated[HttpTable, BeforeValidator(_absent)] = HttpTable()
    basic_auth_users: Annotated[
        dict[str, Annotated[str, AfterValidator(_hash)]], BeforeValidator(_absent)
    ] = Field(default_factory=dict)
    rate_limit: Annotated[RateLimitTable, BeforeValidator(_absent)] = RateLimitTable()


_TABLES: dict[str, type[BaseModel]] = {
    "tls_server_config": TlsTable,
    "http_server_config": HttpTable,
    "rate_limit": RateLimitTable,
}
_UNSUPPORTED = {"cert", "key", "client_ca", "curve_preferences"}


def known_keys(location: tuple[Any, ...]) -> list[str]:
    """Return the keys that a table of the file has, given where it is."""
    if location[-1:] == ("headers",):
        model: type[BaseModel] = HeadersTable
    else:
        model = _TABLES.get(str(location[0]), WebFile) if location else WebFile
    names = [field.alias or name for name, field in model.model_fields.items()]
    return [name for name in names if name not in _UNSUPPORTED]
