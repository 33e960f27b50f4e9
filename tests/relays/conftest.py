"""Real relays, each in a virtual environment of its own, started once and waited for."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.relays.keys import KEY
from tests.relays.llmock import RPM, TPM, Llmock

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
INSTALL_S = 600
START_S = 90


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of real relays in one worker: each relay is installed and started once."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("relays"))


def installed(name: str, *requirements: str) -> Path:
    """Return a virtual environment with these packages, made on first use; skip without them."""
    folder = Path(os.environ.get("RELAYTOP_RELAYS", ROOT / ".relays")) / name
    done = folder / "installed"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        try:
            subprocess.run(
                [folder / "bin" / "pip", "install", "-q", *requirements],
                check=True,
                capture_output=True,
                timeout=INSTALL_S,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            pytest.skip(f"{name} cannot be installed here")
        done.touch()
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: list[str], url: str, **environ: str) -> Iterator[None]:
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
        return True
    except OSError:
        return False


@contextmanager
def a_llmock(*options: str) -> Iterator[Llmock]:
    folder, port = installed("llmock", "llmock>=0.2.2,<0.3"), free_port()
    command = [
        *(str(folder / "bin" / "llmock"), "serve", "--host", "127.0.0.1", "--port", str(port)),
        *("--response-style", "hello"),
    ]
    url = f"http://127.0.0.1:{port}"
    with running([*command, *options], f"{url}/health"):
        yield Llmock(url)


@pytest.fixture(scope="session")
def llmock() -> Iterator[Llmock]:
    """A llmock that limits nobody."""
    with a_llmock() as found:
        yield found


@pytest.fixture(scope="session")
def limited_llmock() -> Iterator[Llmock]:
    """A llmock that lets each key send `RPM` requests and `TPM` tokens a minute."""
    with a_llmock("--rpm", str(RPM), "--tpm", str(TPM)) as found:
        yield found


@pytest.fixture(scope="session")
def litellm(llmock: Llmock) -> Iterator[str]:
    """The base URL of a LiteLLM proxy whose models answer by themselves, or from llmock."""
    folder = installed("litellm", "litellm[proxy]", "prometheus_client")
    port = free_port()
    command = [
        str(folder / "bin" / "litellm"),
        *("--config", "litellm.yaml", "--host", "127.0.0.1"),
        *("--port", str(port), "--num_workers", "1"),
    ]
    offline = {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_TELEMETRY": "False",
        "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
        "DISABLE_SCHEMA_UPDATE": "true",
        "UPSTREAM": f"{llmock.url}/v1",
        "PYTHONPATH": str(HERE),
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    base = f"http://127.0.0.1:{port}"
    with running(command, f"{base}/health/liveliness", **offline):
        # Its first call takes a second or two, which is no relay's usual latency.
        request = urllib.request.Request(
            f"{base}/v1/chat/completions",
            b'{"model": "mock-fast", "messages": [{"role": "user", "content": "hi"}]}',
            {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30):
            yield f"{base}/v1"
