"""The alert rules on missing data, on one place against the others, and on what agents count."""

from pathlib import Path

import pytest

from relaytop.config.settings import Settings
from tests.export.promtool import needs_promtool
from tests.export.test_rules import OF, alert, unit_test, with_a_threshold_of_its_own

pytestmark = needs_promtool
M = "provider=relay,model=m"
RUNS = {'relaytop_engine_up{job="relaytop",instance="ops-1"}': "1x400"}
AGENT = 'job="relaytop",instance="ops-1"'
IN = "job=relaytop,instance=ops-1"


def check(
    folder: Path,
    series: dict[str, str],
    alerts: dict[str, list[str]],
    at: str = "20m",
    watched: Settings | None = None,
) -> None:
    code, complaint = unit_test(folder, watched or Settings(), series, alerts, at)
    assert code == 0, complaint


def places(errors: dict[str, int], label: str = "region", of: str = OF) -> dict[str, str]:
    """Probes by place, ten a step of which so many fail."""
    return {
        f'ai_api_requests_total{{{of},{label}="{place}",status="{status}"}}': f"0+{step}x80"
        for place, failing in errors.items()
        for status, step in (("success", 10 - failing), ("error", failing))
    }


def one_place(labels: str, share: str, place: str) -> str:
    return alert(
        labels,
        "warning",
        f"{share} of the probes of relay/m fail from {place}, but not from most other places",
        "The network path from there, its key or its quota. Needs three places or more.",
    )


@pytest.mark.parametrize("label", ["region", "instance"])
def test_one_place_of_three_is_named(tmp_path: Path, label: str) -> None:
    fires = one_place(f"{M},{label}=eu", "50%", "eu")
    series = places({"eu": 5, "us": 0, "asia": 0}, label)
    check(tmp_path, series, {"RelaytopOnePlaceFails": [fires]})


@pytest.mark.parametrize(
    "errors",
    [
        {"eu": 5, "us": 0},  # two places: either may be the odd one
        {"eu": 5, "us": 5, "asia": 0},  # most of them: the provider
        {"eu": 5, "us": 5, "asia": 0, "au": 0},  # half of them
        {"eu": 0, "us": 0, "asia": 0},
        {"eu": 10, "us": 10, "asia": 10},
    ],
)
def test_one_place_is_not_named_where_most_fail_or_too_few_are_known(
    tmp_path: Path, errors: dict[str, int]
) -> None:
    check(tmp_path, places(errors), {"RelaytopOnePlaceFails": []})


def test_a_place_that_sends_nothing_is_no_witness(tmp_path: Path) -> None:
    series = places({"eu": 5, "us": 0})
    series[f'ai_api_requests_total{{{OF},region="idle",status="success"}}'] = "5x80"
    check(tmp_path, series, {"RelaytopOnePlaceFails": []})


def test_one_place_is_held_to_the_targets_own_threshold(tmp_path: Path) -> None:
    series = places({"eu": 3, "us": 0, "asia": 0})
    series |= places(
        {"eu": 3, "us": 0, "asia": 0}, of='provider="relay",model="own \\"one\\" \\\\"'
    )
    fires = one_place(f"{M},region=eu", "30%", "eu")
    check(
        tmp_path,
        series,
        {"RelaytopOnePlaceFails": [fires]},
        watched=with_a_threshold_of_its_own(),
    )


def test_summaries_have_the_region_or_else_the_instance(tmp_path: Path) -> None:
    series = {
        f'ai_api_up{{{OF},instance="a",region="eu"}}': "0x80",
        f'ai_api_up{{{OF},instance="b"}}': "0x80",
        f"ai_api_up{{{OF}}}": "0x80",
    }
    down = [
        alert(
            labels,
            "critical",
            f"relay/m is down{where}",
            "Every probe fails. By class: ai_api_errors_total.",
        )
        for labels, where in (
            (f"{M},instance=a,region=eu", " from eu"),
            (f"{M},instance=b", " from b"),
            (M, ""),
        )
    ]
    check(tmp_path, series, {"RelaytopModelDown": down})


def test_an_agent_that_reports_no_model_is_told(tmp_path: Path) -> None:
    told = alert(
        "",
        "critical",
        "relaytop reports the state of no model",
        "Its agents run, but nothing is known: no targets, all paused, or the budget is spent.",
    )
    check(tmp_path, RUNS, {"RelaytopNothingReported": [told], "RelaytopInstanceMissing": []})
    check(tmp_path, {"other": "1x80"}, {"RelaytopNothingReported": []})
    series = {**RUNS, f"ai_api_up{{{OF}}}": "0x80"}
    check(tmp_path, series, {"RelaytopNothingReported": []})


