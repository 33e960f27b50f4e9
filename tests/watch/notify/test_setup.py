"""Which channels the settings name, and what a command's environment holds."""

import dataclasses
from pathlib import Path

from relaytop.config.settings import AlertSettings, Provider, Secret, Settings
from relaytop.watch.notify.notifier import Notifier
from relaytop.watch.notify.setup import make_channels
from tests.support.alerts import FIRING
from tests.support.samples import T0
from tests.support.server import Response, ScriptedServer

URL = "http://127.0.0.1:1/hook/sEcReT"


def settings(**alerts: object) -> Settings:
    provider = Provider(
        name="p",
        base_url="http://127.0.0.1:1",
        key=Secret("p-key-0123456789"),
        key_from="environment variable P_KEY",
    )
    made = dataclasses.replace(AlertSettings(), **alerts)  # type: ignore[arg-type]
    return Settings(providers=(provider,), alerts=made)


def names(found: Settings) -> list[str]:
    return [channel.name for channel in make_channels(found, {}, "ops-1", lambda: T0)]


def test_each_receiver_has_a_channel() -> None:
    assert names(settings()) == []
    assert names(settings(command=("/bin/page", "x"))) == ["alert command page"]
    both = settings(command=("page",), webhook=Secret(URL), format="slack")
    assert names(both) == ["alert command page", "webhook 127.0.0.1"]
    assert "sEcReT" not in repr(both)


def test_a_command_finds_no_secret_in_its_environment(tmp_path: Path) -> None:
    command = ("sh", "-c", f"env > {tmp_path}/env")
    environ = {
        "PATH": "/usr/bin:/bin",
        "KEPT": "yes",
        "P_KEY": "p-key-0123456789",
        "COPY_OF_IT": "p-key-0123456789",
        "HOOK": URL,
        "OPENAI_API_KEY": "other-key-0123456789",
    }
    found = settings(command=command, webhook=Secret(URL))
    notifier = Notifier(found, lambda s: make_channels(s, environ, "ops-1", lambda: T0)[:1])
    notifier.send(FIRING)
    notifier.close()
    seen = (tmp_path / "env").read_text()
    assert "KEPT=yes" in seen
    assert "RELAYTOP_ALERT_KEY=holysheep" in seen
    assert "0123456789" not in seen
    assert "sEcReT" not in seen


def test_other_settings_change_the_channels_and_what_waits_is_sent() -> None:
    with ScriptedServer(lambda _seen: Response(200)) as server:
        first, second = (
            settings(webhook=Secret(f"http://127.0.0.1:{server.port}/{name}")) for name in "ab"
        )
        notifier = Notifier(first, lambda s: make_channels(s, {}, "ops-1", lambda: T0))
        notifier.send(FIRING)
        notifier.configure(second)
        notifier.send(FIRING)
        notifier.configure(second)
        notifier.close()
        assert sorted(seen.path for seen in server.requests) == ["/a", "/b"]
        assert notifier.remarks() == []
