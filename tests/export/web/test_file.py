"""The file: what is valid, and a sentence for everything that is not."""

from __future__ import annotations

import contextlib
import shutil
import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.errors import RelaytopError
from relaytop.export.web.file import read_web_config
from relaytop.export.web.yaml_text import parse_yaml
from tests.export.web.passwords import hashed
from tests.hostile.certificates import certificates

if TYPE_CHECKING:
    from pathlib import Path

PAIR = "tls_server_config:\n  cert_file: good.crt\n  key_file: good.key\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("web")
    certificates(found)
    return found


def written(folder: Path, text: str) -> Path:
    path = folder / "web.yml"
    path.write_text(text)
    return path


def test_all_that_is_known(folder: Path) -> None:
    text = f"""{PAIR}  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [localhost]
  min_version: TLS12
  max_version: TLS12
  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: false
http_server_config:
  http2: true
  headers:
    X-Frame-Options: deny
    Strict-Transport-Security: max-age=1
    X-XSS-Protection:
basic_auth_users:
  alice: {hashed()}
  7: {hashed().replace("$2b$", "$2y$")}
rate_limit:
  interval: 1m500ms
  burst: 20
"""
    found = read_web_config(written(folder, text))
    assert found.context is not None
    assert found.context.verify_mode is ssl.CERT_REQUIRED
    assert found.context.maximum_version is ssl.TLSVersion.TLSv1_2
    names = [each["name"] for each in found.context.get_ciphers() if "TLSv1.2" in each["protocol"]]
    assert names == ["ECDHE-ECDSA-AES128-GCM-SHA256"]
    assert found.allowed_names == ("localhost",)
    assert [*found.users] == ["alice", "7"]
    assert found.headers == (
        ("X-Frame-Options", "deny"),
        ("Strict-Transport-Security", "max-age=1"),
    )
    assert (found.rate_limit.interval, found.rate_limit.burst) == (60.5, 20)
    assert "http2: HTTP/1.1 is served only" in found.remarks[0]


@pytest.mark.parametrize("text", ["", "{}", "basic_auth_users:\n", "tls_server_config:\n", "# a\n"])
def test_an_empty_file_protects_nothing(folder: Path, text: str) -> None:
    found = read_web_config(written(folder, text))
    assert found.context is None
    assert found.users == {}


MISTAKES = {
    "tls_server_config: {cert_fil: a}": "tls_server_config.cert_fil: unknown key; did you mean",
    "basic_auth: {}": "basic_auth: unknown key; did you mean 'basic_auth_users'?",
    "http_server_config: {headers: {X-Y: a}}": "headers.X-Y: unknown key; valid: Content-Security",
    "tls_server_config: {cert_file: good.crt}": "cert_file and key_file are both needed",
    "tls_server_config: {cert_file: no.crt, key_file: good.key}": "cert_file: ",
    "tls_server_config: {cert_file: ca.crt, key_file: good.key}": "no certificate and its",
    "tls_server_config: {cert_file: ca.cnf, key_file: good.key}": "no certificate and its",
    PAIR + "  min_version: TLS10": "min_version: input should be 'TLS12' or 'TLS13'",
    PAIR + "  min_version: TLS13\n  max_version: TLS12": "min_version is above max_version",
    PAIR + "  cipher_suites: [RC4]": "unknown cipher suite 'RC4'; valid: TLS_ECDHE_ECDSA",
    PAIR + "  curve_preferences: [X25519]": "curve_preferences: not supported",
    PAIR + "  cert: PEM": "cert: not supported: give cert_file",
    PAIR + "  client_auth_type: RequestClientCert": "use RequireAndVerifyClientCert",
    PAIR + "  client_auth_type: Never": "client_auth_type: input should be",
    PAIR + "  client_auth_type: RequireAndVerifyClientCert": "needs client_ca_file",
    PAIR + "  client_ca_file: ca.crt": "client_ca_file needs client_auth_type",
    PAIR + "  client_allowed_sans: [a]": "client_allowed_sans needs client_auth_type",
    "basic_auth_users: {bob: letmein}": "basic_auth_users.bob: not a bcrypt hash",
    "basic_auth_users: [bob]": "basic_auth_users: input should be a valid dictionary",
    "rate_limit: {interval: often}": "rate_limit.interval: not a duration",
    "rate_limit: {burst: -1}": "rate_limit.burst: input should be greater",
    "http_server_config: {http2: perhaps}": "http_server_config.http2: input should be",
    "http_server_config: {headers: {X-Frame-Options: maybe}}": "X-Frame-Options: input should",
    'http_server_config: {headers: {X-XSS-Protection: "a\\r\\nb"}}': "not a valid header",
    "a: 1\na: 2": "line 2: a is there twice",
    "a: [": "line 1: ",
    "[1, 2]": "input should be",
    "&a {a: *a}": "an alias of itself",
    "? [a]\n: b": "a key must be text",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_names_the_file_and_the_key(folder: Path, text: str) -> None:
    path = written(folder, text)
    with pytest.raises(RelaytopError) as caught:
        read_web_config(path)
    assert str(path) in str(caught.value)
    assert MISTAKES[text] in str(caught.value)
    assert "letmein" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RelaytopError, match=r"--web\.config\.file: .*no such file"):
        read_web_config(tmp_path / "web.yml")


@given(st.text() | st.binary())
def test_any_bytes_are_a_value_or_a_sentence(content: str | bytes) -> None:
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    with contextlib.suppress(ValueError):
        parse_yaml(data)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_promtool_takes_what_we_take(folder: Path) -> None:
    path = written(folder, f"{PAIR}basic_auth_users: {{a: {hashed()}}}\n")
    read_web_config(path)
    subprocess.run(["promtool", "check", "web-config", path], check=True, capture_output=True)
