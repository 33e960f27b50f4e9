import math

import pytest

from relaytop.jobs.check import reply_findings


@pytest.fixture(autouse=True)
def quiet_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy with other tests is no finding."""
    monkeypatch.setattr(reply_findings, "BUSY_MS", math.inf)
