"""A connection that goes wrong: what is told of it, and that nothing of it stays open."""

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from relaytop.config.settings import Provider, Target
from relaytop.probe import backend
from relaytop.probe.connect import ConnectTimings
from relaytop.probe.prober import Prober
from relaytop.probe.sample import Sample
from relaytop.probe.stream import StampedStream
from tests.probe.support import class_of
from tests.support.server import CERTIFICATE

Serve = Callable[[socket.socket], None]
BODY = b'{"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]}'
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
TOO_LARGE = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}"
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
LONG = (("user", "x" * 8_000_000),)
MIDDLING = (("user", "x" * 3_000_000),)


@contextlib.contextmanager
def serving(serve: Serve) -> Iterator[int]:
    """Serve each connection of a listener by `serve`, in a thread; yield the port."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
    listener.bind(("127.0.0.1", 0))
    listener.listen()

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            serve(connection)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def reset(connection: socket.socket) -> None:
    """Close with an RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def tls_of(connection: socket.socket, **options: Any) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    for name, value in options.items():
        setattr(context, name, value)
    return context.wrap_socket(connection, server_side=True, suppress_ragged_eofs=True)


@pytest.fixture(autouse=True)
def sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[socket.socket]]:
    """The sockets of all connections that a test makes; checks that none stays open."""
    found: list[socket.socket] = []

    class Noted(StampedStream):
        def __init__(self, sock: socket.socket, phases: ConnectTimings) -> None:
            super().__init__(sock, phases)
            found.append(sock)

    monkeypatch.setattr(backend, "StampedStream", Noted)
    yield found
    assert [sock.fileno() for sock in found] == [-1] * len(found)


async def probes(
    serve: Serve, *, tls: bool = False, count: int = 1, pause_s: float = 0.0, **options: Any
) -> list[Sample]:
    """Probe a listener."""
    with serving(serve) as port:
        scheme = "https" if tls else "http"
        provider = Provider(
            name="p", base_url=f"{scheme}://localhost:{port}/v1", ca_file=str(CERTIFICATE)
        )
        settings = {"timeout_s": 2.0, "stream": False, **options}
        target = Target(provider="p", model="m", **settings)
        prober = Prober(provider)
        found = []
        for _ in range(count):
            found.append(await prober.probe(target, 0.0))
            await asyncio.sleep(pause_s)
        await prober.aclose()
    return found


async def one(serve: Serve, **options: Any) -> Sample:
    (sample,) = await probes(serve, **options)
    return sample


async def test_an_answer_before_the_whole_prompt_was_read_is_read() -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(TOO_LARGE)
        done.wait(5)

    done = threading.Event()
    sample = await one(serve, messages=LONG)
    done.set()
    assert sample.http_status == 413, sample.failure


async def test_a_good_answer_before_the_whole_prompt_was_read_has_its_times() -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(REPLY)
        for _ in range(100):
            done.wait(0.02)
            connection.recv(100_000)

    done = threading.Event()
    sample = await one(serve, messages=LONG)
    done.set()
    assert sample.ok, sample.failure
    assert sample.latency_ms is not None
    assert sample.phases.wait_ms is not None
    assert sample.phases.wait_ms >= 0


async def test_the_time_to_send_a_long_prompt_is_no_latency() -> None:
    def serve(connection: socket.socket) -> None:
        threading.Event().wait(1.5)
        size = 0
        while size < len(LONG[0][1]):
            size += len(connection.recv(1_000_000))
        connection.sendall(REPLY)

    sample = await one(serve, messages=LONG, timeout_s=20.0)
    assert sample.ok, sample.failure
    assert sample.latency_ms is not None
    assert sample.latency_ms < 1000


async def test_an_answer_and_a_reset_inside_the_prompt() -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(TOO_LARGE)
        threading.Event().wait(0.1)
        reset(connection)

    sample = await one(serve, messages=LONG)
    assert sample.http_status == 413, sample.failure


async def test_an_answer_to_the_connection_itself_is_read() -> None:
    def serve(connection: socket.socket) -> None:
        connection.sendall(BUSY)
        connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):
            connection.recv(100_000)

    for _ in range(10):
        sample = await one(serve)
        assert sample.http_status == 503, sample.failure


@pytest.mark.parametrize("tls", [False, True])
async def test_a_reset_is_no_end_of_a_reply(*, tls: bool) -> None:
    def serve(connection: socket.socket) -> None:
        connection = tls_of(connection) if tls else connection
        connection.recv(100_000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + BODY)
        threading.Event().wait(0.1)
        reset(connection)

    sample = await one(serve, tls=tls)
    assert class_of(sample) == "truncated", sample


