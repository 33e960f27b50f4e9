import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.number_format import format_age
from relaytop.monitor.source import PrometheusState
from relaytop.monitor.where import judge
from relaytop.protocol.messages import Budget
from relaytop.tui.draw.banner import banner
from relaytop.tui.draw.text_runs import Line, line_width
from tests.monitor.test_where import PLACES, at, fleet, of
from tests.tui.draw.test_topline import NOW, USUAL

widths = st.integers(60, 200)


def text(line: Line | None) -> str:
    return "".join(run for run, _role in line or ())


def test_there_is_none_while_all_is_well() -> None:
    assert banner(USUAL, None, None, NOW, 80) is None


@given(widths, st.sampled_from(["connect", "rate_limited", "server_error"]))
def test_this_box_is_named_whole_at_every_width(width: int, alike: str) -> None:
    line = banner(dataclasses.replace(USUAL, common_error=alike), None, None, NOW, width)
    assert line is not None
    assert line_width(line) <= width
    for said in ("likely", "this host", alike):
        assert said in text(line)


@given(widths, st.text("abc ", max_size=200))
def test_a_dead_engine_names_its_key(width: int, why: str) -> None:
    line = banner(USUAL, why, None, NOW, width)
    assert line is not None
    assert line_width(line) <= width
    assert "press r to restart" in text(line)


@given(widths, st.floats(3, 1e6))
def test_a_silent_engine_is_said_with_its_seconds(width: int, silent_s: float) -> None:
    line = banner(USUAL, None, silent_s, NOW, width)
    assert line is not None
    assert line_width(line) <= width
    assert f"no report from the engine for {format_age(silent_s)}" in text(line)
    assert width < 80 or "press r to restart" in text(line)


@given(widths)
def test_a_spent_budget_names_its_key(width: int) -> None:
    spent = dataclasses.replace(USUAL, budget=Budget(0.0005, 0.0005, "reached"))
    line = banner(spent, None, None, NOW, width)
    assert line is not None
    assert "press $ to raise it" in text(line)
    assert "$0.00 " not in text(line)
    assert width < 70 or "$0.0005" in text(line)


@given(widths)
def test_a_prometheus_that_does_not_answer_is_told_once_its_last_answer_is_old(width: int) -> None:
    def said(answered_at: float | None, problem: str | None = "connection refused") -> str:
        state = PrometheusState(answered_at, problem)
        line = banner(dataclasses.replace(USUAL, prometheus=state), None, None, NOW, width)
        assert line_width(line or []) <= width
        return text(line)

    assert said(NOW - 59) == said(NOW - 300, None) == said(None, None) == ""
    assert "figures are of " in said(NOW - 60) or "connection refused" in said(NOW - 60)
    assert "Prometheus does not answer" in said(None)
    assert width < 90 or "connection refused; all figures are of " in said(NOW - 60)


@given(widths)
def test_where_failures_are_is_said_at_every_width(width: int) -> None:
    found = judge(fleet([*at("ops-2"), *of("holysheep", PLACES, ["qwen"])]))
    line = banner(dataclasses.replace(USUAL, where=found), None, None, NOW, width)
    assert line is not None
    assert line_width(line) <= width
    assert "the path from ops-2" in text(line)
    assert "+1" in text(line)
    assert width < 90 or "5 of 5 targets fail from ops-2, 5 of 25 elsewhere" in text(line)
