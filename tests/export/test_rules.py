"""The alert rules: Prometheus's own checker and its own tests of them."""

import dataclasses
from pathlib import Path

from relaytop.config.settings import Settings, Target, Thresholds, Window
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
    folder: Path, watched: Settings, series: dict[str, str], alerts: dict[str, list[str]]
) -> tuple[int, str]:
    """Let promtool evaluate the rules on series: alert → the models that it names at 20 min."""
    rules = folder / "rules.yml"
    rules.write_text(rules_file(watched))
    lines = [f"  - series: '{name}'\n    values: '{values}'" for name, values in series.items()]
    tests = []
    for alert, models in alerts.items():
        tests.append(f"  - eval_time: 20m\n    alertname: {alert}\n    exp_alerts:")
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
        "relaytop_engine_up": "1x80",
    }
    names = [line.split()[-1] for line in rules_file(Settings()).splitlines() if "- alert:" in line]
    assert len(names) == 8
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
        "relaytop_engine_up": "0x80",
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
            "",
            "critical",
            "relaytop sends no probes",
            "Its engine does not run, or Prometheus does not reach it: the figures are old.",
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


@needs_promtool
def test_an_agent_that_is_not_there_is_told(tmp_path: Path) -> None:
    fires = alert(
        "",
        "critical",
        "relaytop sends no probes",
        "Its engine does not run, or Prometheus does not reach it: the figures are old.",
    )
    code, complaint = unit_test(
        tmp_path, Settings(), {"other": "1x80"}, {"RelaytopNotProbing": [fires]}
    )
    assert code == 0, complaint
