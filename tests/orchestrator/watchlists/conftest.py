"""Some instruments that every broker of the application lists."""

from __future__ import annotations

import pytest

from adapters.broker import Listing
from domain.account import BrokerId
from domain.instrument import Instrument, InstrumentId, Kind
from domain.money import Price
from tests.orchestrator.stub_broker import StubAdapter

SHARES = ("INFY", "TCS", "WIPRO", "SBIN")


@pytest.fixture(autouse=True)
def listed(stubs: dict[BrokerId, StubAdapter]) -> None:
    for stub in stubs.values():
        stub.listed = [_share(symbol) for symbol in SHARES]


def _share(symbol: str) -> Listing:
    name = InstrumentId.parse(f"NSE:{symbol}")
    share = Instrument(id=name, name=symbol.title(), kind=Kind.EQUITY, lot=1, tick=Price.of("0.05"))
    return Listing(share, order_key=symbol, feed_key=str(name))
