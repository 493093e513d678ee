"""Nobody is led to any address but the one that was registered."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.kite import addresses


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com:8443/kite?strategy=a&b=",
        "https://10.0.0.7/kite",  # the browser goes there, not the server
        "http://127.0.0.1:5000/",
        "http://[::1]:5000/login",
        "http://localhost/login",
    ],
)
def test_https_and_ones_own_machine_may_be_registered(url: str) -> None:
    assert addresses.refusal(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/kite",
        "http://localhost.example.com/",
        "http://127.0.0.1.example.com/",
        "javascript:alert(1)",
        "data:text/html,hello",
        "myapp://login",
        "//example.com/kite",
        "/kite",
        "https://",
        "https:///path",
        "https://user@example.com/",
        "https://user:word@example.com/",
        "https://example.com/#fragment",
        "https://example.com/#",
        "https://example.com\\@evil.example/",
        "https://example.com/ kite",
        "https://example.com/\r\nset-cookie: a=b",
        "https://exämple.com/",
        "https://example.com:99999/",
        "https://example.com:0/",
        "https://[::1/",
        "https://example.com/?request_token=mine",
        "https://example.com/?action=login",
        "https://example.com/" + "a" * 2000,
    ],
)
def test_what_could_lead_elsewhere_is_refused(url: str) -> None:
    assert addresses.refusal(url)


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=5))
def test_what_comes_back_is_what_went_and_never_another_host(sent: dict[str, str]) -> None:
    echoed = [(name, value) for name, value in sent.items() if name not in addresses.OURS]
    url = addresses.back("https://example.com/kite?a=1", "rt", echoed)
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.path, parts.fragment) == ("https", "example.com", "/kite", "")
    got = parse_qsl(parts.query, keep_blank_values=True)
    assert got == [("a", "1"), ("request_token", "rt"), ("action", "login"), ("status", "success"), *echoed]


@pytest.mark.parametrize("text", ["request_token=x", "a=1&status=success", "%61ction=login"])
def test_a_program_does_not_write_our_own_words(text: str) -> None:
    with pytest.raises(ValueError, match="redirect_params"):
        addresses.params(text)


def test_a_flood_of_params_is_refused() -> None:
    with pytest.raises(ValueError, match="fields"):
        addresses.params("&".join(f"a{number}=1" for number in range(100)))
