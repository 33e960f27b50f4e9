"""Incidents: when each began, how long it lasted, and how bad it was at its worst."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from relaytop.alerts.words import duration_words
from relaytop.monitor.number_format import format_percent
from relaytop.report.blocks import Table, Text, columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.alerts.incident_record import IncidentRecord
    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions

LEFT = ("began", "lasted", "what", "worst", "why")
COLUMNS = columns("began", "lasted", "what", "worst", "why", "peak err%", left=LEFT)
NO_END = "no end seen"


@dataclass(frozen=True, slots=True)
class IncidentsReport:
    """Incidents, the oldest first."""

    records: Sequence[IncidentRecord]
    none: str
    """The sentence where there is none."""

    def document(self) -> dict[str, Any]:
        """Return the incidents, their moments in UTC."""
        return {"incidents": [_tree(record) for record in self.records]}

    def blocks(self, _options: TextOptions) -> list[Block]:
        """Return a table, in local time; a sentence where there is nothing."""
        if not self.records:
            return [Text(self.none)]
        return [Table(COLUMNS, [_row(record) for record in self.records])]


def _tree(record: IncidentRecord) -> dict[str, Any]:
    return {
        "key": record.key,
        "provider": record.provider,
        "why": record.why,
        "severity": record.severity,
        "since": _moment(record.since),
        "fired_at": _moment(record.fired_at),
        "ended_at": None if record.ended_at is None else _moment(record.ended_at),
        "duration_s": None if record.duration_s is None else round(record.duration_s, 3),
        "peak_targets": record.peak_targets,
        "of": record.of,
        "peak_error_rate": record.peak_error_rate,
    }


def _row(record: IncidentRecord) -> list[str]:
    began = datetime.fromtimestamp(record.since, UTC).astimezone()
    lasted = NO_END if record.duration_s is None else duration_words(record.duration_s)
    extent = f"{record.peak_targets} of {record.of} " if record.of > 1 else ""
    rate = record.peak_error_rate
    return [
        f"{began:%Y-%m-%d %H:%M:%S}",
        lasted,
        record.key,
        extent + record.severity if record.provider else "nothing probed",
        record.why,
        "" if rate is None else format_percent(rate),
    ]


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(round(at, 3), UTC)
