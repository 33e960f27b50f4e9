import json

from relaytop.jobs.check.conformance import Conformance
from relaytop.jobs.check.findings import Finding, count_by_level
from relaytop.report.cells import cell_width
from relaytop.report.check import CheckReport
from relaytop.report.render import render

FOUND = [
    Finding("p", None, "key", "good", "from environment variable P_KEY, 20 characters"),
    Finding("p", None, "tls", "warn", "the certificate is valid for 3 days", "have it renewed"),
    Finding("p", "p/m", "reply", "bad", "余额不足 " * 20 + "x" * 90, "top up | or not"),
    Finding("p", "p/m", "skipped", "skipped", "stream"),
]
REPORT = CheckReport(FOUND, None)


def test_one_finding_a_line() -> None:
    lines = render(REPORT, "table").splitlines()
    assert lines[0] == "p"
    assert lines[1].startswith("  ✓ key      from environment")
    assert lines[2] == "  ! tls      the certificate is valid for 3 days → have it renewed"
    assert lines[3:5] == ["", "p/m"]
    assert lines[5].startswith("  ✗ reply    ")
    assert lines[-1] == "1 good, 1 warning, 1 error"


def test_lines_are_wrapped_to_the_terminal() -> None:
    text = render(REPORT, "table", columns=60)
    assert max(map(cell_width, text.splitlines())) <= 60
    assert "".join(text.split()) == "".join(render(REPORT, "table").split())


def test_features_that_fail_are_counted_and_their_reasons_wrapped() -> None:
    found = [
        Conformance("p/m", "n", "fail", "1 of 2 replies came"),
        Conformance("p/m", "stop", "refused", "bad_request: " + "no such parameter " * 8),
    ]
    report = CheckReport(FOUND, None, found)
    lines = render(report, "table", columns=60).splitlines()
    assert lines[-1] == "1 good, 1 warning, 1 error, 1 feature fails"
    assert max(map(cell_width, lines)) <= 60
    more = CheckReport(FOUND, None, [*found, Conformance("p/m", "JSON schema", "fail", "no")])
    assert render(more, "table").splitlines()[-1].endswith(", 1 error, 2 features fail")


def test_ascii() -> None:
    text = render(REPORT, "table", ascii_only=True)
    assert text.isascii()
    assert "  !! tls      the certificate is valid for 3 days -> have it renewed" in text
    assert render(REPORT, "markdown", ascii_only=True).isascii()


def test_marks_are_painted() -> None:
    assert "\x1b[31m✗\x1b[0m reply" in render(REPORT, "table", color=True)


def test_markdown() -> None:
    lines = render(REPORT, "markdown").splitlines()
    assert lines[3] == "| ! | p | tls | the certificate is valid for 3 days | have it renewed |"
    assert "top up \\| or not" in lines[4]


def test_what_is_unknown_is_absent_from_the_document() -> None:
    tree = json.loads(render(REPORT, "json"))
    assert tree["counts"] == count_by_level(FOUND)
    assert "cost_usd" not in tree
    assert tree["findings"][0] == {
        "provider": "p",
        "step": "key",
        "level": "good",
        "meaning": "from environment variable P_KEY, 20 characters",
    }
    assert json.loads(render(CheckReport(FOUND, 0.5), "json"))["cost_usd"] == 0.5
