"""Whether a reply has what its request asked for. Replies are of HTTP 200, and without an error."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from relaytop.wire.conformance.answer import Answer, Choice
from relaytop.wire.conformance.verdict import PASS, Verdict, failed, unknown
from relaytop.wire.embeddings import figures_of
from relaytop.wire.facts import Usage
from relaytop.wire.finish import LENGTH, finish_reason
from relaytop.wire.json_document import objects_of
from relaytop.wire.numbers import number
from relaytop.wire.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

Judge = Callable[[Answer, Usage, int], Verdict]
"""(the reply, its usage, the bound on its tokens) → the verdict."""
SAME = 0.999
"""Cosine of two vectors of one text, at least."""
TOOL = "get_weather"
REPLIES = 2
TEXTS = 3
"""Of a batch; the first two are the same."""
QUOTED = 40
NOT_STREAMED = failed("the reply came in one piece, not as a stream")
TRUNCATED = "the reply reached max_tokens before it"


def judge_call(answer: Answer, _usage: Usage, _bound: int) -> Verdict:
    """Judge whether the tool is called, with arguments that keep to its schema."""
    choice = _first(answer)
    calls = [call for call in choice.calls.values() if call.name]
    if not calls:
        if _is_truncated(choice):
            return unknown(f"{TRUNCATED} called the tool")
        return failed(f"the tool was not called; the text is {_quoted(answer, choice.text)}")
    call = calls[0]
    if call.name != TOOL:
        return failed(f"another tool was called: {_quoted(answer, call.name)}")
    document = _parsed(call.arguments)
    if document is None and _is_truncated(choice):
        return unknown(f"{TRUNCATED} had all arguments")
    if not _keeps_to_schema(document):
        return failed(f"the arguments do not keep to the schema: {_quoted(answer, call.arguments)}")
    if not call.is_text:
        return failed("the arguments are an object, where the API has a text of JSON")
    return PASS


def judge_streamed_call(answer: Answer, usage: Usage, bound: int) -> Verdict:
    """Judge whether the tool is called in a stream."""
    return judge_call(answer, usage, bound) if answer.streamed else NOT_STREAMED


def judge_json(answer: Answer, _usage: Usage, _bound: int) -> Verdict:
    """Judge whether the text is JSON that keeps to the schema."""
    choice = _first(answer)
    document = _parsed(choice.text)
    if document is None and _is_truncated(choice):
        return unknown(f"{TRUNCATED} had all of the JSON")
    if document is None:
        return failed(f"the text is not JSON: {_quoted(answer, choice.text)}")
    if not _keeps_to_schema(document):
        return failed(f"the JSON does not keep to the schema: {_quoted(answer, choice.text)}")
    return PASS


def judge_replies(answer: Answer, _usage: Usage, _bound: int) -> Verdict:
    """Judge whether two replies came."""
    count = len(answer.choices)
    return PASS if count == REPLIES else failed(f"{count} of {REPLIES} replies came")


def judge_stop(answer: Answer, _usage: Usage, _bound: int) -> Verdict:
    """Judge whether the text ends before the stop sequence."""
    choice = _first(answer)
    if "5" in choice.text:
        return failed(f"the text goes on past it: {_quoted(answer, choice.text)}")
    if "4" not in choice.text:
        return unknown(f"the model did not count as asked: {_quoted(answer, choice.text)}")
    return PASS


def judge_usage(answer: Answer, usage: Usage, _bound: int) -> Verdict:
    """Judge whether a stream tells its tokens."""
    if not answer.streamed:
        return NOT_STREAMED
    counts = {"input": usage.input_tokens, "output": usage.output_tokens}
    missing = [name for name, count in counts.items() if count is None]
    return PASS if not missing else failed(f"no count of {' and '.join(missing)} tokens")


def judge_max_tokens(answer: Answer, usage: Usage, bound: int) -> Verdict:
    """Judge whether the reply keeps to its bound."""
    if usage.output_tokens is None:
        return unknown("the reply does not count its tokens")
    if usage.output_tokens > bound:
        return failed(f"{usage.output_tokens} tokens came, {bound} were allowed")
    if not _is_truncated(_first(answer)):
        return unknown(f"the reply ended early, after {usage.output_tokens} tokens")
    return PASS


def judge_dimensions(wanted: int) -> Judge:
    """Return what judges whether a vector has the dimensions that were asked for."""

    def judge(answer: Answer, _usage: Usage, _bound: int) -> Verdict:
        sizes = {len(vector) for vector in _vectors(answer)}
        if sizes == {wanted}:
            return PASS
        found = ", ".join(map(str, sorted(sizes))) or "no"
        return failed(f"{found} dimensions came, {wanted} were requested")

    return judge


def judge_batch(answer: Answer, _usage: Usage, _bound: int) -> Verdict:
    """Judge whether three texts have three vectors in their order; the first two are the same."""
    entries = objects_of(_list(answer, "data"))
    vectors = _vectors(answer)
    if len(vectors) != len(entries) or len(vectors) != TEXTS:
        return failed(f"{len(vectors)} vectors came for {TEXTS} texts")
    if [entry.get("index", at) for at, entry in enumerate(entries)] != [*range(TEXTS)]:
        return failed("the vectors are not in the order of the texts")
    same, other = _cosine(vectors[0], vectors[1]), _cosine(vectors[0], vectors[2])
    if same < SAME:
        return failed(f"one text has two vectors, of cosine {same:.3f}")
    if other >= SAME:
        return failed("different texts have the same vector")
    return PASS


def judge_base64(answer: Answer, _usage: Usage, _bound: int) -> Verdict:
    """Judge whether a vector comes in base 64."""
    found = [entry.get("embedding") for entry in objects_of(_list(answer, "data"))]
    if not found or not all(isinstance(each, str) for each in found):
        return failed("the vector came as a list of numbers")
    return PASS if len(_vectors(answer)) == len(found) else failed("the text is not a vector")


def judge_order(answer: Answer, _usage: Usage, _bound: int) -> Verdict:
    """Judge whether the best score comes first."""
    scores = [number(each.get("relevance_score", each.get("score"))) for each in _results(answer)]
    known = [score for score in scores if score is not None]
    if known != sorted(known, reverse=True):
        return failed("the scores are not in order, the best first")
    if not known:
        return failed("no document has a score")
    return PASS if len(known) > 1 else unknown("one document alone has a score")


def judge_top_n(answer: Answer, _usage: Usage, _bound: int) -> Verdict:
    """Judge whether only the best came."""
    count = len(_results(answer))
    return PASS if count == 1 else failed(f"{count} documents came, 1 was requested")


def _first(answer: Answer) -> Choice:
    return next(iter(answer.choices.values()), Choice())


def _is_truncated(choice: Choice) -> bool:
    return finish_reason(choice.finish) in LENGTH


def _parsed(text: str) -> object:
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document


def _keeps_to_schema(document: object) -> bool:
    """Return whether a document is an object with a city and nothing else."""
    return (
        isinstance(document, dict)
        and set(document) == {"city"}
        and isinstance(document["city"], str)
    )


def _quoted(answer: Answer, text: str) -> str:
    return repr(safe(text, answer.secrets, QUOTED))


def _list(answer: Answer, *names: str) -> object:
    document: dict[str, Any] = answer.documents[0] if answer.documents else {}
    return next((document[name] for name in names if name in document), None)


def _results(answer: Answer) -> Sequence[dict[str, Any]]:
    return objects_of(_list(answer, "results", "data"))


def _vectors(answer: Answer) -> list[list[float]]:
    """Return the vectors of a reply that are finite numbers, in a list or in base 64."""
    found = []
    for entry in objects_of(_list(answer, "data")):
        vector = figures_of(entry.get("embedding"))
        if vector:
            figures = [number(each) for each in vector]
            finite = [each for each in figures if each is not None]
            if len(finite) == len(vector):
                found.append(finite)
    return found


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    if len(one) != len(other):
        return 0.0
    length = math.hypot(*one) * math.hypot(*other)
    return sum(a * b for a, b in zip(one, other, strict=True)) / length if length else 0.0
