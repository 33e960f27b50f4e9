"""The words that a user reads: turns of phrase that were stumbled over do not come back."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
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
    r"\bwith the way\b|\bgive(?:s)? way\b": "is dropped",
    r"\bspeaks? of\b|\btells? of\b|\btold apart\b": "reports",
    r"\ball the same\b": "still",
    r"\bdoes not keep up\b": "is too slow",
    r"\bin force\b": "current, effective",
    r"\bof (?:its|our|their) own\b|\bby itself\b": "own, automatically",
}
"""Pattern → better words."""


def _texts(path: Path) -> list[tuple[int, str]]:
    """Return (line, text) of a module's strings of several words that are not documentation."""
    tree = ast.parse(path.read_text())
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
    }
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values
            )
            found.append((node.lineno, text))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in parts | documentation:
                found.append((node.lineno, node.value))
    return [(line, text) for line, text in found if " " in text]
