"""`check --deep`: what a relay promises and does, promises and does not, and refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from relaytop.config.settings import Price
from relaytop.jobs.check.conformance import ERROR_FORM, Conformance, has_failed
from relaytop.jobs.check.cost_bound import announcement, check_cost
from relaytop.jobs.check.run import CheckRun
from relaytop.jobs.job_budget import JobBudget
from relaytop.ledger.ledger import Ledger
from relaytop.report.conformance import conformance_blocks
from tests.jobs.check.conforming import ConformingRelay
from tests.jobs.check.support import provider, round_of, settings_of
from tests.support.server import Response, ScriptedServer, Seen, error_reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHAT = (
    "tool call",
    "tool call, streamed",
    "JSON schema",
    "n",
    "stop",
    "usage in streams",
    "max_tokens",
    ERROR_FORM,
)
PRICES = {"m": Price(1.0, 1.0), "embedding": Price(1.0, 0.0)}


async def features(
    handler: Callable[[Seen], Response], folder: Path, budget_usd: float = 1.0, **fields: Any
) -> dict[str, Conformance]:
    """Check one target deeply; return its features by name."""
    with ScriptedServer(handler) as server:
        model = fields.pop("model", "m")
        one = provider(server.base_url, models=(model,), prices=PRICES)
        settings = settings_of(one, budget_usd, **fields)
        ledger = Ledger(folder / "ledger.sqlite")
        try:
            budget = JobBudget(budget_usd, settings.assumed_price, ledger)
            await budget.request_allowance(budget_usd)
            run = CheckRun(settings, {}, budget, deep=True)
            await run.run()
        finally:
            ledger.close(5.0)
    return {each.feature: each for each in run.conformance}


def outcomes(found: dict[str, Conformance]) -> dict[str, str]:
    return {name: each.outcome for name, each in found.items()}


async def test_a_relay_that_does_all_of_it(tmp_path: Path) -> None:
    found = await features(ConformingRelay(), tmp_path)
    works = dict.fromkeys(CHAT, "pass") | {"max_tokens": "pass"}
    assert outcomes(found) == works
    assert not has_failed(found.values())


@pytest.mark.parametrize(
    ("neglects", "feature", "words"),
    [
        ("tools", "tool call", "the tool was not called; the text is 'pong'"),
        ("tools", "tool call, streamed", "the tool was not called"),
        ("arguments", "tool call", "do not keep to the schema: '{city: Paris}'"),
        ("schema", "JSON schema", "the text is not JSON: 'Paris!'"),
        ("n", "n", "1 of 2 replies came"),
        ("stop", "stop", "the text goes on past it: '1 2 3 4 5 6'"),
        ("usage", "usage in streams", "no count of input and output tokens"),
        ("max_tokens", "max_tokens", "99 tokens came, 16 were allowed"),
        ("error form", ERROR_FORM, "a model that does not exist was answered"),
    ],
)
async def test_what_is_accepted_and_not_done_fails(
    tmp_path: Path, neglects: str, feature: str, words: str
) -> None:
    found = await features(ConformingRelay(neglects), tmp_path)
    assert found[feature].outcome == "fail"
    assert words in found[feature].meaning
    assert has_failed(found.values())


async def test_what_is_refused_in_so_many_words_is_not_supported(tmp_path: Path) -> None:
    relay = ConformingRelay(refuses=("response_format", "n", "tools"))
    found = await features(relay, tmp_path)
    assert {name for name, each in found.items() if each.outcome == "refused"} == {
        *("tool call", "tool call, streamed", "JSON schema", "n")
    }
    assert "Unsupported parameter: 'n'" in found["n"].meaning
    assert not has_failed(found.values())


async def test_what_a_limit_refuses_says_nothing_of_the_feature(tmp_path: Path) -> None:
    def limited(seen: Seen) -> Response:
        if seen.method == "POST" and "tools" in seen.json:
            return error_reply(429, "slow down")
        return ConformingRelay()(seen)

    found = await features(limited, tmp_path)
    assert found["tool call"].outcome == "unknown"
    assert "slow down" in found["tool call"].meaning


@pytest.mark.parametrize(
    ("model", "mode", "neglects", "expected"),
    [
        ("embedding", "embeddings", (), {"dimensions": "pass", "batch": "pass", "base64": "pass"}),
        (
            "embedding",
            "embeddings",
            ("dimensions", "base64", "batch"),
            {"dimensions": "fail", "batch": "fail", "base64": "fail"},
        ),
        ("m", "rerank", (), {"order": "pass", "top_n": "pass"}),
        ("m", "rerank", ("order", "top_n"), {"order": "fail", "top_n": "fail"}),
    ],
)
async def test_the_other_modes_have_features_of_their_own(
    tmp_path: Path, model: str, mode: str, neglects: tuple[str, ...], expected: dict[str, str]
) -> None:
    found = await features(ConformingRelay(*neglects), tmp_path, model=model, mode=mode)
    assert outcomes(found) == {**expected, ERROR_FORM: "pass"}


async def test_a_target_whose_reply_fails_is_asked_for_nothing_more(tmp_path: Path) -> None:
    found = await features(lambda _: error_reply(401, "no such key"), tmp_path)
    assert found == {}


async def test_what_the_budget_does_not_cover_is_skipped_and_told(tmp_path: Path) -> None:
    found = await features(ConformingRelay(), tmp_path, budget_usd=0.0001)
    assert set(found) == set(CHAT)
    assert found[ERROR_FORM].outcome == "skipped"


def test_the_cost_of_all_of_it_is_told_first() -> None:
    settings = settings_of(provider(models=("m",), prices=PRICES))
    plain, deep = check_cost(settings), check_cost(settings, deep=True)
    assert deep.known_usd > 5 * plain.known_usd
    text = announcement(settings, deep=True)
    assert "at most 2 one-token replies and 8 short ones from 1 target" in text
    assert f"at most ${deep.known_usd:.6f}" in text


async def test_the_mode_that_works_is_found(tmp_path: Path) -> None:
    with ScriptedServer(ConformingRelay()) as server:
        one = provider(server.base_url, models=("embedding",), prices=PRICES)
        found = await round_of(one, tmp_path)
        asked = [seen.path for seen in server.requests if seen.method == "POST"]
    assert found["reply"].level == "bad"
    assert found["mode"].meaning == "the model answers as embeddings, not as chat"
    assert found["mode"].remedy == 'set mode = "embeddings" under [targets."p/embedding"]'
    assert asked == ["/v1/chat/completions", "/v1/responses", "/v1/embeddings"]


async def test_a_mode_without_streams_is_checked_by_one_reply(tmp_path: Path) -> None:
    with ScriptedServer(ConformingRelay()) as server:
        one = provider(server.base_url, models=("embedding",), prices=PRICES)
        found = await round_of(one, tmp_path, mode="embeddings")
        asked = [seen.path for seen in server.requests if seen.method == "POST"]
    assert asked == ["/v1/embeddings"]
    assert found["reply"].level == found["usage"].level == "good"
    assert "stream" not in found


def test_a_table_has_a_column_for_each_target() -> None:
    found = [
        Conformance("p/a", "n", "fail", "1 of 2 replies came"),
        Conformance("p/b", "n", "pass"),
        Conformance("p/b", "stop", "refused", "bad_request: no"),
    ]
    table, reasons = conformance_blocks(found)
    assert [column.title for column in table.columns] == ["feature", "p/a", "p/b"]  # type: ignore[union-attr]
    assert table.rows == [("n", "FAILS", "works"), ("stop", "", "not supported")]  # type: ignore[union-attr]
    assert len(reasons.lines) == 2  # type: ignore[union-attr]
