"""Whose an address is, for counting. Pure."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

ONE_HOUSEHOLD = 64  # bits: whoever has an address of IPv6 has all 2**64 with the same beginning


@lru_cache(maxsize=4096)
def household(address: str) -> str:
    """The address, or the network that one subscriber has with it; what is no address stays as it is."""
    try:
        told = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(told, IPv6Address):
        return str(told)
    if told.ipv4_mapped is not None:
        return str(told.ipv4_mapped)
    return str(ip_network((told, ONE_HOUSEHOLD), strict=False))
