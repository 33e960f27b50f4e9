"""The findings of a check."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from relaytop.jobs.check.findings import BAD, GOOD, SKIPPED, WARN, Finding, count_by_level
from relaytop.report.blocks import Lines, Table, Text, columns
from relaytop.report.cells import wrap
from relaytop.report.conformance import conformance_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relaytop.jobs.check.conformance import Conformance
    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions

MARKS = {GOOD: "✓", WARN: "!", BAD: "✗", SKIPPED: "–"}
ASCII_MARKS = {GOOD: "ok", WARN: "!!", BAD: "no", SKIPPED: "--"}
COLORS = {GOOD: "green", WARN: "yellow", BAD: "red", SKIPPED: "bright_black"}
TITLES = ("", "what", "step", "finding", "remedy")
STEP_WIDTH = 7
MIN_TEXT = 20
"""Cells that a text has at least, however narrow the terminal."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The findings of a check."""

    findings: Sequence[Finding]
    """In order."""
    cost_usd: float | None
    """Spent by the check; None where a price is unknown."""
    conformance: Sequence[Conformance] = ()
    """Target by target; empty where it was not asked for."""

    def document(self) -> dict[str, Any]:
        """Return the findings, how many there are of each level, and the cost.

        With `conformance` where that was asked for: features and their outcomes.
        """
        findings = [asdict(each) | {"remedy": each.remedy or None} for each in self.findings]
        counts = count_by_level(self.findings)
        document = {"findings": findings, "counts": counts, "cost_usd": self.cost_usd}
        features = [asdict(each) | {"meaning": each.meaning or None} for each in self.conformance]
        return {**document, "conformance": features} if features else document

    def blocks(self, options: TextOptions) -> list[Block]:
        """Return a table in Markdown, else one finding a line under what it is about; the counts.

        Lines are wrapped at the terminal's width.
        """
        counts = count_by_level(self.findings)
        summary = Text(_summary(counts) + _failing(self.conformance))
        tables = conformance_blocks(self.conformance, None if options.markdown else options.columns)
        if options.markdown:
            marks = ASCII_MARKS if options.ascii_only else MARKS
            rows = [
                (marks[each.level], _subject(each), each.step, each.meaning, each.remedy)
                for each in self.findings
            ]
            return [Table(columns(*TITLES, left=TITLES), rows), *tables, summary]
        return [
            *(
                Lines([subject, *(line for each in group for line in _lines(each, options))])
                for subject, group in groupby(self.findings, _subject)
            ),
            *tables,
            summary,
        ]


def _summary(counts: Mapping[str, int]) -> str:
    warnings, errors = counts[WARN], counts[BAD]
    return (
        f"{counts[GOOD]} good, {warnings} {'warning' if warnings == 1 else 'warnings'}, "
        f"{errors} {'error' if errors == 1 else 'errors'}"
    )


def _failing(conformance: Sequence[Conformance]) -> str:
    count = sum(each.outcome == "fail" for each in conformance)
    return f", {count} {'feature fails' if count == 1 else 'features fail'}" if count else ""


def _subject(finding: Finding) -> str:
    return finding.target or finding.provider


def _lines(finding: Finding, options: TextOptions) -> Iterator[str]:
    marks, arrow = (ASCII_MARKS, "->") if options.ascii_only else (MARKS, "→")
    mark = marks[finding.level]
    if options.color:
        mark = click.style(mark, fg=COLORS[finding.level])
    indent = 2 + len(marks[finding.level]) + 1 + STEP_WIDTH + 2
    text = f"{finding.meaning} {arrow} {finding.remedy}" if finding.remedy else finding.meaning
    width = None if options.columns is None else max(options.columns - indent, MIN_TEXT)
    first, *rest = wrap(text, width)
    yield f"  {mark} {finding.step:<{STEP_WIDTH}}  {first}"
    yield from (" " * indent + line for line in rest)
