"""The recording rules: Prometheus's own checker and its own tests of them."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from relaytop.cli.rules import rules
from relaytop.export.recording_rules import COUNTED, recorded, recording_rules_file
from relaytop.fleet.prometheus import queries
from tests.export.promtool import needs_promtool, promtool

OF = 'provider="relay",model="m"'
BUCKET = "ai_api_request_latency_seconds_bucket"
REQUESTS = "ai_api_requests_total"
RATIO = "relaytop:ai_api_error_ratio:rate5m"
P95 = "relaytop:ai_api_request_latency_seconds:p95_5m"


def unit_test(
    folder: Path,
    series: dict[str, str],
    wanted: dict[str, dict[str, float]],
    without: tuple[str, ...] = (),
) -> None:
    """Let promtool evaluate the rules on series: name → labels → value at 15 min."""
    rules = folder / "rules.yml"
    rules.write_text(recording_rules_file(without))
    text = f"rule_files: [{rules}]\nevaluation_interval: 15s\ntests:\n- interval: 15s\n"
    text += "  input_series:\n"
    text += "".join(f"  - series: '{n}'\n    values: '{v}'\n" for n, v in series.items())
    text += "  promql_expr_test:\n"
    for name, found in wanted.items():
        text += f"  - expr: 'round({name}, 0.001)'\n    eval_time: 15m\n    exp_samples:"
        text += "" if found else " []"
        text += "\n"
        for labels, value in found.items():
            text += f"    - labels: '{{{labels}}}'\n      value: {value}\n"
    path = folder / "test.yml"
    path.write_text(text)
    code, complaint = promtool("test", "rules", path)
    assert code == 0, complaint


def test_the_fleets_queries_ask_for_these_names() -> None:
    names = {recorded(metric) for metric in COUNTED}
    assert set(queries.RULES) <= names
    assert {queries.recorded(metric) for metric in COUNTED} == names
    text = recording_rules_file()
    assert all(f"- record: {name}\n" in text for name in names)


@pytest.mark.parametrize("without", [(), ("instance",), ("instance", "pod")])
@needs_promtool
def test_promtool_finds_them_right(tmp_path: Path, without: tuple[str, ...]) -> None:
    path = tmp_path / "rules.yml"
    path.write_text(recording_rules_file(without))
    assert promtool("check", "rules", path) == (0, "")


@needs_promtool
def test_rates_percentiles_and_the_share_of_failures(tmp_path: Path) -> None:
    place = f'{OF},region="eu",instance="a"'
    series = {
        f'{BUCKET}{{{place},le="1.0"}}': "0+9x60",
        f'{BUCKET}{{{place},le="2.0"}}': "0+15x60",
        f'{BUCKET}{{{place},le="+Inf"}}': "0+15x60",
        f'{REQUESTS}{{{place},status="success"}}': "0+15x60",
        f'{REQUESTS}{{{place},status="error"}}': "0+5x60",
    }
    unit_test(
        tmp_path,
        series,
        {
            recorded(BUCKET): {
                f'{place},le="1.0"': 0.6,
                f'{place},le="2.0"': 1.0,
                f'{place},le="+Inf"': 1.0,
            },
            RATIO: {place: 0.25},
            P95: {place: 1.875},
        },
    )


@needs_promtool
def test_a_counter_that_starts_again_is_no_burst_and_what_is_missing_is_no_zero(
    tmp_path: Path,
) -> None:
    """One agent restarts within the five minutes, one has gone before them, one sent nothing."""
    again, gone, idle = (f'{OF},instance="{name}"' for name in ("again", "gone", "idle"))
    series: dict[str, str] = {}
    for status, step in (("success", 3), ("error", 1)):
        series |= {
            f'{REQUESTS}{{{again},status="{status}"}}': f"900+{step}x50 0+{step}x30",
            f'{REQUESTS}{{{gone},status="{status}"}}': f"0+{step}x20 _x60",
            f'{REQUESTS}{{{idle},status="{status}"}}': "7x80",
        }
    unit_test(
        tmp_path,
        series,
        {
            f'{recorded(REQUESTS)}{{status="success"}}': {
                f'{again},status="success"': 0.19,  # the step in which it restarted is lost
                f'{idle},status="success"': 0,
            },
            RATIO: {again: 0.25},
        },
    )


@needs_promtool
def test_a_label_can_be_summed_over(tmp_path: Path) -> None:
    region = f'{OF},region="eu"'
    series = {
        f'{BUCKET}{{{region},instance="{box}",le="{le}"}}': f"0+{step}x60"
        for box, step in (("a", 3), ("b", 6))
        for le in ("1.0", "+Inf")
    }
    unit_test(
        tmp_path,
        series,
        {recorded(BUCKET): {f'{region},le="1.0"': 0.6, f'{region},le="+Inf"': 0.6}},
        without=("instance",),
    )


def test_the_command_prints_them_and_refuses_what_is_no_label() -> None:
    done = CliRunner().invoke(rules, ["--recording", "--without", "instance"])
    assert (done.exit_code, done.output.strip()) == (
        0,
        recording_rules_file(("instance",)).strip(),
    )
    for label in ("in stance", "le", "provider", "model", "1a", "a) or (b"):
        done = CliRunner().invoke(rules, ["--recording", "--without", label])
        assert done.exit_code == 2, label
        assert "--without" in done.output
    done = CliRunner().invoke(rules, ["--without", "instance"])
    assert done.exit_code == 2
    assert "--recording" in done.output
