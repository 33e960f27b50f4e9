"""Services: through Apprise, to a server of the test's own."""

import logging
from importlib import util

import pytest

from relaytop.config.errors import RelaytopError
from relaytop.config.settings import Secret
from relaytop.watch.notify.services import ServiceChannel, require_apprise
from tests.support.alerts import FIRING, resolved
from tests.support.server import Response, ScriptedServer
from tests.watch.notify.closing import NoWaits

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
"""Apprise imports all its plugins, and with them what their libraries warn of."""
TOKEN = "sEcReTtOkEn"


@pytest.fixture
def _apprise() -> None:
    pytest.importorskip("apprise")


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relaytop.watch.notify.services.find_spec", lambda _name: None)
    with pytest.raises(RelaytopError, match=r"pip install 'relaytop\[notify\]'"):
        require_apprise()


@pytest.mark.usefixtures("_apprise")
def test_a_service_is_sent_the_alert_in_words(caplog: pytest.LogCaptureFixture) -> None:
    assert util.find_spec("apprise")
    require_apprise()
    with ScriptedServer(lambda _seen: Response(200)) as server:
        url = Secret(f"json://127.0.0.1:{server.port}/{TOKEN}")
        channel = ServiceChannel(url, "ops-1")
        assert channel.deliver(FIRING, NoWaits()) is None
        assert channel.deliver(resolved(), NoWaits()) is None
        begun, ended = (seen.json for seen in server.requests)
    assert begun["title"] == "relaytop: holysheep: 2 of 3 targets down (timeout)"
    assert "request id req_1" in begun["message"]
    assert (begun["type"], ended["type"]) == ("failure", "success")
    assert TOKEN not in repr((channel, channel.name, caplog.text))


@pytest.mark.usefixtures("_apprise")
def test_a_service_that_refuses_or_is_not_understood(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with ScriptedServer(lambda _seen: Response(500)) as server:
        channel = ServiceChannel(Secret(f"json://127.0.0.1:{server.port}/{TOKEN}"), "ops-1")
        assert channel.deliver(FIRING, NoWaits()) == ("rejected", "")
    for url in (f"nonsense://{TOKEN}", TOKEN, f"tgram://{TOKEN}", ""):
        channel = ServiceChannel(Secret(url), "ops-1")
        failure = channel.deliver(FIRING, NoWaits())
        assert failure == ("Apprise does not recognise the URL", "")
        assert TOKEN not in channel.name
    assert capfd.readouterr() == ("", "")
    assert not logging.getLogger("apprise").propagate
    assert TOKEN not in caplog.text
