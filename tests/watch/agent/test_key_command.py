"""An agent whose key is printed by a command that runs again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.agents import Agent
from tests.support.server import ScriptedServer, chat_stream

if TYPE_CHECKING:
    from pathlib import Path


def test_a_key_is_asked_for_between_probes_as_it_was_at_the_start(
    home: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    command = tmp_path / "token.sh"
    command.write_text(
        f'#!/bin/sh\necho "$TOKENS $OTHER_KEY" >> {log}\n'
        f'echo "$TOKENS-$(wc -l < {log})-0123456789"\n'
    )
    command.chmod(0o700)
    path = tmp_path / "c.toml"
    with ScriptedServer(lambda _seen: chat_stream(2)) as server:
        path.write_text(
            'interval = "1h"\n'
            f'[providers.p]\nbase_url = "{server.base_url}"\nmodels = ["m"]\ncredit = false\n'
            'api_key_command = ["./token.sh"]\napi_key_lifetime = "1s"\n'
            f'[providers.other]\nbase_url = "{server.base_url}"\nmodels = ["m"]\ncredit = false\n'
            'api_key_env = "OTHER_KEY"\n'
        )
        environ = {**home, "TOKENS": "ya29", "OTHER_KEY": "sk-other-0123456789"}
        prefix = ("env", "-C", str(tmp_path))
        with Agent(environ, "--config", str(path), prefix=prefix) as agent:
            agent.wait_for_event("p: new key from api_key_command", count=2)
    assert set(log.read_text().splitlines()) == {"ya29 "}
    assert len([seen for seen in server.requests if seen.method == "POST"]) == 2
