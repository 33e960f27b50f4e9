"""A relay that answers a request it has seen before from its cache, as LiteLLM does."""

from tests.support.server import Response, Seen, chat_reply, chat_stream, error_reply, models_reply

HIT = {"x-litellm-cache-key": "8afe90699b26cc49"}


class CachingRelay:
    """Handles requests for `ScriptedServer`; its cache is keyed by the body."""

    def __init__(self) -> None:
        self.dead = False
        self.upstream = 0
        self.hits = 0
        self._known: set[bytes] = set()

    def __call__(self, seen: Seen) -> Response:
        if seen.method == "GET":
            return models_reply(["m"])
        if seen.body in self._known:
            self.hits += 1
            return self._reply(seen, HIT)
        self.upstream += 1
        if self.dead:
            return error_reply(502, "Connection error.")
        self._known.add(seen.body)
        return self._reply(seen, {})

    def _reply(self, seen: Seen, head: dict[str, str]) -> Response:
        if seen.json["stream"]:
            return chat_stream(2, head=head)
        response = chat_reply()
        response.headers.update(head)
        return response
