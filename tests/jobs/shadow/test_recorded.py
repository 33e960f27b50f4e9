"""A comparison of two providers from a recording."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from relaytop.jobs.shadow import recorded
from relaytop.jobs.shadow.pairs import pairs_of
from relaytop.jobs.shadow.recorded import recorded_shadow
from relaytop.protocol.messages import Finished, Report
from relaytop.report.render import render
from relaytop.report.shadow import ShadowReport
from relaytop.store.recording import Recording
from tests.support.recordings import bad, good, record
from tests.support.samples import sample, settings

A, B = "alpha/m", "beta/m"


def compared(path: Path, seed: int = 1) -> dict[str, Any]:
    with Recording(path) as recording:
        return recorded_shadow(recording, pairs_of(recording.settings, "alpha", "beta", ()), seed)


def written(path: Path, *reports: Report) -> Path:
    return record(path, *reports, watched=settings(A, B, "alpha/alone"))


def both(count: int) -> list[Report]:
    """Two sides that are as fast as one another in every pair."""
    found: list[Report] = []
    for i in range(count):
        found += [good(5.0 * i, A, 100.0 + i % 7), good(5.0 * i + 2, B, 100.0 + i % 7)]
    return found


def test_the_sides_are_those_of_the_targets_in_common(tmp_path: Path) -> None:
    document = compared(written(tmp_path / "rec", *both(30)))
    assert [t["target"] for t in document["targets"]] == [A, B]
    assert [t["requests"] for t in document["targets"]] == [30, 30]
    (one,) = document["comparisons"]
    assert (one["model"], one["rounds"]) == ("m", 30)
    assert one["verdict"].startswith("no difference shown with 30 requests a side")
    assert one["pairing"] == {"a": 30, "b": 30, "pairs": 30, "within_s": 5.0, "apart_s": 2.0}
    assert document == compared(tmp_path / "rec")


def test_failures_count_and_stale_connections_do_not(tmp_path: Path) -> None:
    reports = both(10)
    reports[4] = bad(10.0, A)
    reports[8] = Finished(sample(20.0, target=A, stale=True))
    (one,) = compared(written(tmp_path / "rec", *reports))["comparisons"]
    assert (one["pairing"]["a"], one["pairing"]["b"], one["pairing"]["pairs"]) == (9, 10, 9)
    assert one["figures"]["success_rate"]["a"] == pytest.approx(8 / 9, abs=1e-4)


def test_a_side_that_was_off_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    early = [good(5.0 * i, A) for i in range(10)]
    late = [good(500 + 5.0 * i, B) for i in range(10)]
    document = compared(written(tmp_path / "rec", *early, *late))
    (one,) = document["comparisons"]
    assert (one["rounds"], one["pairing"]["pairs"]) == (0, 0)
    assert "apart_s" not in one["pairing"]
    assert one["verdict"].startswith("nothing to compare")
    text = render(ShadowReport(document), "table", ascii_only=True)
    assert "0 pairs of 10 and 10 recorded probes" in text
    assert text.isascii()


def test_of_many_pairs_some_are_drawn_and_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "MAX_PAIRS", 40)
    document = compared(written(tmp_path / "rec", *both(300)))
    (one,) = document["comparisons"]
    assert (one["rounds"], one["pairing"]["pairs"]) == (40, 300)
    assert [t["requests"] for t in document["targets"]] == [300, 300]
    text = render(ShadowReport(document), "table")
    assert "m, 40 drawn of 300 pairs of 300 and 300 recorded probes, 2.0 s apart as a rule" in text
    again = compared(tmp_path / "rec", seed=2)["comparisons"][0]
    assert again["rounds"] == 40


def test_what_was_probed_differently_is_told(tmp_path: Path) -> None:
    watched = settings(A, B)
    other = dataclasses.replace(watched.targets[1], max_tokens=64, stream=False)
    watched = dataclasses.replace(watched, targets=(watched.targets[0], other))
    document = compared(record(tmp_path / "rec", *both(3), watched=watched))
    assert document["comparisons"][0]["pairing"]["differ"] == ["max_tokens", "stream"]
    text = render(ShadowReport(document), "markdown")
    assert "they were probed differently: max_tokens, stream" in text
