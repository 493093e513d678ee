"""What one connection of a price feed holds, by each broker's own limits."""

from __future__ import annotations

import pytest

from adapters.broker import FeedTerms
from adapters.registry import BROKERS
from domain.account import BrokerId
from domain.market import Mode

LTP, DEPTH = Mode.LTP, Mode.DEPTH


@pytest.mark.parametrize(
    ("broker", "held", "fits"),
    [
        (BrokerId.ZERODHA, {DEPTH: 3000}, True),
        (BrokerId.ZERODHA, {DEPTH: 3001}, False),
        (BrokerId.UPSTOX, {LTP: 5000}, True),
        (BrokerId.UPSTOX, {LTP: 5001}, False),
        (BrokerId.UPSTOX, {DEPTH: 2000}, True),
        (BrokerId.UPSTOX, {DEPTH: 2001}, False),
        (BrokerId.UPSTOX, {LTP: 2000, DEPTH: 1500}, True),
        (BrokerId.UPSTOX, {LTP: 2001, DEPTH: 1}, False),
        (BrokerId.UPSTOX, {LTP: 1, DEPTH: 1501}, False),
        (BrokerId.UPSTOX, {LTP: 2001, DEPTH: 0}, True),
        (BrokerId.GROWW, {LTP: 1000}, True),
        (BrokerId.GROWW, {DEPTH: 501}, False),
    ],
)
def test_a_connection_holds_what_the_broker_allows(
    broker: BrokerId, held: dict[Mode, int], fits: bool
) -> None:
    assert BROKERS[broker].terms.feed.fits(held) is fits


@pytest.mark.parametrize("broker", list(BrokerId))
def test_every_mode_is_carried_by_one_of_the_brokers(broker: BrokerId) -> None:
    terms = BROKERS[broker].terms.feed
    assert set(terms.carries) == set(Mode)
    assert Mode.LTP in terms.gives
    assert terms.connections >= 1


def test_an_empty_connection_fits() -> None:
    assert FeedTerms().fits({})
