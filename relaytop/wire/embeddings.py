"""OpenAI's embeddings: `/embeddings`, one vector for each text."""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from relaytop.wire.facts import Failure
from relaytop.wire.json_document import objects_of
from relaytop.wire.numbers import number
from relaytop.wire.openai import OpenAI
from relaytop.wire.request import prompt_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.settings import Provider, Target
    from relaytop.wire.facts import Usage
    from relaytop.wire.reply_state import ReplyState

MAX_DIMENSIONS = 65_536
_FLOAT_BYTES = 4


class Embeddings(OpenAI):
    """Builds requests of this API and reads its replies."""

    mode = "embeddings"
    streams = False
    body_key = "data"

    def url(self, provider: Provider, target: Target) -> str:
        """Return where probes of a target are sent."""
        del target
        return f"{provider.base_url}/embeddings"

    def body(self, target: Target, adaptations: frozenset[str]) -> dict[str, Any]:
        """Return the document of a probe's request."""
        del adaptations
        return {"model": target.model, "input": prompt_text(target)}

    def usage(self, raw: object, headers: Mapping[str, str]) -> Usage:
        """Read a `usage` object: all of its tokens are of the input."""
        return input_usage(super().usage(raw, headers), raw)

    def is_reply_part(self, document: dict[str, Any]) -> bool:
        """Return whether a document has vectors and no error."""
        return isinstance(document.get("data"), list) and not document.get("error")

    def apply_event(self, state: ReplyState, document: dict[str, Any], index: int) -> None:
        """Apply the vectors of a reply: how many figures they have."""
        del index
        for entry in objects_of(document.get("data")):
            apply_vector(state, entry.get("embedding"))

    def document_failure(
        self, document: object, state: ReplyState, usage: Usage, secrets: Sequence[str]
    ) -> Failure | None:
        """Return the failure of a reply without an error; None where its vectors are good."""
        del usage
        if state.dimensions is None and state.failure is None:
            return Failure("protocol", f"the reply has no {self.body_key}")
        del document
        return state.failure_of(secrets)


def apply_vector(state: ReplyState, vector: object) -> None:
    """Apply a vector of a reply: its dimensions, or that it is none."""
    figures = figures_of(vector)
    if not figures or len(figures) > MAX_DIMENSIONS:
        _fail(state, "an embedding is not a list of numbers")
        return
    if any(isinstance(each, str) or number(each) is None for each in figures):
        _fail(state, "an embedding has entries that are not finite numbers")
    elif not any(figures):
        _fail(state, "an embedding is all zeros")
    elif state.dimensions is not None and state.dimensions != len(figures):
        _fail(state, f"embeddings of {state.dimensions} and {len(figures)} dimensions in one reply")
    state.dimensions = len(figures)


def _fail(state: ReplyState, sentence: str) -> None:
    state.failure = state.failure or Failure("protocol", sentence)


def figures_of(vector: object) -> list[Any]:
    """Return the entries of a vector, a list or in base 64; none where it is neither."""
    figures = _decoded(vector) if isinstance(vector, str) else vector
    return figures if isinstance(figures, list) else []


def _decoded(text: str) -> list[float]:
    """Return the figures of a vector in base 64, as 32-bit floats; none where it is not one."""
    try:
        data = base64.b64decode(text, validate=True)
        return [each for (each,) in struct.iter_unpack("<f", data)]
    except (binascii.Error, ValueError, struct.error):
        return []


def dimension_failure(found: int | None, wanted: object, before: int | None) -> Failure | None:
    """Return the failure of a vector of other dimensions than asked for, or than before.

    Whoever searches with such vectors finds nothing, or the wrong things.

    Args:
        found: Dimensions of the reply's vectors; None: it has none.
        wanted: `dimensions` of the request, if any.
        before: Dimensions of the target's last vectors; None: there were none.
    """
    if found is None:
        return None
    if type(wanted) is int and found != wanted:
        return Failure("protocol", f"the embedding has {found} dimensions, {wanted} were requested")
    if before is not None and found != before:
        return Failure("protocol", f"the embedding has {found} dimensions, until now {before}")
    return None


def input_usage(usage: Usage, raw: object) -> Usage:
    """Return the usage of a request without generated tokens: all of the total is input."""
    total = raw.get("total_tokens") if isinstance(raw, dict) else None
    found = usage.input_tokens or (total if type(total) is int and total > 0 else None)
    return replace(usage, input_tokens=found, output_tokens=None if found is None else 0)
