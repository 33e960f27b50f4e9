"""The relays that tests share, started once."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.relays.keys import KEY
from tests.relays.llmock import RPM, TPM, Llmock
from tests.relays.processes import running_litellm, running_llmock
from tests.relays.reranker import running_reranker

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of real relays in one worker, which starts each relay once."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("relays"))


@pytest.fixture(scope="session")
def llmock() -> Iterator[Llmock]:
    """A llmock that limits nobody."""
    with running_llmock() as found:
        yield found


@pytest.fixture(scope="session")
def limited_llmock() -> Iterator[Llmock]:
    """A llmock that lets each key send `RPM` requests and `TPM` tokens a minute."""
    with running_llmock("--rpm", str(RPM), "--tpm", str(TPM)) as found:
        yield found


@pytest.fixture(scope="session")
def litellm(llmock: Llmock) -> Iterator[str]:
    """The base URL of a LiteLLM proxy whose models answer by themselves, or from llmock."""
    with (
        running_reranker() as reranker,
        running_litellm("litellm.yaml", f"{llmock.url}/v1", reranker) as base,
    ):
        # Its first call takes a second or two, which is no relay's usual latency.
        request = urllib.request.Request(
            f"{base}/v1/chat/completions",
            b'{"model": "mock-fast", "messages": [{"role": "user", "content": "hi"}]}',
            {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30):
            yield f"{base}/v1"
