"""Why a connection ended, in one sentence, by ssh's exit code and what it wrote to stderr."""

from __future__ import annotations

import json
import re

from relaytop.wire.text import clean

MAX_WORDS = 200
MAX_LINE = 2000
SSH_FAILED = 255
NOT_FOUND, NOT_EXECUTABLE = 127, 126
_KNOWN: tuple[tuple[str, str], ...] = (
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "its host key has changed: if that is right, remove the old one by `ssh-keygen -R`",
    ),
    (
        "Host key verification failed",
        "its host key is not known: connect once by `ssh` and accept it",
    ),
    ("No .* host key is known", "its host key is not known: connect once by `ssh` and accept it"),
    ("Permission denied", "permission denied: ssh needs a key that works without a password"),
    ("Too many authentication failures", "permission denied: too many keys were offered"),
    ("Could not resolve hostname", "its name cannot be resolved"),
    ("Connection refused", "connection refused"),
    ("timed out", "no answer: the connection timed out"),
    ("not responding", "it does not answer any more"),
    ("No route to host", "no route to it"),
    ("Network is unreachable", "the network is unreachable"),
    ("Connection reset", "it reset the connection"),
    ("Connection closed|closed by remote host", "it closed the connection"),
    ("No such option: --stdio|no such option: --stdio", "relaytop there is too old: upgrade it"),
)
_PATTERNS = tuple((re.compile(pattern), words) for pattern, words in _KNOWN)


def failure_words(returncode: int | None, stderr: str, program: str) -> str:
    """Return why a connection ended.

    Args:
        returncode: ssh's exit code, negative for a signal; None where it runs still.
        stderr: The end of what it wrote there, and what relaytop wrote at the other end.
        program: The path of relaytop on the host.
    """
    if returncode in {NOT_FOUND, NOT_EXECUTABLE}:
        return _missing(returncode, program)
    lines = [text for line in stderr.splitlines() if (text := clean(line, MAX_LINE))]
    plain = [line for line in lines if not line.startswith("{")]
    if returncode in {SSH_FAILED, None} or (returncode is not None and returncode < 0):
        for pattern, words in _PATTERNS:
            if any(pattern.search(line) for line in plain):
                return words
    told = _last_event(lines)
    if told is not None and returncode == 1:
        return told
    if plain:
        for pattern, words in _PATTERNS[-1:]:
            if any(pattern.search(line) for line in plain):
                return words
        return clean(plain[-1].removeprefix("ssh: "), MAX_WORDS)
    return told or _by_code(returncode)


def _missing(returncode: int | None, program: str) -> str:
    words = "cannot be run" if returncode == NOT_EXECUTABLE else "is not found"
    return (
        f"{program} {words} there: install it, or give its path by --remote "
        "or `remote` in the config's [fleet]"
    )


def _last_event(lines: list[str]) -> str | None:
    """Return the text of the last error that relaytop logged at the other end."""
    for line in reversed(lines):
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict) and event.get("level") == "error":
            text = event.get("text")
            return (clean(text, MAX_WORDS) or None) if isinstance(text, str) else None
    return None


def _by_code(returncode: int | None) -> str:
    if returncode is None:
        return "the connection ended"
    if returncode < 0:
        return f"ssh was ended by signal {-returncode}"
    if returncode == SSH_FAILED:
        return "ssh failed and did not say why"
    return f"relaytop there ended with exit code {returncode}"
