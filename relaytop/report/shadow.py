"""Two providers side by side: each model's figures, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relaytop.jobs.shadow.figure_names import LABELS, PROMPT_ADJUSTED
from relaytop.monitor.number_format import format_ms, format_usd
from relaytop.report import snapshot
from relaytop.report.blocks import Table, Text, columns
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions

CENT_USD = 0.01
"""Below it, an amount has six decimals."""
HOW = (
    "Each interval contains the true difference with 95 % confidence; among many, one may "
    "exclude zero by chance. A ! marks what the verdict is based on: two equal sides would be "
    "declared different, by any figure of any model, in about 3 of 100 runs; in up to 6 if a side "
    "is slow or fails in spells, which fewer than 100 requests hardly reveal. Tokens are not "
    "judged, since providers count them differently. * adjusted for differences between prompts: "
    "typical is the geometric mean, spread is the slowest fifth divided by it. Min and max have no "
    "interval, nor do figures with too few independent rounds."
)
HOW_RECORDED = (
    "The probes were recorded, not sent in pairs: each is paired with the probe of the other side "
    "sent nearest in time, and used once. An incident of one side counts as one event, "
    "however many probes it lasted. The recording does not show whether both were sent the same "
    "prompt."
)
DETECTABLE = ("p50", "p95", "ttft_p50", "success_rate", "cost", "length")
"""Figures whose smallest detectable difference is told."""
VERDICT_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """The snapshot of a shadow run, or of what a recording allows to compare."""

    snapshot: dict[str, Any]

    def document(self) -> dict[str, Any]:
        """Return the snapshot itself."""
        return self.snapshot

    def blocks(self, _options: TextOptions) -> list[Block]:
        """Return the targets, then each model's two sides and the verdict."""
        found = snapshot.blocks(self.snapshot, remarks=False)  # each comparison has its own
        comparisons = self.snapshot["comparisons"]
        for each in comparisons:
            sides = clean(each["a"]), clean(each["b"])
            titles = ("figure", *sides, "difference", "95 % interval", "")
            rows = _origin_rows(each["origins"])
            rows += [_row(name, figure) for name, figure in each["figures"].items()]
            found += [
                Text(f"{clean(each['model'])}, {_basis(each)}"),
                Table(columns(*titles, left=("figure", "")), rows),
                Text(clean(each["verdict"], limit=VERDICT_CHARACTERS), strong=True),
                *_detectable(each["figures"]),
                *(Text(clean(text, limit=VERDICT_CHARACTERS)) for text in each.get("remarks", ())),
            ]
        recorded = any("pairing" in each for each in comparisons)
        found.append(Text(f"{HOW} {HOW_RECORDED}" if recorded else HOW))
        return found


def _basis(comparison: Mapping[str, Any]) -> str:
    """Return a sentence on what was compared."""
    rounds, pairing = comparison["rounds"], comparison.get("pairing")
    if pairing is None:
        return f"{rounds} requests completed by both"
    drawn = f"{rounds:,} drawn of " if rounds < pairing["pairs"] else ""
    apart = f", {pairing['apart_s']:.1f} s apart as a rule" if "apart_s" in pairing else ""
    of = f"of {pairing['a']:,} and {pairing['b']:,} recorded probes"
    differ = pairing.get("differ")
    other = f"; they were probed differently: {', '.join(differ)}" if differ else ""
    return f"{drawn}{pairing['pairs']:,} pairs {of}{apart}{other}"


def _detectable(figures: Mapping[str, Mapping[str, Any]]) -> list[Text]:
    """Return a sentence on the smallest differences that the run could have seen."""
    known = {name: figures[name] for name in DETECTABLE if "detectable" in figures.get(name, {})}
    if not known:
        return []
    told = []
    for name, figure in known.items():
        least, mean = figure["detectable"], (figure["a"] + figure["b"]) / 2
        share = "" if figure["unit"] == "share" or not mean else f" ({least / mean * 100:.0f} %)"
        told.append(f"{LABELS[name]} {_step(least, figure['unit'])[1:]}{share}")
    text = f"Smallest difference that this run could have detected: {', '.join(told)}"
    if "p50" in known and "p95" in figures and "p95" not in known:
        text += "; none for P95"
    return [Text(text)]


def _origin_rows(origins: Mapping[str, Any]) -> list[list[str]]:
    """Return the rows on which models the replies named, and how many a cache gave."""
    rows = []
    served = [origins[side].get("served", {}) for side in ("a", "b")]
    if any(served):
        rows.append(["served by", *map(_models, served), "", "", ""])
    cached = [origins[side]["cached"] for side in ("a", "b")]
    if any(cached):
        rows.append(["cached", *map(str, cached), "", "", ""])
    return rows


def _models(served: Mapping[str, int]) -> str:
    """Write the models that replies named, each with its count where there are several."""
    if len(served) == 1:
        return clean(next(iter(served)))
    return ", ".join(f"{clean(model)} {count}" for model, count in served.items())


def _row(name: str, figure: Mapping[str, Any]) -> list[str]:
    unit = figure["unit"]
    low, high = figure.get("low"), figure.get("high")
    return [
        f"{LABELS[name]}{'*' if name in PROMPT_ADJUSTED else ''}",
        _value(figure["a"], unit),
        _value(figure["b"], unit),
        _step(figure["difference"], unit),
        "" if low is None or high is None else f"{_step(low, unit)} to {_step(high, unit)}",
        "!" if figure["shown"] else "",
    ]


def _value(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value * 100:.1f} %"
    if unit == "ms":
        return f"{format_ms(value)} ms"
    if unit == "USD":
        return f"${format_usd(value)}" if value >= CENT_USD else f"${value:.6f}"
    return f"{value:.2f}" if unit == "times" else f"{value:.1f}"


def _step(value: float, unit: str) -> str:
    sign = "-" if value < 0 else "+"
    if unit == "share":
        return f"{sign}{abs(value) * 100:.1f} points"
    return sign + _value(abs(value), unit)
