"""`[alerts]`: what it may hold, and that the URLs in it are secrets."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.alert_checks import checked_command, checked_services, checked_webhook
from relaytop.config.errors import ConfigError
from relaytop.config.flags import Flags
from relaytop.config.load import load_settings
from relaytop.config.settings import AlertSettings, Secret, Settings
from relaytop.protocol.codec import decode_command, encode
from relaytop.protocol.messages import Start
from relaytop.report.config import ConfigReport
from relaytop.report.render import render

PROVIDER = '[providers.a]\nbase_url = "http://127.0.0.1:9/v1"\nmodels = ["x"]\n'
URL = "https://hooks.example/T0K3N/xyzzy"


def loaded(tmp_path: Path, lines: str, **environ: str) -> Settings:
    path = tmp_path / "config.toml"
    path.write_text(f"{PROVIDER}[alerts]\n{lines}\n")
    return load_settings(config=path, flags=Flags(), environ={"PATH": "/bin:/usr/bin", **environ})


def test_everything_that_it_may_hold(tmp_path: Path) -> None:
    lines = (
        'after = 3\nbell = false\ntitle = false\nnotify = false\ncommand = ["page", "-x"]\n'
        f'webhook = "{URL}"\nformat = "slack"\nservices = ["tgram://a/b"]'
    )
    assert loaded(tmp_path, lines).alerts == AlertSettings(
        after=3,
        bell=False,
        title=False,
        notify=False,
        command=("page", "-x"),
        webhook=Secret(URL),
        format="slack",
        services=(Secret("tgram://a/b"),),
    )


def test_urls_from_a_variable_or_a_command(tmp_path: Path) -> None:
    assert loaded(tmp_path, 'webhook_env = "HOOK"', HOOK=URL).alerts.webhook == Secret(URL)
    lines = (
        f'webhook_command = ["echo", "{URL}"]\nservices_command = ["printf", "a://b\\nc://d\\n"]'
    )
    alerts = loaded(tmp_path, lines).alerts
    assert alerts.webhook == Secret(URL)
    assert alerts.services == (Secret("a://b"), Secret("c://d"))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("after = 0", "alerts.after: input should be greater than or equal to 1"),
        ("affter = 2", "alerts.affter: unknown key; did you mean 'after'?"),
        ('format = "xml"', "'xml' is not a valid format; valid: json, slack, alertmanager"),
        ("command = []", "alerts.command: no program; write it as"),
        ('webhook = "hooks.example/T0K3N"', "not an http or https URL; write it as"),
        ('services = ["T0K3N"]', "not a list of apprise URLs"),
        ('webhook_env = "NOPE"', "environment variable NOPE is not set; export it"),
        ('webhook_command = ["false"]', "'false' ended with exit code 1; run it by hand"),
        ('webhook_command = ["no-such-program"]', "cannot be run: No such file"),
        ('services_command = ["echo", "T0K3N"]', "'echo': not a list of apprise URLs"),
        ('webhook = "http://a"\nwebhook_env = "B"', "webhook and webhook_env are both set"),
    ],
)
def test_what_is_refused(tmp_path: Path, lines: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, lines)
    assert said in str(caught.value)
    assert "T0K3N" not in str(caught.value)


def test_no_url_is_shown(tmp_path: Path) -> None:
    lines = f'webhook = "{URL}"\nservices = ["tgram://T0K3N/b"]\ncommand = ["curl", "{URL}"]'
    settings = loaded(tmp_path, lines)
    report = ConfigReport(settings, {})
    shown = repr(settings) + str(report.document())
    for form in ("table", "json", "toml", "markdown"):
        shown += render(report, form)
    assert "T0K3N" not in shown
    assert "tgram" not in shown
    assert report.document()["alerts.webhook"]["value"].startswith("••")
    assert report.document()["alerts.command"]["value"] == ["curl", "https://hooks.example/••••"]


def test_where_urls_are_looked_up_is_shown_without_looking(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        'providers.p.base_url = "http://localhost/v1"\n'
        '[alerts]\nwebhook_env = "HOOK"\nservices_command = ["false"]\n'
    )
    settings = load_settings(config=path, flags=Flags(), environ={}, complaints={})
    document = ConfigReport(settings, {}).document()
    for name, named_by in (("webhook", "webhook_env"), ("services", "services_command")):
        shown = document[f"alerts.{name}"]
        assert shown["value"].startswith("resolved")
        assert shown["from"].endswith(f"{path}, {named_by}")


def test_the_settings_keep_them_between_our_processes() -> None:
    alerts = AlertSettings(webhook=Secret(URL), services=(Secret("a://b"),), command=("x",))
    assert decode_command(encode(Start(Settings(alerts=alerts)))) == Start(Settings(alerts=alerts))


TEXTS = st.text(st.characters(codec="ascii", exclude_characters="'"), min_size=4)


@given(text=TEXTS)
def test_a_refused_url_is_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="URL") as caught:
        checked_webhook(f"ftp://{text}")
    assert (
        text not in str(caught.value)
        or text in "not an http or https URL; write it as https://host/path"
    )


@given(value=st.recursive(st.none() | st.text() | st.integers(), st.lists))
def test_any_value_is_taken_or_refused(value: object) -> None:
    for check in (checked_command, checked_webhook, checked_services):
        with contextlib.suppress(ValueError):
            check(value)
