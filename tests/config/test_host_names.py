"""Hosts for ssh: what is one, and the names that their places get."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.host_names import checked_host, checked_hosts, checked_program, place_names


@pytest.mark.parametrize(
    "host",
    [
        "ops-1",
        "me@ops-1",
        "me@ops-1.example.com",
        "10.0.0.7",
        "2001:db8::1",
        "ssh://me@h:2222",
        "fe80::1%eth0",
        "a_b",
    ],
)
def test_hosts_as_ssh_takes_them(host: str) -> None:
    assert checked_host(host) == host


@pytest.mark.parametrize(
    "host",
    [
        "",
        "-oProxyCommand=x",
        "me@-oProxyCommand=x",
        "a b",
        "a;b",
        "$(x)",
        "a\nb",
        "`x`",
        "h" * 256,
        "@",
        "me@",
        "a|b",
        "ops-\x1b[1m",
        "{a,b}",
    ],
)
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="is not a host for ssh"):
        checked_host(host)


@pytest.mark.parametrize("path", ["relaytop", "/opt/relaytop/bin/relaytop", "~/bin/relaytop"])
def test_programs(path: str) -> None:
    assert checked_program(path) == path


@pytest.mark.parametrize(
    "path", ["", "relaytop; x", "a b", "$(x)", "-x", "a'b", "a|b", "a\nb", "*"]
)
def test_a_program_is_one_word_for_every_shell(path: str) -> None:
    with pytest.raises(ValueError, match="is not a program's path"):
        checked_program(path)


@pytest.mark.parametrize(
    ("hosts", "places"),
    [
        (["ops-1", "me@ops-2.example.com"], ["ops-1", "ops-2"]),
        (["a.eu.example", "a.us.example"], ["a.eu.example", "a.us.example"]),
        (["x@a.eu", "y@a.eu", "b.eu"], ["x@a.eu", "y@a.eu", "b"]),
        (["10.0.0.7", "me@10.0.0.8"], ["10.0.0.7", "10.0.0.8"]),
        (["2001:db8::1", "2001:db8::2"], ["2001:db8::1", "2001:db8::2"]),
        (["ssh://me@ops-1.example:2222"], ["ops-1"]),
        (["ssh://ops-1:22", "ssh://ops-1:23"], ["ops-1:22", "ops-1:23"]),
        (["ops-1", "ops-1.example.com"], ["ops-1", "ops-1.example.com"]),
    ],
)
def test_places_have_the_shortest_names_that_differ(hosts: list[str], places: list[str]) -> None:
    assert list(place_names(hosts).values()) == places


PARTS = st.sampled_from(["a", "b", "a.x", "a.y", "u@a", "v@a", "u@a.x", "ssh://a:1", "ssh://u@a:2"])


@given(st.lists(PARTS, max_size=9))
def test_no_two_hosts_have_one_place(hosts: list[str]) -> None:
    distinct = checked_hosts(hosts)
    assert len(set(place_names(distinct).values())) == len(distinct)


def test_a_host_is_taken_once_and_at_most_64() -> None:
    assert checked_hosts(["a", "b", "a"]) == ("a", "b")
    with pytest.raises(ValueError, match="at most 64"):
        checked_hosts([f"h{n}" for n in range(65)])
