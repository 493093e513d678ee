"""Where a login of Virtual Kite leads back to: the one address that its owner registered, and nowhere else. Pure."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import parse_qsl, urlencode, urlsplit

LONGEST = 2000
MOST_PARAMS = 20
OURS = ("request_token", "action", "status")


def refusal(url: str) -> str:
    """Why nobody is led to this address, or ""."""
    if len(url) > LONGEST or not url.isascii() or any(one.isspace() or not one.isprintable() for one in url):
        return "this is no URL"
    if "\\" in url:
        return "this is no URL"  # browsers read it as a slash, and so another host
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "this is no URL"
    if not host or port == 0:
        return "this is no URL"
    if parts.username is not None or parts.password is not None or "#" in url:
        return "it has no user, password or fragment"
    if parts.scheme != "https" and not (parts.scheme == "http" and _here(host)):
        return "it begins with https://, or with http:// on your own machine"
    if any(name in OURS for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        return f"its query has none of {', '.join(OURS)}"
    return ""


def params(text: str) -> list[tuple[str, str]]:
    """The `redirect_params` of a login, which come back as they went. Raises ValueError in words."""
    found = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PARAMS) if text else []
    if any(name in OURS for name, _ in found):
        raise ValueError(f"redirect_params has none of {', '.join(OURS)}")
    return found


def back(redirect_url: str, request_token: str, echoed: list[tuple[str, str]]) -> str:
    """The registered address with what Kite adds to it."""
    added = urlencode([("request_token", request_token), ("action", "login"), ("status", "success"), *echoed])
    return f"{redirect_url}{'&' if '?' in redirect_url else '?'}{added}"


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
