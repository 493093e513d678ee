"""Who may name a proxy inside, and which addresses no broker can see us come from."""

from __future__ import annotations

import pytest

from adapters.broker import Endpoints
from domain.account import BrokerId
from orchestrator.accounts.ways import allow_addresses, allow_proxy
from orchestrator.config import Settings, endpoints
from orchestrator.errors import Problem

HERE, OTHERS = "http://127.0.0.1:3128", "http://203.0.113.7:3128"


@pytest.mark.parametrize(
    ("settings", "inside"),
    [
        ({}, True),
        ({"host": "0.0.0.0"}, False),
        ({"public_url": "https://trade.example.com"}, False),
        ({"host": "0.0.0.0", "private_proxies": True}, True),
        ({"private_proxies": False}, False),
    ],
)
def test_who_can_be_reached_by_others_uses_no_proxy_inside_unless_the_operator_says_so(
    settings: dict[str, object], inside: bool
) -> None:
    given = Settings.model_validate(settings)
    out = endpoints(given, BrokerId.ZERODHA)
    allow_proxy(OTHERS, out)
    if inside:
        allow_proxy(HERE, out)
        return
    with pytest.raises(Problem) as refused:
        allow_proxy(HERE, out)
    assert (refused.value.code, refused.value.field) == ("proxy_not_allowed", "proxy_url")


def test_a_broker_on_this_machine_sees_an_address_inside_and_no_other_does() -> None:
    allow_addresses(["127.0.0.1", "203.0.113.7"], Endpoints("http://127.0.0.1:9101", ""))
    allow_addresses(["172.18.0.4"], Endpoints("http://sandbox:9101", ""))
    with pytest.raises(Problem) as refused:
        allow_addresses(["203.0.113.7", "127.0.0.1"], Endpoints("https://api.kite.trade", ""))
    assert (refused.value.code, refused.value.field) == ("not_public_address", "addresses.1")
    with pytest.raises(Problem):
        allow_addresses(["0.0.0.0"], Endpoints("http://127.0.0.1:9101", ""))
