"""Which way out a person may name for an account: a proxy and registered addresses that the internet can have."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from adapters import proxies
from adapters.broker import Endpoints
from orchestrator.errors import Problem


def allow_proxy(url: str, broker: Endpoints) -> None:
    """Raises Problem 422 for a proxy that is nowhere, or inside where it must not be.

    Its name, if it is one, is looked up at each connection: what it means now it need not mean then.
    """
    host = urlsplit(url).hostname or ""
    rule = proxies.broken_rule(host, inside=broker.proxy_inside)
    if rule:
        raise Problem(
            422,
            "proxy_not_allowed",
            rule,
            field="proxy_url",
            rule="an account's proxy is on the public internet",
            fix="name a proxy with a public address, or ask the operator for TRADEMASTER_PRIVATE_PROXIES",
        )


def allow_addresses(addresses: Sequence[str], broker: Endpoints) -> None:
    """Raises Problem 422 for an address that no broker can see us come from. A broker inside, such as the sandbox on
    this machine, sees addresses from inside."""
    inside = proxies.named_inside(urlsplit(broker.rest).hostname or "")
    for number, text in enumerate(addresses):
        address = ip_address(text)
        if proxies.is_nowhere(address) or (proxies.is_inside(address) and not inside):
            raise Problem(
                422,
                "not_public_address",
                f"{address} is no address on the public internet",
                field=f"addresses.{number}",
                rule="brokers take orders from a registered public address",
                fix="enter the static address that your internet or server provider gave you",
            )
