"""TLS over bytes that somebody else reads and writes, so that ciphertext keeps its stamps."""

from __future__ import annotations

import ssl

_READ_BYTES = 64 * 1024


class TLSLayer:
    """One TLS session in memory.

    Args:
        context: Whom to trust.
        server_hostname: Whose certificate is expected.
    """

    def __init__(self, context: ssl.SSLContext, server_hostname: str | None) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.ssl_object = context.wrap_bio(
            self._incoming, self._outgoing, server_hostname=server_hostname
        )
        self.established = False
        self.closed = False
        """Whether nothing more follows."""
        self.error: ssl.SSLError | None = None
        """Why nothing does, where the peer did not just say so: an alert, or no valid TLS."""

    def handshake(self) -> bool:
        """Go on with the handshake; False while it waits for the peer.

        Raises:
            ssl.SSLError: It failed; `to_send` may hold an alert for the peer.
        """
        try:
            self.ssl_object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        self.established = True
        return True

    def receive(self, ciphertext: bytes) -> bytes:
        """Return what the peer's bytes decrypt to; empty while a record is incomplete."""
        self._incoming.write(ciphertext)
        if not self.established:
            return b""
        found = []
        try:
            while data := self.ssl_object.read(_READ_BYTES):
                found.append(data)
            self.closed = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.closed = True
        except ssl.SSLError as error:
            self.closed, self.error = True, error
        return b"".join(found)

    def receive_eof(self) -> None:
        """Note that the peer hung up."""
        self._incoming.write_eof()

    def encrypt(self, plaintext: bytes) -> bytes:
        """Return the bytes to send for `plaintext`, with what waited to be sent before it."""
        rest = memoryview(plaintext)
        while rest:
            rest = rest[self.ssl_object.write(rest) :]
        return self.to_send()

    def to_send(self) -> bytes:
        """Return what the session itself wants to send: handshake, key update, alert."""
        return self._outgoing.read() if self._outgoing.pending else b""
