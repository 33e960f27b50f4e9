"""A real Prometheus takes every query, and its answers are what the agents counted."""

from __future__ import annotations

import asyncio
import subprocess
from typing import TYPE_CHECKING

import pytest

from relaytop.config.label_matchers import parse_matchers
from relaytop.fleet.prometheus.client import PrometheusClient
from relaytop.fleet.prometheus.figures import Figures, Key, read_figures
from relaytop.fleet.prometheus.history import History
from relaytop.fleet.prometheus.queries import LATENCY, RULES, TTFT, Places, Queries
from tests.relays.prometheus import needs_prometheus, running_prometheus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from relaytop.monitor.source import Bin

pytestmark = [needs_prometheus, pytest.mark.relay, pytest.mark.timeout(120)]
AT = 1_795_700_700.0
"""A multiple of the steps' width."""
STEP_S = 15
SPAN_S = 7200
REGION = Places("region", "instance")
STEADY: Key = ("relay", "m", "eu")
RESET: Key = ("relay", "m", "us")
GAP: Key = ("relay", "m", "ap")
YOUNG: Key = ("relay", "m", "ops-4:9464")
ODD: Key = ("relay", 'say "hi"\\{u}', "eu")


def counts(per_step: float, total: float) -> Callable[[int], float | None]:
    """A counter that has counted `total` by `AT`, evenly; by seconds before that."""
    return lambda age_s: total - per_step * age_s / STEP_S


def reset(age_s: int) -> float | None:
    """20 minutes of counting 3 a step, anew from 0 five minutes ago."""
    return counts(3, 60)(age_s) if age_s <= 300 else counts(3, 10_000)(age_s)


def gap(age_s: int) -> float | None:
    """No scrape from 20 minutes ago to 5 minutes ago."""
    return None if 300 < age_s < 1200 else counts(3, 90_000)(age_s)


def young(age_s: int) -> float | None:
    return counts(3, 63)(age_s) if age_s <= 300 else None


ROWS = {
    STEADY: counts(3, 50_000),
    RESET: reset,
    GAP: gap,
    YOUNG: young,
    ODD: counts(1, 9_000),
}


def metrics() -> str:
    series: list[tuple[str, str]] = []
    for (provider, model, place), count in ROWS.items():
        shown = model.replace("\\", "\\\\").replace('"', '\\"')
        labels = f'provider="{provider}",model="{shown}",'
        labels += f'instance="{place}"' if ":" in place else f'region="{place}",instance="i:1"'
        samples: list[tuple[str, Callable[[float], float]]] = [
            (f"ai_api_up{{{labels}}}", lambda _: 1.0),
            (f'ai_api_requests_total{{{labels},status="success"}}', lambda n: n),
            (f'ai_api_requests_total{{{labels},status="error"}}', lambda n: n / 3),
            (f'ai_api_errors_total{{{labels},class="timeout"}}', lambda n: n / 3),
            (f'{LATENCY}_bucket{{{labels},le="0.5"}}', lambda n: n / 2),
            (f'{LATENCY}_bucket{{{labels},le="0.625"}}', lambda n: n),
            (f'{LATENCY}_bucket{{{labels},le="+Inf"}}', lambda n: n),
        ]
        for name, value_of in samples:
            ages_s = range(SPAN_S, -1, -STEP_S)
            counted = [(age_s, count(age_s)) for age_s in ages_s]
            series += [(name, f"{value_of(n)} {AT - age}") for age, n in counted if n is not None]
    series.sort(key=lambda each: each[0].partition("{")[0])
    return "\n".join([*(f"{name} {sample}" for name, sample in series), "# EOF", ""])


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("prometheus")
    (folder / "metrics.txt").write_text(metrics())
    subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", "metrics.txt", "data"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    with running_prometheus(folder, "global: {scrape_interval: 15s}") as base:
        yield base


def queries_of(places: Places = REGION, match: str = "", rules: tuple[str, ...] = ()) -> Queries:
    return Queries(parse_matchers(match), places, 600.0, rules)


