"""Clouds and local servers behind OpenAI's form: what their refusals are, as they write them."""

import json
from typing import Any

import pytest

from tests.wire.reading import JSON, class_of, read

REFUSALS: dict[str, tuple[int, Any, str]] = {
    "azure: no such deployment": (
        404,
        {
            "error": {
                "code": "DeploymentNotFound",
                "message": "The API deployment for this resource does not exist.",
            }
        },
        "not_found",
    ),
    "azure: wrong key": (
        401,
        {
            "error": {
                "code": "401",
                "message": "Access denied due to invalid subscription key or wrong API endpoint.",
            }
        },
        "auth",
    ),
    "azure: too many": (
        429,
        {"error": {"code": "429", "message": "Requests have exceeded call rate limit."}},
        "rate_limited",
    ),
    "bedrock: wrong key": (403, {"Message": "Authentication failed"}, "permission"),
    "bedrock: no access to the model": (
        403,
        {"message": "You don't have access to the model with the specified model ID."},
        "permission",
    ),
    "bedrock: no such model": (
        404,
        {"error": {"code": "model_not_found", "message": "The model 'x' does not exist"}},
        "not_found",
    ),
    "bedrock: no such model, by its own API": (
        400,
        {"message": "The provided model identifier is invalid."},
        "not_found",
    ),
    "bedrock: throttled": (
        429,
        {"message": "Too many requests, please wait before trying again."},
        "rate_limited",
    ),
    "vertex: the token has expired": (
        401,
        [
            {
                "error": {
                    "code": 401,
                    "message": "Request had invalid authentication credentials.",
                    "status": "UNAUTHENTICATED",
                }
            }
        ],
        "auth",
    ),
    "vertex: no quota now": (
        429,
        [
            {
                "error": {
                    "code": 429,
                    "message": "Resource exhausted. Please try again later.",
                    "status": "RESOURCE_EXHAUSTED",
                }
            }
        ],
        "rate_limited",
    ),
    "vertex: not allowed": (
        403,
        [{"error": {"code": 403, "message": "Permission denied", "status": "PERMISSION_DENIED"}}],
        "permission",
    ),
    "xai: wrong key": (
        400,
        {
            "code": "Client specified an invalid argument",
            "error": "Incorrect API key provided: xa***AA. You can obtain an API key.",
        },
        "auth",
    ),
    "xai: no credit": (
        403,
        {
            "code": "The caller does not have permission to execute the specified operation",
            "error": "Your newly created team doesn't have any credits yet.",
        },
        "credit",
    ),
    "xai: no such model": (
        404,
        {"code": "Some requested entity was not found", "error": "The model x does not exist."},
        "not_found",
    ),
    "together: wrong key": (
        401,
        {
            "error": {
                "message": "Invalid API key provided.",
                "type": "invalid_request_error",
                "param": None,
                "code": "invalid_api_key",
            }
        },
        "auth",
    ),
    "fireworks: no such model": (
        404,
        {"error": {"object": "error", "code": "NOT_FOUND", "message": "Model not found"}},
        "not_found",
    ),
    "fireworks: wrong key": (401, {"error": {"message": "unauthorized"}}, "auth"),
    "cohere: wrong key": (401, {"message": "invalid api token"}, "auth"),
    "cohere: a trial key's limit": (
        429,
        {"message": "You are using a Trial key, which is limited to 20 API calls / minute."},
        "rate_limited",
    ),
    "ollama: no such model": (
        404,
        {"error": {"message": 'model "x" not found, try pulling it first', "type": "api_error"}},
        "not_found",
    ),
    "vllm: no such model": (
        404,
        {
            "error": {
                "message": "The model `x` does not exist.",
                "type": "NotFoundError",
                "param": None,
                "code": 404,
            }
        },
        "not_found",
    ),
    "vllm: no such model, before 0.10": (
        404,
        {"object": "error", "message": "The model `x` does not exist.", "code": 404},
        "not_found",
    ),
    "vllm: wrong key": (401, {"error": "Unauthorized"}, "auth"),
    "llama.cpp: loading": (
        503,
        {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}},
        "overloaded",
    ),
    "llama.cpp: wrong key": (
        401,
        {"error": {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}},
        "auth",
    ),
}


@pytest.mark.parametrize(("status", "document", "expected"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_has_its_class(status: int, document: Any, expected: str) -> None:
    reply = read([json.dumps(document).encode()], status=status, headers=JSON)
    assert class_of(reply) == expected
    assert reply.failure is not None
    assert reply.failure.message
