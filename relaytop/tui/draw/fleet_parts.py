"""The top line's parts of a fleet: its places, and the age of Prometheus' last answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.monitor import number_format
from relaytop.monitor.why import UNREACHABLE
from relaytop.tui.draw.priority_line import Part
from relaytop.tui.draw.table import OLD_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relaytop.monitor.source import PrometheusState
    from relaytop.monitor.summary import Summary
    from relaytop.tui.draw.text_runs import Line, Role

MAX_NAMES = 3
"""Places that are named."""


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a fleet."""

    count: int = 0
    unreachable: tuple[str, ...] = ()
    """Those of which no row is heard from."""


NO_PLACES = Places()


def places_of(summaries: Iterable[Summary], without_rows: Sequence[str] = ()) -> Places:
    """Return the places of these rows; rows without one are of none.

    Args:
        summaries: The rows.
        without_rows: Places that were never heard from.
    """
    heard: dict[str, bool] = dict.fromkeys(without_rows, False)
    for s in summaries:
        if s.place:
            heard[s.place] = heard.get(s.place, False) or s.reason != UNREACHABLE
    return Places(len(heard), tuple(place for place, is_heard in heard.items() if not is_heard))


def place_parts(places: Places) -> Sequence[Part]:
    """Return how many places there are, and which are not heard from."""
    if not places.count:
        return []
    missing = len(places.unreachable)
    if not missing:
        text = f"{places.count} {'place' if places.count == 1 else 'places'}"
        return [Part([(text, "dim")], 9, len(text), 2)]
    short = f" {missing}/{places.count} unreachable "
    names = ", ".join(places.unreachable[:MAX_NAMES])
    more = f", +{missing - MAX_NAMES}" if missing > MAX_NAMES else ""
    long = f" {missing} of {places.count} places unreachable: {names}{more} "
    longer: Line = [(long, "warn2")]
    return [Part([(short, "warn2")], 1, len(short), 2, longer, 3, len(long) - len(short))]


def answer_parts(prometheus: PrometheusState | None, now: float) -> Sequence[Part]:
    """Return how old Prometheus' last answer is.

    Args:
        prometheus: The one that is asked; None: none is.
        now: Unix seconds.
    """
    if prometheus is None:
        return []
    if prometheus.answered_at is None:
        short, long = " no answer ", " no answer from Prometheus "
        role: Role = "bad2" if prometheus.problem is not None else "dim"
    else:
        age_s = now - prometheus.answered_at
        age = number_format.format_age(age_s)
        short, long = f"{age} ago", f"Prometheus {_spaced(age)} ago"
        role = "bad" if age_s >= OLD_S else "dim"
    longer: Line = [(long, role)]
    more = len("Prometheus 99 min ago") - len("99m ago")
    return [Part([(short, role)], 2, len("99m ago"), 2, longer, 5, more)]


def _spaced(age: str) -> str:
    return f"{age[:-1]} {'min' if age.endswith('m') else age[-1]}"
