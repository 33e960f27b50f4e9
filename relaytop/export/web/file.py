"""A web config file: what it says, checked; every mistake names the file, the key and a way out."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from relaytop.config.errors import RelaytopError
from relaytop.config.suggestions import suggestion
from relaytop.export.web.schema import RateLimitTable, WebFile, known_keys
from relaytop.export.web.tls import server_context, tls_files

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

MAX_BYTES = 1_000_000
OPTION = "--web.config.file"


@dataclass(frozen=True, slots=True)
class WebConfig:
    """What holds for connections and requests."""

    context: ssl.SSLContext | None
    """None: plain HTTP."""
    verifies_clients: bool
    """Whether a client needs a certificate."""
    allowed_names: tuple[str, ...]
    """One of these is in a client's certificate; none given: any certificate will do."""
    users: Mapping[str, str]
    """Name → bcrypt hash; none: no password."""
    headers: tuple[tuple[str, str], ...]
    rate_limit: RateLimitTable
    remarks: tuple[str, ...]
    """What is in the file and cannot be done, and is worth no refusal."""
    files: tuple[Path, ...]
    """The files of TLS."""


def require_web() -> None:
    """Check that the libraries are installed, without importing them.

    Raises:
        RelaytopError: One is not.
    """
    if find_spec("bcrypt") is None or find_spec("yaml") is None:
        message = f"{OPTION} needs PyYAML and bcrypt: pip install 'relaytop[web]'"
        raise RelaytopError(message)


def read_web_config(path: Path) -> WebConfig:
    """Return what a file says; paths in it are relative to its folder.

    Raises:
        RelaytopError: It cannot be read, or has a mistake.
    """
    from relaytop.export.web.yaml_text import parse_yaml  # noqa: PLC0415 - of the extra `web`

    try:
        with path.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError as error:
        sentence = f"{OPTION}: {path}: {(error.strerror or str(error)).lower()}"
        raise RelaytopError(sentence) from None
    if len(content) > MAX_BYTES:
        sentence = f"{path}: larger than {MAX_BYTES} bytes: not a web config file"
        raise RelaytopError(sentence)
    try:
        found = WebFile.model_validate(parse_yaml(content))
        tls = found.tls_server_config
        context = server_context(tls, path.parent) if tls.is_set() else None
    except ValidationError as error:
        mistakes = error.errors(include_url=False, include_input=False)
        raise RelaytopError("\n".join(f"{path}: {_sentence(each)}" for each in mistakes)) from None
    except (ValueError, RelaytopError) as error:
        sentence = f"{path}: {error}"
        raise RelaytopError(sentence) from None
    http = found.http_server_config
    headers = http.headers.model_dump(by_alias=True)
    remarks = [f"{path}: http_server_config.http2: HTTP/1.1 is served only"] if http.http2 else []
    return WebConfig(
        context=context,
        verifies_clients=tls.client_auth_type == "RequireAndVerifyClientCert",
        allowed_names=tls.client_allowed_sans,
        users=found.basic_auth_users,
        headers=tuple((name, value) for name, value in headers.items() if value),
        rate_limit=found.rate_limit,
        remarks=tuple(remarks),
        files=tls_files(tls, path.parent),
    )


def _sentence(error: ErrorDetails) -> str:
    location: tuple[Any, ...] = error["loc"]
    where = ".".join(str(part) for part in location) or "the file"
    if error["type"] == "extra_forbidden":
        valid = known_keys(location[:-1])
        hint = suggestion(str(location[-1]), valid, f"valid: {', '.join(valid)}")
        return f"{where}: unknown key; {hint}"
    message = error["msg"].removeprefix("Value error, ")
    return f"{where}: {message[:1].lower()}{message[1:]}"
