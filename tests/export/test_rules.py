"""The alert rules: Prometheus's own checker and its own tests of them."""

import dataclasses
from pathlib import Path

import pytest

from relaytop.config.settings import Settings, Target, Thresholds, Window
from relaytop.export.counters import TargetCounters
from relaytop.export.rules import rules_file
from tests.export.promtool import needs_promtool, promtool
from tests.support.samples import settings

OF = 'provider="relay",model="m"'
OWN = 'provider="relay",model="own \\"one\\" \\\\"'
UNIT = """
rule_files: [{rules}]
evaluation_interval: 15s
tests:
- interval: 15s
  input_series:
{series}
  alert_rule_test:
{alerts}
"""
HISTOGRAM = "ai_api_request_latency_seconds_bucket"
GAPS = "ai_api_stream_gap_seconds_bucket"


def with_a_threshold_of_its_own() -> Settings:
    base = settings("relay/m")
    own = Target(
        provider="relay",
        model='own "one" \\',
        thresholds=Thresholds(p95_ms=9000.0, error_rate=0.5),
    )
    return dataclasses.replace(base, targets=(*base.targets, own))


def unit_test(
    folder: Path,
    watched: Settings,
    series: dict[str, str],
    alerts: dict[str, list[str]],
    at: str = "20m",
) -> tuple[int, str]:
    """Let promtool evaluate the rules on series: alert → the models that it names at a time."""
    rules = folder / "rules.yml"
    rules.write_text(rules_file(watched))
    lines = [f"  - series: '{name}'\n    values: '{values}'" for name, values in series.items()]
    tests = []
    for alert, models in alerts.items():
        tests.append(f"  - eval_time: {at}\n    alertname: {alert}\n    exp_alerts:")
        tests[-1] += "" if models else " []"
        tests += models
    path = folder / "test.yml"
    path.write_text(
        UNIT.format(rules=rules, series="\n".join(lines), alerts="\n".join(tests) or "  []")
    )
    return promtool("test", "rules", path)


def alert(labels: str, severity: str, summary: str, description: str) -> str:
    pairs = f"{labels},severity={severity}" if labels else f"severity={severity}"
    told = ", ".join(pair.replace("=", ": ", 1) for pair in pairs.split(","))
    return (
        f"    - exp_labels: {{{told}}}\n"
        f"      exp_annotations:\n"
        f"        summary: '{summary}'\n"
        f"        description: '{description}'"
    )


def test_the_defaults_and_the_window_are_filled_in() -> None:
    text = rules_file(Settings())
    assert "> 2\n" in text
    assert "> 0.05\n" in text
    assert "[600s]" in text
    assert "@{" not in text
    assert "[1200s]" in rules_file(settings(window=Window(1200.0)))
    assert "[600s]" in rules_file(settings(window=Window(None, 100)))
    assert "[120s]" in rules_file(settings(window=Window(30.0)))
    assert "[14400s]" in rules_file(settings(interval_s=3600.0))


@needs_promtool
def test_promtool_finds_them_right(tmp_path: Path) -> None:
    for watched in (Settings(), with_a_threshold_of_its_own()):
        path = tmp_path / "rules.yml"
        path.write_text(rules_file(watched))
        assert promtool("check", "rules", path) == (0, "")


@needs_promtool
def test_all_is_quiet_while_all_is_well(tmp_path: Path) -> None:
    series = {
        f"ai_api_up{{{OF}}}": "1x80",
        f'{GAPS}{{{OF},le="1.0"}}': "0+3x80",
        f'{GAPS}{{{OF},le="+Inf"}}': "0+3x80",
        f'{HISTOGRAM}{{{OF},le="1.0"}}': "0+3x80",
        f'{HISTOGRAM}{{{OF},le="+Inf"}}': "0+3x80",
        f'ai_api_requests_total{{{OF},status="success"}}': "0+3x80",
        f'ai_api_requests_total{{{OF},status="error"}}': "0x80",
        f'ai_api_rate_limit_remaining{{{OF},kind="requests"}}': "58x80",
        f'ai_api_rate_limit{{{OF},kind="requests"}}': "60x80",
        "relaytop_budget_usd": "1x80",
        "relaytop_budget_spent_usd": "0.41x80",
        'relaytop_engine_up{job="relaytop",instance="ops-1"}': "1x80",
        'up{job="relaytop",instance="ops-1"}': "1x80",
        'up{job="other",instance="db-1"}': "0x80",
        f"ai_api_last_success_timestamp_seconds{{{OF}}}": "0+15x80",
        f"ai_api_cached_total{{{OF}}}": "0x80",
        f'ai_api_served_total{{{OF},served="m-1"}}': "0+3x80",
        f"relaytop_probes_skipped_total{{{OF}}}": "0x80",
        'relaytop_read_lateness_seconds_bucket{le="0.001"}': "0+3x80",
        'relaytop_read_lateness_seconds_bucket{le="+Inf"}': "0+3x80",
    }
    names = [line.split()[-1] for line in rules_file(Settings()).splitlines() if "- alert:" in line]
    assert len(names) == 19
    code, complaint = unit_test(tmp_path, settings(), series, {name: [] for name in names})
    assert code == 0, complaint


