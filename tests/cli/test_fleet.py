"""`relaytop fleet --prometheus` as its user calls it: refusals, and the screen on a real server."""

from pathlib import Path

import pytest

from tests.support.launch import Invoke, Run, Start
from tests.support.prometheus import AT, PrometheusServer, row_labels, set_fleet, text_reply

ROWS = [("relay", model, place) for place in ("eu", "us", "ap") for model in ("m", "n")]
URL = "http://127.0.0.1:9"
SECRET = "hunter2secret"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--prometheus", "prom:9090"],
            "is not an http or https URL; write it as http://host:9090",
        ),
        (["--prometheus", f"http://me:{SECRET}@h:9090"], "must not carry a user or a password"),
        (["--prometheus", f"ftp://me:{SECRET}@h"], "is not an http or https URL"),
        (["--prometheus", f"http://me:{SECRET}@h:99999"], "is not an http or https URL"),
        (["--prometheus", f"http://h:9090/?token={SECRET}"], "has a query"),
        (["--prometheus", URL, "--match", "prod"], 'write it as {env="prod"}'),
        (["--prometheus", URL, "--match", '{env="prod"} or up'], "is not a label selector"),
        (["--prometheus", URL, "--match", '{env=~"("}'], "is not a regular expression"),
        (["--prometheus", URL, "--by", "a-b"], "is not a label's name"),
        (["--prometheus", URL, "--at", "yesterday"], "is not a moment; write it as 2026-"),
        (["--prometheus", URL, "--at", "2999-01-01T00:00"], "--at is in the future"),
    ],
)
def test_a_flag_that_cannot_be(arguments: list[str], sentence: str, invoke: Invoke) -> None:
    done = invoke("fleet", *arguments)
    assert done.exit_code == 2
    assert sentence in " ".join(done.stderr.split())
    assert SECRET not in done.output
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "no machine to watch"),
        (["--ssh", "ops-1", "--at", "2025-01-01T00:00"], "--at needs a Prometheus"),
        (["--prometheus", URL, "--interval", "5s"], "--interval cannot be used here"),
        (["--prometheus", URL], "no terminal"),
    ],
)
def test_what_cannot_be_is_refused(arguments: list[str], sentence: str, run: Run) -> None:
    done = run("fleet", *arguments)
    assert done.returncode == 2
    assert sentence in " ".join(done.stderr.split())
    assert done.stdout == ""


def test_the_screen(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "fleet.toml"
    with PrometheusServer() as server:
        set_fleet(server, ROWS)
        path.write_text(f'[fleet]\nprometheus = "{server.url}"\nmatch = "env=\'prod\'"\n')
        terminal = start("fleet", "--config", str(path))
        terminal.wait_for("● 6 up")
        terminal.wait_for("▾ eu")
        assert "3 places" in terminal.wait_for("≈")
        server.set("up", [(row_labels(*row, figure="up"), int(row[2] != "us")) for row in ROWS])
        terminal.press("w")
        terminal.wait_for("the path from us")
        server.answers = {"*": text_reply("gone", status=503)}
        terminal.press("w")
        terminal.wait_for("HTTP 503")
        terminal.press("q")
        assert terminal.wait() == 0
    assert all('env="prod"' in asked.expr for asked in server.asked)


def test_a_moment_of_the_past(start: Start) -> None:
    with PrometheusServer() as server:
        set_fleet(server, ROWS)
        moment = "2026-11-20T03:10Z"
        terminal = start("fleet", "--prometheus", server.url, "--by", "model", "--at", moment)
        terminal.wait_for("● 6 up")
        terminal.press("q")
        assert terminal.wait() == 0
        asked = {float(each.form["time"]) for each in server.asked if each.kind == "up"}
    assert asked == {1_795_144_200.0}
    assert AT > 1_795_144_200.0
