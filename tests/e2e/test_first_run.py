"""The first run in a terminal: without colours, and where no provider lists a model."""

import pytest

from tests.support.launch import Start
from tests.support.server import ScriptedServer, error_reply, models_reply


@pytest.mark.parametrize(
    ("flags", "size"),
    [((), (120, 36)), (("--no-color",), (60, 15)), (("--ascii",), (60, 15))],
    ids=str,
)
def test_it_lists_models_without_colours(
    start: Start, size: tuple[int, int], flags: tuple[str, ...]
) -> None:
    more = {} if flags == ("--no-color",) else {"NO_COLOR": "1"}
    with ScriptedServer(lambda _: models_reply(["m-1", "m-2"])) as server:
        terminal = start(
            *flags,
            columns=size[0],
            rows=size[1],
            OPENAI_API_KEY="k",
            OPENAI_BASE_URL=server.base_url,
            **more,
        )
        text = terminal.wait_for("openai/m-2")
        assert "[ ]" in text
        assert flags != ("--ascii",) or text.isascii()
        terminal.press("down", " ")
        terminal.wait_for("[x]")
        terminal.press("escape")
        assert terminal.wait() == 0


def test_it_says_why_there_is_nothing_to_choose(start: Start) -> None:
    refused = error_reply(401, "Incorrect API key provided")
    with ScriptedServer(lambda _: refused) as server:
        terminal = start(OPENAI_API_KEY="k", OPENAI_BASE_URL=server.base_url)
        terminal.wait_for("relaytop check")
        terminal.press("escape")
        assert terminal.wait() == 2
        last = terminal.text
    for words in ("openai at http://127.0.0.1", "auth", "OPENAI_API_KEY", "`relaytop check`"):
        assert words in last.replace("\n", "")
    assert "Traceback" not in last
