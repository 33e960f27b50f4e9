"""Real relays as processes, each in a virtual environment of its own, waited for."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.relays.install import install
from tests.relays.llmock import Llmock

HERE = Path(__file__).parent
START_S = 90


def installed(name: str) -> Path:
    """Return a relay's virtual environment; skip the test where it cannot be made."""
    try:
        return install(name)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip(f"{name} cannot be installed here")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_server(command: list[str], url: str, **environ: str) -> Iterator[None]:
    """Run a server until the block ends; yields when it answers."""
    process = subprocess.Popen(
        command,
        cwd=HERE,
        env={**os.environ, **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + START_S
        while not answers(url):
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            assert time.monotonic() < deadline, f"{command[0]} does not answer"
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return error.code != HTTPStatus.SERVICE_UNAVAILABLE  # what is not ready yet says so
    except OSError:
        return False


@contextmanager
def running_llmock(*options: str) -> Iterator[Llmock]:
    folder, port = installed("llmock"), free_port()
    command = [
        *(str(folder / "bin" / "llmock"), "serve", "--host", "127.0.0.1", "--port", str(port)),
        *("--response-style", "hello"),
    ]
    url = f"http://127.0.0.1:{port}"
    with running_server([*command, *options], f"{url}/health"):
        yield Llmock(url)


@contextmanager
def running_litellm(config: str, upstream: str, reranker: str = "") -> Iterator[str]:
    """Run a LiteLLM proxy; yields its URL, without `/v1`.

    Args:
        config: The name of its file.
        upstream: What is behind it.
        reranker: What is behind its models that rank; it has no mock of its own for them.
    """
    folder = installed("litellm")
    port = free_port()
    command = [
        str(folder / "bin" / "litellm"),
        *("--config", config, "--host", "127.0.0.1"),
        *("--port", str(port), "--num_workers", "1"),
    ]
    offline = {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_TELEMETRY": "False",
        "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
        "DISABLE_SCHEMA_UPDATE": "true",
        "UPSTREAM": upstream,
        "RERANK_COHERE": f"{reranker}/v2/rerank",
        "RERANK_JINA": f"{reranker}/v1",
        "PYTHONPATH": str(HERE),
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    base = f"http://127.0.0.1:{port}"
    with running_server(command, f"{base}/health/liveliness", **offline):
        yield base
