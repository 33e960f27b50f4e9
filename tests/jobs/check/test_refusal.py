import pytest

from relaytop.config.settings import Secret
from relaytop.jobs.check.refusal import diagnose
from relaytop.wire.facts import ERROR_CLASSES, Failure, Limit, RateLimit
from tests.jobs.check.support import provider


@pytest.mark.parametrize(
    ("kind", "message", "words"),
    [
        ("auth", "This API key has been revoked", "revoked or has expired"),
        ("auth", "Your key has expired", "revoked or has expired"),
        ("auth", "该令牌已过期", "revoked or has expired"),
        ("auth", "Your account has been deactivated", "suspended"),
        ("permission", "account suspended for abuse", "suspended"),
        ("auth", "API key is not yet activated", "not activated"),
        ("permission", "this user has not been verified", "not activated"),
        ("auth", "You didn't provide an API key", "found no key"),
        ("auth", "No auth credentials found", "found no key"),
        ("auth", "Incorrect API key provided", "rejected the key"),
        ("auth", "", "rejected the key"),
        ("permission", "Country, region, or territory not supported", "this region"),
        ("permission", "Your IP is not on the allowlist", "from this address"),
        ("permission", "You have insufficient permissions. Missing scopes: x", "a permission"),
        ("permission", "no", "may not use this model"),
        ("credit", "You exceeded your current quota", "out of credit"),
        ("credit", "quota GenerateRequestsPerDay exceeded", "daily quota"),
        ("credit", "organization spend limit exceeded", "spending limit"),
        ("rate_limited", "Limit 500 requests per day (RPD)", "daily quota"),
        ("rate_limited", "Rate limit on tokens per min (TPM): Limit 200000", "tokens a minute"),
        ("rate_limited", "Rate limit on requests per min (RPM)", "requests a minute"),
        ("rate_limited", "too many concurrent requests", "at the same time"),
        ("rate_limited", "slow down", "does not say which"),
    ],
)
def test_refusals_are_told_apart(kind: str, message: str, words: str) -> None:
    found = diagnose(Failure(kind, message), provider())
    assert words in found.meaning
    assert found.level == "bad"
    assert found.remedy
    assert message in found.meaning


@pytest.mark.parametrize("kind", ERROR_CLASSES)
def test_every_class_has_a_meaning_and_a_remedy(kind: str) -> None:
    found = diagnose(Failure(kind, ""), provider())
    assert found.meaning
    assert found.remedy


def test_the_keys_own_text_diagnoses_a_401() -> None:
    found = diagnose(Failure("auth", "Invalid key"), provider(key=Secret('"sk-0123456789"')))
    assert "in quotes" in found.meaning
    none = diagnose(Failure("auth", "Invalid key"), provider(key=None))
    assert "none is configured" in none.meaning


def test_headers_tell_which_limit_is_used_up() -> None:
    limits = RateLimit(requests=Limit(60, 58), input_tokens=Limit(1000, 0))
    found = diagnose(Failure("rate_limited", "no"), provider(), limits=limits, wait_s=20.4)
    assert "limit of tokens" in found.meaning
    assert found.remedy.startswith("wait 20 s, as the server asks")


def test_the_nearest_model_is_named() -> None:
    found = diagnose(Failure("not_found", "no"), provider(), suggested="did you mean 'gpt-4.1'?")
    assert found.remedy == "did you mean 'gpt-4.1'?"


@pytest.mark.parametrize(
    "message",
    [
        "max_tokens or model output limit was reached. Please try again with higher max_tokens.",
        "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16",
    ],
)
def test_a_model_that_wants_more_than_one_token_is_not_broken(message: str) -> None:
    assert diagnose(Failure("bad_request", message), provider()).level == "warn"


def test_long_words_are_cut() -> None:
    assert len(diagnose(Failure("server_error", "x" * 300), provider()).meaning) < 200