@needs_promtool
def test_each_fires_on_what_it_is_for(tmp_path: Path) -> None:
    series = {
        f"ai_api_up{{{OF}}}": "0x80",
        f'{GAPS}{{{OF},le="5.0"}}': "0x80",
        f'{GAPS}{{{OF},le="10.0"}}': "0+10x80",
        f'{GAPS}{{{OF},le="+Inf"}}': "0+10x80",
        f'{HISTOGRAM}{{{OF},le="2.5"}}': "0x80",
        f'{HISTOGRAM}{{{OF},le="5.0"}}': "0+10x80",
        f'{HISTOGRAM}{{{OF},le="+Inf"}}': "0+10x80",
        f'ai_api_requests_total{{{OF},status="success"}}': "0+3x80",
        f'ai_api_requests_total{{{OF},status="error"}}': "0+1x80",
        f'ai_api_rate_limit_remaining{{{OF},kind="requests"}}': "3x80",
        f'ai_api_rate_limit{{{OF},kind="requests"}}': "60x80",
        "relaytop_budget_usd": "1x80",
        "relaytop_budget_spent_usd": "0.85x80",
        'relaytop_engine_up{job="relaytop",instance="ops-1"}': "0x80",
    }
    of = "provider=relay,model=m"
    alerts = {
        "RelaytopModelDown": alert(
            of,
            "critical",
            "relay/m is down",
            "Every probe fails. By class: ai_api_errors_total.",
        ),
        "RelaytopLatencyHigh": alert(
            of,
            "warning",
            "P95 of relay/m is 4.875s",
            "The latency of successful probes over 600s is above the threshold.",
        ),
        "RelaytopStreamStalls": alert(
            of,
            "warning",
            "Streams of relay/m are silent for 9.75s",
            "The P95 of the longest silences over 600s is above the threshold.",
        ),
        "RelaytopErrorRateHigh": alert(
            of,
            "warning",
            "25% of the probes of relay/m fail",
            "The error rate over 600s is above the threshold.",
        ),
        "RelaytopRateLimitNearlyUsed": alert(
            f"{of},kind=requests",
            "warning",
            "5% of the requests limit of relay/m is left",
            "Probing slows down; production uses the same limit.",
        ),
        "RelaytopBudgetNearlySpent": alert(
            "",
            "warning",
            "0.85 USD of the day''s probing budget is spent",
            "When it is reached, paid probes stop until the next UTC day.",
        ),
        "RelaytopNotProbing": alert(
            "job=relaytop,instance=ops-1",
            "critical",
            "relaytop on ops-1 sends no probes",
            "Its engine does not run or is stopped: its figures are old.",
        ),
    }
    code, complaint = unit_test(
        tmp_path, settings(), series, {name: [one] for name, one in alerts.items()}
    )
    assert code == 0, complaint


@needs_promtool
def test_a_target_is_held_to_its_own_threshold(tmp_path: Path) -> None:
    """A third of the probes fail: too many for one model, not for the other."""
    series = {
        f'ai_api_requests_total{{{labels},status="{status}"}}': f"0+{step}x80"
        for labels in (OF, OWN)
        for status, step in (("success", 2), ("error", 1))
    }
    fires = alert(
        "provider=relay,model=m",
        "warning",
        "33.33% of the probes of relay/m fail",
        "The error rate over 600s is above the threshold.",
    )
    code, complaint = unit_test(
        tmp_path, with_a_threshold_of_its_own(), series, {"RelaytopErrorRateHigh": [fires]}
    )
    assert code == 0, complaint


def missing(labels: str, where: str) -> str:
    return alert(
        labels,
        "critical",
        f"no metrics from relaytop{where}",
        "It does not run, or Prometheus does not reach it: nothing is known from there.",
    )


