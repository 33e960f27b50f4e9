from relaytop.tui.draw.columns import fit_columns, total_width
from relaytop.watch.reference import Reference
from tests.monitor.test_monitor import fed
from tests.support.samples import T0, TARGET, sample


def document(p50: float, **fields: object) -> dict[str, object]:
    confidence = {"p50": {"low": p50 - 1, "high": p50 + 1}}
    latency = {"n": 100, "p50": p50, "p95": p50 + 3, "p99": p50 + 3, "confidence": confidence}
    usual = {"target": TARGET, "status": "up", "requests": 100, "ok": 100, "latency_ms": latency}
    return {"targets": [{**usual, **fields}]}


def test_what_matters_most_is_told_in_a_word() -> None:
    monitor = fed(*(sample(i, 100.0 + i % 7) for i in range(120)))
    summary = monitor.summary(TARGET, T0 + 120)

    def cell(reference: dict[str, object]) -> tuple[str, str]:
        return Reference(reference).cell(monitor, summary)

    assert cell(document(50.0)) == ("P50+106%", "bad")
    assert cell(document(500.0))[1] == "good"
    assert cell(document(103.0)) == ("=", "dim")
    assert cell(document(103.0, status="down")) == ("=", "dim")
    assert cell(document(103.0, status="down", ok=20)) == ("up", "good")
    assert cell(document(103.0, ok=50)) == ("err-50", "good")
    assert cell({"targets": []}) == ("", "dim")


def test_its_column_stands_behind_the_percentiles_and_fits() -> None:
    for width in (60, 80, 120, 200):
        columns = fit_columns(width, 30, versus=True)
        assert total_width(columns) <= width
        keys = [column.key for column in columns]
        assert keys.index("versus") == keys.index("p99") + 1