async def test_tls_without_its_goodbye() -> None:
    def serve(connection: socket.socket) -> None:
        with tls_of(connection) as secured:
            secured.recv(100_000)
            secured.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + BODY)
            secured.shutdown(socket.SHUT_RDWR)

    sample = await one(serve, tls=True)
    assert sample.ok, sample.failure


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_server_that_wants_a_certificate_says_so(version: ssl.TLSVersion) -> None:
    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(ssl.SSLError):
            tls_of(connection, maximum_version=version, verify_mode=ssl.CERT_REQUIRED)
        with contextlib.suppress(OSError):
            connection.recv(1000)

    for _ in range(5):
        sample = await one(serve, tls=True)
        assert class_of(sample) == "tls", sample.failure


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad\r\n\r\n", b"SSH-2.0-x\r\n"])
async def test_a_handshake_that_ends_in_a_reset(answer: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(100_000)
        connection.sendall(answer)
        reset(connection)

    for _ in range(5):
        sample = await one(serve, tls=True)
        assert class_of(sample) == "tls"


async def test_a_server_that_speaks_before_the_handshake() -> None:
    def serve(connection: socket.socket) -> None:
        connection.sendall(REPLY)
        with contextlib.suppress(OSError):
            connection.recv(100_000)

    for _ in range(5):
        sample = await one(serve, tls=True)
        assert class_of(sample) == "tls"


async def test_a_handshake_that_hangs() -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(100_000)
        connection.recv(100_000)

    sample = await one(serve, tls=True, timeout_s=0.3)
    assert class_of(sample) == "timeout"


@pytest.mark.parametrize("tls", [False, True])
async def test_a_probe_that_is_cut_off_anywhere_leaves_nothing_open(*, tls: bool) -> None:
    def serve(connection: socket.socket) -> None:
        pause = threading.Event().wait
        with tls_of(connection) if tls else connection as secured:
            for _ in range(2):
                secured.recv(100_000)
                pause(0.001)
                for part in (REPLY[:20], REPLY[20:60], REPLY[60:]):
                    secured.sendall(part)
                    pause(0.001)

    classes = set()
    for timeout_s in [*(step * 0.0005 for step in range(40)), 2.0]:
        (first, *_rest) = await probes(serve, tls=tls, timeout_s=timeout_s, count=2)
        classes.add(class_of(first))
    assert "timeout" in classes
    assert None in classes


async def test_a_prober_that_is_cancelled_leaves_nothing_open() -> None:
    def serve(connection: socket.socket) -> None:
        with tls_of(connection) as secured:
            secured.recv(100_000)
            secured.sendall(REPLY[:20])
            secured.recv(100_000)

    for step in range(30):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(step * 0.0005):
                await one(serve, tls=True)


async def test_a_reply_of_four_megabytes_is_read() -> None:
    text = b"x" * (4 * 1024 * 1024 - len(BODY) - 10)
    body = BODY.replace(b'"x"', b'"%s"' % text)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)

    def serve(connection: socket.socket) -> None:
        with tls_of(connection) as secured:
            secured.recv(100_000)
            secured.sendall(head + body)
            secured.recv(100_000)

    sample = await one(serve, tls=True, timeout_s=10.0)
    assert sample.ok, sample.failure


async def test_an_answer_that_nobody_asked_for_is_not_the_next_probes() -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(100_000)
        connection.sendall(REPLY)
        threading.Event().wait(0.02)
        connection.sendall(b"HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n")
        with contextlib.suppress(OSError):
            connection.recv(100_000)

    for sample in await probes(serve, count=3, pause_s=0.1):
        assert sample.ok, sample.failure


async def test_a_name_that_no_certificate_can_have(sockets: list[socket.socket]) -> None:
    with serving(lambda connection: connection.settimeout(1)) as port:
        stream = await backend.StampedBackend().connect_tcp("127.0.0.1", port)
        with pytest.raises(ValueError, match="server_hostname"):
            await stream.start_tls(ssl.create_default_context(), "")
    assert len(sockets) == 1


async def test_an_update_that_nobody_takes_does_not_spoil_the_reply() -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(10)
        connection.sendall(REPLY)

    with serving(serve) as port:
        stream = await backend.StampedBackend().connect_tcp("127.0.0.1", port)
        await stream.write(b"GET")
        assert await stream.read(10) == REPLY[:10]
        await asyncio.sleep(0.05)
        assert stream.eof
        await stream.write(b"\0\0\0\x04\x01\0\0\0\0")
        assert await stream.read(1000) == REPLY[10:]
        assert await stream.read(1000) == b""
        await stream.aclose()
        await stream.aclose()


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("unasked", [b"", b"HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n"])
async def test_a_connection_that_ended_while_the_loop_was_busy_is_not_reused(
    unasked: bytes, *, tls: bool
) -> None:
    def serve(connection: socket.socket) -> None:
        with tls_of(connection) if tls else connection as secured:
            secured.recv(100_000)
            secured.sendall(REPLY)
            threading.Event().wait(0.02)
            secured.sendall(unasked)

    with serving(serve) as port:
        base_url = f"{'https' if tls else 'http'}://localhost:{port}/v1"
        prober = Prober(Provider(name="p", base_url=base_url, ca_file=str(CERTIFICATE)))
        for _ in range(3):
            sample = await prober.probe(Target(provider="p", model="m", stream=False), 0.0)
            assert sample.ok, (sample.failure, sample.stale)
            threading.Event().wait(0.1)  # the loop's own thread
        await prober.aclose()
