import pytest

from relaytop.probe.proxies import proxy_for


@pytest.mark.parametrize(
    ("url", "own", "environ", "proxy"),
    [
        ("https://x/v1", None, {}, None),
        ("https://x/v1", "http://own:1", {"https_proxy": "http://e:2"}, "http://own:1"),
        ("https://x/v1", None, {"https_proxy": "http://e:2"}, "http://e:2"),
        ("http://x/v1", None, {"https_proxy": "http://e:2"}, None),
        ("http://x/v1", None, {"all_proxy": "e:2"}, "http://e:2"),
        ("https://x/v1", None, {"https_proxy": "http://e:2", "no_proxy": "x"}, None),
        ("https://x/v1", None, {"https_proxy": "http://e:2", "no_proxy": "y"}, "http://e:2"),
        ("https://x/v1", None, {"https_proxy": "http://e:2", "NO_PROXY": "x"}, None),
        (
            "https://x/v1",
            None,
            {"https_proxy": "http://e:2", "NO_PROXY": "x", "no_proxy": "y"},
            "http://e:2",
        ),
        (
            "https://x/v1",
            None,
            {"https_proxy": "http://low:2", "HTTPS_PROXY": "http://up:2"},
            "http://low:2",
        ),
        ("http://x/v1", None, {"HTTP_PROXY": "http://e:2"}, "http://e:2"),
        ("http://10.20.30.40/v1", None, {"http_proxy": "e:2", "no_proxy": "10.0.0.0/8"}, None),
        ("http://[fd00::7]:8/v1", None, {"http_proxy": "e:2", "no_proxy": "fd00::/8"}, None),
        ("http://127.0.0.1:4000/v1", None, {"http_proxy": "http://e:2"}, None),
        ("http://localhost:4000/v1", None, {"http_proxy": "http://e:2"}, None),
    ],
)
def test_which_proxy(
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    own: str | None,
    environ: dict[str, str],
    proxy: str | None,
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(url, own) == proxy
