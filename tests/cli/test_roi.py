"""`relaytop roi` as one runs it; no network, no key."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from relaytop.ledger.ledger import Entry, Ledger
from tests.support.launch import Run

MIX = "gpt-4.1=0.3,claude-sonnet-4.5=0.2,gemini-2.5-flash=0.4,deepseek-v3.2=0.1"
Roi = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def roi(run: Run) -> Roi:
    def with_relay(*arguments: str, relay: str = "holysheep") -> subprocess.CompletedProcess[str]:
        return run("roi", "--relay", relay, *arguments)

    return with_relay


CONFIG = """
[providers.mine]
base_url = "https://mine.example/v1"
api_key_env = "KEY_THAT_IS_NOT_SET"
models = ["gpt-4.1"]
[providers.mine.prices."gpt-4.1"]
input = 1.0
output = 4.0
[providers.holysheep]
base_url = "https://api.holysheep.ai/v1"
[providers.holysheep.prices."gpt-4.1"]
input = 6.0
output = 6.0
"""
ONE = ("--tokens", "1M", "--mix", "gpt-4.1=1")


def record_usage(home: dict[str, str], *entries: tuple[str, int, int]) -> None:
    """Put (target, input tokens, output tokens) of now into the ledger."""
    ledger = Ledger(Path(home["XDG_DATA_HOME"], "relaytop", "ledger.sqlite"))
    for target, given, made in entries:
        ledger.record(
            Entry(
                target,
                time.time(),
                failed=False,
                input_tokens=given,
                output_tokens=made,
                cost_usd=None,
            )
        )
    ledger.close(5)


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "relaytop.toml"
    path.write_text(CONFIG)
    return str(path)


def test_the_articles_example(roi: Roi) -> None:
    done = roi("--tokens", "50M", "--mix", MIX, "--official", "quoted")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert ["50M", "gpt-4.1", "900.00", "120.00", "780.00", "86.7", "%"] in map(str.split, lines)
    assert ["50M", "total", "2,114.00", "322.10", "1,791.90", "84.8", "%"] in map(str.split, lines)
    assert "50M: 1,791.90 USD saved a month, 21,502.80 a year" in lines
    assert "quoted: as quoted in the HolySheep relay's article" in lines
    assert "ROI" not in done.stdout
    assert max(map(len, lines)) <= 80


def test_payback_and_roi_of_a_migration(roi: Roi) -> None:
    arguments = ("--tokens", "50M", "--mix", MIX, "--official", "quoted")
    done = roi(*arguments, "--migration-cost", "5000")
    words = "migration of 5,000.00 USD recovered after 2.8 months, first year's ROI 330 %"
    assert words in done.stdout
    document = roi(*arguments, "--migration-cost", "5000", "--format", "json").stdout
    (month,) = json.loads(document)["months"]
    assert (month["payback_months"], month["roi"]) == (2.79, 3.30056)


def test_several_sizes_as_a_document(roi: Roi) -> None:
    arguments = ("--tokens", "1M,10M,100M", "--mix", "gpt-4.1=1", "--official", "quoted")
    found = json.loads(roi(*arguments, "--format", "json").stdout)["months"]
    assert [(m["tokens"], m["official_usd"], m["relay_usd"]) for m in found] == [
        (1_000_000, 60.0, 8.0),
        (10_000_000, 600.0, 80.0),
        (100_000_000, 6000.0, 800.0),
    ]
    assert all("roi" not in month and "payback_months" not in month for month in found)
    assert [m["models"][0]["model"] for m in found] == ["gpt-4.1"] * 3


def test_markdown_in_a_new_file(roi: Roi, tmp_path: Path) -> None:
    path = tmp_path / "roi.md"
    arguments = ("--tokens", "50M", "--mix", MIX, "--official", "quoted", "--format", "markdown")
    assert roi(*arguments, "--output", str(path)).stdout == ""
    assert "| 50M | total | 2,114.00 | 322.10 | 1,791.90 | 84.8 % |" in path.read_text()


def test_where_nothing_is_saved_it_says_so(roi: Roi) -> None:
    arguments = ("--tokens", "50M", "--mix", "gpt-4.1=1", "--official", "holysheep")
    done = roi(*arguments, "--migration-cost", "500", relay="quoted")
    assert "50M: moving saves nothing: 2,600.00 USD more a month" in done.stdout
    assert "migration cost of 500.00 USD: never recovered" in done.stdout
    same = roi(*arguments, "--migration-cost", "500", "--format", "json")
    (month,) = json.loads(same.stdout)["months"]
    assert (month["saved_usd"], "payback_months" in month) == (0.0, False)


def test_the_market_is_what_it_is_compared_with_unasked(roi: Roi) -> None:
    given, made = (
        json.loads(roi(*ONE, "--output-share", share, "--format", "json").stdout)["months"][0]
        for share in ("0", "1")
    )
    assert 0 < given["official_usd"] < made["official_usd"]
    assert given["relay_usd"] == made["relay_usd"] == 8.0
    assert "market: today's list prices" in roi(*ONE).stdout


def test_the_configs_prices_come_first_and_no_key_is_needed(roi: Roi, config: str) -> None:
    done = roi(*ONE, "--config", config, "--official", "mine", "--format", "json")
    (month,) = json.loads(done.stdout)["months"]
    assert (month["official_usd"], month["relay_usd"]) == (1.75, 6.0)
    mixed = ("--tokens", "2M", "--mix", "gpt-4.1=0.5,deepseek-v3.2=0.5", "--official", "quoted")
    done = roi(*mixed, "--config", config)
    assert "holysheep: the config's prices; the relay's own price list" in done.stdout
    assert ["2M", "total", "62.80", "6.42"] in [row.split()[:4] for row in done.stdout.splitlines()]


def test_tokens_and_mix_from_the_ledger(roi: Roi, home: dict[str, str]) -> None:
    record_usage(home, ("p/gpt-4.1", 500_000, 250_000), ("q/google/gemini-2.5-flash", 250_000, 0))
    done = roi("--from-usage", "--official", "quoted", "--format", "json")
    (month,) = json.loads(done.stdout)["months"]
    assert month["tokens"] == 1_000_000
    assert month["official_usd"] == 48.75
    assert [line["tokens"] for line in month["models"]] == [750_000, 250_000]
    table = roi("--from-usage", "--official", "quoted").stdout
    assert "as all targets' last 30 days" in table
    assert "25 % output" in table


def test_what_the_relay_was_sent_comes_before_what_all_were(roi: Roi, home: dict[str, str]) -> None:
    record_usage(home, ("holysheep/gpt-4.1", 600_000, 400_000), ("p/no-such-model", 5_000, 0))
    done = roi("--from-usage", "--official", "quoted")
    assert (
        "as holysheep's last 30 days: quoted prices against holysheep, 40 % output" in done.stdout
    )
    assert ["1M", "gpt-4.1", "60.00", "8.00"] in [r.split()[:4] for r in done.stdout.splitlines()]


def test_a_config_that_is_wrong_stays_an_error(roi: Roi, tmp_path: Path) -> None:
    wrong = tmp_path / "config" / "relaytop" / "config.toml"
    wrong.parent.mkdir(parents=True)
    wrong.write_text("interval = 5\n")
    for arguments, words in (
        (ONE, "interval"),
        ((*ONE, "--config", str(tmp_path / "none.toml")), "none.toml"),
    ):
        done = roi(*arguments)
        assert done.returncode == 2
        assert words in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--tokens", "-5", "--mix", "gpt-4.1=1"), "is not an amount of tokens"),
        (("--tokens", "5M", "--mix", "gpt-4.1=0.4"), "add up to 0.4"),
        (("--tokens", "5M", "--mix", "gpt-4.2=1"), "did you mean 'gpt-4.1'?"),
        (("--tokens", "5M", "--mix", "zzz=1"), "known: gpt-4.1, claude-sonnet-4.5"),
        (("--tokens", "5M"), "give --tokens and --mix"),
        ((*ONE, "--from-usage"), "leave out --tokens"),
        (("--from-usage", "--output-share", "0.5"), "leave out --tokens"),
        ((*ONE, "--official", "quotd"), "did you mean 'quoted'"),
        ((*ONE, "--official", "zzz"), "known: holysheep, quoted, market"),
        ((*ONE, "--output-share", "nan"), "write a number from 0 to 1"),
        ((*ONE, "--output-share", "1.1"), "write a number from 0 to 1"),
        ((*ONE, "--migration-cost", "0"), "write USD above 0"),
        ((*ONE, "--migration-cost", "-5"), "write USD above 0"),
        ((*ONE, "--migration-cost", "inf"), "write USD above 0"),
        ((*ONE, "--model", "m"), "needs --base-url"),
        (("--from-usage",), "the ledger has no tokens for the last 30 days"),
    ],
)
def test_mistakes(roi: Roi, arguments: tuple[str, ...], words: str) -> None:
    done = roi(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_model_without_a_list_price_is_named(roi: Roi) -> None:
    done = roi("--tokens", "5M", "--mix", "llama=1", relay="market")
    assert done.returncode == 2
    assert "no price for 'llama'; name a provider of the config that has" in done.stderr


def test_a_fee_for_each_request_is_told_beside_the_sums(roi: Roi, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.replace("output = 4.0", "output = 4.0\nrequest = 0.012"))
    done = roi("--config", str(path), *ONE, "--official", "mine")
    assert done.returncode == 0, done.stderr
    assert "$0.012 a request is added to the tokens" in done.stdout
