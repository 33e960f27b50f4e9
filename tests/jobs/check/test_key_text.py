import pytest

from relaytop.config.settings import Secret
from relaytop.jobs.check.key_text import find_key_problem, key_finding
from tests.jobs.check.support import KEY, provider


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (f'"{KEY}"', "in quotes"),
        (f"{KEY}'", "in quotes"),
        ("$OPENAI_API_KEY", "a variable's name, not its value"),
        (f"OPENAI_API_KEY={KEY}", "begins with a variable's name"),
        ("sk-abc***********wxyz", "masked"),
        ("your-api-key", "placeholder"),
        ("<KEY>", "placeholder"),
        ("abc", "only 3 characters"),
    ],
)
def test_what_is_odd_about_a_key(key: str, words: str) -> None:
    odd = find_key_problem(provider(key=Secret(key)))
    assert odd is not None
    assert words in odd.meaning
    assert not odd.foreign
    finding = key_finding(provider(key=Secret(key)), None)
    assert finding.level == "warn"
    assert "P_KEY" in finding.remedy


@pytest.mark.parametrize(
    ("url", "key", "words"),
    [
        (
            "https://openrouter.ai/api/v1",
            "gsk_0123456789",
            "one of Groq; OpenRouter keys begin with",
        ),
        ("https://api.groq.com/openai/v1", "sk-or-v1-0123456789", "one of OpenRouter"),
        ("https://api.anthropic.com", "AIza0123456789", "one of Gemini"),
        ("https://api.openai.com/v1", "sk-ant-0123456789", "one of Anthropic"),
        ("https://api.mistral.ai/v1", "sk-proj-0123456789", "one of OpenAI"),
    ],
)
def test_another_companys_key_is_not_sent(url: str, key: str, words: str) -> None:
    finding = key_finding(provider(url, key=Secret(key)), None)
    assert finding.level == "bad"
    assert words in finding.meaning
    assert "not sent" in finding.meaning


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://openrouter.ai/api/v1", "sk-or-v1-0123456789"),
        ("https://api.openai.com/v1", "sk-proj-0123456789"),
        ("https://api.deepseek.com/v1", "sk-0123456789abcdef"),
        ("https://generativelanguage.googleapis.com", "AQ.0123456789"),
        ("https://relay.example/v1", "gsk_0123456789"),
    ],
)
def test_a_key_that_fits(url: str, key: str) -> None:
    finding = key_finding(provider(url, key=Secret(key)), None)
    assert finding.level == "good"
    assert key not in finding.meaning


def test_a_relay_that_is_named_after_a_provider_only_makes_one_wonder() -> None:
    finding = key_finding(provider(name="groq"), None)
    assert finding.level == "warn"
    assert "gsk_" in finding.meaning


def test_a_key_that_could_not_be_had() -> None:
    complaint = "providers.p: environment variable P_KEY is empty; set it to the key"
    finding = key_finding(provider(key=None), complaint)
    assert (finding.level, finding.remedy) == ("bad", "set it to the key")
    assert finding.meaning == "providers.p: environment variable P_KEY is empty"


def test_no_key_at_all_is_no_fault() -> None:
    assert key_finding(provider(key=None), None).level == "good"
