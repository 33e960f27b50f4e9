import json
import sys
import tomllib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

import relaytop
from relaytop.cli import versions
from relaytop.config.settings import Settings, Window
from relaytop.store.document import snapshot_document
from relaytop.store.snapshot import save_snapshot
from tests.support.fake_engine import NOW, feed, session_of
from tests.support.launch import Invoke, Run

KEY = "sk-cli-0123456789abcdef"
CONFIG = """
[providers.a]
base_url = "http://127.0.0.1:9/v1"
api_key_env = "A_KEY"
models = ["m"]
proxy = "http://user:secret@proxy:1"
headers = { "X-Token" = "hidden-value" }
"""


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "c.toml"
    path.write_text(CONFIG)
    return str(path)


@pytest.fixture
def snapshot(tmp_path: Path) -> str:
    session = feed(session_of(tmp_path))
    document = snapshot_document("live", session.monitor, session.settings, NOW, "ops-1")
    return str(save_snapshot(document, tmp_path))


def test_init_writes_a_private_file_and_says_where(invoke: Invoke, tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    done = invoke("init", "--config", str(path))
    assert done.stdout.strip() == str(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "holysheep" in tomllib.loads(path.read_text())["providers"]


@pytest.mark.parametrize("form", ["table", "json", "toml"])
def test_config_masks_what_is_secret(invoke: Invoke, config: str, form: str) -> None:
    done = invoke("config", "--config", config, "--format", form, A_KEY=KEY)
    assert done.exit_code == 0
    for secret in (KEY, KEY[-8:], "secret@", "hidden-value"):
        assert secret not in done.stdout
    assert "environment variable A_KEY" in done.stdout
    assert "X-Token" in done.stdout


EVERYTHING = """
interval = "5s"
[probe]
prompt = "a\\nb"
[providers.m]
base_url = "http://127.0.0.1:9/v1"
api_key_env = "NOPE_KEY"
models = ["fast", "slow"]
max_rpm = 60
http2 = true
api_version = "2024-10-21"
prices = { fast = { input = 1, output = 2.5, cached_input = 0.1 } }
[targets."m/fast"]
interval = "10s"
timeout = "1500ms"
stream = false
thresholds = { p95 = "4s", error_rate = 0.5 }
[aliases]
quick = ["m/fast", "m/slow"]
"""


def test_config_prints_every_setting_with_its_origin(invoke: Invoke, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(EVERYTHING)
    done = invoke("config", "--config", str(path), "--format", "json", "--timeout", "9s")
    assert done.exit_code == 0
    tree = json.loads(done.stdout)
    whence = f"config file {path}"
    assert {key: entry["value"] for key, entry in tree.items() if entry["from"] == whence} == {
        "interval": "5s",
        "probe.prompt": "a\nb",
        "providers.m.base_url": "http://127.0.0.1:9/v1",
        "providers.m.models": ["fast", "slow"],
        "providers.m.max_rpm": 60,
        "providers.m.http2": True,
        "providers.m.api_version": "2024-10-21",
        "providers.m.prices.fast.input": 1.0,
        "providers.m.prices.fast.output": 2.5,
        "providers.m.prices.fast.cached_input": 0.1,
        'targets."m/fast".interval': "10s",
        'targets."m/fast".stream': False,
        'targets."m/fast".thresholds.p95': "4s",
        'targets."m/fast".thresholds.error_rate': 0.5,
        "aliases.quick": ["m/fast", "m/slow"],
    }
    assert tree["timeout"] == {"value": "9s", "from": "--timeout"}
    assert tree["probe.stream"] == {"value": True, "from": "default"}
    assert tree["providers.m.api"] == {"value": "openai", "from": "default"}


def test_config_as_a_table_says_what_is_missing(invoke: Invoke, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(EVERYTHING)
    done = invoke("config", "--config", str(path))
    assert done.exit_code == 0
    shown = {line.split()[0]: line.split(maxsplit=1)[1] for line in done.stdout.splitlines()}
    assert shown["providers.m.key"].startswith("missing ")
    assert shown["providers.m.key"].endswith(
        f"{path}, line 7: providers.m.api_key_env: "
        "environment variable NOPE_KEY is not set; export it with the key"
    )
    assert shown["providers.m.http2"].startswith("true ")
    assert shown['targets."m/fast".stream'].startswith("false ")
    assert shown['targets."m/fast".interval'].startswith("10s ")
    assert shown["probe.prompt"].startswith('"a\\nb" ')


def test_config_shows_the_program_of_a_keys_command_and_all_of_a_price(
    invoke: Invoke, tmp_path: Path
) -> None:
    path = tmp_path / "c.toml"
    path.write_text(
        '[providers.m]\nbase_url = "http://127.0.0.1:9/v1"\nmodels = ["r"]\n'
        f'api_key_command = ["sh", "-c", "echo {KEY}", "--token=hunter2"]\n'
        'api_key_lifetime = "50m"\nprices.r = { input = 0, output = 0, request = 0.002 }\n'
    )
    done = invoke("config", "--config", str(path), "--format", "json", HUNTED="hunter2")
    assert "hunter2" not in done.stdout
    tree = json.loads(done.stdout)
    own = {key.removeprefix("providers.m."): each["value"] for key, each in tree.items()}
    assert own["api_key_lifetime"] == "50m"
    assert own["prices.r.request"] == 0.002
    assert not {"key_command", "key_environ", "api_key_lifetime_s"} & set(own)
    assert tree["providers.m.key"]["from"] == "command sh"


@pytest.mark.parametrize("form", ["table", "json", "toml"])
def test_secrets_of_extra_are_masked_wherever_it_stands(
    invoke: Invoke, tmp_path: Path, form: str
) -> None:
    path = tmp_path / "c.toml"
    path.write_text(
        '[probe]\nextra = { api_key = "hunter2" }\n'
        '[providers.m]\nbase_url = "http://127.0.0.1:9/v1"\nmodels = ["r"]\n'
        'extra = { metadata = { token = "hunter2" }, user = "ops" }\n'
        '[targets."m/r"]\nextra = { password = "hunter2" }\n'
    )
    done = invoke("config", "--config", str(path), "--format", form)
    assert "hunter2" not in done.stdout
    assert done.stdout.count("ops") == 2


def test_config_after_init(invoke: Invoke, tmp_path: Path) -> None:
    path = str(tmp_path / "config.toml")
    invoke("init", "--config", path)
    done = invoke("config", "--config", path, "--ascii")
    assert done.exit_code == 0
    assert "HOLYSHEEP_API_KEY is not set" in done.stdout
    assert "********" in invoke("config", "--config", path, "--ascii", HOLYSHEEP_API_KEY=KEY).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("demo", "--base-url", "http://127.0.0.1:9/v1"),
        ("--base-url", "http://127.0.0.1:9/v1", "demo"),
        ("demo", "--model", "m"),
        ("demo", "--api-key-env", "X"),
        ("demo", "--api", "openai"),
        ("demo", "--name", "p"),
        ("demo", "--config", "c.toml"),
        ("init", "--interval", "2s"),
    ],
)
def test_a_flag_that_makes_no_sense_is_refused(invoke: Invoke, arguments: tuple[str, ...]) -> None:
    done = invoke(*arguments)
    assert done.exit_code == 2
    flag = next(word for word in arguments if word.startswith("--"))
    assert f"{flag} cannot be used here" in done.stderr


def test_the_demo_takes_the_flags_that_make_sense(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Settings] = []

    def watch(settings_of: Callable[[], Settings], *_: object, **__: object) -> int:
        seen.append(settings_of())
        return 0

    monkeypatch.setattr("relaytop.cli.monitor.require_terminal", lambda: None)
    monkeypatch.setattr("relaytop.cli.monitor.watch", watch)
    flags = ("--budget", "0", "--interval", "2s", "--window", "1m", "--timeout", "3s")
    for arguments in (("demo", *flags), (*flags, "demo")):
        assert invoke(*arguments).exit_code == 0
        settings = seen.pop()
        assert settings.budget_usd == 0
        assert settings.window == Window(60.0)
        for target in (settings.defaults, *settings.targets):
            assert (target.interval_s, target.timeout_s) == (2.0, 3.0)
        assert settings.origins["budget"] == "--budget"
        assert settings.origins["interval"] == "--interval"
        assert settings.origins["thresholds.p95"] == "the demo"


def test_flags_are_taken_on_either_side_of_the_command(invoke: Invoke, config: str) -> None:
    for arguments in (
        ("--config", config, "--interval", "2s", "config", "--format", "json"),
        ("config", "--config", config, "--interval", "2s", "--format", "json"),
    ):
        tree = json.loads(invoke(*arguments, A_KEY=KEY).stdout)
        assert tree["interval"] == {"value": "2s", "from": "--interval"}


def test_show_prints_a_table(invoke: Invoke, snapshot: str) -> None:
    lines = invoke("show", snapshot).stdout.splitlines()
    assert lines[0].startswith("live snapshot of ")
    assert "ops-1" in lines[0]
    assert lines[2].split()[:5] == ["status", "target", "P50", "P95", "P99"]
    assert len(lines) == 3 + 6
    assert lines[4].split()[:4] == ["degraded", "holysheep/claude-sonnet-4.5", "282", "2639"]
    assert lines[-1].endswith("connect 14")


@pytest.mark.parametrize("form", ["json", "toml", "markdown"])
def test_show_in_other_forms(invoke: Invoke, snapshot: str, form: str, tmp_path: Path) -> None:
    text = invoke("show", snapshot, "--format", form).stdout
    if form == "markdown":
        assert text.count("\n| ") >= 7
    else:
        document = json.loads(text) if form == "json" else tomllib.loads(text)
        assert document["targets"][0]["target"] == "holysheep/gpt-4.1"
    output = tmp_path / "out"
    assert invoke("show", snapshot, "--format", form, "--output", str(output)).stdout == ""
    assert output.read_text() == text


def test_the_versions_that_a_report_needs(run: Run, invoke: Invoke) -> None:
    first, second = run("--version").stdout.splitlines()
    assert first == f"relaytop, version {relaytop.__version__}"
    python = "{}.{}.{}".format(*sys.version_info)
    libraries = f"Textual {metadata.version('textual')}, httpx {metadata.version('httpx')}"
    assert second == f"Python {python}, {libraries}"
    assert invoke("--version").stdout.splitlines() == [first, second]


def test_a_version_that_is_not_known_is_left_out(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(versions.LIBRARIES, "relaytop-not-installed", "Nothing")
    text = invoke("--version").stdout
    assert "Textual" in text
    assert "Nothing" not in text
