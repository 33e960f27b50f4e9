from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.certificates import certificates
from tests.hostile.relay import HostileRelay
from tests.hostile.secret import KEY


@pytest.fixture
def relay() -> Iterator[HostileRelay]:
    with HostileRelay(KEY) as running:
        yield running


@pytest.fixture(scope="session")
def pem(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def api_keys() -> dict[str, str]:
    return {"EVIL_KEY": KEY}