def test_a_target_that_is_no_longer_reported_is_told_for_a_while(tmp_path: Path) -> None:
    name = "RelaytopTargetMissing"
    told = alert(
        f"{M},{IN}",
        "info",
        "relay/m is no longer reported from ops-1",
        "Fires for 15 minutes. Removed from the config, paused, out of budget, or all replies "
        "cached.",
    )
    gone = {f"ai_api_up{{{OF},{AGENT}}}": "1x80 stale"}
    check(tmp_path, {**RUNS, **gone}, {name: [told]}, "30m")
    check(tmp_path, {**RUNS, **gone}, {name: []}, "40m")
    check(tmp_path, {**RUNS, f"ai_api_up{{{OF},{AGENT}}}": "1x160"}, {name: []}, "30m")
    # The whole agent is another alert's.
    check(tmp_path, {**gone, f"relaytop_engine_up{{{AGENT}}}": "1x80 stale"}, {name: []}, "30m")


def test_a_last_success_that_is_too_old_is_told_while_probes_are_sent(tmp_path: Path) -> None:
    name = "RelaytopNoRecentSuccess"
    success = {f"ai_api_last_success_timestamp_seconds{{{OF},{AGENT}}}": "60x200"}
    up = {f"ai_api_up{{{OF},{AGENT}}}": "1x200"}
    told = alert(
        f"{M},{IN}",
        "critical",
        "last success of relay/m 19m 0s ago from ops-1",
        "Probes are sent, and none has succeeded since.",
    )
    check(tmp_path, {**RUNS, **success, **up}, {name: [told]})
    check(tmp_path, {**RUNS, **success, **up}, {name: []}, "14m")
    check(tmp_path, {**RUNS, **success}, {name: []})
    stopped = {f"relaytop_engine_up{{{AGENT}}}": "0x200"}
    check(tmp_path, {**stopped, **success, **up}, {name: []})


def test_cached_and_skipped_probes_and_a_busy_host(tmp_path: Path) -> None:
    series = {
        f'ai_api_requests_total{{{OF},status="success"}}': "0+6x80",
        f'ai_api_requests_total{{{OF},status="error"}}': "0x80",
        f"ai_api_cached_total{{{OF}}}": "0+2x80",
        f"relaytop_probes_skipped_total{{{OF}}}": "0+6x80",
        f'relaytop_read_lateness_seconds_bucket{{{AGENT},le="0.025"}}': "0x80",
        f'relaytop_read_lateness_seconds_bucket{{{AGENT},le="0.05"}}': "0+9x80",
        f'relaytop_read_lateness_seconds_bucket{{{AGENT},le="+Inf"}}': "0+9x80",
    }
    check(
        tmp_path,
        series,
        {
            "RelaytopCachedReplies": [
                alert(
                    M,
                    "warning",
                    "25% of the replies of relay/m come from a cache",
                    "They are in no other figure: what is known of the model rests on fewer "
                    "probes.",
                )
            ],
            "RelaytopProbesSkipped": [
                alert(
                    M,
                    "warning",
                    "50% of the probes of relay/m are skipped",
                    "Too many are still in flight: the percentiles miss the slowest replies.",
                )
            ],
            "RelaytopHostBusy": [
                alert(
                    IN,
                    "warning",
                    "relaytop reads replies 49.75ms late from ops-1",
                    "The P99 over 600s: that host is busy.",
                )
            ],
        },
    )


def test_another_model_that_serves_is_told_for_an_hour(tmp_path: Path) -> None:
    name = "RelaytopServedModelChanged"
    before, after = (f'ai_api_served_total{{{OF},{AGENT},served="m-{day}"}}' for day in (1, 2))
    series = {before: "0+1x280 280x200", after: "_x280 0+1x400"}
    told = alert(
        f"{M},{IN},served=m-2",
        "warning",
        "relay/m is now served by m-2 from ops-1",
        "Replies name a model that they did not name an hour ago.",
    )
    check(tmp_path, series, {name: [told]}, "90m")
    check(tmp_path, series, {name: []}, "150m")
    check(tmp_path, series, {name: []}, "65m")
    # An agent that has just been started knows no earlier one.
    check(tmp_path, {before: "0+1x280"}, {name: []}, "30m")


def test_the_agents_own_alerts_are_passed_on(tmp_path: Path) -> None:
    labels = 'alert="slow",provider="relay",model="m"'
    series = {
        f'relaytop_alert_firing{{{labels},region="eu"}}': "1x80",
        'relaytop_alert_firing{alert="timeout",provider="relay",model=""}': "1x80",
        'relaytop_alert_firing{alert="engine",provider="",model=""}': "1x80",
    }
    told = [
        alert(carried, "info", f"relaytop alerts: {what}", description)
        for description in ["An alert of the agent itself, by its own, quicker rules."]
        for carried, what in (
            (f"alert=slow,{M},region=eu", "relay/m slow from eu"),
            ("alert=timeout,provider=relay", "relay timeout"),
            ("alert=engine", "relaytop engine"),
        )
    ]
    check(tmp_path, series, {"RelaytopAgentAlert": told})
