"""Where a proxy that a user names may be: a server on the public internet, not something behind our own walls.

Whoever may name a proxy makes this program open connections. Checked at each connection, on the address that is
really taken: a name may lead elsewhere by then.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

# IANA's special-purpose registries (RFC 6890), by what may be found there.
NOWHERE = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "224.0.0.0/4", "240.0.0.0/4"),
            *("::/128", "fe80::/10", "ff00::/8", "100::/64"),
        ),
    )
)
INSIDE = tuple(
    map(
        ip_network,
        (
            *(
                "127.0.0.0/8",
                "10.0.0.0/8",
                "172.16.0.0/12",
                "192.168.0.0/16",
                "100.64.0.0/10",
                "198.18.0.0/15",
            ),
            *("::1/128", "fc00::/7", "fec0::/10", "64:ff9b:1::/48"),
        ),
    )
)
NAT64 = ip_network("64:ff9b::/96")

Address = IPv4Address | IPv6Address


class Barred(OSError):
    """No connection was tried: the address is not one that a user's proxy may have."""


def _within(address: Address) -> Address:
    """The IPv4 address that an IPv6 one only carries."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    carried = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    return carried or address


def is_inside(address: Address) -> bool:
    """Whether it is on this machine or in a private network: nobody on the internet has it."""
    return any(_within(address) in network for network in INSIDE)


def is_nowhere(address: Address) -> bool:
    """Whether no server is there at all, or none to be asked: unspecified, link-local (where clouds keep their keys),
    multicast or reserved."""
    return any(_within(address) in network for network in NOWHERE)


def _address(text: str) -> Address | None:
    """None for a name."""
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def named_inside(host: str) -> bool:
    """Whether this is an address inside, or a name that only means something there; other names tell nothing."""
    address = _address(host)
    name = host.lower().rstrip(".")
    return is_inside(address) if address else "." not in name or name.endswith((".localhost", ".internal"))


def broken_rule(host: str, *, inside: bool = False) -> str:
    """Why a user's proxy must not be at this address or name; "" when it may, as far as that tells.

    `inside`: this machine and private networks are allowed.
    """
    address = _address(host)
    if (address and is_nowhere(address)) or (not inside and named_inside(host)):
        return f"{host} is no address on the public internet"
    return ""


def open_socket(told: Sequence[Any], *, inside: bool) -> socket.socket:
    """A socket for one of the addresses of a proxy, in the form that aiohttp asks for one. Raises Barred."""
    family, kind, protocol, _, where = told
    if rule := broken_rule(str(where[0]), inside=inside):
        raise Barred(f"the account's proxy was not asked: {rule}")
    return socket.socket(family, kind, protocol)


async def by_address(proxy: str, *, inside: bool) -> str:
    """The URL of an HTTP proxy with an address that it may have in place of its name, so that no other one is taken.

    Raises Barred, or OSError when the name cannot be found.
    """
    parts = urlsplit(proxy)
    found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_STREAM)
    rules = {str(where[0]): broken_rule(str(where[0]), inside=inside) for *_, where in found}
    good = next((address for address, rule in rules.items() if not rule), None)
    if good is None:
        raise Barred(f"the account's proxy was not asked: {next(iter(rules.values()), 'it has no address')}")
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    host = f"[{good}]" if ":" in good else good
    return f"{parts.scheme}://{user}{host}:{parts.port}"
