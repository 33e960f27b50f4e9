from relaytop.jobs.check.findings import Finding, counted
from relaytop.report.check import document, markdown, table
from relaytop.report.snapshot import cell_width

FOUND = [
    Finding("p", None, "key", "good", "from environment variable P_KEY, 20 characters"),
    Finding("p", None, "tls", "warn", "the certificate is valid for 3 days", "have it renewed"),
    Finding("p", "p/m", "reply", "bad", "余额不足 " * 20 + "x" * 90, "top up | or not"),
    Finding("p", "p/m", "skipped", "skipped", "stream"),
]


def test_one_finding_a_line() -> None:
    lines = table(FOUND).splitlines()
    assert lines[0] == "p"
    assert lines[1].startswith("  ✓ key      from environment")
    assert lines[2] == "  ! tls      the certificate is valid for 3 days → have it renewed"
    assert lines[3:5] == ["", "p/m"]
    assert lines[5].startswith("  ✗ reply    ")
    assert lines[-1] == "1 good, 1 to mind, 1 bad"


def test_lines_are_wrapped_to_the_terminal() -> None:
    text = table(FOUND, width=60)
    assert max(map(cell_width, text.splitlines())) <= 60
    assert "".join(text.split()) == "".join(table(FOUND).split())


def test_ascii() -> None:
    text = table(FOUND, ascii_only=True)
    assert text.isascii()
    assert "  !! tls      the certificate is valid for 3 days -> have it renewed" in text
    assert markdown(FOUND, ascii_only=True).isascii()


def test_marks_are_painted() -> None:
    assert "<bad:✗> reply" in table(FOUND, paint=lambda level, mark: f"<{level}:{mark}>")


def test_markdown() -> None:
    lines = markdown(FOUND).splitlines()
    assert lines[3] == "| ! | p | tls | the certificate is valid for 3 days | have it renewed |"
    assert "top up \\| or not" in lines[4]


def test_what_is_unknown_is_absent_from_the_document() -> None:
    tree = document(FOUND, None)
    assert tree["counts"] == counted(FOUND)
    assert "cost_usd" not in tree
    assert tree["findings"][0] == {
        "provider": "p",
        "step": "key",
        "level": "good",
        "meaning": "from environment variable P_KEY, 20 characters",
    }
    assert document(FOUND, 0.5)["cost_usd"] == 0.5
