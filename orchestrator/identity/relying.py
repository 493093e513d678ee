"""Who asks for passkeys: the name that they are bound to, and the one address at which browsers may use them."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from orchestrator.config import Settings
from orchestrator.errors import Problem

NAME = "TradeMaster Orchestrator"
THIS_MACHINE = ("127.0.0.1", "::1", "0.0.0.0", "::", "localhost")  # noqa: S104 - compared with, never listened on
PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """`id` is a domain; `origin` is scheme, domain and port as a browser writes them."""

    id: str
    origin: str


def relying_party(base_url: str) -> RelyingParty | None:
    """None where no browser makes passkeys: without https, and at an IP address.

    This machine's own addresses count as `localhost`, the one name that works without https.
    """
    parts = urlsplit(base_url)
    host = "localhost" if parts.hostname in THIS_MACHINE else _domain(parts.hostname or "")
    if not host or (parts.scheme != "https" and host != "localhost"):
        return None
    port = "" if parts.port in (None, PORTS.get(parts.scheme)) else f":{parts.port}"
    return RelyingParty(host, f"{parts.scheme}://{host}{port}")


def here(settings: Settings) -> RelyingParty:
    """Raises Problem 409 `passkeys_unavailable`."""
    if (rp := relying_party(settings.base_url)) is None:
        raise Problem(
            409,
            "passkeys_unavailable",
            "no browser makes passkeys for an IP address, or without https",
            fix="set TRADEMASTER_PUBLIC_URL to an https address with a name",
        )
    return rp


def _domain(host: str) -> str:
    """As browsers write it; empty for an IP address and for what is no name."""
    try:
        ip_address(host)
    except ValueError:
        with contextlib.suppress(UnicodeError):
            return host.encode("idna").decode()
    return ""
