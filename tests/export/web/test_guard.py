"""Real TLS and real passwords before `/metrics`."""

from __future__ import annotations

import asyncio
import os
import ssl
from typing import TYPE_CHECKING

import bcrypt
import httpx
import pytest

from relaytop.config.errors import RelaytopError
from relaytop.export.web.guard import Guard
from tests.export.scraping import Exported, exported
from tests.export.web.passwords import RIGHT, basic, hashed
from tests.hostile.certificates import certificates

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("certificates")
    certificates(found)
    return found


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Protected:
    """A web config and the guard that reads it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "web.yml"
        self.clock = Clock()
        self.notes: list[tuple[str, str]] = []

    def guard(self, text: str) -> Guard:
        self.path.write_text(text)
        guard = Guard(self.path, self.clock)
        guard.note = lambda level, words: self.notes.append((level, words))
        return guard

    def change(self, text: str) -> None:
        before = self.path.stat()
        self.path.write_text(text)
        os.utime(self.path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))


@pytest.fixture
def protected(tmp_path: Path) -> Protected:
    return Protected(tmp_path)


def tls(made: Path, *, name: str = "good", more: str = "") -> str:
    return (
        f"tls_server_config:\n  cert_file: {made}/{name}.crt\n  key_file: {made}/{name}.key\n{more}"
    )


async def https(found: Exported, made: Path, *, client: str | None = None) -> httpx.Response:
    trust = ssl.create_default_context(cafile=made / "ca.crt")
    if client is not None:
        trust.load_cert_chain(made / f"{client}.crt", made / f"{client}.key")

    def ask() -> httpx.Response:
        with httpx.Client(verify=trust) as http:
            return http.get(f"https://localhost:{found.port}/healthz")

    return await asyncio.to_thread(ask)


async def test_passwords(protected: Protected) -> None:
    guard = protected.guard(f"basic_auth_users:\n  alice: {hashed()}\n  bob: {hashed('b')}\n")
    async with exported(gate=guard) as found:
        for credentials, status in {
            None: 401,
            basic("alice"): 200,
            basic("bob", "b"): 200,
            basic("alice", "wrong"): 401,
            basic("bob"): 401,
            basic("carol"): 401,
            basic("alice", "x" * 100): 401,
            basic("alice", f"{RIGHT}\0"): 401,
            "Basic !": 401,
            "Basic YWxpY2U=": 401,  # without a colon
            "Bearer abc": 401,
        }.items():
            headers = {} if credentials is None else {"Authorization": credentials}
            for path in ("/metrics", "/healthz", "/elsewhere"):
                reply = await found.get(path, **headers)
                assert reply.status_code == (404 if (status, path[1]) == (200, "e") else status)
                protected.clock.now += 1
                assert ("WWW-Authenticate" in reply.headers) is (status == 401)


async def test_a_right_password_is_hashed_once(
    protected: Protected, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashing: list[bytes] = []
    real = bcrypt.checkpw

    def counted(password: bytes, known: bytes) -> bool:
        hashing.append(password)
        return real(password, known)

    monkeypatch.setattr(bcrypt, "checkpw", counted)
    async with exported(gate=protected.guard(f"basic_auth_users: {{a: {hashed()}}}")) as found:
        for _ in range(20):
            assert (await found.get(Authorization=basic("a"))).status_code == 200
        assert len(hashing) == 1
        protected.change(f"basic_auth_users: {{a: {hashed('other')}}}")
        assert (await found.get(Authorization=basic("a"))).status_code == 401
        assert (await found.get(Authorization=basic("a", "other"))).status_code == 200


async def test_guessing_is_slowed_down_and_holds_up_no_one_who_is_known(
    protected: Protected,
) -> None:
    async with exported(gate=protected.guard(f"basic_auth_users: {{a: {hashed()}}}")) as found:
        assert (await found.get(Authorization=basic("a"))).status_code == 200
        statuses = [
            (await found.get(Authorization=basic("a", f"guess {n}"))).status_code for n in range(12)
        ]
        assert statuses == [401] * 9 + [429] * 3
        assert (await found.get(Authorization=basic("a"))).status_code == 200
        protected.clock.now += 1
        assert (await found.get(Authorization=basic("a", "guess"))).status_code == 401


async def test_the_rate_limit_and_the_headers(protected: Protected) -> None:
    text = """http_server_config: {headers: {X-Content-Type-Options: nosniff}}
