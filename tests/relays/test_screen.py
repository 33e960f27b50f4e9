"""relaytop's screen on llmock: each API from a config file, in a real terminal."""

from pathlib import Path

import pytest

from tests.relays.llmock import APIS, Llmock
from tests.relays.seen import row, the_snapshot
from tests.support.launch import Start

pytestmark = [pytest.mark.relay, pytest.mark.timeout(300)]

KEY = "sk-test-9876543210"
PROVIDER = """
[providers.{name}]
base_url = "{url}"
api = "{api}"
api_key_env = "LLMOCK_KEY"
models = ["{name}-well", "{name}-over"]
"""
NATIVE = ("anthropic", "gemini")


def test_anthropic_and_gemini_come_up_from_a_config_file(
    start: Start, home: dict[str, str], tmp_path: Path, llmock: Llmock
) -> None:
    llmock.set_behaviours({f"{name}-over": {"type": "fail", "status": 529} for name in NATIVE})
    config = tmp_path / "relaytop.toml"
    providers = [
        PROVIDER.format(name=name, api=APIS[name][0], url=llmock.url + APIS[name][1])
        for name in NATIVE
    ]
    config.write_text('interval = "500ms"\n' + "".join(providers))
    terminal = start("--config", str(config), LLMOCK_KEY=KEY, columns=140, rows=40)
    signs = {
        f"{name}-{how}": sign for name in NATIVE for how, sign in (("well", "●"), ("over", "✗"))
    }
    terminal.wait_for(
        lambda _: all(sign in row(terminal, model) for model, sign in signs.items()), 30
    )
    terminal.press("s")
    terminal.wait_for("snapshot saved")
    terminal.press("q")
    assert terminal.wait() == 0

    path, targets = the_snapshot(home)
    for name in NATIVE:
        well, over = targets[f"{name}-well"], targets[f"{name}-over"]
        assert well["status"] == "up"
        assert well["ttft_ms"]["n"] == well["latency_ms"]["n"] == well["ok"] > 0
        assert well["tokens"]["input"] == 2 * well["ok"]  # "ping" and the nonce
        assert over["status"] == "down"
        assert set(over["errors"]) == {"overloaded"}
    for secret in (KEY.encode(), KEY[-8:].encode()):
        assert secret not in path.read_bytes()
        assert secret not in bytes(terminal.raw)
