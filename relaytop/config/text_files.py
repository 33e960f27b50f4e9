"""Text files that a user's editor wrote, with a byte-order mark or without."""

from __future__ import annotations

import codecs
from pathlib import Path

from relaytop.config.safe_files import open_regular

MARK = codecs.BOM_UTF8
MAX_CONFIG_BYTES = 1024 * 1024
MAX_CA_BYTES = 16 * 1024 * 1024
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def utf8_of(data: bytes) -> bytes:
    """Return a file's text as UTF-8 without a byte-order mark.

    Windows' editors and shells put the mark there, or write UTF-16 behind one.

    Raises:
        UnicodeDecodeError: It is UTF-16 by its mark, and none by its bytes.
    """
    if data.startswith(_UTF_16):
        return data.decode("utf-16").encode()
    return data.removeprefix(MARK)


def decode_text(data: bytes) -> str:
    r"""Return a file's text without a byte-order mark, its lines ended by `\n`.

    Raises:
        UnicodeDecodeError: It is neither UTF-8 nor UTF-16 with a mark.
    """
    return utf8_of(data).decode().replace("\r\n", "\n").replace("\r", "\n")


def ca_source(path: Path | str) -> tuple[str | None, str | None]:
    """Return the `cafile` or the `cadata` by which the `ssl` module loads a file of certificates.

    OpenSSL does not see the first certificate behind a byte-order mark.

    Raises:
        OSError: It cannot be read.
        UnicodeDecodeError: It is no text behind its mark.
    """
    with open_regular(Path(path)) as file:
        start = file.read(len(MARK))
        if not start.startswith((MARK, *_UTF_16)):
            return str(path), None
        text = decode_text(start + file.read(MAX_CA_BYTES))
    # Comments may be in any language, but the module wants ASCII.
    return None, text.encode("ascii", "replace").decode()