rate_limit: {interval: 10s, burst: 2}
"""
    async with exported(gate=protected.guard(text)) as found:
        replies = [await found.get("/healthz") for _ in range(3)]
        assert [reply.status_code for reply in replies] == [200, 200, 429]
        assert {reply.headers["X-Content-Type-Options"] for reply in replies} == {"nosniff"}
        protected.clock.now += 10
        assert (await found.get("/healthz")).status_code == 200


async def test_tls(protected: Protected, made: Path) -> None:
    async with exported(gate=protected.guard(tls(made))) as found:
        assert (await https(found, made)).text == "ok\n"
        with pytest.raises(httpx.TransportError):  # plain HTTP
            await found.get("/healthz")
        assert (await https(found, made)).text == "ok\n"


async def test_client_certificates(protected: Protected, made: Path) -> None:
    more = f"  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: {made}/ca.crt\n"
    async with exported(gate=protected.guard(tls(made, more=more))) as found:
        assert (await https(found, made, client="good")).text == "ok\n"
        for bad in (None, "self_signed", "expired"):
            with pytest.raises(httpx.TransportError):
                await https(found, made, client=bad)
        protected.change(tls(made, more=f"{more}  client_allowed_sans: [localhost]\n"))
        assert (await https(found, made, client="good")).text == "ok\n"
        with pytest.raises(httpx.TransportError):
            await https(found, made, client="other_name")


async def test_a_file_that_changes_holds_and_a_broken_one_does_not(
    protected: Protected, made: Path
) -> None:
    async with exported(gate=protected.guard(tls(made))) as found:
        assert (await https(found, made)).text == "ok\n"
        for broken in ("tls_server_config: [", "tls_server_config: {cert_file: nowhere}"):
            protected.change(broken)
            for _ in range(3):
                assert (await https(found, made)).text == "ok\n"
        assert [level for level, _ in protected.notes] == ["error", "error"]
        assert "the old web config stays" in protected.notes[0][1]
        protected.change(tls(made, name="self_signed"))
        with pytest.raises(httpx.ConnectError, match="certificate"):
            await https(found, made)
        assert protected.notes[2:] == [("info", f"{protected.path}: read again")]


async def test_a_certificate_that_is_renewed(protected: Protected, made: Path) -> None:
    folder = protected.path.parent
    for end in ("crt", "key"):
        (folder / f"now.{end}").write_bytes((made / f"expired.{end}").read_bytes())
    text = "tls_server_config: {cert_file: now.crt, key_file: now.key}"
    async with exported(gate=protected.guard(text)) as found:
        with pytest.raises(httpx.ConnectError, match="expired"):
            await https(found, made)
        (folder / "now.crt").write_bytes((made / "good.crt").read_bytes())
        with pytest.raises(httpx.ConnectError, match="expired"):  # its key is yet to come
            await https(found, made)
        (folder / "now.key").write_bytes((made / "good.key").read_bytes())
        assert (await https(found, made)).text == "ok\n"


async def test_handshakes_that_are_begun_starve_no_scrape(
    protected: Protected, made: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with exported(gate=protected.guard(tls(made))) as found:
        crowd = [await asyncio.open_connection("127.0.0.1", found.port) for _ in range(64)]
        crowd[40][1].write(b"\x16\x03\x01")
        assert (await https(found, made)).text == "ok\n"
        for _reader, writer in crowd:
            writer.close()
    assert caplog.records == []


async def test_a_handshake_has_a_deadline(
    protected: Protected, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relaytop.export.server.HEAD_S", 0.05)
    async with exported(gate=protected.guard(tls(made))) as found:
        reader, writer = await asyncio.open_connection("127.0.0.1", found.port)
        async with asyncio.timeout(60):
            assert await reader.read() == b""
        writer.close()


def test_without_the_libraries_it_says_how_to_get_them(
    protected: Protected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relaytop.export.web.file.find_spec", lambda _name: None)
    with pytest.raises(RelaytopError, match=r"pip install 'relaytop\[web\]'"):
        protected.guard("")
