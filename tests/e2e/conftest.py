import pytest

from tests.support.launch import Refused, Run


@pytest.fixture
def refused(run: Run) -> Refused:
    """Runs relaytop without a terminal; returns the complaint with which it ends."""

    def complaint(*arguments: object, **environ: str) -> str:
        done = run(*arguments, environ=environ)
        assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
        assert done.stdout == ""
        return done.stderr.strip()

    return complaint