@needs_promtool
@pytest.mark.parametrize(
    "gone",
    [
        # Stopped, its scrapes fail; out of service discovery; out of it since before the rule.
        {"relaytop_engine_up": "1x20 _x60", "up": "1x20 0x60"},
        {"relaytop_engine_up": "1x20 stale", "up": "1x20 stale"},
        {"relaytop_engine_up": "1x20 _x60", "up": "1x20 _x60"},
    ],
)
def test_one_agent_of_two_that_is_gone_is_told(tmp_path: Path, gone: dict[str, str]) -> None:
    one, two = ('{job="relaytop",instance="ops-1"}', '{job="relaytop",instance="ops-2"}')
    series = {f"{name}{one}": "1x80" for name in gone}
    series |= {f"{name}{two}": values for name, values in gone.items()}
    fires = missing("job=relaytop,instance=ops-2", " on ops-2")
    code, complaint = unit_test(
        tmp_path,
        Settings(),
        series,
        {"RelaytopInstanceMissing": [fires], "RelaytopNotProbing": []},
    )
    assert code == 0, complaint


@needs_promtool
def test_no_agent_at_all_is_told(tmp_path: Path) -> None:
    code, complaint = unit_test(
        tmp_path, Settings(), {"other": "1x80"}, {"RelaytopInstanceMissing": [missing("", "")]}
    )
    assert code == 0, complaint


@needs_promtool
@pytest.mark.parametrize(("latency_ms", "fires"), [(1900.0, False), (1999.0, False), (2010, True)])
def test_the_threshold_is_met_where_it_is(
    tmp_path: Path, latency_ms: float, *, fires: bool
) -> None:
    """A P95 just below the threshold is quiet, one just above it fires: no bucket hides it."""
    counters = TargetCounters()
    counters.set_thresholds(Thresholds())
    for _ in range(90):
        counters.latency.observe(300.0)
    for _ in range(10):
        counters.latency.observe(latency_ms)
    series = {
        f'{HISTOGRAM}{{{OF},le="{bound}"}}': f"0+{count}x80"
        for bound, count in zip(
            (*map(str, counters.latency.bounds_s), "+Inf"), counters.latency.cumulative, strict=True
        )
    }
    rules = tmp_path / "rules.yml"
    rules.write_text(rules_file(Settings()))
    text = UNIT.format(
        rules=rules,
        series="\n".join(f"  - series: '{n}'\n    values: '{v}'" for n, v in series.items()),
        alerts="    []",
    )
    name = "RelaytopLatencyHigh"
    query = f'count(ALERTS{{alertname="{name}",alertstate="firing"}}) or vector(0)'
    text += (
        "\n  promql_expr_test:\n"
        f"  - expr: '{query}'\n    eval_time: 20m\n"
        f"    exp_samples:\n    - labels: '{{}}'\n      value: {int(fires)}\n"
    )
    path = tmp_path / "test.yml"
    path.write_text(text)
    code, complaint = promtool("test", "rules", path)
    assert code == 0, complaint


@needs_promtool
@pytest.mark.parametrize(
    ("usual", "own", "left", "low"),
    [
        (None, None, "0.01", False),
        (None, None, "0", True),
        (5.0, 5.0, "5", False),
        (5.0, 5.0, "4.99", True),
        (5.0, 20.0, "19", True),
        (5.0, 1.0, "4", False),
        (5.0, 0.0, "0.5", False),
        (5.0, 0.0, "-0.5", True),
        (None, 20.0, "19", True),
    ],
)
def test_credit_is_held_to_the_threshold_of_its_provider(
    tmp_path: Path, usual: float | None, own: float | None, left: str, *, low: bool
) -> None:
    base = settings("relay/m")
    defaults = dataclasses.replace(base.defaults, thresholds=Thresholds(credit=usual))
    target = dataclasses.replace(base.targets[0], thresholds=Thresholds(credit=own))
    watched = dataclasses.replace(base, defaults=defaults, targets=(target,))
    label = '{provider="relay",unit="USD"}'
    (tmp_path / "rules.yml").write_text(rules_file(watched))
    code, found = promtool("check", "rules", tmp_path / "rules.yml")
    assert code == 0, found
    expected = f"""    - exp_labels: {{severity: warning, provider: relay, unit: USD}}
      exp_annotations:
        summary: '{float(left):.2f} USD are left at relay'
        description: 'When nothing is left, all requests with its key fail.'
"""
    code, found = unit_test(
        tmp_path,
        watched,
        {f"ai_api_credit_remaining{label}": f"{left}x100"},
        {"RelaytopCreditLow": [expected] if low else []},
    )
    assert code == 0, found
