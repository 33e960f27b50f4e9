"""Findings as text: a table for people, Markdown for tickets, a document for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.jobs.check.findings import BAD, GOOD, SKIPPED, WARN, Finding, counted
from relaytop.report.snapshot import cell_width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MARKS = {GOOD: "✓", WARN: "!", BAD: "✗", SKIPPED: "–"}
ASCII_MARKS = {GOOD: "ok", WARN: "!!", BAD: "no", SKIPPED: "--"}
STEP_WIDTH = 7
MIN_TEXT = 20
"""Cells that a text has at least, however narrow the terminal."""


def table(
    findings: Sequence[Finding],
    *,
    width: int | None = None,
    ascii_only: bool = False,
    paint: Callable[[str, str], str] | None = None,
) -> str:
    """Return one finding a line under its provider or target, and a last line that counts.

    Args:
        findings: In order.
        width: Cells of the terminal, where longer lines are wrapped; None: none is.
        ascii_only: No characters beyond ASCII.
        paint: Colours a mark, given its level; it must not change the mark's width.
    """
    marks = ASCII_MARKS if ascii_only else MARKS
    mark_width = max(map(len, marks.values()))
    lines: list[str] = []
    subject: str | None = None
    for finding in findings:
        named = finding.target or finding.provider
        if named != subject:
            lines += ([""] if lines else []) + [named]
            subject = named
        mark = marks[finding.level]
        mark = paint(finding.level, mark) if paint is not None else mark
        before = 2 + mark_width + 1 + STEP_WIDTH + 2
        text = _text(finding, "->" if ascii_only else "→")
        room = None if width is None else max(width - before, MIN_TEXT)
        first, *rest = _wrapped(text, room)
        lines.append(f"  {mark} {finding.step:<{STEP_WIDTH}}  {first}")
        lines += [" " * before + line for line in rest]
    lines += ["", _summary(findings)]
    result = "\n".join(lines)
    return result.encode("ascii", "replace").decode() if ascii_only else result


def markdown(findings: Sequence[Finding], *, ascii_only: bool = False) -> str:
    """Return a Markdown table."""
    marks = ASCII_MARKS if ascii_only else MARKS
    rows = [
        ["", "what", "step", "finding", "remedy"],
        [":---"] * 5,
        *([marks[f.level], f.target or f.provider, f.step, f.meaning, f.remedy] for f in findings),
    ]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    result = "\n".join([*lines, "", _summary(findings)])
    return result.encode("ascii", "replace").decode() if ascii_only else result


def document(findings: Sequence[Finding], cost_usd: float | None) -> dict[str, Any]:
    """Return the findings as plain values; what is absent or unknown has no key.

    Args:
        findings: In order.
        cost_usd: What the check spent; None where a price is unknown.
    """
    entries = []
    for one in findings:
        entry = {"provider": one.provider, "target": one.target, "step": one.step}
        entry |= {"level": one.level, "meaning": one.meaning, "remedy": one.remedy or None}
        entries.append({name: value for name, value in entry.items() if value is not None})
    cost = {} if cost_usd is None else {"cost_usd": cost_usd}
    return {"findings": entries, "counts": counted(findings), **cost}


def _text(finding: Finding, arrow: str) -> str:
    return f"{finding.meaning} {arrow} {finding.remedy}" if finding.remedy else finding.meaning


def _summary(findings: Sequence[Finding]) -> str:
    counts = counted(findings)
    return f"{counts[GOOD]} good, {counts[WARN]} to mind, {counts[BAD]} bad"


def _wrapped(text: str, width: int | None) -> list[str]:
    """Return a text in lines of at most `width` cells; a longer word is cut."""
    if width is None:
        return [text]
    lines, line = [], ""
    for word in _words(text, width):
        longer = f"{line} {word}" if line else word
        if cell_width(longer) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]


def _words(text: str, width: int) -> Iterator[str]:
    for word in text.split():
        part = ""
        for char in word:
            if cell_width(part + char) > width:
                yield part
                part = ""
            part += char
        yield part
