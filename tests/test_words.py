"""The words that a user reads: turns of phrase that were stumbled over do not come back."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click
import pytest

from relaytop.cli.group import COMMANDS, relaytop_command

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "relaytop"
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
STUMBLING = {
    r"(?<!there )\b(?:is|are) no (?!longer\b)\w": "is not a",
    r"\bto mind\b|\bdoes not mend\b": "warnings; needs a fix",
    r"\bslowed down\b|\bwaits? for money\b": "probing slowed, rate limit nearly used",
    r"\bour own back-?off\b": "backing off",
    r"\bway there\b|\bdirect way\b": "network path, direct connection",
    r"\bthis box\b|\bits net\b|\bthis machine\b": "this host",
    r"\bread here\b|: not so\b": "showing its data",
    r"\bturn(?:s|ed)? (?:it |the order )?round\b": "reverse",
    r"\bfailed inside\b": "server error (5xx)",
    r"\bno whole answer\b": "timed out before the reply was complete",
    r"\bis a text\b|\bno window\b": "must be quoted; is not a valid window",
    r"\bengine died: exit code -": "engine killed (SIGKILL)",
    r"\bover threshold\b": "errors 8.3 % > 5 %",
    r"\banswer(?:s|ed)? (?:by|from|came from) a cache\b|\bcame from a cache\b": "cached replies",
    r"\bmakes? no sense\b": "cannot be used",
    r"\bsays? no(?:thing| more)\b": "is empty, no details",
    r"\bset(?:tings)? in force stay\b": "keeping the current settings",
    r"\bwhat there (?:is|was)\b": "so far",
    r"\bexits? (?:with )?\d where\b": "if",
    r"\bissue it anew\b|\bbegins? anew\b": "reissue, restart",
    r"\bgives? way\b": "is dropped",
    r"\bspeaks? of\b|\btells? of\b|\btold apart\b": "reports, declared different",
    r"\ball the same\b": "still",
    r"\bdoes not keep up\b": "is too slow",
    r"\bin force\b": "current, effective",
    r"\bof (?:its|our|their) own\b|\bby itself\b": "own, automatically",
}
"""Pattern → better words."""


def _texts(path: Path) -> list[tuple[int, str]]:
    """Return (line, text) of a module's strings of several words that are not documentation."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    formatted = [node for node in nodes if isinstance(node, ast.JoinedStr)]
    inner = {id(part) for node in formatted for part in ast.walk(node)}
    inner |= {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    found = [
        (node.lineno, node.value)
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner
    ]
    for node in formatted:
        parts = (p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)
        found.append((node.lineno, "".join(map(str, parts))))
    return [(line, text) for line, text in found if " " in text]


def _stumbled(text: str) -> list[str]:
    """Return each stumbling turn of a text, with what would be better."""
    hits = (
        (re.search(pattern, text, re.IGNORECASE), better) for pattern, better in STUMBLING.items()
    )
    return [f"{hit[0]!r}, better: {better}" for hit, better in hits if hit is not None]


@pytest.mark.parametrize("folder", sorted(path.name for path in PACKAGE.glob("*/")))
def test_no_string_of_the_program_stumbles(folder: str) -> None:
    assert [
        f"{path.relative_to(ROOT)}:{line}: {stumbled}"
        for path in sorted((PACKAGE / folder).rglob("*.py"))
        for line, text in _texts(path)
        for stumbled in _stumbled(text)
    ] == []


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_no_help_of_a_command_stumbles(name: str | None) -> None:
    group = click.Context(relaytop_command, info_name="relaytop")
    command = relaytop_command.get_command(group, name) if name else relaytop_command
    assert command is not None
    text = command.get_help(click.Context(command, info_name=name, parent=group if name else None))
    assert _stumbled(" ".join(text.split())) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_no_page_stumbles(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [
        stumbled for part in text.split("\n\n") for stumbled in _stumbled(" ".join(part.split()))
    ] == []


def test_the_old_words_are_found() -> None:
    old = ["slowed down: waiting does not mend it", "14 to mind, 3 bad", "'5 s' is no window"]
    assert all(map(_stumbled, [*old, "relay: the way there", "probably it is this box"]))
    assert _stumbled("rate limit nearly used (3/30): probing slowed; it is no longer down") == []
