"""Where an account's orders leave from, against the addresses that its broker takes them from.

Only order writes are tied to an address (NSE/INVG/67858, from 1 April 2026); reads come from anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

import orjson

from adapters import http
from adapters.broker import Endpoints
from domain.calendar import IST
from domain.errors import BrokerUnavailable

REFUSAL_HOLDS = timedelta(minutes=10)  # then an order is tried again, if nobody looked before
LOOK_AGAIN = timedelta(minutes=1)  # while it is not known, or wrong: people mend it and try again
LONGEST_ANSWER = 64  # bytes of an address in plain text, with room to spare


class EgressState(StrEnum):
    UNREGISTERED = "unregistered"  # nobody told us which addresses the broker takes orders from
    UNKNOWN = "unknown"  # not seen today from where our calls leave
    CONFIRMED = "confirmed"
    DRIFTED = (
        "drifted"  # orders would leave from an address that is not registered, or the broker just refused one
    )


@dataclass(frozen=True, slots=True)
class Egress:
    """One account's way out. `proxy` is a secret. `told` is what the broker itself lists, None where it does not."""

    proxy: str = field(default="", repr=False)
    entered: tuple[str, ...] = ()
    told: tuple[str, ...] | None = None
    seen: str | None = None
    seen_at: datetime | None = None
    words: str = ""  # why it could not be seen, or the broker's when it refused an order
    refused_at: datetime | None = None  # when the broker refused an order for where it came from

    @property
    def registered(self) -> tuple[str, ...]:
        """The addresses that orders may come from: the broker's own list before what was typed here."""
        return self.entered if self.told is None else self.told

    @property
    def ipv6(self) -> bool:
        """Whether orders leave over IPv6: only when every registered address is one. Else IPv4 is pinned, because
        IPv6 addresses change by themselves."""
        return bool(self.registered) and all(":" in address for address in self.registered)

    def state(self, now: datetime) -> EgressState:
        if self.refused_at is not None and now - self.refused_at < REFUSAL_HOLDS:
            return EgressState.DRIFTED
        if not self.registered:
            return EgressState.UNREGISTERED
        if self.seen is None or not self._of_today(now):
            return EgressState.UNKNOWN
        return EgressState.CONFIRMED if self.seen in self.registered else EgressState.DRIFTED

    def wrong_address(self, now: datetime) -> str:
        """The address that bars orders now, else ""."""
        return self.seen or "an address" if self.state(now) is EgressState.DRIFTED else ""

    def due(self, now: datetime) -> bool:
        """Whether the address should be looked at before the next order: once a day, and until it is right."""
        if self.state(now) in (EgressState.UNREGISTERED, EgressState.CONFIRMED):
            return False
        return self.seen_at is None or now - self.seen_at >= LOOK_AGAIN or not self._of_today(now)

    def looked(self, address: str | None, now: datetime, words: str = "") -> Egress:
        return replace(self, seen=address, seen_at=now, words=words, refused_at=None)

    def refused(self, words: str, now: datetime) -> Egress:
        """The broker took no order for where it came from, whatever we think is registered."""
        return replace(self, words=words, refused_at=now)

    def tried_again(self) -> Egress:
        """Somebody looked, and there is no page that tells an address: the next order shows."""
        return replace(self, words="", refused_at=None)

    def through(self, endpoints: Endpoints) -> Endpoints:
        """The broker's addresses, reached this way."""
        return replace(endpoints, proxy=self.proxy, ipv6=self.ipv6)

    def _of_today(self, now: datetime) -> bool:
        return self.seen_at is not None and self.seen_at.astimezone(IST).date() == now.astimezone(IST).date()


async def look(url: str, via: Endpoints) -> str:
    """The address that `url` sees us come from, this way out. Raises BrokerUnavailable."""
    async with http.client("", via=via, deadline=3.0) as client:
        answer = await http.send_read(client, client.build_request("GET", url))
    if answer.status_code != 200:
        raise BrokerUnavailable(f"the page that tells our address answered HTTP {answer.status_code}")
    try:
        return address_of(answer.content[:LONGEST_ANSWER].decode().strip())
    except ValueError as error:
        raise BrokerUnavailable("the page that tells our address gave none") from error


def address_of(text: str) -> str:
    """An IP address in its one canonical spelling. Raises ValueError."""
    address = ip_address(text.strip())
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def proxy_of(text: str) -> str:
    """A proxy's URL that can be used: http://[user:password@]host:port. Raises ValueError with the broken rule."""
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("this is no URL") from error
    if parts.scheme != "http":
        raise ValueError("an HTTP proxy is needed: its URL begins with http://")
    if not host or port is None or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("a proxy is written http://user:password@host:port")
    if not text.isascii() or any(letter.isspace() for letter in text.strip()):
        raise ValueError("a proxy's URL is plain printable characters without spaces")
    if (parts.username is None) != (parts.password is None):
        raise ValueError("a proxy's user needs a password")
    return text.strip().removesuffix("/")


def without_secret(proxy: str) -> str | None:
    """The proxy as it may be shown; None for none."""
    parts = urlsplit(proxy)
    return f"http://{parts.hostname}:{parts.port}" if proxy else None


def addresses_text(addresses: Sequence[str]) -> str | None:
    """As stored."""
    return orjson.dumps(list(addresses)).decode() if addresses else None


def addresses_from(text: str | None) -> tuple[str, ...]:
    return tuple(str(one) for one in orjson.loads(text)) if text else ()
