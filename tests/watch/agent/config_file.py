"""The config file of the agents that are tested: one relay, whose models have prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import ScriptedServer

KEY = "sk-agent-0123456789abcdef"
PRICE = "[providers.relay.prices.{}]\ninput = 2.0\noutput = 8.0\n"


def write(path: Path, server: ScriptedServer, *models: str, more: str = "") -> None:
    path.write_text(
        f'interval = "200ms"\n{more}\n'
        f'[providers.relay]\nbase_url = "{server.base_url}"\napi_key_env = "A_KEY"\n'
        f"models = {list(models)}\n" + "".join(PRICE.format(model) for model in models)
    )
