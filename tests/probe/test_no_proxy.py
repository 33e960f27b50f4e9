"""NO_PROXY in every form that curl, Kubernetes and Clash write."""

import pytest

from relaytop.probe.no_proxy import bypasses_proxy


@pytest.mark.parametrize(
    ("no_proxy", "host"),
    [
        ("*", "relay.example"),
        ("a,*", "10.0.0.1"),
        ("relay.example", "relay.example"),
        ("RELAY.example", "Relay.Example"),
        ("relay.example", "relay.example."),
        ("relay.example.", "relay.example"),
        ("example", "relay.example"),
        (".example", "relay.example"),
        (".relay.example", "relay.example"),
        ("*.example", "relay.example"),
        ("a, relay.example ,b", "relay.example"),
        ("a relay.example\tb", "relay.example"),
        (",,relay.example,,", "relay.example"),
        ("relay.example:443", "relay.example"),
        (".example:443", "relay.example"),
        ("10.1.2.3", "10.1.2.3"),
        ("10.1.2.3:443", "10.1.2.3"),
        ("127.0.0.0/8,10.0.0.0/8,192.168.0.0/16", "10.20.30.40"),
        ("10.10.10.7/24", "10.10.10.99"),
        ("10.1.2.3/32", "10.1.2.3"),
        ("0.0.0.0/0", "10.1.2.3"),
        ("10.0.0.0/8", "::ffff:10.1.2.3"),
        ("fd00::/8", "fd00::7"),
        ("fd00::/8", "[fd00::7]"),
        ("[fd00::7]", "fd00::7"),
        ("[fd00::]/8", "fd00::7"),
        ("[fd00::7]:443", "fd00::7"),
        ("FD00:0:0::7", "fd00::7"),
        ("fe80::/10", "fe80::1%eth0"),
    ],
)
def test_reached_directly(no_proxy: str, host: str) -> None:
    assert bypasses_proxy(host, 443, no_proxy)


@pytest.mark.parametrize(
    ("no_proxy", "host"),
    [
        ("", "relay.example"),
        (" , ", "relay.example"),
        ("relay", "relay.example"),
        ("lay.example", "relay.example"),
        ("x.relay.example", "relay.example"),
        (".", "relay.example"),
        ("relay.example:80", "relay.example"),
        ("10.0.0.0/8", "11.0.0.1"),
        ("10.0.0.0/33", "10.0.0.1"),
        ("10.0.0.0/x", "10.0.0.1"),
        ("10.", "10.0.0.1"),
        ("0.1", "10.0.0.1"),
        ("fd00::/8", "10.0.0.1"),
        ("fd00::/8", "fe00::1"),
        ("[fd00::7]:80", "fd00::7"),
        ("[", "relay.example"),
        ("10.0.0.0/8", "ten.example"),
        ("*", ""),
    ],
)
def test_through_the_proxy(no_proxy: str, host: str) -> None:
    assert not bypasses_proxy(host, 443, no_proxy)
