"""The prompts: a text file with a prompt a line, JSON lines, or five prompts of our own."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.config.safe_files import read_bounded
from relaytop.config.text_files import MARK, utf8_of

if TYPE_CHECKING:
    from pathlib import Path

Messages = tuple[tuple[str, str], ...]
"""One request's messages as (role, content)."""

BUILT_IN: tuple[Messages, ...] = tuple(
    (("user", prompt),)
    for prompt in (
        "Reply with the single word: pong",
        "What is 17 times 23? Answer with the number alone.",
        "Translate into French: the train leaves at nine.",
        "Name three causes of high latency in a web service, one line each.",
        "Write a Python function that returns the n-th Fibonacci number.",
    )
)
MAX_BYTES = 64 * 1024 * 1024
_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
_SETTINGS = (
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "seed",
    "stop",
    "n",
    "tools",
    "response_format",
    "reasoning_effort",
)
"""Settings in a line that are not sent, since both sides get the same request."""
_SHAPE = 'expected {"messages": [{"role": "user", "content": "…"}]} or an OpenAI batch line'


class _BadLineError(Exception):
    """A mistake in one line."""


def read_prompts(path: Path) -> tuple[Messages, ...]:
    r"""Read a file of prompts.

    A file whose name ends on `.jsonl`, or whose first line begins with `{` and whose name does not
    end on `.txt`, has a JSON object a line; any other has a prompt a line. Empty lines are skipped.
    Settings in a line, such as an OpenAI batch line's `max_tokens`, are ignored; stderr says which.

    Raises:
        RelaytopError: It cannot be read, or holds no prompt; with the line.
    """
    try:
        raw = utf8_of(read_bounded(path, MAX_BYTES, stdin=True))
    except OSError as error:
        sentence = f"--prompts {path}: {error.strerror}"
        raise RelaytopError(sentence) from None
    except UnicodeDecodeError:
        sentence = f"--prompts {path}: neither UTF-8 nor UTF-16"
        raise RelaytopError(sentence) from None
    # Files that were put together have a mark in the middle.
    lines = [line.removeprefix(MARK) for line in raw.split(b"\n")]
    filled = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not filled:
        sentence = f"--prompts {path}: contains no prompt"
        raise RelaytopError(sentence)
    objects = path.suffix == ".jsonl" or (
        path.suffix != ".txt" and filled[0][1].lstrip().startswith(b"{")
    )
    found = []
    ignored: dict[str, None] = {}
    for number, line in filled:
        try:
            text = line.decode().strip()
            if objects:
                request = _request(text)
                found.append(_messages(request))
                ignored |= dict.fromkeys(name for name in _SETTINGS if name in request)
            else:
                found.append((("user", text),))
        except UnicodeDecodeError:
            sentence = f"--prompts {path}, line {number}: not UTF-8"
            raise RelaytopError(sentence) from None
        except _BadLineError as error:
            sentence = f"--prompts {path}, line {number}: {error}"
            raise RelaytopError(sentence) from None
    if ignored:
        names = ", ".join(ignored)
        sys.stderr.write(
            f"relaytop: --prompts {path}: {names} ignored; --max-tokens applies to all\n"
        )
    return tuple(found)


def _request(text: str) -> dict[str, object]:
    """Return the request of a line; nothing where it holds none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        sentence = f"not JSON; {_SHAPE}"
        raise _BadLineError(sentence) from None
    if isinstance(document, dict) and isinstance(document.get("body"), dict):
        document = document["body"]
    return document if isinstance(document, dict) else {}


def _messages(request: dict[str, object]) -> Messages:
    given = request.get("messages")
    if not isinstance(given, list) or not given:
        sentence = f"no messages; {_SHAPE}"
        raise _BadLineError(sentence)
    found = tuple(_message(entry) for entry in given)
    if all(role != "user" for role, _words in found):
        sentence = "no message of the role user"
        raise _BadLineError(sentence)
    return found


def _message(entry: object) -> tuple[str, str]:
    role = entry.get("role") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(role, str) or role not in _ROLES:
        sentence = f"a message's role must be one of {', '.join(_ROLES)}"
        raise _BadLineError(sentence)
    content = entry.get("content")
    if isinstance(content, list) and all(_is_text(part) for part in content):
        content = "".join(part["text"] for part in content)
    if not isinstance(content, str) or not content:
        sentence = "a message's content must be text"
        raise _BadLineError(sentence)
    return _ROLES[role], content


def _is_text(part: object) -> bool:
    return isinstance(part, dict) and isinstance(part.get("text"), str)
