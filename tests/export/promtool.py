"""Prometheus's own checker, where it is installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="needs promtool (Debian: prometheus)"
)


def promtool(*arguments: str | Path, text: bytes = b"") -> tuple[int, str]:
    """Return its exit code and what it complains of."""
    done = subprocess.run(
        ["promtool", *arguments], input=text, capture_output=True, check=False, timeout=60
    )
    return done.returncode, done.stderr.decode()
