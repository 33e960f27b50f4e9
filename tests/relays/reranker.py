"""What stands behind a LiteLLM's rerankers: it answers as Cohere and as Jina do."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.server import Response, ScriptedServer, Seen, json_reply


def _answer(request: Seen) -> Response:
    scores = [
        {"index": at, "relevance_score": 0.9 - 0.8 * at}
        for at in range(len(request.json["documents"]))
    ]
    if request.path.startswith("/v2/"):
        return json_reply({"id": "x", "results": scores, "meta": {"billed_units": SEARCHES}})
    return json_reply({"model": "m", "usage": {"total_tokens": 24}, "results": scores})


SEARCHES = {"search_units": 1}


@contextmanager
def running_reranker() -> Iterator[str]:
    """Yields its URL, without a path."""
    with ScriptedServer(_answer) as server:
        yield server.base_url.removesuffix("/v1")