def all_queries(queries: Queries) -> dict[str, str]:
    return {
        "having": queries.having("region"),
        "any": queries.any(),
        "members": queries.members(),
        "shape": queries.shape(),
        "up": queries.up(),
        "firing": queries.firing(),
        "requests": queries.requests(),
        "errors": queries.errors(),
        "tokens": queries.tokens(),
        "others": queries.others(),
        "latency": queries.quantiles(LATENCY),
        "ttft": queries.quantiles(TTFT),
        "history": queries.history([STEADY, ODD, YOUNG], 15),
        "samples": queries.samples(ODD, 30),
    }


@pytest.mark.parametrize("places", [Places(), Places("region"), REGION])
@pytest.mark.parametrize("match", ["", r'{env=~"pr.*|a\\.b", x!="say \"hi\"\n"}'])
@pytest.mark.parametrize("rules", [(), RULES])
def test_each_query_is_promql(
    places: Places, match: str, rules: tuple[str, ...], tmp_path: Path
) -> None:
    lines = ["groups:", "- name: all", "  rules:"]
    for name, expr in all_queries(queries_of(places, match, rules)).items():
        escaped = expr.replace("'", "''")
        lines += [f"  - record: q:{name}", f"    expr: '{escaped}'"]
    path = tmp_path / "rules.yml"
    path.write_text("\n".join(lines))
    done = subprocess.run(
        ["promtool", "check", "rules", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def figures(base: str, match: str = "") -> dict[Key, Figures]:
    queries = queries_of(match=match)

    async def ask() -> dict[Key, Figures]:
        client = PrometheusClient(base)
        asked = {n: all_queries(queries)[n] for n in ("up", "requests", "errors", "latency")}
        answers = {name: await client.query(expr, AT) for name, expr in asked.items()}
        await client.aclose()
        return read_figures(answers, REGION)

    return asyncio.run(ask())


def test_the_figures_of_each_row(prometheus: str) -> None:
    found = figures(prometheus)
    assert set(found) == set(ROWS)
    assert all(row.up == 1 for row in found.values())
    steady = found[STEADY]
    assert steady.requests == {"success": pytest.approx(120), "error": pytest.approx(40)}
    assert steady.errors == {"timeout": pytest.approx(40)}
    assert steady.latency["p50"] == pytest.approx(0.5)
    assert 0.5 < steady.latency["p95"] < 0.625
    assert found[ODD].requests["success"] == pytest.approx(40)


def test_counters_that_are_young_or_reset_or_were_not_scraped(prometheus: str) -> None:
    found = figures(prometheus)
    assert found[YOUNG].requests["success"] == 63, "all that it has counted"
    assert found[RESET].requests["success"] == pytest.approx(120, abs=5)
    assert found[GAP].requests["success"] < 130, "and not what it counted in its life"


def test_what_match_leaves_out(prometheus: str) -> None:
    assert set(figures(prometheus, '{region=~"e.*"}')) == {STEADY, ODD}


def bins(base: str, key: Key, start: float, bin_s: float, n: int) -> list[Bin]:
    history = History(lambda: None)
    history.bins(key, start, bin_s, n, AT)

    async def ask() -> None:
        client = PrometheusClient(base)
        await history.fetch(client, queries_of(), AT, 0.0)
        await client.aclose()

    asyncio.run(ask())
    return history.bins(key, start, bin_s, n, AT)


@pytest.mark.parametrize("bin_s", [15.0, 60.0, 300.0])
@pytest.mark.parametrize("key", [STEADY, ODD])
def test_history_as_narrow_as_the_scrapes(prometheus: str, key: Key, bin_s: float) -> None:
    whole = bins(prometheus, key, AT - 8 * bin_s, bin_s, 6)
    per_step = 3 if key == STEADY else 1
    assert [each.ok for each in whole] == [per_step * bin_s / STEP_S] * 6
    assert all(each.p50_ms == pytest.approx(500) for each in whole)
    assert all(each.max_ms == pytest.approx(625) for each in whole)


def test_a_gap_in_the_history_is_one(prometheus: str) -> None:
    found = bins(prometheus, GAP, AT - 1800, 60, 28)
    assert [each.ok for each in found[12:22]] == [0] * 10
    assert all(each.ok == 12 for each in (*found[:9], *found[26:]))
