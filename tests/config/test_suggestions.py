import pytest

from relaytop.config.suggestions import nearest, suggestion

TARGETS = ["p/gpt-4", "q/other"]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("gpt-4.1", "openai/gpt-4.1"),
        ("gpt4.1", "openai/gpt-4.1"),
        ("Claude-Sonnet-4-5", "claude-sonnet-4.5"),
        ("zzz", None),
    ],
)
def test_the_nearest_name(name: str, near: str | None) -> None:
    assert nearest(name, ["claude-sonnet-4.5", "openai/gpt-4.1"]) == near


def test_of_one_model_at_several_providers_the_provider_decides() -> None:
    assert nearest("betta/m", ["alpha/m", "beta/m", "beta/n"]) == "beta/m"


def test_the_nearest_is_named_else_all_that_are_known() -> None:
    assert suggestion("p/gpt4", TARGETS) == "did you mean 'p/gpt-4'?"
    assert suggestion("zzz", TARGETS) == "known: p/gpt-4, q/other"
    assert suggestion("zzz", TARGETS, "look again") == "look again"
    assert suggestion("zzz", []) == "known: none"
    assert suggestion("zzz", map(str, range(30))).endswith(", 18, 19 …")
