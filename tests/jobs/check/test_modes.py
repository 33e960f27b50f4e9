"""`check` says which mode works where the one that is set does not, however a server refuses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.jobs.check.support import provider, round_of
from tests.support.server import (
    Response,
    ScriptedServer,
    Seen,
    chat_reply,
    chat_stream,
    error_reply,
    json_reply,
    models_reply,
)

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.jobs.check.findings import Finding

REFUSALS = {
    "openai": error_reply(
        403,
        "You are not allowed to generate embeddings from this model",
        type="invalid_request_error",
    ),
    "a relay that quotes": error_reply(404, "upstream: no such endpoint for this model"),
    "llama.cpp": error_reply(
        501, "This server does not support embeddings. Start it with `--embeddings`"
    ),
    "nginx": Response(405, {"Content-Type": "text/html"}, [(0.0, b"<html>405</html>")]),
    "lm studio": json_reply({"error": "Unexpected endpoint or method. (POST /v1/embeddings)"}),
    "a page for every path": Response(
        200, {"Content-Type": "text/html"}, [(0.0, b"<!doctype html><div id=app></div>")]
    ),
    "another API's reply": json_reply({"object": "list", "data": []}),
}


def chats(refusal: Response, body: dict[str, Any]) -> Response:
    """Answer a chat, refuse what is not of one."""
    if "messages" not in body:
        return refusal
    if "dimensions" in body:
        return error_reply(400, "Unrecognized request argument supplied: dimensions")
    return chat_stream(1) if body["stream"] else chat_reply()


async def checked(
    refusal: Response, folder: Path, *, offers: tuple[str, ...] = ("m", "mm"), **fields: Any
) -> dict[str, Finding]:
    def handler(seen: Seen) -> Response:
        if seen.method == "GET":
            return models_reply([*offers])
        return chats(refusal, seen.json)

    api = {name: fields.pop(name) for name in ("api",) if name in fields}
    with ScriptedServer(handler) as server:
        base = server.base_url.removesuffix("/v1") if api else server.base_url
        return await round_of(provider(base, models=("m",), **api), folder, **fields)


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
async def test_a_model_that_chats_is_found(tmp_path: Path, refusal: Response) -> None:
    found = await checked(refusal, tmp_path, mode="embeddings")
    assert found["reply"].level == "bad"
    assert found["mode"].meaning == "the model answers as chat, not as embeddings"
    assert "did you mean" not in found["reply"].remedy


async def test_what_one_mode_is_given_is_not_sent_in_another(tmp_path: Path) -> None:
    extra = {"dimensions": 256}
    found = await checked(error_reply(404), tmp_path, mode="embeddings", extra=extra)
    assert found["mode"].meaning == "the model answers as chat, not as embeddings"


async def test_a_deployment_is_in_no_list_and_tried_all_the_same(tmp_path: Path) -> None:
    found = await checked(
        error_reply(404), tmp_path, offers=("gpt-4.1",), mode="embeddings", api="azure"
    )
    assert found["mode"].meaning == "the model answers as chat, not as embeddings"


async def test_a_model_that_is_not_offered_is_tried_in_no_other_mode(tmp_path: Path) -> None:
    found = await checked(error_reply(404), tmp_path, offers=("other",), mode="embeddings")
    assert "mode" not in found
